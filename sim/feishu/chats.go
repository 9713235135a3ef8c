package feishu

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// findChat returns the chat in the path, or 232006 / 232009.
func (s *Server) findChat(c *call) (*chat, *apiError) {
	if s.behaviour.BotOff {
		return nil, refuse(400, 232025, "Bot ability is not activated.")
	}
	ch := s.chats[c.params["chat_id"]]
	if ch == nil {
		return nil, refuse(400, 232006, "Your request specifies a chat_id which is invalid.")
	}
	if ch.gone {
		return nil, refuse(400, 232009, "Your request specifies a chat which has already been dissolved.")
	}
	return ch, nil
}

// getChat is 获取群信息. Outside the chat it returns only name, avatar, counts and state. Counts are strings.
func (s *Server) getChat(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.findChat(c)
	if err != nil {
		return nil, err
	}
	bots := 0
	if ch.botIn {
		bots = 1
	}
	d := map[string]any{
		"avatar":      "https://p3-lark-file.byteimg.com/img/sim/group.png",
		"name":        ch.name,
		"user_count":  strconv.Itoa(len(ch.members)),
		"bot_count":   strconv.Itoa(bots),
		"chat_status": "normal",
	}
	if !ch.botIn {
		return d, nil
	}
	d["description"], d["external"], d["tenant_key"] = "", ch.external, s.cfg.TenantKey
	d["chat_mode"] = "p2p"
	if !ch.p2p {
		d["chat_mode"], d["chat_type"], d["chat_tag"], d["group_message_type"] = "group", "private", "inner", "chat"
	}
	return d, nil
}

// listMembers is 获取群成员列表. The bot must be in the chat (232011). The list has no bots; page_size is at most 100.
func (s *Server) listMembers(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	idType, err := s.userIDType(c, "member_id_type")
	if err != nil {
		return nil, err
	}
	ch, err := s.findChat(c)
	if err != nil {
		return nil, err
	}
	if !ch.botIn {
		return nil, refuse(400, 232011, "Operator can NOT be out of the chat.")
	}
	size := 20
	if v := c.query("page_size"); v != "" {
		n, convErr := strconv.Atoi(v)
		if convErr != nil || n < 1 || n > 100 {
			return nil, invalidField("page_size", "the value must be between 1 and 100")
		}
		size = n
	}
	start := 0
	if v := c.query("page_token"); v != "" {
		n, convErr := strconv.Atoi(strings.TrimPrefix(v, "p"))
		if convErr != nil || n < 0 || n > len(ch.members) {
			return nil, refuse(400, 232001, "Your request contains an invalid request parameter, ext=invalid page_token")
		}
		start = n
	}
	listed := ch.members
	if most := s.behaviour.MemberLimit; most > 0 {
		listed = listed[:min(most, len(listed))]
	}
	end := min(start+size, len(listed))
	items := []any{}
	for _, id := range listed[min(start, end):end] {
		if u := s.users[id]; u != nil {
			items = append(items, map[string]any{
				"member_id_type": idType,
				"member_id":      u.idOf(idType),
				"name":           u.Name,
				"tenant_key":     cmp.Or(u.TenantKey, s.cfg.TenantKey),
			})
		}
	}
	d := map[string]any{"items": items, "has_more": end < len(listed), "member_total": len(ch.members)}
	if s.behaviour.MemberLimit > 0 {
		d["trigger_security_conf_limit"] = len(listed) < len(ch.members)
		d["security_conf_limit"] = s.behaviour.MemberLimit
	}
	if end < len(listed) {
		d["page_token"] = "p" + strconv.Itoa(end)
	}
	return d, nil
}

// isInChat is 判断用户或机器人是否在群里. With a tenant token it answers for the bot.
func (s *Server) isInChat(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.findChat(c)
	if err != nil {
		return nil, err
	}
	return map[string]any{"is_in_chat": ch.botIn}, nil
}

func (ch *chat) has(openID string) bool { return slices.Contains(ch.members, openID) }
