package feishu

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"shiming/sim/wire"
)

// Toast is the message that the client shows briefly after a callback.
type Toast struct {
	Type    string            `json:"type"` // info, success, error, warning
	Content string            `json:"content"`
	I18n    map[string]string `json:"i18n"`
}

// Text returns the text in the client's language.
func (t *Toast) Text(locale string) string {
	if t == nil {
		return ""
	}
	if v, ok := t.I18n[locale]; ok {
		return v
	}
	return t.Content
}

// CallbackResult is the effect of a click. ErrorCode is 0, or the code that the client shows: 200340 no webhook, 200341
// no answer in time, 200342 connection, 200343 DNS, 200671 status not 200, 200672 malformed body, 200673 invalid card
// in the answer, 200830 card of another schema.
type CallbackResult struct {
	EventID    string
	Token      string // for the delayed update
	Toast      *Toast
	Card       json.RawMessage // new card from the answer, nil if there is none
	ErrorCode  int
	HTTPStatus int
	Took       time.Duration // real time until the answer was read
	CardErrors []error       // why ErrorCode is 200673
}

// Click presses a button of the current card for a person. match selects the button (usually ByAct). form has the
// values that the person entered, by field name; the other fields keep the card's values. Click returns an error only
// if the client sends nothing: the button does not exist or is disabled, a required field is empty, or the person is
// not in the chat.
func (s *Server) Click(ctx context.Context, openID, messageID string, match func(Button) bool,
	form map[string]any) (CallbackResult, error) {
	defer s.cfg.BeginPush()()
	s.mu.Lock()
	m, b, event, err := s.prepareClick(openID, messageID, match, form)
	if err != nil {
		s.mu.Unlock()
		return CallbackResult{}, err
	}
	now := s.cfg.Now()
	h := s.header("card.action.trigger", strconv.FormatInt(now.UnixMicro(), 10))
	token := &callbackToken{msg: m, issued: now}
	res := CallbackResult{EventID: h.EventID, Token: newID("c-")}
	s.callbacks[res.Token] = token
	event["token"] = res.Token
	plain := wire.Alter(compact(envelope{Schema: "2.0", Header: h, Event: event}), s.behaviour.AlterEvents[h.EventType])
	p := s.seal(plain)
	shown := Observed{
		Delivery: Delivery{EventID: h.EventID, Type: h.EventType, Subject: m.ID},
		Callback: true,
		Body:     plain,
	}
	if s.observer.Event != nil {
		s.observer.Event(shown)
	}
	subscribed := slices.Contains(s.subscribed.Callbacks, h.EventType)
	before, edits := m.Card, m.Edits
	if m.inFlight++; m.inFlight == 1 {
		m.answered = make(chan struct{})
	}
	s.mu.Unlock()

	began := time.Now()
	status, answer, pushErr := 0, []byte(nil), errNoWebhook // the result without a subscription, too
	if subscribed {
		status, answer, pushErr = s.push(ctx, p, s.cfg.AnswerWithin)
	}
	res.Took, res.HTTPStatus = time.Since(began), status

	s.mu.Lock()
	defer s.mu.Unlock()
	token.answered = pushErr == nil
	s.readAnswer(&res, status, answer, pushErr)
	end := s.cfg.Now()
	switch {
	case m.Recalled:
	case res.Card != nil:
		s.replaceCard(m, res.Card, "callback", end)
	case s.behaviour.EarlyPatch == EarlyPatchFlip && m.Edits != edits:
		s.replaceCard(m, before, "flip", end)
	}
	if m.inFlight--; m.inFlight == 0 {
		close(m.answered)
		m.answered = nil
	}
	s.journal = append(s.journal, Entry{
		At:      now,
		Kind:    "click",
		Name:    "card.action.trigger",
		Subject: m.ID,
		Status:  status,
		Code:    res.ErrorCode,
	})
	if s.observer.Event != nil {
		shown.Attempts = []Attempt{{
			At:      now,
			Took:    res.Took,
			Status:  status,
			Failure: failureWord(pushErr),
		}}
		shown.Delivered, shown.Answer, shown.ErrorCode = pushErr == nil && status == http.StatusOK, answer, res.ErrorCode
		s.observer.Event(shown)
	}
	s.presses = append(s.presses, pressOf(openID, m, b, form, now, res))
	return res, nil
}

// ClickAct presses the button whose callback value has this act.
func (s *Server) ClickAct(ctx context.Context, openID, messageID, act string,
	form map[string]any) (CallbackResult, error) {
	return s.Click(ctx, openID, messageID, ByAct(act), form)
}

// prepareClick finds the button and builds the event card.action.trigger without its token. The caller holds the lock.
func (s *Server) prepareClick(openID, messageID string, match func(Button) bool,
	form map[string]any) (*message, Button, map[string]any, error) {
	m, u := s.messages[messageID], s.users[openID]
	switch {
	case u == nil:
		return nil, Button{}, nil, ErrNoUser
	case m == nil:
		return nil, Button{}, nil, ErrNoMessage
	case !m.chat.has(openID):
		return nil, Button{}, nil, ErrNotInChat
	case m.Type != "interactive":
		return nil, Button{}, nil, ErrNotACard
	case m.Recalled:
		return nil, Button{}, nil, ErrRecalled
	case s.cfg.Now().Sub(m.CreatedAt) > patchWindow:
		return nil, Button{}, nil, ErrCardExpired
	}
	c, err := ParseCard(m.Card)
	if err != nil {
		return nil, Button{}, nil, err
	}
	buttons := c.Buttons()
	i := slices.IndexFunc(buttons, match)
	if i < 0 {
		return nil, Button{}, nil, ErrNoButton
	}
	b := buttons[i]
	switch {
	case b.Disabled:
		return nil, Button{}, nil, ErrDisabled
	case b.Reset || b.value == nil:
		return nil, Button{}, nil, ErrNoCallback
	case !b.Submit && len(form) > 0:
		return nil, Button{}, nil, ErrFormOnButton
	}
	action := map[string]any{"tag": "button", "timezone": "Asia/Shanghai"}
	if value := s.behaviour.valueOf(b); value != nil {
		action["value"] = value
	}
	if b.Name != "" {
		action["name"] = b.Name
	}
	if b.Submit {
		values, err := formValue(c, b.Form, form, s.behaviour.OmitEmptyFields)
		if err != nil {
			return nil, Button{}, nil, err
		}
		action["form_value"] = values
	}
	operator := s.userIDs(u)
	operator["tenant_key"] = s.tenantOf(u)
	return m, b, map[string]any{
		"operator": operator,
		"host":     "im_message",
		"action":   action,
		"context":  map[string]any{"open_message_id": m.ID, "open_chat_id": m.ChatID},
	}, nil
}

// readAnswer fills in the result from the bot's answer. The caller holds the lock.
func (s *Server) readAnswer(res *CallbackResult, status int, answer []byte, err error) {
	if err != nil {
		res.ErrorCode = map[string]int{"no webhook": 200340, "timeout": 200341, "dns": 200343}[failureWord(err)]
		if res.ErrorCode == 0 {
			res.ErrorCode = 200342
		}
		return
	}
	if status != http.StatusOK {
		res.ErrorCode = 200671
		return
	}
	var in struct {
		Toast *Toast `json:"toast"`
		Card  *struct {
			Type string          `json:"type"`
			Data json.RawMessage `json:"data"`
		} `json:"card"`
	}
	dec := json.NewDecoder(bytes.NewReader(answer))
	dec.DisallowUnknownFields()
	isObject := bytes.HasPrefix(bytes.TrimSpace(answer), []byte("{"))
	if !isObject || dec.Decode(&in) != nil || dec.More() || !in.Toast.valid() {
		res.ErrorCode = 200672
		return
	}
	if in.Card != nil {
		if in.Card.Type != "raw" { // a template would be stored in the console, which is not simulated
			res.ErrorCode = 200673
			return
		}
		c, err := ParseCard(in.Card.Data)
		if err == nil && c.root["schema"] != "2.0" {
			res.ErrorCode = 200830
			return
		}
		if res.CardErrors = s.cardFaults(in.Card.Data); len(res.CardErrors) > 0 {
			res.ErrorCode = 200673
			return
		}
		res.Card = in.Card.Data
	}
	res.Toast = in.Toast
}

func (t *Toast) valid() bool {
	if t == nil {
		return true
	}
	switch t.Type {
	case "", "info", "success", "error", "warning":
	default:
		return false
	}
	for k := range t.I18n {
		if !locales[k] {
			return false
		}
	}
	return t.Content != "" || len(t.I18n) > 0
}
