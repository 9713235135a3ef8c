package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"shiming/playground/scrape"
	"shiming/sim"
	"shiming/sim/feishu"
)

// Setup says what to measure on.
type Setup struct {
	World    sim.Config
	Bots     int    // processes; more than one needs postgres
	Store    string // sqlite | postgres
	Sync     string // full | normal
	Settings map[string]string
}

// WorldWithBots is the simulated world in this process, where every call can be timed, and bots in processes of their
// own.
type WorldWithBots struct {
	World *sim.World
	Bots  []*Bot

	dir     string
	closing []func()
}

// Open builds the program and starts everything. Close ends it.
func Open(ctx context.Context, c Setup) (*WorldWithBots, error) {
	w := &WorldWithBots{}
	if err := w.open(ctx, c); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

func (w *WorldWithBots) open(ctx context.Context, c Setup) (err error) {
	if c.Store == "sqlite" && c.Bots > 1 {
		return errors.New("several processes need postgres")
	}
	if w.dir, err = os.MkdirTemp("", "shiming-bench-"); err != nil {
		return err
	}
	w.closing = append(w.closing, func() { _ = os.RemoveAll(w.dir) })
	program, err := Build(ctx, w.dir)
	if err != nil {
		return err
	}
	if w.World, err = sim.Start(ctx, c.World); err != nil {
		return err
	}
	w.closing = append(w.closing, func() {
		cut, cancel := context.WithCancel(context.Background())
		cancel() // nobody waits for connections that were opened and never used
		_ = w.World.Close(cut)
	})
	settings := w.World.Settings()
	settings["store.sync"] = c.Sync
	dsn, server, err := NewDatabase(ctx, c.Store, w.dir)
	if err != nil {
		return err
	}
	if server != nil {
		w.closing = append(w.closing, func() { _ = server.Close() })
	}
	settings["store.dsn"] = dsn
	maps.Copy(settings, c.Settings)
	var urls []*url.URL
	for i := range c.Bots {
		bot, err := NewBot(program, w.dir, fmt.Sprint("bot", i+1), settings)
		if err != nil {
			return err
		}
		w.closing = append(w.closing, bot.Kill)
		if err := bot.Start(ctx); err != nil {
			return err
		}
		w.Bots = append(w.Bots, bot)
		u, err := url.Parse(bot.URL)
		if err != nil {
			return err
		}
		urls = append(urls, u)
	}
	balancer := httptest.NewServer(inTurn(urls))
	w.closing = append(w.closing, balancer.Close)
	w.World.SetWebhook(balancer.URL + "/webhook/event")
	return w.World.Feishu.Challenge(ctx)
}

// inTurn is a balancer that gives each request to the next process.
func inTurn(urls []*url.URL) http.Handler {
	var n atomic.Uint64
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	return &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(urls[n.Add(1)%uint64(len(urls))])
	}}
}

// Close ends everything and deletes its files.
func (w *WorldWithBots) Close() {
	for i := len(w.closing) - 1; i >= 0; i-- {
		w.closing[i]()
	}
	w.closing = nil
}

// Peak is the largest resident set of a process so far, in bytes.
func (w *WorldWithBots) Peak(bot int) (int64, error) {
	return PeakMemory(w.Bots[bot].Process().PID())
}

// Card waits until the newest card of a chat that has a button for the act is there, and returns it
// and when it was shown.
func (w *WorldWithBots) Card(ctx context.Context, chat, act string) (feishu.Message, error) {
	var found feishu.Message
	_, err := w.World.Feishu.Watch(ctx, chat, func(feishu.Message) bool {
		all := w.World.Feishu.Messages(chat)
		for i := len(all) - 1; i >= 0; i-- {
			if card, err := feishu.ParseCard(all[i].Card); err == nil && all[i].FromBot && !all[i].Recalled {
				if _, has := card.FindAct(act); has {
					found = all[i]
					return true
				}
			}
		}
		return false
	})
	if err != nil {
		return found, fmt.Errorf("no card with %s: %w", act, err)
	}
	return found, nil
}

// Press waits for a button and presses it, again when the bot was late.
func (w *WorldWithBots) Press(ctx context.Context, e *sim.Employee, chat, act string, form map[string]any) error {
	for {
		m, err := w.Card(ctx, chat, act)
		if err != nil {
			return err
		}
		res, err := w.World.Feishu.ClickAct(ctx, e.OpenID, m.ID, act, form)
		switch {
		case err != nil:
			return err
		case res.ErrorCode == 0:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}

// Consent starts a case and consents; the bot waits for photos then.
func (w *WorldWithBots) Consent(ctx context.Context, e *sim.Employee) error {
	if _, err := w.World.Feishu.SendText(ctx, e.OpenID, "实名"); err != nil {
		return err
	}
	return w.Press(ctx, e, e.ChatID, "consent", nil)
}

// Shown is when a message first satisfied the condition, zero if it never did.
func Shown(m feishu.Message, ok func(*feishu.Card) bool) time.Time {
	for _, v := range m.History {
		if card, err := feishu.ParseCard(v.Card); err == nil && ok(card) {
			return v.At
		}
	}
	return time.Time{}
}

// Quiet waits until no process has a job that is due or running.
func (w *WorldWithBots) Quiet(ctx context.Context) error {
	for {
		waiting := 0.0
		for _, b := range w.Bots {
			m, err := scrape.Read(ctx, b.URL)
			if err != nil {
				return err
			}
			waiting += m.Sum("shiming_jobs_waiting") + m.Sum("shiming_pushes_undecided")
		}
		if waiting == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
