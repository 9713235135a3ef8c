// Command desk measures HR's morning at the review desks: many people register at once against Feishu with all its
// limits, and three admins of different speed review them.
//
//	go run ./bench/desk [--people 1000] [--store sqlite|postgres] [--bots 1] [--kill]
//
// It counts the messages of each group and admin, what Feishu refuses for a limit, and how long an admin waits from a
// decision to the next case. With --kill each process is killed (SIGKILL) once, when half of the people are filed.
package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"shiming/bench/harness"
	"shiming/sim"
)

type command struct {
	harness.Options
	People int  `help:"Employees who register at once." default:"1000"`
	Kill   bool `help:"Kill each process once."`
}

// thinking is how long each of the admins reads a case before the decision.
var thinking = []time.Duration{200 * time.Millisecond, 500 * time.Millisecond, 1500 * time.Millisecond}

func main() { harness.Main(&command{}, "HR's morning: many people, three review desks.") }

// Measure implements the command of harness.Main.
func (c *command) Measure(ctx context.Context) error {
	result := c.Result(ctx, map[string]any{"people": c.People, "kill": c.Kill})
	world := sim.Config{Seed: 7, Admins: len(thinking)}
	s, err := harness.Open(ctx, c.Setup(world, map[string]string{"review.undo": "10s"}))
	if err != nil {
		return err
	}
	defer s.Close()
	people := s.World.Hire(c.People)
	shots, err := s.Draw(people)
	if err != nil {
		return err
	}
	refused := s.RefusedCalls()
	began := time.Now()
	admins, finish := work(ctx, s.World)
	if err := c.registerAll(ctx, s, people, shots); err != nil {
		return errors.Join(err, finish())
	}
	took := time.Since(began)
	if err := finish(); err != nil {
		return err
	}
	if err := s.Quiet(ctx); err != nil {
		return err
	}
	c.report(result, s.World, admins, took, refused())
	if filed := countFiled(s.World, people); filed != c.People {
		return fmt.Errorf("%d of %d people are filed exactly once", filed, c.People)
	}
	return result.Append(c.Out, "desk")
}

// registerAll lets everybody register at once. With Kill it kills and starts each process when half are done.
func (c *command) registerAll(
	ctx context.Context, s *harness.Harness, people []*sim.Employee, shots [][2][]byte,
) error {
	bar := harness.Progress(len(people), "people")
	defer func() { _ = bar.Finish() }()
	var wg sync.WaitGroup
	var done atomic.Int64
	errs := make(chan error, len(people)+1)
	half := make(chan struct{})
	for i, e := range people {
		wg.Go(func() {
			if _, err := e.Register(ctx, sim.Script{Front: shots[i][0], Back: shots[i][1]}, nil); err != nil {
				errs <- err
			}
			_ = bar.Add(1)
			if done.Add(1) == int64(len(people)/2) {
				close(half)
			}
		})
	}
	if c.Kill {
		wg.Go(func() {
			<-half
			for _, b := range s.Bots {
				b.Kill()
				if err := b.Start(ctx); err != nil {
					errs <- err
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// admin is what one admin has met.
type admin struct {
	openID  string
	reading time.Duration

	mu    sync.Mutex
	taps  int
	waits []float64 // from a decision to the next case, in milliseconds
	tap   time.Time // when the decision was due; zero at the list
}

// work lets the admins work until finish is called, which returns the first error.
func work(ctx context.Context, w *sim.World) (all []*admin, finish func() error) {
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, len(thinking))
	for i, reading := range thinking {
		hr := w.HR(i)
		a := &admin{openID: hr.OpenID, reading: reading}
		all = append(all, a)
		go func() { ended <- hr.Work(ctx, func(c sim.HRCard) sim.Decision { return a.decide(c, hr.Diligent(c)) }) }()
	}
	return all, func() error {
		stop()
		var errs []error
		for range thinking {
			errs = append(errs, <-ended)
		}
		return errors.Join(errs...)
	}
}

// decide delays a decision by the time that the admin reads, and notes how long the case was waited for.
func (a *admin) decide(c sim.HRCard, d sim.Decision) sim.Decision {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if c.Kind != "desk" && now.After(a.tap) && !a.tap.IsZero() { // a list says that nothing waited
		a.waits = append(a.waits, now.Sub(a.tap).Seconds()*1000)
	}
	a.tap = time.Time{}
	if c.Kind == "desk" || d.Act == "" {
		return d
	}
	a.taps++
	d.After += a.reading
	a.tap = now.Add(d.After)
	return d
}

// report adds the figures and prints them.
func (c *command) report(result *harness.Result, w *sim.World, admins []*admin, took time.Duration, refused []string) {
	result.Add("took", "s", took.Seconds())
	result.Add("refused", "", float64(len(refused)))
	fmt.Printf("%d people: %.0f s, %d calls refused for a limit %v\n", c.People, took.Seconds(), len(refused), refused)
	var waits []float64
	for i, a := range admins {
		if len(a.waits) == 0 {
			continue
		}
		waits = append(waits, a.waits...)
		name := fmt.Sprintf("admin-%d", i+1)
		sent, busiest := messages(w, w.Feishu.P2PChat(a.openID))
		result.Add(name+"/decisions", "", float64(a.taps))
		result.Add(name+"/messages", "", float64(sent))
		result.Add(name+"/busiest-minute", "", float64(busiest))
		fmt.Printf("admin %d, reads %4d ms: %4d decisions, %3d messages, at most %4d drawings a minute\n",
			i+1, a.reading.Milliseconds(), a.taps, sent, busiest)
	}
	if len(waits) > 0 {
		slices.Sort(waits)
		result.Add("next-case", "ms", waits...)
		result.Add("next-case/p95", "ms", harness.P95(waits))
		fmt.Printf("from a decision to the next case: median %.0f ms, p95 %.0f ms\n",
			waits[len(waits)/2], harness.P95(waits))
	}
	for _, g := range []struct{ name, chat string }{{"review", w.ReviewChat()}, {"announce", w.AnnounceChat()}} {
		sent, busiest := messages(w, g.chat)
		result.Add(g.name+"/messages", "", float64(sent))
		result.Add(g.name+"/busiest-minute", "", float64(busiest))
		fmt.Printf("%-8s group: %d messages, at most %d drawings a minute\n", g.name, sent, busiest)
	}
}

// messages returns the number of messages of the bot in a chat, and the largest number of their versions, the first
// ones included, within one minute.
func messages(w *sim.World, chat string) (sent, busiest int) {
	var at []time.Time
	for _, m := range w.Feishu.Messages(chat) {
		if !m.FromBot {
			continue
		}
		sent++
		for _, v := range m.History {
			if v.By != "callback" { // the answer to a click is no call
				at = append(at, v.At)
			}
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	for first := range at {
		n := 0
		for _, t := range at[first:] {
			if t.Sub(at[first]) < time.Minute {
				n++
			}
		}
		busiest = max(busiest, n)
	}
	return sent, busiest
}

// countFiled returns how many people have one identity and one evidence point.
func countFiled(w *sim.World, people []*sim.Employee) (n int) {
	for _, e := range people {
		j := w.Journey(e.OpenID)
		if j.Filed() && j.Identities == 1 && len(j.Points) == 1 && j.Duplicates == 0 {
			n++
		}
	}
	return n
}
