package harness

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"shiming/app"
	"shiming/config"
	"shiming/flows"
	"shiming/playground"
	"shiming/sim"
	"shiming/sim/wire"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

const Tenant = "tk_sim" // of the simulated Feishu

// TestTime bounds one test.
func TestTimeout() time.Duration {
	if underRace {
		return 8 * time.Minute
	}
	return 4 * time.Minute
}

// readings are shared by the worlds of all tests, in which the same people send the same photos.
var readings = &sim.Readings{}

// FastRetries is how Feishu comes again with what a bot did not take, which may be away, or late on a busy machine.
var FastRetries = []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, time.Second, 3 * time.Second,
	5 * time.Second, 5 * time.Second}

// Setup says how a rig differs from the usual one.
type Setup struct {
	World      sim.Config
	Playground bool // opens a playground around the world, with its page
	Settings   map[string]string
	// Before runs between world and bot; it may hire people and change settings.
	Before func(w *sim.World, settings map[string]string)
	// HR is how the first admin works by himself; nil = nobody works.
	HR    func(*sim.HR) sim.Policy
	Clock *Clock
	// MachineTime leaves the clocks as the machine's is, for tests with a program beside the bot. They must hold at any
	// hour.
	MachineTime bool
	// Noisy allows lines of level ERROR in the log.
	Noisy bool
	// BadCards allows that Feishu refuses a card as wrong.
	BadCards bool
	// Calls bounds each call to a platform; 0 = as the program does.
	CallTimeout time.Duration
	// Unready does not wait until the bot has connected, over the long connection.
	SkipReady bool
	// Page is for tests with a browser, which wait for their turn before their time begins.
	Browser bool
	// Within bounds the test; 0 = testTime.
	Timeout time.Duration
}

// Harness is a bot in this process and the world around it, over real HTTP. At the end of the test the
// log and every card that was ever shown are searched for what must not be there.
type Harness struct {
	*testing.T
	Ctx    context.Context
	World  *sim.World
	Play   *playground.Server // nil unless setup.play
	Values map[string]string
	Clock  *Clock
	Logs   *logs
	App    *app.App

	ahead       time.Duration // of the machine's clock, as the world is
	callTimeout time.Duration // see setup.calls
	skipReady   bool          // see setup.unready

	stop  context.CancelFunc
	ended chan error
}

// Start opens a world and a bot in it, whose clocks begin at ten on a Wednesday morning in China, and closes both
// when the test ends.
func Start(t *testing.T, s Setup) *Harness {
	t.Helper()
	t.Parallel()
	if s.Browser {
		WaitForBrowser(t)
	}
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(s.Timeout, TestTimeout()))
	t.Cleanup(cancel)
	if s.World.EsignRevision == "" {
		s.World.EsignRevision = "2024"
	}
	if s.World.Seed == 0 {
		s.World.Seed = 4711 // everybody's photos are taken once for all tests
	}
	s.World.Readings = readings
	if s.World.OCRPerSecond == 0 {
		s.World.OCRPerSecond = 50
	}
	s.World.RetrySchedule = FastRetries
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
	maps.Copy(h.Values, map[string]string{"server.listen": "127.0.0.1:0", "company.name": "样本科技有限公司",
		"timing.write_quiet": "1ms"})
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

// closer is a world, or a playground with its world.
type closer interface{ Close(context.Context) error }

// open opens the world, in a playground if the test wants one.
func (h *Harness) open(s Setup) closer {
	h.Helper()
	var err error
	if !s.Playground {
		if h.World, err = sim.Start(h.Ctx, s.World); err != nil {
			h.Fatal(err)
		}
		return h.World
	}
	if h.Play, err = playground.Start(h.Ctx, playground.Config{World: s.World, Inspect: true}); err != nil {
		h.Fatal(err)
	}
	h.World = h.Play.World
	return h.Play
}

// OnPostgres, set in the environment, runs these tests on PostgreSQL.
const OnPostgres = "SHIMING_E2E_POSTGRES"

// database gives a test a database of its own, as settings.
func database(t *testing.T, dir string) map[string]string {
	t.Helper()
	keys := filepath.Join(dir, "keyset.json")
	values := map[string]string{"store.sync": "normal", "security.keyset_file": keys, "store.dsn": "sqlite:" +
		filepath.Join(dir, "shiming.db")}
	if os.Getenv(OnPostgres) == "1" {
		values["store.dsn"] = pgtest.DSN(t)
		if err := keyset.Write(keys, keyset.New()); err != nil { // there it must exist
			t.Fatal(err)
		}
	}
	return values
}

// CutOff closes the world without waiting: a server that shuts down politely waits five seconds for connections that
// were opened and never used, which is as long as a test takes.
func CutOff(w closer) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = w.Close(ctx)
}

// StartBot starts a bot on the rig's files.
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
	if h.App, err = app.New(h.Ctx, cfg, o); err != nil {
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

// Logger has no redaction as the program has: what is written must be clean by itself.
func (h *Harness) Logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(h.Logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Advance moves the clock of the world and of the bot, jobs included. What falls due meanwhile happens at once.
func (h *Harness) Advance(by time.Duration) {
	h.Helper()
	err := h.World.Advance(h.Ctx, by, func(ctx context.Context, ahead time.Duration) error {
		h.ahead = ahead // also of a bot that starts later
		return h.App.Store().AdvanceClock(ctx, ahead)
	})
	if err != nil {
		h.Fatal(err)
	}
}

// StopBot ends the bot as SIGTERM does. A second call does nothing.
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

// staff lets the first admin work by himself until the test ends.
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

func Diligent(hr *sim.HR) sim.Policy { return hr.Diligent }

// Until waits for a condition that nothing tells about.
func (h *Harness) Until(what string, ok func() bool) {
	h.Helper()
	until(h.Ctx, h.T, what, ok)
}

func until(ctx context.Context, t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("never came: %s", what)
		}
	}
}

// ReadStore reads the bot's database.
func (h *Harness) ReadStore(read func(flows.View) error) {
	h.Helper()
	if err := h.App.Store().View(h.Ctx, read); err != nil {
		h.Fatalf("reading the store: %v", err)
	}
}

// CaseOf is the latest case of somebody, nil if there is none.
func (h *Harness) CaseOf(openID string) (c *flows.Case) {
	h.Helper()
	h.ReadStore(func(v flows.View) error {
		all, err := v.CasesOf(h.Ctx, Tenant, openID)
		if len(all) > 0 {
			c = all[0]
		}
		return err
	})
	return c
}

// in waits until the latest case of somebody is in a state.
func (h *Harness) InState(openID string, s flows.State) (c *flows.Case) {
	h.Helper()
	last := flows.State("")
	defer func() {
		if h.Failed() {
			h.Logf("the case is in %q", last)
		}
	}()
	h.Until("state "+string(s), func() bool {
		if c = h.CaseOf(openID); c != nil {
			last = c.State
		}
		return last == s
	})
	return c
}

// CountCalls counts the recorded calls of an operation.
func (h *Harness) CountCalls(upstream, operation string) int {
	return h.World.Recorder.Count(upstream, operation)
}

// Hold makes the next call of an operation slow, so that something can happen meanwhile.
func (h *Harness) DelayNext(upstream, operation string) {
	h.World.Faults.Arm(wire.Fault{
		Upstream:  upstream,
		Operation: operation,
		Kind:      wire.Delay,
		Times:     1,
		Delay:     1500 * time.Millisecond,
	})
}
