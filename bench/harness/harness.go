package harness

import (
	"cmp"
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

// Setup configures a Harness.
type Setup struct {
	World    sim.Config
	Bots     int    // number of processes; more than one needs postgres
	Store    string // sqlite or postgres
	Sync     string // full or normal
	Settings map[string]string
	// Market makes the bot a marketplace app, which a second company has installed as well: Harness.Other.
	Market bool
}

// Harness is the simulated world in this process, where every call can be timed, and bots in processes of their own.
type Harness struct {
	World *sim.World
	Other *sim.World // the second company of a marketplace app
	Bots  []*Bot

	dir     string
	closing []func()
}

// Open builds the program and starts everything. Close stops it.
func Open(ctx context.Context, c Setup) (*Harness, error) {
	h := &Harness{}
	if err := h.open(ctx, c); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (h *Harness) open(ctx context.Context, c Setup) (err error) {
	if c.Store == "sqlite" && c.Bots > 1 {
		return errors.New("several processes need postgres")
	}
	h.dir, err = os.MkdirTemp("", "shiming-bench-")
	if err != nil {
		return err
	}
	h.closing = append(h.closing, func() { _ = os.RemoveAll(h.dir) })
	program, err := Build(ctx, h.dir)
	if err != nil {
		return err
	}
	// The older revision takes the consent by a click, as when the published figures were measured.
	c.World.EsignRevision = cmp.Or(c.World.EsignRevision, "2024")
	h.World, err = sim.Start(ctx, c.World)
	if err != nil {
		return err
	}
	h.closing = append(h.closing, func() { closeWorld(h.World) })
	settings := h.World.Settings()
	settings["store.sync"] = c.Sync
	settings["review.undo"] = "0s" // the time for undoing a decision is HR's, not the bot's own
	var market *feishu.Market
	if c.Market {
		if market, err = h.openMarket(ctx, c.World, settings); err != nil {
			return err
		}
	}
	dsn, server, err := NewDatabase(ctx, c.Store, h.dir)
	if err != nil {
		return err
	}
	if server != nil {
		h.closing = append(h.closing, func() { _ = server.Close() })
	}
	settings["store.dsn"] = dsn
	maps.Copy(settings, c.Settings)
	var urls []*url.URL
	for i := range c.Bots {
		bot, err := NewBot(program, h.dir, fmt.Sprint("bot", i+1), settings)
		if err != nil {
			return err
		}
		h.closing = append(h.closing, bot.Kill)
		if err := bot.Start(ctx); err != nil {
			return err
		}
		h.Bots = append(h.Bots, bot)
		u, err := url.Parse(bot.URL)
		if err != nil {
			return err
		}
		urls = append(urls, u)
	}
	balancer := httptest.NewServer(inTurn(urls))
	h.closing = append(h.closing, balancer.Close)
	h.World.SetWebhook(balancer.URL + "/webhook/event")
	if market != nil {
		h.Other.SetWebhook(h.World.Webhook())
		if status, err := market.PushTicket(ctx); err != nil || status != http.StatusOK {
			return fmt.Errorf("the app ticket was answered %d: %w", status, err)
		}
	}
	return h.World.Feishu.Challenge(ctx)
}

func closeWorld(w *sim.World) {
	cut, cancel := context.WithCancel(context.Background())
	cancel() // do not wait for connections that were opened and never used
	_ = w.Close(cut)
}

// inTurn is a load balancer that forwards each request to the next process.
func inTurn(urls []*url.URL) http.Handler {
	var n atomic.Uint64
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	return &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(urls[n.Add(1)%uint64(len(urls))])
		r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"] // the reader of the agreement page
	}}
}

// Close stops everything and deletes the files.
func (h *Harness) Close() {
	for i := len(h.closing) - 1; i >= 0; i-- {
		h.closing[i]()
	}
	h.closing = nil
}

// Peak returns the largest resident set of a process so far, in bytes.
func (h *Harness) Peak(bot int) (int64, error) {
	return PeakMemory(h.Bots[bot].Process().PID())
}

// Card waits until a chat's newest card with a button for the act is there. It returns the card and when it was
// shown.
func (h *Harness) Card(ctx context.Context, chat, act string) (feishu.Message, error) {
	var found feishu.Message
	_, err := h.World.Feishu.Watch(ctx, chat, func(feishu.Message) bool {
		all := h.World.Feishu.Messages(chat)
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

// Press waits for a button and presses it, repeatedly if the bot was busy.
func (h *Harness) Press(ctx context.Context, e *sim.Employee, chat, act string, form map[string]any) error {
	for {
		m, err := h.Card(ctx, chat, act)
		if err != nil {
			return err
		}
		res, err := h.World.Feishu.ClickAct(ctx, e.OpenID, m.ID, act, form)
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

// Consent starts a case and consents, so that the bot waits for photos.
func (h *Harness) Consent(ctx context.Context, e *sim.Employee) error {
	if _, err := h.World.Feishu.SendText(ctx, e.OpenID, "实名"); err != nil {
		return err
	}
	return h.Press(ctx, e, e.ChatID, "consent", nil)
}

// Shown returns when a message first satisfied the condition, zero if it never did.
func Shown(m feishu.Message, ok func(*feishu.Card) bool) time.Time {
	for _, v := range m.History {
		if card, err := feishu.ParseCard(v.Card); err == nil && ok(card) {
			return v.At
		}
	}
	return time.Time{}
}

// Quiet waits until no process has a job that is due or running.
func (h *Harness) Quiet(ctx context.Context) error {
	for {
		waiting := 0.0
		for _, b := range h.Bots {
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
