package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Errors for actions that the client would not offer.
var (
	ErrNoUser    = errors.New("feishu sim: no such person")
	ErrNoChat    = errors.New("feishu sim: no such chat")
	ErrNotInChat = errors.New("feishu sim: the person is not in the chat")
	ErrNoMessage = errors.New("feishu sim: no such message")
	ErrRecalled  = errors.New("feishu sim: the message was recalled")
)

// Sent is a message from a person and the delivery of its event. Delivery.EventID is empty if the platform sends no
// event: the bot lacks the scope, is not in the group, or was not mentioned there.
type Sent struct {
	MessageID, ChatID string
	Keys              []string // image_key or file_key of the attachments
	Delivery          Delivery
}

// SendText sends a text to the bot.
func (s *Server) SendText(ctx context.Context, openID, text string) (Sent, error) {
	return s.sendMessage(ctx, openID, "", "text", "", func(*message) any { return map[string]any{"text": text} })
}

// SendGroupText sends a text to a group. With atBot the text begins with a mention of the bot, as the platform renders
// it: "@_user_1 text", and mentions[] names the bot.
func (s *Server) SendGroupText(ctx context.Context, openID, chatID, text string, atBot bool) (Sent, error) {
	bot := ""
	if atBot {
		bot = s.botOpenID
	}
	return s.SendGroupTextTo(ctx, openID, chatID, text, bot)
}

// SendImage sends one photo as an image message. The server keeps img, so the caller must not change it afterwards.
func (s *Server) SendImage(ctx context.Context, openID string, img []byte) (Sent, error) {
	return s.sendMessage(ctx, openID, "", "image", "", func(m *message) any {
		return map[string]any{"image_key": s.attach(m, "image", "image.jpg", img)}
	})
}

// SendImages sends several photos that were selected together: one message and one event for each, in order.
func (s *Server) SendImages(ctx context.Context, openID string, imgs ...[]byte) ([]Sent, error) {
	var all []Sent
	for _, img := range imgs {
		one, err := s.SendImage(ctx, openID, img)
		if err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, nil
}

// SendPost sends one rich text message with a text and photos.
func (s *Server) SendPost(ctx context.Context, openID, text string, imgs ...[]byte) (Sent, error) {
	return s.sendMessage(ctx, openID, "", "post", "", func(m *message) any {
		lines := [][]map[string]any{}
		if text != "" {
			lines = append(lines, []map[string]any{{"tag": "text", "text": text, "style": []string{}}})
		}
		for _, img := range imgs {
			key := s.attach(m, "image", "image.jpg", img)
			lines = append(lines, []map[string]any{{"tag": "img", "image_key": key, "width": 300, "height": 300}})
		}
		return s.behaviour.WrapPosts.wrap(map[string]any{"title": "", "content": lines})
	})
}

// SendFile sends a file, such as a photo sent as 文件.
func (s *Server) SendFile(ctx context.Context, openID, name string, data []byte) (Sent, error) {
	return s.sendMessage(ctx, openID, "", "file", "", func(m *message) any {
		return map[string]any{"file_key": s.attach(m, "file", name, data), "file_name": name}
	})
}

// SendOther sends a message of another type, such as audio, sticker or location.
func (s *Server) SendOther(ctx context.Context, openID, msgType string, content map[string]any) (Sent, error) {
	return s.sendMessage(ctx, openID, "", msgType, "", func(*message) any { return content })
}

// attach stores bytes as part of a message. The caller holds the lock.
func (s *Server) attach(m *message, kind, name string, data []byte) string {
	r := s.keep(kind, name, data, false)
	m.keys = append(m.keys, r.key)
	return r.key
}

// sendMessage stores a person's message and emits im.message.receive_v1. An empty chatID means the chat with the bot.
// mention is the open_id of a mentioned bot, "" for none.
func (s *Server) sendMessage(ctx context.Context, openID, chatID, msgType, mention string,
	content func(*message) any) (Sent, error) {
	s.mu.Lock()
	u := s.users[openID]
	if u == nil {
		s.mu.Unlock()
		return Sent{}, ErrNoUser
	}
	ch := s.chats[chatID]
	if chatID == "" {
		ch = s.p2pChat(openID)
	}
	switch {
	case ch == nil:
		s.mu.Unlock()
		return Sent{}, ErrNoChat
	case !ch.has(openID):
		s.mu.Unlock()
		return Sent{}, ErrNotInChat
	}
	now := s.cfg.Now()
	m := &message{Message: Message{Type: msgType, Sender: openID}}
	m.Content = string(compact(content(m)))
	s.post(ch, m, now)
	event := s.receiveEvent(u, ch, m, mention)
	due := s.messageEventDue(ch, mention == s.botOpenID)
	sent := Sent{MessageID: m.ID, ChatID: ch.id, Keys: m.keys}
	s.journal = append(s.journal, Entry{
		At:      now,
		Kind:    "people",
		Name:    "send." + msgType,
		Subject: m.ID,
	})
	s.mu.Unlock()
	if due {
		sent.Delivery = s.emit(ctx, "im.message.receive_v1", event)
	}
	return sent, nil
}

// messageEventDue reports whether the app's scopes allow it to see this message (接收消息, 权限要求).
func (s *Server) messageEventDue(ch *chat, atBot bool) bool {
	switch {
	case !ch.botIn:
		return false
	case ch.p2p:
		return s.hasScope("im:message.p2p_msg:readonly", "im:message.p2p_msg")
	case s.hasScope("im:message.group_msg"):
		return true
	default:
		return atBot && s.hasScope("im:message.group_at_msg:readonly", "im:message.group_at_msg")
	}
}

func (s *Server) receiveEvent(u *User, ch *chat, m *message, mention string) map[string]any {
	chatType := "group"
	if ch.p2p {
		chatType = "p2p"
	}
	msg := map[string]any{
		"message_id":   m.ID,
		"create_time":  millis(m.CreatedAt),
		"update_time":  millis(m.UpdatedAt),
		"chat_id":      ch.id,
		"chat_type":    chatType,
		"message_type": m.Type,
		"content":      m.Content,
	}
	if mention != "" {
		msg["mentions"] = []any{s.mention(mention)}
	}
	return map[string]any{
		"message": msg,
		"sender":  map[string]any{"sender_id": s.userIDs(u), "sender_type": "user", "tenant_key": s.tenantOf(u)},
	}
}

// userIDs returns the id object of events; user_id needs its own scope. The caller holds the lock.
func (s *Server) userIDs(u *User) map[string]any {
	o := map[string]any{"open_id": u.OpenID, "union_id": u.UnionID}
	if s.hasScope("contact:user.employee_id:readonly") {
		o["user_id"] = u.UserID
	}
	return o
}

// RecallMessage recalls a person's message; its pictures can no longer be downloaded.
func (s *Server) RecallMessage(ctx context.Context, messageID string) (Delivery, error) {
	s.mu.Lock()
	m := s.messages[messageID]
	switch {
	case m == nil:
		s.mu.Unlock()
		return Delivery{}, ErrNoMessage
	case m.Recalled:
		s.mu.Unlock()
		return Delivery{}, ErrRecalled
	}
	now := s.cfg.Now()
	m.Recalled, m.UpdatedAt = true, now
	s.markChanged(m)
	due := m.chat.botIn && s.hasScope("im:message", "im:message:readonly")
	event := map[string]any{
		"message_id":  m.ID,
		"chat_id":     m.ChatID,
		"recall_time": millis(now),
		"recall_type": "message_owner",
	}
	s.mu.Unlock()
	if !due {
		return Delivery{Type: "im.message.recalled_v1"}, nil
	}
	return s.emit(ctx, "im.message.recalled_v1", event), nil
}

// EnterP2P opens the chat with the bot. Every call emits im.chat.access_event.bot_p2p_chat_entered_v1.
func (s *Server) EnterP2P(ctx context.Context, openID string) (Delivery, error) {
	s.mu.Lock()
	u := s.users[openID]
	if u == nil {
		s.mu.Unlock()
		return Delivery{}, ErrNoUser
	}
	ch := s.p2pChat(openID)
	event := map[string]any{
		"chat_id":                  ch.id,
		"operator_id":              s.userIDs(u),
		"last_message_id":          "",
		"last_message_create_time": "",
	}
	if n := len(ch.order); n > 0 {
		event["last_message_id"], event["last_message_create_time"] = ch.order[n-1].ID, millis(ch.order[n-1].CreatedAt)
	}
	if s.behaviour.OperatorTenant {
		event["operator_tenant_key"] = s.tenantOf(u)
	}
	s.mu.Unlock()
	return s.emit(ctx, "im.chat.access_event.bot_p2p_chat_entered_v1", event), nil
}

// ClickMenu chooses an item of the bot's menu and emits application.bot.menu_v6. The timestamp of that event is a
// number of seconds, and it names no chat.
func (s *Server) ClickMenu(ctx context.Context, openID, eventKey string) (Delivery, error) {
	s.mu.Lock()
	u := s.users[openID]
	if u == nil {
		s.mu.Unlock()
		return Delivery{}, ErrNoUser
	}
	operator := map[string]any{"operator_name": u.Name, "operator_id": s.userIDs(u)}
	if s.behaviour.OperatorTenant {
		operator["tenant_key"] = s.tenantOf(u)
	}
	event := map[string]any{
		"operator":  operator,
		"event_key": eventKey,
		"timestamp": s.cfg.Now().Truncate(time.Second).Unix(),
	}
	s.mu.Unlock()
	return s.emit(ctx, "application.bot.menu_v6", event), nil
}

// AddBotToGroup adds the bot to a group and emits im.chat.member.bot.added_v1. operator is the person who does it.
func (s *Server) AddBotToGroup(ctx context.Context, chatID, operator string) (Delivery, error) {
	return s.moveBot(ctx, chatID, operator, true, "im.chat.member.bot.added_v1")
}

// RemoveBotFromGroup removes the bot from a group and emits im.chat.member.bot.deleted_v1.
func (s *Server) RemoveBotFromGroup(ctx context.Context, chatID, operator string) (Delivery, error) {
	return s.moveBot(ctx, chatID, operator, false, "im.chat.member.bot.deleted_v1")
}

func (s *Server) moveBot(ctx context.Context, chatID, operator string, in bool, eventType string) (Delivery, error) {
	s.mu.Lock()
	ch, u := s.chats[chatID], s.users[operator]
	switch {
	case ch == nil:
		s.mu.Unlock()
		return Delivery{}, ErrNoChat
	case u == nil:
		s.mu.Unlock()
		return Delivery{}, ErrNoUser
	}
	ch.botIn = in
	event := map[string]any{
		"chat_id":             ch.id,
		"operator_id":         s.userIDs(u),
		"external":            false,
		"operator_tenant_key": s.cfg.TenantKey,
		"name":                ch.name,
		"i18n_names":          map[string]any{"zh_cn": ch.name, "en_us": ch.name, "ja_jp": ch.name},
	}
	due := s.hasScope("im:chat", "im:chat:readonly", "im:chat.members:bot_access")
	s.mu.Unlock()
	if !due {
		return Delivery{Type: eventType}, nil
	}
	return s.emit(ctx, eventType, event), nil
}

// raw marshals a decoded JSON value again; numbers keep their digits.
func raw(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	return compact(v)
}
