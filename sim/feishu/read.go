package feishu

import (
	"context"
	"slices"
	"strings"
)

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
		if m.FromBot && !m.Recalled && m.read(openID) {
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

// read notes that a person has read the message, and reports whether that is new.
func (m *message) read(openID string) bool {
	if slices.Contains(m.readers, openID) {
		return false
	}
	m.readers = append(m.readers, openID)
	return true
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
