package feishu

import (
	"context"
	"slices"
	"strings"
	"time"
)

// reader is somebody who has read a message.
type reader struct {
	openID string
	at     time.Time
}

// readableFor is how old a message may be whose readers are asked for (查询消息已读信息).
const readableFor = 7 * 24 * time.Hour

// Read lets a person read all messages of the bot in the direct chat that are unread so far. The platform pushes one
// im.message.message_read_v1 for them; for a group it pushes none. Delivery.EventID is empty if nothing was unread.
func (s *Server) Read(ctx context.Context, openID string) (Delivery, error) {
	s.mu.Lock()
	u := s.users[openID]
	if u == nil {
		s.mu.Unlock()
		return Delivery{}, ErrNoUser
	}
	now := s.cfg.Now()
	ids := []string{}
	for _, m := range s.p2pChat(openID).order {
		if m.FromBot && !m.Recalled && m.read(openID, now) {
			ids = append(ids, m.ID)
		}
	}
	event := map[string]any{
		"reader": map[string]any{
			"reader_id":  s.userIDs(u),
			"read_time":  millis(now),
			"tenant_key": s.cfg.TenantKey,
		},
		"message_id_list": ids,
	}
	due := len(ids) > 0 && s.hasScope("im:message", "im:message:readonly")
	s.mu.Unlock()
	if !due {
		return Delivery{Type: "im.message.message_read_v1"}, nil
	}
	return s.emit(ctx, "im.message.message_read_v1", event), nil
}

// ReadGroup lets a person read all messages of a group.
func (s *Server) ReadGroup(openID, chatID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[chatID]
	if ch == nil || !ch.has(openID) {
		return ErrNotInChat
	}
	for _, m := range ch.order {
		m.read(openID, s.cfg.Now())
	}
	return nil
}

// read notes that a person has read the message, and reports whether that is new.
func (m *message) read(openID string, now time.Time) bool {
	if slices.ContainsFunc(m.readers, func(r reader) bool { return r.openID == openID }) {
		return false
	}
	m.readers = append(m.readers, reader{openID: openID, at: now})
	return true
}

// listReaders is 查询消息已读信息: who has read a message of the bot, which is at most seven days old.
func (s *Server) listReaders(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.query("user_id_type") == "" {
		return nil, invalidField("user_id_type", "user_id_type is required")
	}
	idType, err := s.userIDType(c, "user_id_type")
	if err != nil {
		return nil, err
	}
	m := s.messages[c.params["message_id"]]
	switch {
	case s.behaviour.BotOff:
		return nil, refuse(400, 230006, "Bot ability is not activated.")
	case m == nil:
		return nil, refuse(400, 230001, "Your request contains an invalid request parameter, ext=invalid message_id")
	case !m.FromBot:
		return nil, refuse(400, 230012, "Bot is not the sender of the message.")
	case !m.chat.botIn:
		return nil, refuse(400, 230002, "The bot can not be outside the group.")
	case m.chat.external:
		return nil, refuse(400, 230027, "Lack of necessary permissions, ext=external chat")
	case m.Recalled:
		return nil, refuse(400, 230110, "Action unavailable as the message has been deleted.")
	case c.now.Sub(m.CreatedAt) > readableFor:
		return nil, refuse(400, 230033, "The message is too old to be queried.")
	}
	page, data, err := pageOf(s, c, m.readers, 20, 100)
	if err != nil {
		return nil, refuse(400, 230001, "Your request contains an invalid request parameter, ext=invalid page")
	}
	items := []any{}
	for _, r := range page {
		if u := s.users[r.openID]; u != nil {
			items = append(items, map[string]any{
				"user_id_type": idType,
				"user_id":      u.idOf(idType),
				"timestamp":    millis(r.at),
				"tenant_key":   s.cfg.TenantKey,
			})
		}
	}
	data["items"] = items
	return data, nil
}

// listChats is 获取用户或机器人所在的群列表: groups with the bot in them, no direct chats.
func (s *Server) listChats(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.behaviour.BotOff {
		return nil, refuse(400, 232025, "Bot ability is not activated.")
	}
	if _, err := s.userIDType(c, "user_id_type"); err != nil {
		return nil, err
	}
	var all []*chat
	for _, ch := range s.chats {
		if !ch.p2p && ch.botIn && !ch.gone {
			all = append(all, ch)
		}
	}
	slices.SortFunc(all, func(a, b *chat) int { return strings.Compare(a.id, b.id) })
	page, data, err := pageOf(s, c, all, 20, 100)
	if err != nil {
		return nil, refuse(400, 232001, "Your request contains an invalid request parameter, ext=invalid page")
	}
	items := []any{}
	for _, ch := range page {
		items = append(items, map[string]any{
			"chat_id":     ch.id,
			"avatar":      "https://p3-lark-file.byteimg.com/img/sim/group.png",
			"name":        ch.name,
			"description": "",
			"external":    ch.external,
			"tenant_key":  s.cfg.TenantKey,
			"chat_status": "normal",
		})
	}
	data["items"] = items
	return data, nil
}
