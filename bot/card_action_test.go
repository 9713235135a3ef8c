package bot

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shiming/cards"
	"shiming/flows"
)

func TestClick(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	plain := clickEvent(confirmValue(), m{"identity_name": "张三", "note": ""})
	plain = strings.Replace(plain, "1760000000000", "1760000000000123", 1) // a callback has microseconds
	wantResponse(t, r.send(pushOf(plain)), 200, `{}`)
	got := r.stub.all()[0].(flows.CardAction)
	name, note := "张三", ""
	want := flows.CardAction{
		EventID:   "ev_1",
		TenantKey: "tk",
		OpenID:    "ou_emp",
		MessageID: "om_card",
		ChatID:    "oc_p2p",
		At:        time.UnixMilli(1760000000000),
		Action: cards.Action{
			V:    1,
			Act:  cards.ActConfirm,
			Case: testCase,
			Rev:  7,
		},
		Form: cards.Form{IdentityName: &name, Note: &note},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestClickMalformed checks that a malformed click gets the Handler's answer and never a 500.
func TestClickMalformed(t *testing.T) {
	t.Parallel()
	without := func(key string) func(m) { return func(e m) { delete(e, key) } }
	for _, tt := range []struct {
		name  string
		plain string
		asked bool // the Handler is called; it is not if the click names no operator
	}{
		{"value is a string", clickEvent(`{"act":"confirm"}`, nil), true},
		{"value is a list", clickEvent([]int{1}, nil), true},
		{"value is null", clickEvent(nil, nil), true},
		{"value is empty", clickEvent(m{}, nil), true},
		{"value of another bot", clickEvent(m{"key": "value"}, nil), true},
		{"unknown act", clickEvent(m{"v": 1, "act": "explode", "case": testCase, "rev": 1}, nil), true},
		{"rev is a fraction", clickEvent(m{"v": 1, "act": "confirm", "case": testCase, "rev": 1.5}, nil), true},
		{"form is a string", clickEvent(confirmValue(), "x"), true},
		{"form value is a number", clickEvent(confirmValue(), m{"identity_name": 3}), true},
		{"without action", clickEvent(nil, nil, without("action")), true},
		{"action is a string", clickEvent(nil, nil, func(e m) { e["action"] = "x" }), true},
		{"without operator", clickEvent(confirmValue(), nil, without("operator")), false},
		{"operator is a string", clickEvent(confirmValue(), nil, func(e m) { e["operator"] = "x" }), false},
		{"without event", event20(eventClick, nil), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newTestServer(t)
			sorry := cards.NewToast("bad_request", nil)
			r.stub.answer.Toast = &sorry
			w := r.send(pushOf(tt.plain))
			if w.Code != 200 || !strings.Contains(w.Body.String(), `"toast":{"type":"error"`) {
				t.Errorf("got %d %s, want 200", w.Code, w.Body)
			}
			got := r.stub.all()
			if !tt.asked {
				r.wantCalls(t, 0)
				return
			}
			if len(got) != 1 {
				t.Fatalf("got %d calls of the Handler, want 1: %+v", len(got), got)
			}
			click := got[0].(flows.CardAction)
			if !click.Malformed || click.OpenID != "ou_emp" || click.EventID != "ev_1" || click.Action != (cards.Action{}) {
				t.Errorf("got %+v", click)
			}
		})
	}
}

func TestClickAnswer(t *testing.T) {
	t.Parallel()
	toast := cards.Toast{Type: "info", ZH: "好了", EN: "Done"}
	const toastJSON = `"toast":{"type":"info","content":"好了","i18n":{"en_us":"Done","zh_cn":"好了"}}`
	const cardJSON = `"card":{"type":"raw","data":{"schema":"2.0"}}`
	card := plainCard(`{"schema":"2.0"}`)
	for _, tt := range []struct {
		name   string
		answer flows.Answer
		want   string
	}{
		{"nothing", flows.Answer{}, `{}`},
		{"toast", flows.Answer{Toast: &toast}, `{` + toastJSON + `}`},
		{"card", flows.Answer{Card: card}, `{` + cardJSON + `}`},
		{"both", flows.Answer{Toast: &toast, Card: card}, `{` + toastJSON + `,` + cardJSON + `}`},
		{"broken card", flows.Answer{Card: plainCard(`{`)}, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newTestServer(t)
			r.stub.answer = tt.answer
			wantResponse(t, r.send(pushOf(clickEvent(confirmValue(), nil))), 200, tt.want)
		})
	}
}

func TestClickStoreDown(t *testing.T) {
	t.Parallel()
	r := newTestServer(t)
	r.stub.err = errors.New("disk full")
	w := r.send(pushOf(clickEvent(confirmValue(), nil)))
	var got struct {
		Toast struct{ Type, Content string }
		Card  any
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
		t.Fatalf("got %d %s, want 200", w.Code, w.Body)
	}
	busy := cards.NewToast("busy", nil)
	if got.Toast.Content != busy.ZH || got.Toast.Type != busy.Type || got.Card != nil {
		t.Errorf("got %s, want the toast %q and no card", w.Body, busy.ZH)
	}
}

// TestPatchWaitsForAnswer patches a card while the response to a click on it is under way. The patch must come last.
func TestPatchWaitsForAnswer(t *testing.T) {
	t.Parallel()
	order := &PatchOrder{}
	clicked, answered := make(chan struct{}), make(chan struct{})
	r := newTestServer(t, func(c *ServerConfig) { c.PatchOrder = order })
	r.stub.onClick = func() {
		close(clicked)
		<-answered
	}
	patched := make(chan struct{})
	feishu := newFake(t)
	feishu.handle("PATCH /open-apis/im/v1/messages/om_card", func(w http.ResponseWriter, _ *http.Request) {
		close(patched)
		ok(w, `{}`)
	})
	feishu.handle("PATCH /open-apis/im/v1/messages/om_other", func(w http.ResponseWriter, _ *http.Request) {
		ok(w, `{}`)
	})
	client := feishu.client(t, func(c *ClientConfig) { c.PatchOrder = order })
	server := httptest.NewServer(r.Handler())
	defer server.Close()

	answer := make(chan string, 1)
	go func() { answer <- post(t, server.URL, pushOf(clickEvent(confirmValue(), nil))) }()
	<-clicked
	patch := make(chan error, 1)
	go func() { patch <- client.Patch(t.Context(), "om_card", fixedCard(json.RawMessage(`{}`))) }()
	// A patch of another card does not wait. While it runs, the goroutine above has time to reach the fake.
	if err := client.Patch(t.Context(), "om_other", fixedCard(json.RawMessage(`{}`))); err != nil {
		t.Fatal(err)
	}
	select {
	case <-patched:
		t.Fatal("patched before the click was answered")
	default:
	}
	close(answered)
	if got := <-answer; got != `{}` {
		t.Errorf("answer %s, want %q", got, `{}`)
	}
	if err := <-patch; err != nil {
		t.Error(err)
	}
	<-patched
}

// post sends a push over the network and returns the body of the response.
func post(t *testing.T, url string, p push) string {
	req := p.request()
	out, err := http.NewRequest(http.MethodPost, url+"/webhook/event", req.Body)
	if err != nil {
		t.Error(err)
		return ""
	}
	out.Header = req.Header
	resp, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(bufio.NewReader(resp.Body))
	return string(body)
}

func TestPatchOrder(t *testing.T) {
	t.Parallel()
	t.Run("nothing open", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var a PatchOrder
			wantWait(t, &a, t.Context(), 0)
		})
	})
	t.Run("until the last click is answered", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var a PatchOrder
			first, second := a.BeginAnswer("om"), a.BeginAnswer("om")
			time.AfterFunc(time.Second, func() {
				first()
				first()
			})
			time.AfterFunc(2*time.Second, second)
			wantWait(t, &a, t.Context(), 2*time.Second)
			wantWait(t, &a, t.Context(), 0)
		})
	})
	t.Run("a new click in between", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var a PatchOrder
			end := a.BeginAnswer("om")
			time.AfterFunc(time.Second, func() {
				next := a.BeginAnswer("om")
				end()
				time.AfterFunc(time.Second, next)
			})
			wantWait(t, &a, t.Context(), 2*time.Second)
		})
	})
	t.Run("no longer than maxPatchWait", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var a PatchOrder
			defer a.BeginAnswer("om")()
			wantWait(t, &a, t.Context(), maxPatchWait)
		})
	})
	t.Run("no longer than the context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var a PatchOrder
			defer a.BeginAnswer("om")()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			wantWait(t, &a, ctx, time.Second)
		})
	})
	t.Run("an answer comes after the patch that was on its way", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var a PatchOrder
			patched := a.BeginPatch(t.Context(), "om")
			time.AfterFunc(maxAnswerWait/2, patched)
			end := a.BeginAnswer("om")
			start := time.Now()
			a.AwaitPatches(t.Context(), "other")
			a.AwaitPatches(t.Context(), "om")
			if got := time.Since(start); got != maxAnswerWait/2 {
				t.Errorf("waited %v, want %v", got, maxAnswerWait/2)
			}
			end()
			if len(a.cards) != 0 {
				t.Errorf("left behind: %v", a.cards)
			}
		})
	})
	t.Run("an answer does not wait long for a patch", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var a PatchOrder
			defer a.BeginPatch(t.Context(), "om")()
			start := time.Now()
			a.AwaitPatches(t.Context(), "om")
			if got := time.Since(start); got != maxAnswerWait {
				t.Errorf("waited %v, want %v", got, maxAnswerWait)
			}
		})
	})
	t.Run("over the long connection", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newTestServer(t)
			var a PatchOrder
			r.events.patchOrder = &a
			_, status, after := r.pushed(t.Context(), []byte(clickEvent(confirmValue(), nil)))
			if status != 200 {
				t.Fatal(status)
			}
			time.AfterFunc(time.Second, after) // the response leaves
			start := time.Now()
			a.BeginPatch(t.Context(), "om_card")
			if got := time.Since(start); got != time.Second {
				t.Errorf("waited %v, want %v", got, time.Second)
			}
		})
	})
}

// wantWait checks how long a patch waits.
func wantWait(t *testing.T, a *PatchOrder, ctx context.Context, want time.Duration) {
	t.Helper()
	start := time.Now()
	a.BeginPatch(ctx, "om")()
	if got := time.Since(start); got != want {
		t.Errorf("waited %v, want %v", got, want)
	}
}

func FuzzDecodeClick(f *testing.F) {
	f.Add(`{"v":1,"act":"confirm","case":"`+testCase+`","rev":7}`, `{"identity_name":"x"}`)
	f.Add(`"string"`, `null`)
	f.Add(`{"v":1e300,"rev":-1}`, `{"note":[]}`)
	r := newTestServer(f)
	f.Fuzz(func(t *testing.T, value, form string) {
		if !json.Valid([]byte(value)) || !json.Valid([]byte(form)) {
			t.Skip()
		}
		before := len(r.stub.all())
		w := r.send(pushOf(clickEvent(json.RawMessage(value), json.RawMessage(form))))
		if w.Code != 200 {
			t.Fatalf("status %d: %s, want 200", w.Code, r.log)
		}
		got := r.stub.all()[before:]
		if len(got) != 1 {
			t.Fatalf("%d clicks, want 1", len(got))
		}
		if c := got[0].(flows.CardAction); c.OpenID != "ou_emp" || c.Malformed && c.Action != (cards.Action{}) {
			t.Errorf("got %+v", c)
		}
	})
}
