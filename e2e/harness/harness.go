package harness

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"testing"
	"time"

	"shiming/app"
	"shiming/config"
	"shiming/flows"
	"shiming/playground"
	"shiming/sim"
	"shiming/sim/wire"
)

// Tenant is the tenant key of the simulated company.
const Tenant = "tk_sim"

// TestTimeout bounds one test.
func TestTimeout() time.Duration {
	if underRace {
		return 8 * time.Minute
	}
	return 4 * time.Minute
}

// readings caches the OCR results for all tests, because their worlds have the same people and photos.
var readings = &sim.Readings{}

// FastRetries is the schedule by which the simulated Feishu repeats a push that the bot did not acknowledge. It
// outlasts a restart of the bot on a busy machine.
var FastRetries = []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, time.Second, 3 * time.Second,
	5 * time.Second, 5 * time.Second}

// AnswerWithin is how long the simulated Feishu waits for an answer. The real one waits 3 s, which a busy machine
// misses without a fault of the bot, and a click is not delivered again. The benchmarks keep the 3 s.
const AnswerWithin = 20 * time.Second

// Setup configures a Harness.
type Setup struct {
	World      sim.Config
	Playground bool // starts the world in a playground
	Settings   map[string]string
	// Before runs when the world has started and before the bot starts. It may hire people and change settings.
	Before func(w *sim.World, settings map[string]string)
	// HR returns the policy of the first admin as a robot. nil starts no robot.
	HR    func(*sim.HR) sim.Policy
	Clock *Clock
	// MachineTime keeps the machine's time, for tests with the program in a process of its own. Such a test must pass
	// at any hour.
	MachineTime bool
	// Noisy allows lines of level ERROR in the log.
	Noisy bool
	// BadCards allows cards that Feishu refuses as invalid.
	BadCards bool
	// CallTimeout bounds each call to a platform. 0 means the program's default.
	CallTimeout time.Duration
	// SkipReady starts the bot without waiting for its long connection.
	SkipReady bool
	// Browser makes the test wait for a free place among the tests with a browser, before its timeout begins.
	Browser bool
	// Timeout bounds the test. 0 means TestTimeout.
	Timeout time.Duration
}

// Harness is a bot in this process and the simulated world, connected over real HTTP. At the end of the test it
// searches the log and all versions of all cards for personal data and errors.
type Harness struct {
	*testing.T
	Ctx    context.Context
	World  *sim.World
	Play   *playground.Server // nil unless Setup.Playground
	Values map[string]string
	Clock  *Clock
	Logs   *logs
	App    *app.App

	ahead       time.Duration // the world's time minus the machine's
	callTimeout time.Duration // see Setup
	skipReady   bool          // see Setup

	stop  context.CancelFunc
	ended chan error
}

// Start starts a world and a bot at 10:00 China time on a Wednesday and closes both when the test ends.
func Start(t *testing.T, s Setup) *Harness {
	t.Helper()
	t.Parallel()
	if s.Browser {
		WaitForBrowser(t)
	}
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(s.Timeout, TestTimeout()))
	t.Cleanup(cancel)
	if s.World.Seed == 0 {
		s.World.Seed = 4711 // the same people in all tests, so that each photo is drawn once
	}
	s.World.Readings = readings
	if s.World.OCRPerSecond == 0 {
		s.World.OCRPerSecond = 50
	}
	s.World.RetrySchedule = FastRetries
	s.World.AnswerWithin = cmp.Or(s.World.AnswerWithin, AnswerWithin)
	h := &Harness{
		T:           t,
		Ctx:         ctx,
		Clock:       s.Clock,
		callTimeout: s.CallTimeout,
		skipReady:   s.SkipReady,
		Logs:        &logs{},
	}
	outside := h.open(s)
	t.Cleanup(func() { CutOff(outside) })
	world := h.World
	if !s.MachineTime {
		h.ahead = untilMorning()
	}
	if err := world.Advance(ctx, h.ahead, nil); err != nil {
		t.Fatal(err)
	}
	if s.Clock != nil {
		s.Clock.ahead = h.ahead
	}

	dir := t.TempDir()
	h.Values = world.Settings()
	maps.Copy(h.Values, map[string]string{
		"server.listen":      "127.0.0.1:0",
		"company.name":       "样本科技有限公司",
		"timing.write_quiet": "1ms",
		"review.undo":        "0s", // a decision takes effect at once
		"review.sla":         "0s", // no test depends on the day of the week
	})
	if !s.Playground {
		// A card of each case, so that tests side by side in one company need not share a desk. Tests of desks, the
		// playground and the programs that tests start keep the default.
		h.Values["review.style"] = "cards"
	}
	maps.Copy(h.Values, database(t, dir))
	maps.Copy(h.Values, s.Settings)
	if s.Before != nil {
		s.Before(world, h.Values)
	}
	h.StartBot()
	t.Cleanup(func() {
		CutOff(outside)
		h.StopBot()
		h.checkLogs(s.Noisy, s.BadCards)
		h.checkCards()
	})
	if s.HR != nil {
		h.startHR(s.HR)
	}
	return h
}

// closer is a world or a playground.
type closer interface{ Close(context.Context) error }

// open starts the world, in a playground if Setup.Playground says so.
func (h *Harness) open(s Setup) closer {
	h.Helper()
	var err error
	if !s.Playground {
		h.World, err = sim.Start(h.Ctx, s.World)
		if err != nil {
			h.Fatal(err)
		}
		return h.World
	}
	h.Play, err = playground.Start(h.Ctx, playground.Config{World: s.World, Inspect: true})
	if err != nil {
		h.Fatal(err)
	}
	h.World = h.Play.World
	return h.Play
}

// CutOff closes the world at once. An orderly shutdown waits five seconds for connections that were opened and never
// used, which is as long as a test takes.
func CutOff(w closer) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = w.Close(ctx)
}

// StartBot starts a bot on the harness's database.
func (h *Harness) StartBot() {
	h.Helper()
	cfg, err := config.FromValues(h.Values)
	if err != nil {
		h.Fatal(err)
	}
	o := app.Options{Log: h.Logger(), CallTimeout: h.callTimeout, ClockOffset: &h.ahead}
	if h.Clock != nil {
		o.Now = h.Clock.Now
	}
	h.App, err = app.New(h.Ctx, cfg, o)
	if err != nil {
		h.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.stop, h.ended = cancel, make(chan error, 1)
	go func(a *app.App, ended chan error) { ended <- a.Run(ctx) }(h.App, h.ended)
	h.World.SetWebhook(h.App.URL() + "/webhook/event")
	switch {
	case h.Values["feishu.transport"] != "websocket":
		h.Until("the bot answers the challenge", func() bool { return h.World.Feishu.Challenge(h.Ctx) == nil })
	case !h.skipReady:
		h.Until("the bot has connected", func() bool {
			open, _ := h.World.Feishu.LongConnections()
			return open > 0
		})
	}
}

// Logger does not redact, unlike the program's log. The code must not log personal data in the first place.
func (h *Harness) Logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(h.Logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Advance moves the clock of the world, the bot and its jobs. Jobs that fall due run at once; those of a bot that is
// stopped run when it starts.
func (h *Harness) Advance(by time.Duration) {
	h.Helper()
	err := h.World.Advance(h.Ctx, by, func(ctx context.Context, ahead time.Duration) error {
		h.ahead = ahead // for a bot that starts later
		if h.stop == nil {
			return nil
		}
		return h.App.Store().AdvanceClock(ctx, ahead)
	})
	if err != nil {
		h.Fatal(err)
	}
}

// StopBot stops the bot as SIGTERM does. A second call does nothing.
func (h *Harness) StopBot() {
	h.Helper()
	if h.stop == nil {
		return
	}
	h.stop()
	h.stop = nil
	if err := <-h.ended; err != nil {
		h.Errorf("the bot ended with: %v", err)
	}
}

// startHR lets the first admin work as a robot until the test ends.
func (h *Harness) startHR(policy func(*sim.HR) sim.Policy) {
	hr := h.World.HR(0)
	ctx, cancel := context.WithCancel(h.Ctx)
	done := make(chan error, 1)
	go func() { done <- hr.Work(ctx, policy(hr)) }()
	h.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			h.Errorf("HR: %v", err)
		}
	})
}

// Diligent is a value for Setup.HR: the robot decides as a careful admin would.
func Diligent(hr *sim.HR) sim.Policy { return hr.Diligent }

// Until polls a condition. It fails the test if the condition never holds.
func (h *Harness) Until(what string, ok func() bool) {
	h.Helper()
	until(h.Ctx, h.T, what, ok)
}

func until(ctx context.Context, t *testing.T, what string, ok func() bool) {
	t.Helper()
	// What comes soon is seen soon. What takes long is asked for less often, because a look costs the bot's time.
	wait := 10 * time.Millisecond
	for ; !ok(); wait = min(wait*3/2, 60*time.Millisecond) {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			t.Fatalf("never came: %s", what)
		}
	}
}

// ReadStore reads the bot's database in a transaction.
func (h *Harness) ReadStore(read func(flows.View) error) {
	h.Helper()
	if err := h.App.Store().View(h.Ctx, read); err != nil {
		h.Fatalf("reading the store: %v", err)
	}
}

// CaseOf returns a person's latest case, nil without one.
func (h *Harness) CaseOf(openID string) (c *flows.Case) {
	h.Helper()
	h.ReadStore(func(v flows.View) error {
		latest, err := v.LatestCase(h.Ctx, Tenant, openID)
		if err == nil {
			c = latest
		}
		return flows.IgnoreNotFound(err)
	})
	return c
}

// InState waits until a person's latest case is in a state.
func (h *Harness) InState(openID string, s flows.State) (c *flows.Case) {
	h.Helper()
	last := flows.State("")
	defer func() {
		if h.Failed() {
			h.Logf("the case is in %q", last)
		}
	}()
	h.Until("state "+string(s), func() bool {
		c = h.CaseOf(openID)
		if c != nil {
			last = c.State
		}
		return last == s
	})
	return c
}

// Enqueue queues a job, as the command does that belongs to it.
func (h *Harness) Enqueue(j flows.Job) {
	h.Helper()
	if err := h.App.Store().Tx(h.Ctx, func(tx flows.Tx) error { return tx.Enqueue(h.Ctx, j) }); err != nil {
		h.Fatal(err)
	}
}

// CountCalls returns the number of recorded calls of an operation.
func (h *Harness) CountCalls(upstream, operation string) int {
	return h.World.Recorder.Count(upstream, operation)
}

// DelayNext delays the next call of an operation, so that the test can act meanwhile.
func (h *Harness) DelayNext(upstream, operation string) {
	h.World.Faults.Arm(wire.Fault{
		Upstream:  upstream,
		Operation: operation,
		Kind:      wire.Delay,
		Times:     1,
		Delay:     1500 * time.Millisecond,
	})
}
