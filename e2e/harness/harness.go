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
func TestTime() time.Duration {
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
	World    sim.Config
	Play     bool // opens a playground around the world, with its page
	Settings map[string]string
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
	Calls time.Duration
	// Unready does not wait until the bot has connected, over the long connection.
	Unready bool
	// Page is for tests with a browser, which wait for their turn before their time begins.
	Page bool
	// Within bounds the test; 0 = testTime.
	Within time.Duration
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

	ahead   time.Duration // of the machine's clock, as the world is
	calling time.Duration // see setup.calls
	unready bool          // see setup.unready

	halt  context.CancelFunc
	ended chan error
}

// Start opens a world and a bot in it, whose clocks begin at ten on a Wednesday morning in China, and closes both
// when the test ends.
func Start(t *testing.T, s Setup) *Harness {
	t.Helper()
	t.Parallel()
	if s.Page {
		WaitForBrowser(t)
	}
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(s.Within, TestTime()))
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
	r := &Harness{
		T:       t,
		Ctx:     ctx,
		Clock:   s.Clock,
		calling: s.Calls,
		unready: s.Unready,
		Logs:    &logs{},
	}
	outside := r.open(s)
	t.Cleanup(func() { CutOff(outside) })
	world := r.World
	if !s.MachineTime {
		r.ahead = untilMorning()
	}
	if err := world.Advance(ctx, r.ahead, nil); err != nil {
		t.Fatal(err)
	}
	if s.Clock != nil {
		s.Clock.ahead = r.ahead
	}

	dir := t.TempDir()
	r.Values = world.Settings()
	maps.Copy(r.Values, map[string]string{"server.listen": "127.0.0.1:0", "company.name": "样本科技有限公司",
		"timing.write_quiet": "1ms"})
	maps.Copy(r.Values, database(t, dir))
	maps.Copy(r.Values, s.Settings)
	if s.Before != nil {
		s.Before(world, r.Values)
	}
	r.StartBot()
	t.Cleanup(func() {
		CutOff(outside)
		r.StopBot()
		r.checkLogs(s.Noisy, s.BadCards)
		r.checkCards()
	})
	if s.HR != nil {
		r.staff(s.HR)
	}
	return r
}

// closer is a world, or a playground with its world.
type closer interface{ Close(context.Context) error }

// open opens the world, in a playground if the test wants one.
func (r *Harness) open(s Setup) closer {
	r.Helper()
	var err error
	if !s.Play {
		if r.World, err = sim.Start(r.Ctx, s.World); err != nil {
			r.Fatal(err)
		}
		return r.World
	}
	if r.Play, err = playground.Start(r.Ctx, playground.Config{World: s.World, Inspect: true}); err != nil {
		r.Fatal(err)
	}
	r.World = r.Play.World
	return r.Play
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
func (r *Harness) StartBot() {
	r.Helper()
	cfg, err := config.FromValues(r.Values)
	if err != nil {
		r.Fatal(err)
	}
	o := app.Options{Log: r.Logger(), CallTimeout: r.calling, ClockOffset: &r.ahead}
	if r.Clock != nil {
		o.Now = r.Clock.Now
	}
	if r.App, err = app.New(r.Ctx, cfg, o); err != nil {
		r.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.halt, r.ended = cancel, make(chan error, 1)
	go func(a *app.App, ended chan error) { ended <- a.Run(ctx) }(r.App, r.ended)
	r.World.SetWebhook(r.App.URL() + "/webhook/event")
	switch {
	case r.Values["feishu.transport"] != "websocket":
		r.Until("the bot answers the challenge", func() bool { return r.World.Feishu.Challenge(r.Ctx) == nil })
	case !r.unready:
		r.Until("the bot has connected", func() bool {
			open, _ := r.World.Feishu.LongConnections()
			return open > 0
		})
	}
}

// Logger has no redaction as the program has: what is written must be clean by itself.
func (r *Harness) Logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(r.Logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Advance moves the clock of the world and of the bot, jobs included. What falls due meanwhile happens at once.
func (r *Harness) Advance(by time.Duration) {
	r.Helper()
	err := r.World.Advance(r.Ctx, by, func(ctx context.Context, ahead time.Duration) error {
		r.ahead = ahead // also of a bot that starts later
		return r.App.Store().AdvanceClock(ctx, ahead)
	})
	if err != nil {
		r.Fatal(err)
	}
}

// StopBot ends the bot as SIGTERM does. A second call does nothing.
func (r *Harness) StopBot() {
	r.Helper()
	if r.halt == nil {
		return
	}
	r.halt()
	r.halt = nil
	if err := <-r.ended; err != nil {
		r.Errorf("the bot ended with: %v", err)
	}
}

// staff lets the first admin work by himself until the test ends.
func (r *Harness) staff(policy func(*sim.HR) sim.Policy) {
	hr := r.World.HR(0)
	ctx, cancel := context.WithCancel(r.Ctx)
	done := make(chan error, 1)
	go func() { done <- hr.Work(ctx, policy(hr)) }()
	r.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.Errorf("HR: %v", err)
		}
	})
}

func Diligent(hr *sim.HR) sim.Policy { return hr.Diligent }

// Until waits for a condition that nothing tells about.
func (r *Harness) Until(what string, ok func() bool) {
	r.Helper()
	until(r.Ctx, r.T, what, ok)
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
func (r *Harness) ReadStore(read func(flows.View) error) {
	r.Helper()
	if err := r.App.Store().View(r.Ctx, read); err != nil {
		r.Fatalf("reading the store: %v", err)
	}
}

// CaseOf is the latest case of somebody, nil if there is none.
func (r *Harness) CaseOf(openID string) (c *flows.Case) {
	r.Helper()
	r.ReadStore(func(v flows.View) error {
		all, err := v.CasesOf(r.Ctx, Tenant, openID)
		if len(all) > 0 {
			c = all[0]
		}
		return err
	})
	return c
}

// in waits until the latest case of somebody is in a state.
func (r *Harness) InState(openID string, s flows.State) (c *flows.Case) {
	r.Helper()
	last := flows.State("")
	defer func() {
		if r.Failed() {
			r.Logf("the case is in %q", last)
		}
	}()
	r.Until("state "+string(s), func() bool {
		if c = r.CaseOf(openID); c != nil {
			last = c.State
		}
		return last == s
	})
	return c
}

// CountCalls counts the recorded calls of an operation.
func (r *Harness) CountCalls(upstream, operation string) int {
	return r.World.Recorder.Count(upstream, operation)
}

// Hold makes the next call of an operation slow, so that something can happen meanwhile.
func (r *Harness) Hold(upstream, operation string) {
	r.World.Faults.Arm(wire.Fault{
		Upstream:  upstream,
		Operation: operation,
		Kind:      wire.Delay,
		Times:     1,
		Delay:     1500 * time.Millisecond,
	})
}
