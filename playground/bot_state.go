package playground

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"
)

// BotState is what the page shows of the bot's process. Who runs the bot tells the world with TellBot.
type BotState struct {
	State  string   `json:"state"`  // running, paused, stopped, starting
	Detail string   `json:"detail"` // a few words, such as "killed 2 times"; no personal data
	Can    []string `json:"can"`    // what HandleBot's function does: pause, resume, kill, stop, start, restart

	PID      int       `json:"pid,omitempty"`
	Since    time.Time `json:"since,omitzero"` // of the state, real time
	Restarts int       `json:"restarts"`
}

// ClockState is what the page shows of the clock. Who moves the clock tells the world with TellClock.
type ClockState struct {
	Offset time.Duration `json:"-"`   // of the world's time from the real one
	Can    bool          `json:"can"` // HandleClock was called
}

// TellBot changes what the page shows of the bot's process.
func (pg *Server) TellBot(s BotState) {
	if pg.feed == nil {
		return
	}
	s.Can = slices.Concat([]string{}, s.Can)
	pg.feed.mu.Lock()
	defer pg.feed.mu.Unlock()
	pg.feed.bot = s
	pg.feed.markLocked(itemBot, "")
}

// TellClock changes what the page shows of the clock.
func (pg *Server) TellClock(s ClockState) {
	if pg.feed == nil {
		return
	}
	pg.feed.mu.Lock()
	defer pg.feed.mu.Unlock()
	pg.feed.clock = s
	pg.feed.markLocked(itemClock, "")
}

// HandleBot says who does POST /sim/bot {"do":"pause"}; do is one of BotState.Can. Call it before anybody uses the
// page.
func (pg *Server) HandleBot(f func(ctx context.Context, do string) error) {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	pg.onBot = f
}

// HandleClock says who does POST /sim/clock {"advance":"24h"}. Call it before anybody uses the page.
func (pg *Server) HandleClock(f func(ctx context.Context, by time.Duration) error) {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	pg.onClock = f
}

func (pg *Server) postBot(r *http.Request) (any, error) {
	var in struct {
		Do string `json:"do"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	pg.mu.Lock()
	do := pg.onBot
	pg.mu.Unlock()
	if do == nil || pg.feed == nil || !slices.Contains(pg.feed.botState().Can, in.Do) {
		return nil, &refusal{http.StatusNotImplemented, "this world does not run the bot, so it cannot do that"}
	}
	if err := do(r.Context(), in.Do); err != nil {
		return nil, err
	}
	return pg.feed.botState(), nil
}

func (h *feed) botState() BotState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.bot
}

func (pg *Server) postClock(r *http.Request) (any, error) {
	var in struct {
		Advance string `json:"advance"` // such as 4h
		By      string `json:"by"`      // the same
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	by, err := time.ParseDuration(cmp.Or(in.Advance, in.By))
	if err != nil || by <= 0 {
		return nil, bad("advance must be like 24h; the clock only goes forward")
	}
	pg.mu.Lock()
	move := pg.onClock
	pg.mu.Unlock()
	if move == nil {
		return nil, &refusal{http.StatusNotImplemented, "the clock of this world cannot be moved"}
	}
	if err := move(r.Context(), by); err != nil {
		return nil, err
	}
	return pg.clockItem(), nil
}

// clockItem is the time in the world and how far it is from the real one.
func (pg *Server) clockItem() any {
	s := ClockState{}
	if pg.feed != nil {
		pg.feed.mu.Lock()
		s = pg.feed.clock
		pg.feed.mu.Unlock()
	}
	return map[string]any{"now": pg.World.Now(), "offset_s": s.Offset.Seconds(), "can": s.Can}
}
