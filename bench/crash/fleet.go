package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"shiming/bench/harness"
	"shiming/store/pgtest"
)

// fleet is the serve processes, their database and their world.
type fleet struct {
	dir      string
	world    *harness.World
	db       *pgtest.Server // nil for SQLite
	bots     []*harness.Bot
	cleanups []func()

	mu    sync.Mutex
	state []state // of each bot
	runs  []instanceRun
}

// state is the state of an instance.
type state int

const (
	down state = iota // interrupted and not started again
	starting
	up
)

// instanceRun is one run of an instance.
type instanceRun struct {
	Instance    string
	Begun       time.Time
	Ready       time.Time // zero: ended before it was ready
	Ended       time.Time // zero: still running
	interrupted bool
}

// openFleet builds the program and starts the world, the database, the balancer and the bots.
func openFleet(ctx context.Context, o *options) (*fleet, error) {
	f := &fleet{}
	if err := f.open(ctx, o); err != nil {
		f.closeAll()
		return nil, err
	}
	return f, nil
}

func (f *fleet) open(ctx context.Context, o *options) (err error) {
	f.dir, err = os.MkdirTemp("", "shiming-crash-")
	if err != nil {
		return err
	}
	if !o.Keep {
		f.cleanups = append(f.cleanups, func() { _ = os.RemoveAll(f.dir) })
	}
	program, err := harness.Build(ctx, f.dir)
	if err != nil {
		return err
	}
	// The retry schedule is short, but longer than any pause of an instance.
	flags := []string{
		"--people", fmt.Sprint(o.People),
		"--seed", fmt.Sprint(4711 + o.Seed),
		"--latency", o.Latency.String(),
		"--early-patch", o.Patch,
		"--ladder", "300ms,700ms,1500ms,3s,5s,8s,15s,30s,60s",
	}
	f.world, err = harness.StartWorld(ctx, program, f.dir, flags...)
	if err != nil {
		return err
	}
	f.cleanups = append(f.cleanups, f.world.Close)
	settings := map[string]string{"timing.code_resend": "5s", "timing.write_quiet": "5s", "log.level": "info"}
	maps.Copy(settings, f.world.Settings)
	// The limit is below the platform's ten, because on this busy machine a request may be counted late. bench/ocr
	// measures how exactly the limit is used.
	settings["ocr.per_second"] = "8"
	if settings["store.dsn"], f.db, err = harness.NewDatabase(ctx, o.Store, f.dir); err != nil {
		return err
	}
	if f.db != nil {
		f.cleanups = append(f.cleanups, func() { _ = f.db.Close() }) // it also ends with this process
	}
	var urls []string
	for i := range o.Instances {
		b, err := harness.NewBot(program, f.dir, fmt.Sprintf("bot%d", i+1), settings)
		if err != nil {
			return err
		}
		f.bots, f.state = append(f.bots, b), append(f.state, down)
		f.cleanups = append(f.cleanups, b.Kill)
		urls = append(urls, b.URL)
	}
	for i := range f.bots {
		if err := f.start(ctx, i); err != nil {
			return err
		}
	}
	url, closeAll, err := newBalancer(urls).listen()
	if err != nil {
		return err
	}
	f.cleanups = append(f.cleanups, closeAll)
	return f.world.SetWebhook(ctx, url+"/webhook/event")
}

// closeAll runs the cleanups in reverse order.
func (f *fleet) closeAll() {
	for _, c := range slices.Backward(f.cleanups) {
		c()
	}
}

// maxStarts bounds how often an instance is started that ends by itself during its start. The pause is one second.
const maxStarts = 20

var errRestart = errors.New("to be started again")

// start starts instance i and returns when it is ready. An injection during the start is no error.
func (f *fleet) start(ctx context.Context, i int) error {
	for tries := 1; ; tries++ {
		err := f.startOnce(ctx, i, tries)
		if !errors.Is(err, errRestart) {
			return err
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *fleet) startOnce(ctx context.Context, i, tries int) error {
	f.mu.Lock()
	p, err := f.bots[i].Spawn()
	if err != nil {
		f.mu.Unlock()
		return err
	}
	f.state[i] = starting
	at := len(f.runs)
	f.runs = append(f.runs, instanceRun{Instance: f.bots[i].Name, Begun: time.Now()})
	f.mu.Unlock()

	err = f.bots[i].Ready(ctx, p)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.runs[at].interrupted:
		return nil
	case errors.Is(err, harness.ErrEnded) && f.db != nil && tries < maxStarts:
		// The database was down. A process supervisor would start the bot again.
		f.state[i], f.runs[at].Ended, f.runs[at].interrupted = down, time.Now(), true
		return errRestart
	case err != nil:
		return err
	}
	f.state[i], f.runs[at].Ready = up, time.Now()
	return nil
}

// inState returns the instances in one of the states.
func (f *fleet) inState(states ...state) []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []int
	for i, s := range f.state {
		if slices.Contains(states, s) {
			out = append(out, i)
		}
	}
	return out
}

// interrupt ends the present run of instance i with the function end. It returns the number of other instances that
// are ready.
func (f *fleet) interrupt(i int, end func(*harness.Process)) (others int) {
	f.mu.Lock()
	at := 0
	for k := range slices.Backward(f.runs) {
		if f.runs[k].Instance == f.bots[i].Name {
			at = k
			break
		}
	}
	f.runs[at].interrupted = true
	f.state[i] = down
	for _, s := range f.state {
		if s == up {
			others++
		}
	}
	p := f.bots[i].Process()
	f.mu.Unlock()
	end(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs[at].Ended = time.Now()
	return others
}

func (f *fleet) history() []instanceRun {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.runs)
}
