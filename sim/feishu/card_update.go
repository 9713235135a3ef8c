package feishu

import (
	"encoding/json"
	"time"
)

// callbackToken allows two updates of a card within 30 minutes of its callback.
type callbackToken struct {
	msg      *message
	issued   time.Time
	uses     int
	answered bool
}

// delayedUpdate is 延时更新消息卡片 (interactive/v1/card/update). It is accepted only after the callback was answered.
func (s *Server) delayedUpdate(c *call) (any, *apiError) {
	var in struct {
		Token string          `json:"token"`
		Card  json.RawMessage `json:"card"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.callbacks[in.Token]
	switch {
	case t == nil:
		return nil, refuse(400, 300030, "invalid token")
	case !t.answered:
		return nil, refuse(400, 300040, "the callback is not answered yet")
	case c.now.Sub(t.issued) > 30*time.Minute:
		return nil, refuse(400, 300020, "the token has expired")
	case t.uses >= 2:
		return nil, refuse(400, 300030, "the token has been used up")
	}
	if err := s.updatable(t.msg, c.now); err != nil {
		return nil, err
	}
	if err := s.checkContent("interactive", string(in.Card)); err != nil {
		return nil, err
	}
	t.uses++
	s.replaceCard(t.msg, in.Card, "delayed", c.now)
	return topLevel{"msg": "ok"}, nil
}
