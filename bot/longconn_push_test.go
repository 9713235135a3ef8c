package bot

import (
	"errors"
	"testing"
	"time"
)

func TestServerWithoutWebhook(t *testing.T) {
	if _, err := NewServer(ServerConfig{
		AppID:     testApp,
		Handler:   &fakeHandler{},
		Pushes:    &fakePushStore{},
		NoWebhook: true,
	}); err != nil {
		t.Error(err)
	}
	if _, err := NewServer(ServerConfig{AppID: testApp, Handler: &fakeHandler{}, Pushes: &fakePushStore{}}); err == nil {
		t.Error("got a webhook without keys, want an error")
	}
}

// TestPushedStatus checks the status of a response, which tells the platform whether to send the push again.
func TestPushedStatus(t *testing.T) {
	const event = `{"schema":"2.0","header":{"event_id":"e1",` +
		`"event_type":"im.chat.access_event.bot_p2p_chat_entered_v1","app_id":"cli_test"},` +
		`"event":{"chat_id":"oc_1","operator_id":{"open_id":"ou_1"}}}`
	const click = `{"schema":"2.0","header":{"event_id":"e2","event_type":"card.action.trigger"},` +
		`"event":{"operator":{"open_id":"ou_1"},"context":{"open_message_id":"om_1"},"action":{"value":{}}}}`
	for _, c := range []struct {
		name, plain string
		err         error
		panics      bool
		status      int
	}{
		{"stored", event, nil, false, 200},
		{"not stored", event, errors.New("disk"), false, 500},
		{"not an event", `[]`, nil, false, 400},
		{"of no kind that is handled", `{"schema":"2.0","header":{"event_type":"x.y_v1"}}`, nil, false, 200},
		{"a panic", click, nil, true, 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			var kinds []string
			r := newTestServer(t, func(cfg *ServerConfig) {
				cfg.Observe = func(kind string, status int, _ time.Duration) { kinds = append(kinds, kind) }
			})
			r.pushes.err = c.err
			if c.panics {
				r.stub.onClick = func() { panic("must not be logged") }
			}
			_, status, after := r.pushed(t.Context(), []byte(c.plain))
			after()
			if status != c.status || len(kinds) != 1 {
				t.Errorf("%s: status %d, want %d; observed %v", c.name, status, c.status, kinds)
			}
		})
	}
}
