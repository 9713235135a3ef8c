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

// blow is something that was struck.
type blow struct {
	What     string // kill, term or db
	Instance string
	At       time.Time
	Back     time.Time // when it was started again
	Others   int       // instances that were ready at that moment
	Code     int       // exit code after a SIGTERM
	Took     string
	Gone     time.Time // when the process had ended
	Late     bool
}

// chaos strikes until everything asked for was struck, or quiet is closed.
type chaos struct {
	o *options
	f *fleet
	r *rand.Rand

	mu     sync.Mutex
	blows  []blow
	failed error
	away   sync.WaitGroup // instances that are to come back
}

func newChaos(o *options, f *fleet) *chaos {
	return &chaos{o: o, f: f, r: rand.New(rand.NewPCG(uint64(o.Seed), 4711))}
}

// strike does everything in a random order at random moments.
func (c *chaos) strike(ctx context.Context, quiet <-chan struct{}, tell func()) error {
	var plan []string
	for what, n := range map[string]int{"kill": c.o.Kills, "term": c.o.Terms, "db": c.o.DBKills} {
		for range n {
			plan = append(plan, what)
		}
	}
	slices.Sort(plan) // the order of a map is random by itself; the seed must decide
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
	c.away.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return errors.Join(c.failed, ctx.Err())
}

// sleep waits; done when the people need no more.
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

// pause is how long a process stays away.
func (c *chaos) pause() time.Duration {
	if c.o.Pause == 0 || c.r.IntN(2) == 0 {
		return 0
	}
	return time.Duration(c.r.Int64N(int64(c.o.Pause)))
}

// kill is kill -9 for a process, whatever it is doing, starting included.
func (c *chaos) kill(ctx context.Context) error {
	alive := c.f.in(starting, up)
	for len(alive) == 0 { // all are away: the next one that comes back
		if _, err := c.sleep(ctx, nil, 20*time.Millisecond); err != nil {
			return err
		}
		alive = c.f.in(starting, up)
	}
	i := alive[c.r.IntN(len(alive))]
	b := blow{What: "kill", Instance: c.f.bots[i].Name, At: time.Now()}
	b.Others = c.f.strike(i, (*harness.Process).Kill)
	b.Gone = time.Now()
	c.again(ctx, i, c.note(b))
	return nil
}

// again starts an instance after a pause.
func (c *chaos) again(ctx context.Context, i, n int) {
	pause := c.pause()
	c.away.Go(func() {
		if _, err := c.sleep(ctx, nil, pause); err != nil {
			return
		}
		c.mu.Lock()
		c.blows[n].Back = time.Now()
		c.mu.Unlock()
		if err := c.f.start(ctx, i); err != nil {
			c.fail(err)
		}
	})
}

// drainWithin is how long a SIGTERM may take.
const drainWithin = 15 * time.Second

// term asks a process to end. Nothing else is struck meanwhile, so that what people see is
// the work of the stop alone. With several instances it waits until another one is there.
func (c *chaos) term(ctx context.Context) error {
	least := min(2, c.o.Instances)
	for len(c.f.in(up)) < least {
		if _, err := c.sleep(ctx, nil, 20*time.Millisecond); err != nil {
			return err
		}
	}
	alive := c.f.in(up)
	i := alive[c.r.IntN(len(alive))]
	b := blow{What: "term", Instance: c.f.bots[i].Name, At: time.Now()}
	b.Others = c.f.strike(i, func(p *harness.Process) {
		code, took, err := p.Stop(drainWithin + 5*time.Second)
		b.Code, b.Took, b.Late = code, took.Round(time.Millisecond).String(), err != nil || took > drainWithin
	})
	b.Gone = time.Now()
	n := c.note(b)
	// Whoever pressed a button just now gets the answer before the next blow.
	if _, err := c.sleep(ctx, nil, 500*time.Millisecond); err != nil {
		return err
	}
	c.again(ctx, i, n)
	return nil
}

// killDatabase stops the database server at once and starts it again.
func (c *chaos) killDatabase(ctx context.Context) error {
	at := time.Now()
	if err := c.f.db.Kill(); err != nil {
		return err
	}
	n := c.note(blow{
		What:   "db",
		At:     at,
		Gone:   time.Now(),
		Others: len(c.f.in(up)),
	})
	if _, err := c.sleep(ctx, nil, c.pause()); err != nil {
		return err
	}
	if err := c.f.db.Up(ctx); err != nil {
		return fmt.Errorf("the database does not come back: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blows[n].Back = time.Now()
	return nil
}

func (c *chaos) note(b blow) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blows = append(c.blows, b)
	return len(c.blows) - 1
}

func (c *chaos) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = errors.Join(c.failed, err)
}

// struck lists what was done, by kind.
func (c *chaos) struck() (all []blow, counts map[string]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts = map[string]int{}
	for _, b := range c.blows {
		counts[b.What]++
	}
	return append(all, c.blows...), counts
}
