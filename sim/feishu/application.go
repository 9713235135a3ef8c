package feishu

import (
	"cmp"
	"slices"
)

// Subscriptions are the app's settings for events and callbacks in the developer console.
type Subscriptions struct {
	Events    []string
	Callbacks []string
	URL       string // of callbacks; "" = the answers omit it
	Draft     bool   // no version was ever published
	InReview  bool   // a version waits for the administrator
	EventWay  string // 订阅方式 of events, "" = the same as that of callbacks
	Untold    bool   // the answers hold only what the pages document, and no list of events
}

// DefaultSubscriptions returns the events and callbacks that the bot handles.
func DefaultSubscriptions() Subscriptions {
	return Subscriptions{
		Events: []string{
			"im.message.receive_v1",
			"im.message.recalled_v1",
			"im.message.message_read_v1",
			"im.chat.access_event.bot_p2p_chat_entered_v1",
			"application.bot.menu_v6",
			"im.chat.member.bot.added_v1",
			"im.chat.member.bot.deleted_v1",
			"contact.user.created_v3",
			"contact.user.updated_v3",
			"contact.user.deleted_v3",
		},
		Callbacks: []string{"card.action.trigger"},
	}
}

// Subscribe changes the console's settings. They take effect at once, as after publishing a version. The function runs
// under the server's lock and must not call the server. The platform does not send events without a subscription, and
// callbacks without one fail with 200340.
func (s *Server) Subscribe(change func(*Subscriptions)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.subscribed)
}

// subscribesTo reports whether the app has subscribed to an event type.
func (s *Server) subscribesTo(eventType string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.subscribed.Events, eventType)
}

const (
	onlineVersion  = "oav_00000000000000000000000000000001"
	waitingVersion = "oav_00000000000000000000000000000002"
)

// listScopes is 查询租户授权状态. It needs no scope.
func (s *Server) listScopes(*call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []map[string]any{}
	for name, on := range s.scopes {
		status := 2
		if on {
			status = 1
		}
		list = append(list, map[string]any{"scope_name": name, "grant_status": status, "scope_type": "tenant"})
	}
	return map[string]any{"scopes": list}, nil
}

// getApplication is 获取应用信息; callback_info and event are as in the SDK's model. The answer omits the keys.
func (s *Server) getApplication(c *call) (any, *apiError) {
	if err := s.ownApp(c); err != nil {
		return nil, err
	}
	way := "webhook"
	if s.longConnOn() {
		way = "websocket"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	app := map[string]any{"app_id": s.cfg.AppID, "app_name": s.cfg.BotName, "status": 1, "scene_type": 0}
	if !s.subscribed.Untold {
		app["callback_info"] = map[string]any{
			"callback_type":        way,
			"request_url":          s.subscribed.URL,
			"subscribed_callbacks": s.subscribed.Callbacks,
		}
		app["event"] = map[string]any{
			"subscription_type": cmp.Or(s.subscribed.EventWay, way),
			"request_url":       s.subscribed.URL,
		}
	}
	if s.subscribed.InReview {
		app["unaudit_version_id"] = waitingVersion
	}
	if !s.subscribed.Draft {
		app["online_version_id"] = onlineVersion
	}
	return map[string]any{"app": app}, nil
}

// getAppVersion is 获取应用版本信息.
func (s *Server) getAppVersion(c *call) (any, *apiError) {
	if err := s.ownApp(c); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subscribed.Draft || c.params["version_id"] != onlineVersion {
		return nil, refuse(400, 210507, "no such version")
	}
	events := []map[string]any{}
	for _, e := range s.subscribed.Events {
		events = append(events, map[string]any{"event_type": e, "event_name": e, "event_description": ""})
	}
	version := map[string]any{"app_id": s.cfg.AppID, "version_id": onlineVersion, "status": 1}
	if !s.subscribed.Untold {
		version["event_infos"] = events
	}
	return map[string]any{"app_version": version}, nil
}

func (s *Server) ownApp(c *call) *apiError {
	if id := c.params["app_id"]; id != s.cfg.AppID && id != "me" {
		return refuse(400, 210508, "insufficient permission level")
	}
	if c.query("lang") == "" {
		return invalidField("lang", "lang is required")
	}
	return nil
}
