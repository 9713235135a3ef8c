package playground

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"
)

// BotState is what the page shows of the bot's process. The process that runs the bot reports it with TellBot.
type BotState struct {
	State  string   `json:"state"`  // running, paused, stopped or starting
	Detail string   `json:"detail"` // a few words, such as "killed 2 times"; no personal data
	Can    []string `json:"can"`    // actions now allowed: pause, resume, kill, stop, start, restart

	PID      int       `json:"pid,omitempty"`
	Since    time.Time `json:"since,omitzero"` // when the state began, in real time
	Restarts int       `json:"restarts"`
}

// ClockState is what the page shows of the clock. The process that moves the clock reports it with TellClock.
type ClockState struct {
	Offset time.Duration `json:"-"`   // simulated time minus real time
	Can    bool          `json:"can"` // whether HandleClock was called
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

// HandleBot sets the function that serves POST /sim/bot {"do":"pause"}; its argument is one of BotState.Can. Call it
// before the page is opened.
func (pg *Server) HandleBot(f func(ctx context.Context, do string) error) {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	pg.onBot = f
}

// HandleClock sets the function that serves POST /sim/clock {"advance":"24h"}. Call it before the page is opened.
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

func (f *feed) botState() BotState {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bot
}

func (pg *Server) postClock(r *http.Request) (any, error) {
	var in struct {
		Advance string `json:"advance"` // a duration such as 4h
		By      string `json:"by"`      // another name of advance
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

// clockItem returns the simulated time and its offset from the real time.
func (pg *Server) clockItem() any {
	s := ClockState{}
	if pg.feed != nil {
		pg.feed.mu.Lock()
		s = pg.feed.clock
		pg.feed.mu.Unlock()
	}
	return map[string]any{"now": pg.World.Now(), "offset_s": s.Offset.Seconds(), "can": s.Can}
}
