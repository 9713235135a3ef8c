package sim

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
func (w *World) TellBot(s BotState) {
	if w.hub == nil {
		return
	}
	s.Can = slices.Concat([]string{}, s.Can)
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.hub.bot = s
	w.hub.markLocked(itemBot, "")
}

// TellClock changes what the page shows of the clock.
func (w *World) TellClock(s ClockState) {
	if w.hub == nil {
		return
	}
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.hub.clock = s
	w.hub.markLocked(itemClock, "")
}

// HandleBot says who does POST /sim/bot {"do":"pause"}; do is one of BotState.Can. Call it before anybody uses the page.
func (w *World) HandleBot(f func(ctx context.Context, do string) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.onBot = f
}

// HandleClock says who does POST /sim/clock {"advance":"24h"}. Call it before anybody uses the page.
func (w *World) HandleClock(f func(ctx context.Context, by time.Duration) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.onClock = f
}

func (w *World) postBot(r *http.Request) (any, error) {
	var in struct {
		Do string `json:"do"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	w.mu.Lock()
	do := w.onBot
	w.mu.Unlock()
	if do == nil || w.hub == nil || !slices.Contains(w.hub.botState().Can, in.Do) {
		return nil, &refusal{http.StatusNotImplemented, "this world does not run the bot, so it cannot do that"}
	}
	if err := do(r.Context(), in.Do); err != nil {
		return nil, err
	}
	return w.hub.botState(), nil
}

func (h *hub) botState() BotState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.bot
}

func (w *World) postClock(r *http.Request) (any, error) {
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
	w.mu.Lock()
	move := w.onClock
	w.mu.Unlock()
	if move == nil {
		return nil, &refusal{http.StatusNotImplemented, "the clock of this world cannot be moved"}
	}
	if err := move(r.Context(), by); err != nil {
		return nil, err
	}
	return w.clockItem(), nil
}

// clockItem is the time in the world and how far it is from the real one.
func (w *World) clockItem() any {
	s := ClockState{}
	if w.hub != nil {
		w.hub.mu.Lock()
		s = w.hub.clock
		w.hub.mu.Unlock()
	}
	return map[string]any{"now": w.cfg.Now(), "offset_s": s.Offset.Seconds(), "can": s.Can}
}
