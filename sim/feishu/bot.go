package feishu

// botInfo is 获取机器人信息. It needs no scope; the bot is at the top level of the answer. activate_status 2 = enabled, 1 =
// stopped.
func (s *Server) botInfo(*call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := 2
	if s.behaviour.BotOff {
		status = 1
	}
	return topLevel{
		"msg": "ok",
		"bot": map[string]any{
			"activate_status": status,
			"app_name":        s.cfg.BotName,
			"avatar_url":      "https://s1-imfile.feishucdn.com/sim/bot.png",
			"ip_white_list":   []string{},
			"open_id":         s.botOpenID,
		},
	}, nil
}

// BotOpenID returns the open_id of the bot, as mentions carry it.
func (s *Server) BotOpenID() string { return s.botOpenID }
