package feishu

import (
	"encoding/json"
	"time"
)

// patchWindow is how long the bot may update a card after it was sent; 2.0 cards accept clicks equally long.
const patchWindow = 14 * 24 * time.Hour

// PatchGrace is how long an update during a callback waits for the callback's answer before the server refuses it. A
// bot that updates right after answering would otherwise lose a race inside its own process.
const PatchGrace = 250 * time.Millisecond

// patchMessage is 更新已发送的消息卡片.
func (s *Server) patchMessage(c *call) (any, *apiError) {
	var in struct {
		Content string `json:"content"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.findMessage(c.params["message_id"])
	if err != nil {
		return nil, err
	}
	if err := s.messageLimit("patch:"+m.ID, c.now); err != nil {
		return nil, err
	}
	if err := s.awaitAnswer(m); err != nil {
		return nil, err
	}
	if err := s.updatable(m, c.now); err != nil {
		return nil, err
	}
	if err := s.checkContent("interactive", in.Content); err != nil {
		return nil, err
	}
	s.replaceCard(m, json.RawMessage(in.Content), "patch", c.now)
	return map[string]any{}, nil
}

func (s *Server) updatable(m *message, now time.Time) *apiError {
	switch {
	case m.Recalled:
		return refuse(400, 230011, "The message was recalled.")
	case !m.FromBot:
		return refuse(400, 230001, "Your request contains an invalid request parameter, "+
			"ext=The operator is not the sender of the message")
	case m.Type != "interactive":
		return refuse(400, 230001, "Your request contains an invalid request parameter, ext=This message is NOT a card.")
	case now.Sub(m.CreatedAt) > patchWindow:
		return refuse(400, 230031, "The message has expired: it can be updated for 14 days only.")
	}
	return s.reachable(m.chat)
}

// awaitAnswer handles an update while a callback of the same card is open. It releases the lock while it waits.
func (s *Server) awaitAnswer(m *message) *apiError {
	if m.inFlight == 0 || s.behaviour.EarlyPatch != EarlyPatchLock {
		return nil
	}
	settled := m.answered
	s.mu.Unlock()
	timer := time.NewTimer(PatchGrace)
	select {
	case <-settled:
	case <-timer.C:
	}
	timer.Stop()
	s.mu.Lock()
	if m.inFlight > 0 {
		return cardRefused(&CardError{Code: 11310, Msg: "card action is lock"})
	}
	return nil
}

// deleteMessage is 撤回消息. The bot may recall its own messages only (230026).
func (s *Server) deleteMessage(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.findMessage(c.params["message_id"])
	if err != nil {
		return nil, err
	}
	switch {
	case m.Recalled:
		return nil, refuse(400, 230110, "Action unavailable as the message has been deleted.")
	case !m.FromBot:
		return nil, refuse(400, 230026, "No permission to recall this message.")
	case s.behaviour.RecallWithin > 0 && c.now.Sub(m.CreatedAt) > s.behaviour.RecallWithin:
		return nil, refuse(400, 230009, "This message has passed the recall time limit.")
	}
	if err := s.reachable(m.chat); err != nil {
		return nil, err
	}
	m.Recalled, m.UpdatedAt = true, c.now
	s.markChanged(m)
	return map[string]any{}, nil
}

// getMessage is 获取指定消息的内容.
func (s *Server) getMessage(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.findMessage(c.params["message_id"])
	if err != nil {
		return nil, err
	}
	if !m.chat.botIn {
		return nil, refuse(400, 230002, "The bot can not be outside the group.")
	}
	if m.Recalled {
		return nil, refuse(400, 230110, "Action unavailable as the message has been deleted.")
	}
	return map[string]any{"items": []any{s.describe(m)}}, nil
}

// urgentApp is 发送应用内加急. invalid_user_id_list names people outside the chat; if all are outside, it fails with 230001.
func (s *Server) urgentApp(c *call) (any, *apiError) {
	var in struct {
		UserIDs []string `json:"user_id_list"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if c.query("user_id_type") == "" {
		return nil, invalidField("user_id_type", "user_id_type is required")
	}
	if len(in.UserIDs) == 0 || len(in.UserIDs) > 200 {
		return nil, invalidField("user_id_list", "the length must be between 1 and 200")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	idType, err := s.userIDType(c, "user_id_type")
	if err != nil {
		return nil, err
	}
	m, err := s.findMessage(c.params["message_id"])
	if err != nil {
		return nil, err
	}
	if m.Recalled {
		return nil, refuse(400, 230110, "Action unavailable as the message has been deleted.")
	}
	if !m.FromBot {
		return nil, refuse(400, 230012, "Bot is NOT the sender of the message.")
	}
	if err := s.reachable(m.chat); err != nil {
		return nil, err
	}
	invalid, reached := []string{}, []string{}
	for _, id := range in.UserIDs {
		if u := s.resolveUser(idType, id); u != nil && m.chat.has(u.OpenID) {
			reached = append(reached, u.OpenID)
		} else {
			invalid = append(invalid, id)
		}
	}
	if len(reached) == 0 {
		return nil, refuse(400, 230001, "Your request contains an invalid request parameter, ext=all user ids are invalid")
	}
	m.Urgent = append(m.Urgent, reached...)
	s.markChanged(m)
	return map[string]any{"invalid_user_id_list": invalid}, nil
}
