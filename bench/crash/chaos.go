package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"shiming/bench/harness"
)

// injection is one injected fault.
type injection struct {
	What     string // kill, term or db
	Instance string
	At       time.Time
	Back     time.Time // when the restart began
	Others   int       // number of instances that were ready at At
	Code     int       // exit code after a SIGTERM
	Took     string
	Gone     time.Time // when the process had ended
	Late     bool
}

// chaos injects faults until all planned ones are done or quiet is closed.
type chaos struct {
	o *options
	f *fleet
	r *rand.Rand

	mu         sync.Mutex
	injections []injection
	failed     error
	restarting sync.WaitGroup // running restarts
}

func newChaos(o *options, f *fleet) *chaos {
	return &chaos{o: o, f: f, r: rand.New(rand.NewPCG(uint64(o.Seed), 4711))}
}

// run injects all planned faults in a random order at random times.
func (c *chaos) run(ctx context.Context, quiet <-chan struct{}, tell func()) error {
	var plan []string
	for what, n := range map[string]int{"kill": c.o.Kills, "term": c.o.Terms, "db": c.o.DBKills} {
		for range n {
			plan = append(plan, what)
		}
	}
	slices.Sort(plan) // map order is random; only the seed may decide
	c.r.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
	for _, what := range plan {
		wait := c.o.Every/8 + time.Duration(c.r.Int64N(int64(2*c.o.Every-c.o.Every/4)))
		if done, err := c.sleep(ctx, quiet, wait); done || err != nil {
			break
		}
		var err error
		switch what {
		case "kill":
			err = c.kill(ctx)
		case "term":
			err = c.term(ctx)
		case "db":
			err = c.killDatabase(ctx)
		}
		if err != nil {
			c.fail(err)
		}
		tell()
	}
	c.restarting.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return errors.Join(c.failed, ctx.Err())
}

// sleep waits for d. done reports that quiet was closed.
func (c *chaos) sleep(ctx context.Context, quiet <-chan struct{}, d time.Duration) (done bool, err error) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return false, nil
	case <-quiet:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// pause is how long an instance stays down.
func (c *chaos) pause() time.Duration {
	if c.o.Pause == 0 || c.r.IntN(2) == 0 {
		return 0
	}
	return time.Duration(c.r.Int64N(int64(c.o.Pause)))
}

// kill kills an instance that runs or starts.
func (c *chaos) kill(ctx context.Context) error {
	alive := c.f.inState(starting, up)
	for len(alive) == 0 { // all are down: wait for the next one that starts
		if _, err := c.sleep(ctx, nil, 20*time.Millisecond); err != nil {
			return err
		}
		alive = c.f.inState(starting, up)
	}
	i := alive[c.r.IntN(len(alive))]
	b := injection{What: "kill", Instance: c.f.bots[i].Name, At: time.Now()}
	b.Others = c.f.interrupt(i, (*harness.Process).Kill)
	b.Gone = time.Now()
	c.restart(ctx, i, c.record(b))
	return nil
}

// restart starts an instance after a pause.
func (c *chaos) restart(ctx context.Context, i, n int) {
	pause := c.pause()
	c.restarting.Go(func() {
		if _, err := c.sleep(ctx, nil, pause); err != nil {
			return
		}
		c.mu.Lock()
		c.injections[n].Back = time.Now()
		c.mu.Unlock()
		if err := c.f.start(ctx, i); err != nil {
			c.fail(err)
		}
	})
}

// drainTimeout is how long a stop by SIGTERM may take.
const drainTimeout = 15 * time.Second

// term stops an instance by SIGTERM. Nothing else is injected meanwhile, so that every error that people see comes
// from the stop. With several instances it waits until another one is ready.
func (c *chaos) term(ctx context.Context) error {
	least := min(2, c.o.Instances)
	for len(c.f.inState(up)) < least {
		if _, err := c.sleep(ctx, nil, 20*time.Millisecond); err != nil {
			return err
		}
	}
	alive := c.f.inState(up)
	i := alive[c.r.IntN(len(alive))]
	b := injection{What: "term", Instance: c.f.bots[i].Name, At: time.Now()}
	b.Others = c.f.interrupt(i, func(p *harness.Process) {
		code, took, err := p.Stop(drainTimeout + 5*time.Second)
		b.Code, b.Took, b.Late = code, took.Round(time.Millisecond).String(), err != nil || took > drainTimeout
	})
	b.Gone = time.Now()
	n := c.record(b)
	// Open clicks are answered before the next injection.
	if _, err := c.sleep(ctx, nil, 500*time.Millisecond); err != nil {
		return err
	}
	c.restart(ctx, i, n)
	return nil
}

// killDatabase kills the database server and starts it again.
func (c *chaos) killDatabase(ctx context.Context) error {
	at := time.Now()
	if err := c.f.db.Kill(); err != nil {
		return err
	}
	n := c.record(injection{
		What:   "db",
		At:     at,
		Gone:   time.Now(),
		Others: len(c.f.inState(up)),
	})
	if _, err := c.sleep(ctx, nil, c.pause()); err != nil {
		return err
	}
	if err := c.f.db.Restart(ctx); err != nil {
		return fmt.Errorf("the database does not come back: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.injections[n].Back = time.Now()
	return nil
}

func (c *chaos) record(b injection) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.injections = append(c.injections, b)
	return len(c.injections) - 1
}

func (c *chaos) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = errors.Join(c.failed, err)
}

// injected returns all injections and their number by kind.
func (c *chaos) injected() (all []injection, counts map[string]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts = map[string]int{}
	for _, b := range c.injections {
		counts[b.What]++
	}
	return append(all, c.injections...), counts
}
