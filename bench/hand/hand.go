// Package hand plays people by hand for the measuring commands: the simulated world in this
// process, where every call can be timed, and the bot in processes of its own.
package hand

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
	"path/filepath"
	"sync/atomic"
	"time"

	"shiming/bench/kit"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/store/pgtest"
)

// Config says what to measure on.
type Config struct {
	World    sim.Config
	Bots     int    // processes; more than one needs postgres
	Store    string // sqlite | postgres
	Sync     string // full | normal
	Settings map[string]string
}

// Stage is a world with a bot in it.
type Stage struct {
	World *sim.World
	Bots  []*kit.Bot

	dir     string
	closing []func()
}

// Open builds the program and starts everything. Close ends it.
func Open(ctx context.Context, c Config) (*Stage, error) {
	s := &Stage{}
	if err := s.open(ctx, c); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Stage) open(ctx context.Context, c Config) (err error) {
	if s.dir, err = os.MkdirTemp("", "shiming-bench-"); err != nil {
		return err
	}
	s.closing = append(s.closing, func() { _ = os.RemoveAll(s.dir) })
	program, err := kit.Build(ctx, s.dir)
	if err != nil {
		return err
	}
	if s.World, err = sim.Start(ctx, c.World); err != nil {
		return err
	}
	s.closing = append(s.closing, func() {
		cut, cancel := context.WithCancel(context.Background())
		cancel() // nobody waits for connections that were opened and never used
		_ = s.World.Close(cut)
	})
	settings := s.World.Settings()
	settings["store.sync"] = c.Sync
	if settings["store.dsn"], err = s.database(ctx, c, program); err != nil {
		return err
	}
	maps.Copy(settings, c.Settings)
	var urls []*url.URL
	for i := range c.Bots {
		bot, err := kit.NewBot(program, s.dir, fmt.Sprint("bot", i+1), settings)
		if err != nil {
			return err
		}
		s.closing = append(s.closing, bot.Kill)
		if err := bot.Start(ctx); err != nil {
			return err
		}
		s.Bots = append(s.Bots, bot)
		u, err := url.Parse(bot.URL)
		if err != nil {
			return err
		}
		urls = append(urls, u)
	}
	balancer := httptest.NewServer(inTurn(urls))
	s.closing = append(s.closing, balancer.Close)
	s.World.SetWebhook(balancer.URL + "/webhook/event")
	return s.World.Feishu.Challenge(ctx)
}

func (s *Stage) database(ctx context.Context, c Config, program *kit.Program) (string, error) {
	switch c.Store {
	case "sqlite":
		if c.Bots > 1 {
			return "", errors.New("several processes need postgres")
		}
		return "sqlite:" + filepath.Join(s.dir, "shiming.db"), nil
	case "postgres":
		server, err := pgtest.Start()
		if err != nil {
			return "", err
		}
		s.closing = append(s.closing, func() { _ = server.Close() })
		p, err := program.Start(filepath.Join(s.dir, "keygen.log"), nil, "keygen", filepath.Join(s.dir, "keyset.json"))
		if err != nil {
			return "", err
		}
		if code := p.ExitCode(); code != 0 {
			return "", fmt.Errorf("keygen: exit code %d", code)
		}
		return server.Database(ctx)
	}
	return "", fmt.Errorf("no store %q: want sqlite or postgres", c.Store)
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
func (s *Stage) Close() {
	for i := len(s.closing) - 1; i >= 0; i-- {
		s.closing[i]()
	}
	s.closing = nil
}

// Peak is the largest resident set of a process so far, in bytes.
func (s *Stage) Peak(bot int) (int64, error) {
	return kit.PeakMemory(s.Bots[bot].Process().PID())
}

// Card waits until the newest card of a chat that has a button for the act is there, and returns it
// and when it was shown.
func (s *Stage) Card(ctx context.Context, chat, act string) (feishu.Message, error) {
	var found feishu.Message
	_, err := s.World.Feishu.Watch(ctx, chat, func(feishu.Message) bool {
		all := s.World.Feishu.Messages(chat)
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
func (s *Stage) Press(ctx context.Context, e *sim.Employee, chat, act string, form map[string]any) error {
	for {
		m, err := s.Card(ctx, chat, act)
		if err != nil {
			return err
		}
		res, err := s.World.Feishu.ClickAct(ctx, e.OpenID, m.ID, act, form)
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
func (s *Stage) Consent(ctx context.Context, e *sim.Employee) error {
	if _, err := s.World.Feishu.SendText(ctx, e.OpenID, "实名"); err != nil {
		return err
	}
	return s.Press(ctx, e, e.ChatID, "consent", nil)
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
func (s *Stage) Quiet(ctx context.Context) error {
	for {
		waiting := 0.0
		for _, b := range s.Bots {
			m, err := kit.ReadMetrics(ctx, b.URL)
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
