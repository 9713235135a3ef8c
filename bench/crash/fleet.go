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

// fleet is the serve processes, their database and the world around them.
type fleet struct {
	dir   string
	world *harness.World
	db    *pgtest.Server // nil on SQLite
	bots  []*harness.Bot
	close []func()

	mu    sync.Mutex
	state []state // of each bot
	lives []life
}

// state of an instance.
type state int

const (
	down state = iota // struck and not there again
	starting
	up
)

// life is one run of an instance.
type life struct {
	Instance string
	Begun    time.Time
	Ready    time.Time // zero: was killed before
	Ended    time.Time // zero: lives
	struck   bool
}

// assemble builds the program and starts the world, the database, the balancer and the bots.
func assemble(ctx context.Context, o *options) (*fleet, error) {
	f := &fleet{}
	if err := f.assemble(ctx, o); err != nil {
		f.shut()
		return nil, err
	}
	return f, nil
}

func (f *fleet) assemble(ctx context.Context, o *options) (err error) {
	if f.dir, err = os.MkdirTemp("", "shiming-crash-"); err != nil {
		return err
	}
	if !o.Keep {
		f.close = append(f.close, func() { _ = os.RemoveAll(f.dir) })
	}
	program, err := harness.Build(ctx, f.dir)
	if err != nil {
		return err
	}
	// The retry schedule is short, and long enough to outlast any pause of a run.
	if f.world, err = harness.StartWorld(ctx, program, f.dir, "--people", fmt.Sprint(o.People), "--seed",
		fmt.Sprint(4711+o.Seed),
		"--latency", o.Latency.String(), "--early-patch", o.Patch, "--ladder",
		"300ms,700ms,1500ms,3s,5s,8s,15s,30s,60s"); err != nil {
		return err
	}
	f.close = append(f.close, f.world.Close)
	settings := map[string]string{"timing.code_resend": "5s", "timing.write_quiet": "5s", "log.level": "info"}
	maps.Copy(settings, f.world.Settings)
	// Below the platform's ten: how exactly the limit is used is bench/ocr's business. Here people, bots and blows share
	// the machine, and a request may be counted late.
	settings["ocr.per_second"] = "8"
	if settings["store.dsn"], f.db, err = harness.NewDatabase(ctx, o.Store, f.dir); err != nil {
		return err
	}
	if f.db != nil {
		f.close = append(f.close, func() { _ = f.db.Close() }) // it ends with us anyway
	}
	var urls []string
	for i := range o.Instances {
		b, err := harness.NewBot(program, f.dir, fmt.Sprintf("bot%d", i+1), settings)
		if err != nil {
			return err
		}
		f.bots, f.state = append(f.bots, b), append(f.state, down)
		f.close = append(f.close, b.Kill)
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
	f.close = append(f.close, closeAll)
	return f.world.SetWebhook(ctx, url+"/webhook/event")
}

// shut ends everything, the last first.
func (f *fleet) shut() {
	for _, c := range slices.Backward(f.close) {
		c()
	}
}

// A process that ends by itself while it starts is started again so often, after a second.
const mostTries = 20

var errAgain = errors.New("to be started again")

// start runs instance i and returns when it is ready. Being struck meanwhile is no error.
func (f *fleet) start(ctx context.Context, i int) error {
	for tries := 1; ; tries++ {
		err := f.startOnce(ctx, i, tries)
		if !errors.Is(err, errAgain) {
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
	at := len(f.lives)
	f.lives = append(f.lives, life{Instance: f.bots[i].Name, Begun: time.Now()})
	f.mu.Unlock()

	err = f.bots[i].Ready(ctx, p)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.lives[at].struck:
		return nil
	case errors.Is(err, harness.ErrEnded) && f.db != nil && tries < mostTries:
		// The database was away. Who supervises processes starts them again.
		f.state[i], f.lives[at].Ended, f.lives[at].struck = down, time.Now(), true
		return errAgain
	case err != nil:
		return err
	}
	f.state[i], f.lives[at].Ready = up, time.Now()
	return nil
}

// in lists the instances in one of the states.
func (f *fleet) in(states ...state) []int {
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

// strike ends the present life of instance i in the given way, and returns the other instances that are ready.
func (f *fleet) strike(i int, end func(*harness.Process)) (others int) {
	f.mu.Lock()
	at := 0
	for k := range slices.Backward(f.lives) {
		if f.lives[k].Instance == f.bots[i].Name {
			at = k
			break
		}
	}
	f.lives[at].struck = true
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
	f.lives[at].Ended = time.Now()
	return others
}

func (f *fleet) history() []life {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.lives)
}
