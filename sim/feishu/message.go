package feishu

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"
)

// Message is a snapshot of a message.
type Message struct {
	ID, ChatID string
	Type       string          // text, image, post, file, interactive, …
	Content    string          // JSON string as sent; for cards the first version
	Card       json.RawMessage // current card of an interactive message
	Sender     string          // open_id of a person, app_id of the bot
	FromBot    bool
	ParentID   string // message to which this one replies
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Edits      int // changes of the card after it was sent
	Recalled   bool
	Urgent     []string      // open_ids with an in-app reminder of it
	History    []CardVersion // cards only: every version, oldest first
}

// CardVersion is one version of a card. By is send, patch, callback, delayed or flip (reverted by EarlyPatchFlip).
type CardVersion struct {
	At   time.Time
	By   string
	Card json.RawMessage
}

func (m Message) String() string {
	return fmt.Sprintf("Message(%s %s edits=%d recalled=%t)", m.ID, m.Type, m.Edits, m.Recalled)
}

// GoString returns ids and counts only.
func (m Message) GoString() string { return m.String() }

// LogValue returns ids and counts only.
func (m Message) LogValue() slog.Value { return slog.StringValue(m.String()) }

// View returns the current card for reading. It is empty for other messages.
func (m Message) View() *Card {
	c, err := ParseCard(m.Card)
	if err != nil {
		return &Card{}
	}
	return c
}

// message is the server's record of a Message. It is guarded by Server.mu.
type message struct {
	Message
	chat     *chat
	keys     []string      // image_key and file_key that belong to it
	seq      uint64        // chat.seq at its last change
	inFlight int           // callbacks of this card without an answer so far
	readers  []string      // in the order of reading
	answered chan struct{} // closed when inFlight becomes zero; nil while it is zero
}

// post appends a message to its chat. The caller holds the lock.
func (s *Server) post(ch *chat, m *message, now time.Time) {
	m.ID, m.ChatID, m.chat = newID("om_"), ch.id, ch
	m.CreatedAt, m.UpdatedAt = now, now
	if m.Type == "interactive" {
		m.Card = json.RawMessage(m.Content)
		m.History = []CardVersion{{At: now, By: "send", Card: m.Card}}
	}
	s.messages[m.ID] = m
	ch.order = append(ch.order, m)
	s.markChanged(m)
}

// replaceCard sets a new version of a card. The caller holds the lock.
func (s *Server) replaceCard(m *message, card json.RawMessage, by string, now time.Time) {
	m.Card, m.UpdatedAt = card, now
	m.Edits++
	m.History = append(m.History, CardVersion{At: now, By: by, Card: card})
	s.markChanged(m)
}

// markChanged notifies Watch and the observer of a changed message. The caller holds the lock.
func (s *Server) markChanged(m *message) {
	m.chat.seq++
	m.seq = m.chat.seq
	close(m.chat.changed)
	m.chat.changed = make(chan struct{})
	if s.observer.Message != nil {
		s.observer.Message(m.snapshot())
	}
}

func (m *message) snapshot() Message {
	c := m.Message
	c.Urgent = slices.Clone(m.Urgent)
	c.History = m.History[:len(m.History):len(m.History)] // safe to share: versions never change
	return c
}

// describe returns the data object of the message APIs (发送消息, 响应体).
func (s *Server) describe(m *message) map[string]any {
	sender := map[string]any{"id": m.Sender, "id_type": "open_id", "sender_type": "user", "tenant_key": s.cfg.TenantKey}
	if m.FromBot {
		sender["id_type"], sender["sender_type"] = "app_id", "app"
	}
	content := m.Content
	if m.Type == "interactive" {
		content = string(m.Card)
	}
	d := map[string]any{
		"message_id":  m.ID,
		"msg_type":    m.Type,
		"chat_id":     m.ChatID,
		"deleted":     m.Recalled,
		"updated":     m.Edits > 0,
		"create_time": millis(m.CreatedAt),
		"update_time": millis(m.UpdatedAt),
		"sender":      sender,
		"body":        map[string]any{"content": content},
	}
	if m.ParentID != "" {
		d["parent_id"], d["root_id"] = m.ParentID, m.ParentID
	}
	return d
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
