package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shiming/app"
	"shiming/config"
	"shiming/flows"
	"shiming/playground"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

// asProgram, set in the environment, makes the test binary be the program.
const asProgram = "SHIMING_TEST_AS_PROGRAM"

func TestMain(m *testing.M) { runTests(m) }

// runTests is TestMain of packages whose tests start bots: their binary can be the program, too.
func runTests(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Main())
	}
	flag.Parse()
	// These tests wait for upstreams and clocks rather than for the processor.
	parallel := "16"
	if underRace {
		parallel = "3"
	}
	_ = flag.Set("test.parallel", parallel)
	os.Exit(m.Run())
}

const tenant = "tk_sim" // of the simulated Feishu

// testTime bounds one test.
func testTime() time.Duration {
	if underRace {
		return 5 * time.Minute
	}
	return 75 * time.Second
}

// impatient is how Feishu comes again with what a bot did not take, which may be away, or late on a busy machine.
var impatient = []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, time.Second, 3 * time.Second, 5 * time.Second, 5 * time.Second}

// setup says how a rig differs from the usual one.
type setup struct {
	world    sim.Config
	play     bool // opens a playground around the world, with its page
	settings map[string]string
	// before runs between world and bot; it may hire people and change settings.
	before func(w *sim.World, settings map[string]string)
	// hr is how the first admin works by himself; nil = nobody works.
	hr    func(*sim.HR) sim.Policy
	clock *clock
	// noisy allows lines of level ERROR in the log.
	noisy bool
	// badCards allows that Feishu refuses a card as wrong.
	badCards bool
	// calls bounds each call to a platform; 0 = as the program does.
	calls time.Duration
	// unready does not wait until the bot has connected, over the long connection.
	unready bool
	// page is for tests with a browser, which wait for their turn before their time begins.
	page bool
	// within bounds the test; 0 = testTime.
	within time.Duration
}

// rig is a bot in this process and the world around it, over real HTTP. At the end of the test the
// log and every card that was ever shown are searched for what must not be there.
type rig struct {
	*testing.T
	ctx    context.Context
	world  *sim.World
	play   *playground.Server // nil unless setup.play
	values map[string]string
	clock  *clock
	logs   *logs
	app    *app.App

	calling time.Duration // see setup.calls
	unready bool          // see setup.unready

	halt  context.CancelFunc
	ended chan error
}

// start opens a world and a bot in it, and closes both when the test ends.
func start(t *testing.T, s setup) *rig {
	t.Helper()
	t.Parallel()
	if s.page {
		waitForBrowser(t)
	}
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(s.within, testTime()))
	t.Cleanup(cancel)
	if s.world.EsignRevision == "" {
		s.world.EsignRevision = "2024"
	}
	if s.world.Seed == 0 {
		s.world.Seed = 4711 // everybody's photos are taken once for all tests
	}
	if s.world.OCRPerSecond == 0 {
		s.world.OCRPerSecond = 50
	}
	s.world.RetryLadder = impatient
	r := &rig{T: t, ctx: ctx, clock: s.clock, calling: s.calls, unready: s.unready, logs: &logs{}}
	outside := r.open(s)
	t.Cleanup(func() { cutOff(outside) })
	world := r.world

	dir := t.TempDir()
	r.values = world.Settings()
	maps.Copy(r.values, map[string]string{"server.listen": "127.0.0.1:0", "company.name": "样本科技有限公司", "timing.write_quiet": "1ms"})
	maps.Copy(r.values, database(t, dir))
	maps.Copy(r.values, s.settings)
	if s.before != nil {
		s.before(world, r.values)
	}
	r.run()
	t.Cleanup(func() {
		cutOff(outside)
		r.stop()
		r.checkLogs(s.noisy, s.badCards)
		r.checkCards()
	})
	if s.hr != nil {
		r.staff(s.hr)
	}
	return r
}

// closer is a world, or a playground with its world.
type closer interface{ Close(context.Context) error }

// open opens the world, in a playground if the test wants one.
func (r *rig) open(s setup) closer {
	r.Helper()
	var err error
	if !s.play {
		if r.world, err = sim.Start(r.ctx, s.world); err != nil {
			r.Fatal(err)
		}
		return r.world
	}
	if r.play, err = playground.Start(r.ctx, playground.Config{World: s.world, Inspect: true}); err != nil {
		r.Fatal(err)
	}
	r.world = r.play.World
	return r.play
}

// onPostgres, set in the environment, runs these tests on PostgreSQL.
const onPostgres = "SHIMING_E2E_POSTGRES"

// database gives a test a database of its own, as settings.
func database(t *testing.T, dir string) map[string]string {
	t.Helper()
	keys := filepath.Join(dir, "keyset.json")
	values := map[string]string{"store.sync": "normal", "security.keyset_file": keys, "store.dsn": "sqlite:" + filepath.Join(dir, "shiming.db")}
	if os.Getenv(onPostgres) == "1" {
		values["store.dsn"] = pgtest.DSN(t)
		if err := keyset.Write(keys, keyset.New()); err != nil { // there it must exist
			t.Fatal(err)
		}
	}
	return values
}

// cutOff closes the world without waiting: a server that shuts down politely waits five seconds for connections that were
// opened and never used, which is as long as a test takes.
func cutOff(w closer) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = w.Close(ctx)
}

// run starts a bot on the rig's files.
func (r *rig) run() {
	r.Helper()
	cfg, err := config.FromValues(r.values)
	if err != nil {
		r.Fatal(err)
	}
	o := app.Options{Log: r.log(), CallTimeout: r.calling}
	if r.clock != nil {
		o.Now = r.clock.now
	}
	if r.app, err = app.New(r.ctx, cfg, o); err != nil {
		r.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.halt, r.ended = cancel, make(chan error, 1)
	go func(a *app.App, ended chan error) { ended <- a.Run(ctx) }(r.app, r.ended)
	r.world.SetWebhook(r.app.URL() + "/webhook/event")
	switch {
	case r.values["feishu.transport"] != "websocket":
		r.until("the bot answers the challenge", func() bool { return r.world.Feishu.Challenge(r.ctx) == nil })
	case !r.unready:
		r.until("the bot has connected", func() bool { open, _ := r.world.Feishu.LongConnections(); return open > 0 })
	}
}

// log has no redaction as the program has: what is written must be clean by itself.
func (r *rig) log() *slog.Logger {
	return slog.New(slog.NewJSONHandler(r.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// stop ends the bot as SIGTERM does. A second call does nothing.
func (r *rig) stop() {
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
func (r *rig) staff(policy func(*sim.HR) sim.Policy) {
	hr := r.world.HR(0)
	ctx, cancel := context.WithCancel(r.ctx)
	done := make(chan error, 1)
	go func() { done <- hr.Work(ctx, policy(hr)) }()
	r.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.Errorf("HR: %v", err)
		}
	})
}

func diligent(hr *sim.HR) sim.Policy { return hr.Diligent }

// until waits for a condition that nothing tells about.
func (r *rig) until(what string, ok func() bool) {
	r.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-r.ctx.Done():
			r.Fatalf("never came: %s", what)
		}
	}
}

// view reads the bot's database.
func (r *rig) view(read func(flows.View) error) {
	r.Helper()
	if err := r.app.Store().View(r.ctx, read); err != nil {
		r.Fatalf("reading the store: %v", err)
	}
}

// caseOf is the latest case of somebody, nil if there is none.
func (r *rig) caseOf(openID string) (c *flows.Case) {
	r.Helper()
	r.view(func(v flows.View) error {
		all, err := v.CasesOf(r.ctx, tenant, openID)
		if len(all) > 0 {
			c = all[0]
		}
		return err
	})
	return c
}

// in waits until the latest case of somebody is in a state.
func (r *rig) in(openID string, s flows.State) (c *flows.Case) {
	r.Helper()
	last := flows.State("")
	defer func() {
		if r.Failed() {
			r.Logf("the case is in %q", last)
		}
	}()
	r.until("state "+string(s), func() bool {
		if c = r.caseOf(openID); c != nil {
			last = c.State
		}
		return last == s
	})
	return c
}

// calls counts the recorded calls of an operation.
func (r *rig) calls(upstream, operation string) int {
	return r.world.Recorder.Count(upstream, operation)
}

// clock is the bot's time: the real one, moved. It moves the engine only; jobs are due by the real one.
type clock struct{ by atomic.Int64 }

// behind is a clock that is slow, which leaves room to move it forward while everything is due at once.
func behind(d time.Duration) *clock {
	c := &clock{}
	c.by.Store(int64(-d))
	return c
}

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.by.Load())) }
func (c *clock) move(d time.Duration) { c.by.Add(int64(d)) }

// logs keeps what the bot logs.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// late is what a bot says that gets too little of the machine to answer in time; Feishu and people try again.
var late = regexp.MustCompile(`"err(or)?":"[^"]*context (deadline exceeded|canceled)`)

var badCard = regexp.MustCompile(`"class":"refused","upstream":"(230099|230025)`)

var panicked = regexp.MustCompile(`(?i)panic|goroutine \d+ \[|"stack"|job failed`)

// checkLogs looks for panics, unforeseen errors and personal data.
func (r *rig) checkLogs(noisy, badCards bool) {
	r.Helper()
	for line := range strings.Lines(r.logs.String()) {
		switch {
		case panicked.MatchString(line):
			r.Errorf("log: %s", line)
		case !noisy && strings.Contains(line, `"level":"ERROR"`) && !late.MatchString(line):
			r.Errorf("log: %s", line)
		case !badCards && badCard.MatchString(line): // a card that Feishu refuses as wrong is one that a person missed
			r.Errorf("log: %s", line)
		}
		if what := r.secretIn(line, true); what != "" {
			r.Errorf("log: %s of somebody in a line", what)
		}
		for _, key := range []string{"feishu.app_secret", "feishu.encrypt_key", "feishu.verification_token", "verification.tencent.secret_key", "esign.app_secret"} {
			if r.values[key] != "" && strings.Contains(line, r.values[key]) {
				r.Errorf("log: %s in a line", key)
			}
		}
	}
}

// secretIn names what of anybody's personal data stands in a text, "" if nothing does.
func (r *rig) secretIn(text string, names bool) string {
	for _, e := range r.world.People() {
		p := e.Person
		switch {
		case strings.Contains(text, p.Code):
			return "the number"
		case strings.Contains(text, p.Mobile):
			return "the mobile"
		case strings.Contains(text, p.Address):
			return "the address"
		case names && strings.Contains(text, p.Name):
			return "the name"
		}
	}
	return ""
}

// checkCards reads every version of every message that the bot ever sent.
func (r *rig) checkCards() {
	r.Helper()
	owners := map[string]bool{}
	for _, e := range r.world.People() {
		owners[e.ChatID] = true
	}
	for _, chat := range r.world.Feishu.Chats() {
		for _, m := range r.world.Feishu.Messages(chat) {
			for _, v := range m.History {
				card, err := feishu.ParseCard(v.Card)
				if err != nil || !m.FromBot {
					continue
				}
				if _, form := card.FindAct("confirm"); form && owners[chat] {
					continue // the owner's own form
				}
				if what := r.secretIn(string(v.Card), true); what != "" {
					r.Errorf("%s stands on a card %q", what, card.Title())
				}
			}
		}
	}
}

// hold makes the next call of an operation slow, so that something can happen meanwhile.
func (r *rig) hold(upstream, operation string) {
	r.world.Faults.Arm(wire.Fault{Upstream: upstream, Operation: operation, Kind: wire.Delay, Times: 1, Delay: 1500 * time.Millisecond})
}
