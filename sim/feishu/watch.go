package feishu

import (
	"context"
	"slices"
)

// Messages returns the messages of a chat, oldest first.
func (s *Server) Messages(chatID string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chatID]
	if ch == nil {
		return nil
	}
	out := make([]Message, len(ch.order))
	for i, m := range ch.order {
		out[i] = m.snapshot()
	}
	return out
}

// Message returns one message.
func (s *Server) Message(messageID string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.messages[messageID]
	if m == nil {
		return Message{}, false
	}
	return m.snapshot(), true
}

// LatestCard returns the newest card of a chat that was not recalled.
func (s *Server) LatestCard(chatID string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[chatID]; ch != nil {
		for _, m := range slices.Backward(ch.order) {
			if m.Type == "interactive" && !m.Recalled {
				return m.snapshot(), true
			}
		}
	}
	return Message{}, false
}

// Chats returns the ids of all chats, in no order.
func (s *Server) Chats() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, 0, len(s.chats))
	for id := range s.chats {
		out = append(out, id)
	}
	return out
}

// Watch blocks until a message of the chat satisfies the condition, or ctx ends. It visits all messages first, the
// newest one first, and then only those that are added, changed or recalled. The condition runs without the server's
// lock.
func (s *Server) Watch(ctx context.Context, chatID string, ok func(Message) bool) (Message, error) {
	var seen uint64
	for {
		s.mu.Lock()
		ch := s.chats[chatID]
		if ch == nil {
			s.mu.Unlock()
			return Message{}, ErrNoChat
		}
		changed := ch.changed
		var fresh []Message
		for _, m := range slices.Backward(ch.order) {
			if m.seq > seen {
				fresh = append(fresh, m.snapshot())
			}
		}
		seen = ch.seq
		s.mu.Unlock()
		for _, m := range fresh {
			if ok(m) {
				return m, nil
			}
		}
		select {
		case <-ctx.Done():
			return Message{}, ctx.Err()
		case <-changed:
		}
	}
}

// WatchMessage blocks until one message satisfies the condition, or ctx ends.
func (s *Server) WatchMessage(ctx context.Context, messageID string, ok func(Message) bool) (Message, error) {
	m, found := s.Message(messageID)
	if !found {
		return Message{}, ErrNoMessage
	}
	return s.Watch(ctx, m.ChatID, func(m Message) bool { return m.ID == messageID && ok(m) })
}
