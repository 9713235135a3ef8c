package e2e

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"shiming/bot"
	"shiming/engine"
	"shiming/flows"
	"shiming/sim/feishu"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// process is one instance of the bot without its workers: it acknowledges and decides.
type process struct {
	gate *gate
	url  string
	stop func() // ends its inbox; it can be called twice
}

// wantDecided waits until the process has decided on messages with these texts, in this order.
func (p *process) wantDecided(t *testing.T, texts ...string) {
	t.Helper()
	for _, want := range texts {
		select {
		case got := <-p.gate.decided:
			if got != want {
				t.Errorf("decided on %s, want %s", got, want)
			}
		case <-time.After(5 * time.Minute): // ends a test that hangs
			t.Fatalf("decided on nothing, want %s", want)
		}
	}
}

// gate is an engine that decides on no message until it is open, and says so when it has.
type gate struct {
	*engine.Engine
	open    chan struct{}
	decided chan string // texts
}

func (g *gate) Message(ctx context.Context, m flows.Message) error {
	select {
	case <-g.open:
	case <-ctx.Done():
		return ctx.Err()
	}
	err := g.Engine.Message(ctx, m)
	if err == nil {
		g.decided <- m.Text
	}
	return err
}

// startProcess starts an instance over a store. open is nil for one that is killed before it decides on anything.
func startProcess(t *testing.T, s *store.Store, open chan struct{}) *process {
	t.Helper()
	g := &gate{engine.New(engine.Deps{Store: s, Policy: *flows.SamplePolicy()}), open, make(chan string, 10)}
	server, err := bot.NewServer(bot.ServerConfig{
		AppID:             "cli_sim",
		EncryptKey:        "sim-key",
		VerificationToken: "sim-token",
		Handler:           g,
		Pushes:            s,
		Log:               slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ours := httptest.NewServer(server.Handler())
	t.Cleanup(ours.Close)
	p := &process{gate: g, url: ours.URL + "/webhook/event", stop: func() {}}
	if open != nil {
		ctx, cancel := context.WithCancel(context.Background())
		var inbox sync.WaitGroup
		inbox.Go(func() { server.Run(ctx, time.Minute) })
		p.stop = func() { cancel(); inbox.Wait() }
		t.Cleanup(p.stop)
	}
	return p
}

// openStore opens a store. The test closes it once more at its end, which does nothing.
func openStore(t *testing.T, dsn string, keys *keyset.Keyset) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{DSN: dsn, Sync: "normal", Keyset: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestChatOrderAcrossProcesses: one process acknowledges 取消 and is killed, or is busy; another one acknowledges 实名
// after it. The first case is cancelled and a second one opened, at once and in this order.
func TestChatOrderAcrossProcesses(t *testing.T) {
	opened := make(chan struct{})
	close(opened)
	for _, tt := range []struct {
		name   string
		dsn    func(t *testing.T) string
		first  chan struct{} // gate of the first process; nil: it is killed
		shared bool          // several processes on one database
	}{
		{"SQLite, the first is killed", func(t *testing.T) string {
			return "sqlite:" + filepath.Join(t.TempDir(), "bot.db")
		}, nil, false},
		{"PostgreSQL, the first is killed", func(t *testing.T) string { return pgtest.DSN(t) }, nil, true},
		{"PostgreSQL, the first is busy", func(t *testing.T) string { return pgtest.DSN(t) }, make(chan struct{}), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var hook string
			world := feishu.New(feishu.Config{
				AppID:             "cli_sim",
				AppSecret:         "sim-secret",
				TenantKey:         "tk",
				EncryptKey:        "sim-key",
				VerificationToken: "sim-token",
				Webhook:           func() string { return hook },
				AnswerWithin:      time.Minute, // a busy machine must not cause redeliveries
			})
			t.Cleanup(world.Close)
			person := world.AddUser(feishu.User{OpenID: "ou_1", Name: "样甲明"})
			say := func(to *process, text string) {
				t.Helper()
				hook = to.url
				sent, err := world.SendText(t.Context(), person.OpenID, text)
				if err != nil || !sent.Delivery.Delivered {
					t.Fatalf("%s: delivery %+v, %v, want it acknowledged", text, sent.Delivery, err)
				}
			}
			dsn, keys := tt.dsn(t), keyset.New()
			one := openStore(t, dsn, keys)
			begin := startProcess(t, one, opened)
			say(begin, "实名")
			begin.wantDecided(t, "实名")
			begin.stop()

			first := startProcess(t, one, tt.first)
			say(first, "取消")
			if !tt.shared {
				if err := one.Close(); err != nil {
					t.Fatal(err)
				}
			}
			two := openStore(t, dsn, keys)
			second := startProcess(t, two, opened)
			say(second, "实名")
			second.wantDecided(t, "取消", "实名")
			check := func(when string) {
				t.Helper()
				var all []*flows.Case // newest first
				if err := two.View(t.Context(), func(v flows.View) (err error) {
					all, err = v.CasesOf(t.Context(), "tk", person.OpenID)
					return err
				}); err != nil || len(all) != 2 {
					t.Fatalf("%s: got %d cases, %v, want 2", when, len(all), err)
				}
				if all[0].State != flows.AwaitingConsent || all[1].State != flows.Withdrawn {
					t.Errorf("%s: the newest case is in %s, the one before in %s, want %s and %s",
						when, all[0].State, all[1].State, flows.AwaitingConsent, flows.Withdrawn)
				}
			}
			check("decided by the second")
			if tt.first != nil {
				close(tt.first)
				first.wantDecided(t, "取消")
				first.stop()
				check("decided by both")
			}
		})
	}
}
