package bot

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher"
	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"shiming/flows"
	"shiming/shape"
)

// BenchmarkCompare measures what it costs to compare a message with its page.
func BenchmarkCompare(b *testing.B) {
	plain := []byte(messageEvent("text", `{"text":"实名"}`))
	b.ReportAllocs()
	for b.Loop() {
		shape.Compare(plain, pushShapes[eventMessage], func(d string) { b.Errorf("got %s, want no difference", d) })
	}
}

type nowhere struct{ fakeHandler }

func (*nowhere) Message(context.Context, flows.Message) error { return nil }

// BenchmarkGuard compares a signed and encrypted message on its way through our server (gin, guard, dispatcher,
// decoding) with the same message through the SDK's own dispatcher, which checks less.
func BenchmarkGuard(b *testing.B) {
	p := pushOf(messageEvent("text", `{"text":"实名"}`))
	p.body = encryptedBody(p.plain, p.key)
	b.Run("ours", func(b *testing.B) {
		r := newTestServer(b, func(c *ServerConfig) {
			c.Handler, c.Log = &nowhere{}, slog.New(slog.DiscardHandler)
			c.Surprised = func(kind, difference string) { b.Errorf("got %s of %s, want no difference", difference, kind) }
		})
		b.ReportAllocs()
		for b.Loop() {
			if w := r.send(p); w.Code != http.StatusOK {
				b.Fatal(w.Body)
			}
		}
	})
	b.Run("sdk", func(b *testing.B) {
		d := dispatcher.NewEventDispatcher(testToken, testKey)
		d.InitConfig(larkevent.WithLogger(sdkLogger{slog.New(slog.DiscardHandler)}),
			larkevent.WithLogLevel(larkcore.LogLevelError))
		d.OnP2MessageReceiveV1(func(context.Context, *larkim.P2MessageReceiveV1) error { return nil })
		b.ReportAllocs()
		for b.Loop() {
			w, req := httptest.NewRecorder(), p.request()
			resp := d.Handle(req.Context(), &larkevent.EventReq{Header: req.Header, Body: p.body})
			w.WriteHeader(resp.StatusCode)
			if _, err := w.Write(resp.Body); err != nil || w.Code != http.StatusOK {
				b.Fatal(w.Body)
			}
		}
	})
}
