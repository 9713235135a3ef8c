// Command flood measures how long people wait while somebody else floods the bot, beside a run without a flood.
//
//	go run ./bench/flood [--people 60] [--crowd 150] [--bots 1] [--store sqlite|postgres]
//
// In the end a crowd registers at once, and the calls that Feishu refuses for its limits are counted.
//
// Each flood meets bots and a world of its own: 300 texts, 100 photos or 300 clicks of one person, or 150 mentions in
// one group by 60 people. During it others register one after another. Every call to a platform takes 200 ms. In the
// last two the bot is a marketplace app: a company of 60 people sends all its photos at once while people of another
// company register, beside a run in which it is quiet.
package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"shiming/bench/harness"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

type command struct {
	harness.Options
	People int      `help:"Employees who register during a flood, one after another." default:"60"`
	Crowd  int      `help:"Employees who register at once in the end." default:"150"`
	Floods []string `help:"Floods to measure besides those without one; default all, and the crowd." placeholder:"NAME"`
}

// flood is what somebody else does meanwhile. prepare does what takes the processors, such as drawing photos, and
// returns the flood itself.
type flood struct {
	name    string
	market  bool // a marketplace app; the flood comes from another company
	prepare func(ctx context.Context, s *harness.Harness, others []*sim.Employee) (begin func() error, err error)
}

func quiet(context.Context, *harness.Harness, []*sim.Employee) (func() error, error) {
	return func() error { return nil }, nil
}

const (
	texts    = 300
	photos   = 100
	clicks   = 300
	mentions = 150
	crowd    = 60 // people who mention the bot
	inFlight = 8  // messages of a flood on their way at a time
)

var floods = []flood{
	{"none", false, quiet},
	{"texts", false, func(ctx context.Context, s *harness.Harness, others []*sim.Employee) (func() error, error) {
		return repeat(texts, func(i int) error {
			_, err := s.World.Feishu.SendText(ctx, others[0].OpenID, fmt.Sprint("在吗 ", i))
			return err
		}), nil
	}},
	{"photos", false, func(ctx context.Context, s *harness.Harness, others []*sim.Employee) (func() error, error) {
		front, err := specimen.Front(others[0].Person, specimen.Variant{})
		if err != nil {
			return nil, err
		}
		if err := s.World.Preload(front); err != nil {
			return nil, err
		}
		if err := s.Consent(ctx, others[0]); err != nil {
			return nil, err
		}
		return repeat(photos, func(int) error {
			_, err := s.World.Feishu.SendImage(ctx, others[0].OpenID, front)
			return err
		}), nil
	}},
	{"clicks", false, func(ctx context.Context, s *harness.Harness, others []*sim.Employee) (func() error, error) {
		if _, err := s.World.Feishu.SendText(ctx, others[0].OpenID, "帮助"); err != nil {
			return nil, err
		}
		help, err := s.Card(ctx, others[0].ChatID, "start")
		if err != nil {
			return nil, err
		}
		return repeat(clicks, func(int) error {
			_, err := s.World.Feishu.ClickAct(ctx, others[0].OpenID, help.ID, "start", nil)
			return err
		}), nil
	}},
	{"mentions", false, func(ctx context.Context, s *harness.Harness, others []*sim.Employee) (func() error, error) {
		group := s.World.Settings()["hr.announce_chat"]
		return repeat(mentions, func(i int) error {
			_, err := s.World.Feishu.SendGroupText(ctx, others[i%len(others)].OpenID, group, "帮助", true)
			return err
		}), nil
	}},
	{"market-none", true, quiet},
	{"tenant", true, func(ctx context.Context, s *harness.Harness, others []*sim.Employee) (func() error, error) {
		other := *s
		other.World = s.Other
		shots, err := other.Draw(others)
		if err != nil {
			return nil, err
		}
		return repeat(len(others), func(i int) error {
			if err := other.Consent(ctx, others[i]); err != nil {
				return err
			}
			_, err := other.World.Feishu.SendImages(ctx, others[i].OpenID, shots[i][0], shots[i][1])
			return err
		}), nil
	}},
}

// repeat returns a function that calls act n times, inFlight at a time, and returns the first error.
func repeat(n int, act func(i int) error) (begin func() error) {
	return func() error {
		var wg sync.WaitGroup
		slots, errs := make(chan struct{}, inFlight), make(chan error, n)
		for i := range n {
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				if err := act(i); err != nil {
					errs <- err
				}
			})
		}
		wg.Wait()
		close(errs)
		return <-errs
	}
}

func main() { harness.Main(&command{}, "How long people wait while somebody else floods the bot.") }

// waits are the waits of the people during one flood, in milliseconds.
type waits struct {
	firstCard, form []float64
	refused         int // calls that Feishu refused for a limit
}

// Measure implements the command of harness.Main.
func (c *command) Measure(ctx context.Context) error {
	result := c.Result(ctx, map[string]any{"people": c.People, "crowd": c.Crowd})
	bar := harness.Progress(len(floods)*c.People, "people")
	calmOf := map[bool]waits{} // by flood.market: the first run has no flood
	for _, f := range floods {
		if len(c.Floods) > 0 && !strings.HasSuffix(f.name, "none") && !slices.Contains(c.Floods, f.name) {
			continue
		}
		w, err := c.during(ctx, f, func() { _ = bar.Add(1) })
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		calm, had := calmOf[f.market]
		if !had {
			calm, calmOf[f.market] = w, w
		}
		for _, l := range []struct {
			key      string
			ms, calm []float64
		}{{"first-card", w.firstCard, calm.firstCard}, {"form", w.form, calm.form}} {
			name := f.name + "/" + l.key
			result.Add(name, "ms", l.ms...)
			result.Add(name+"/p95", "ms", harness.P95(l.ms))
			result.Add(name+"/beside-none", "", harness.P95(l.ms)/harness.P95(l.calm))
			fmt.Printf("%-23s p95 %7.0f ms  × %.2f  %s\n", name, harness.P95(l.ms), harness.P95(l.ms)/harness.P95(l.calm),
				harness.Bar(harness.P95(l.ms), 4*harness.P95(l.calm), 40))
		}
		result.Add(f.name+"/refused", "", float64(w.refused))
	}
	_ = bar.Finish()
	if len(c.Floods) > 0 {
		return nil // a part is not kept among the results
	}
	if err := c.crowd(ctx, result); err != nil {
		return fmt.Errorf("crowd: %w", err)
	}
	return result.Append(c.Out, "flood")
}

// open starts a bot and a world of its own.
func (c *command) open(ctx context.Context, market bool) (*harness.Harness, error) {
	setup := c.Setup(sim.Config{Seed: 7}, nil)
	setup.Market = market
	return harness.Open(ctx, setup)
}

// during lets people register while the flood lasts.
func (c *command) during(ctx context.Context, f flood, step func()) (w waits, err error) {
	s, err := c.open(ctx, f.market)
	if err != nil {
		return w, err
	}
	defer s.Close()
	people := s.World.Hire(c.People)
	var others []*sim.Employee
	if f.market {
		others = s.Other.Hire(crowd)
	} else {
		others = s.World.Hire(crowd)
	}
	shots, err := s.Draw(people)
	if err != nil {
		return w, err
	}
	begin, err := f.prepare(ctx, s, others)
	if err != nil {
		return w, err
	}
	if err := s.Quiet(ctx); err != nil {
		return w, err
	}
	count := s.RefusedCalls()
	flooded := make(chan error, 1)
	go func() { flooded <- begin() }()
	for i, e := range people {
		if err := c.register(ctx, s, e, shots[i], &w); err != nil {
			return w, err
		}
		step()
	}
	if err := <-flooded; err != nil {
		return w, err
	}
	if err := s.Quiet(ctx); err != nil { // what the flood has left counts as well
		return w, err
	}
	w.refused = len(count())
	return w, nil
}

// register takes one person to the form.
func (c *command) register(ctx context.Context, s *harness.Harness, e *sim.Employee, shots [2][]byte, w *waits) error {
	began := time.Now()
	if _, err := s.World.Feishu.SendText(ctx, e.OpenID, "实名"); err != nil {
		return err
	}
	first, err := s.Card(ctx, e.ChatID, "consent")
	if err != nil {
		return err
	}
	w.firstCard = append(w.firstCard, milliseconds(harness.Shown(first, has("consent")).Sub(began)))
	if err := s.Press(ctx, e, e.ChatID, "consent", nil); err != nil {
		return err
	}
	began = time.Now()
	if _, err := s.World.Feishu.SendImages(ctx, e.OpenID, shots[0], shots[1]); err != nil {
		return err
	}
	form, err := s.Card(ctx, e.ChatID, "confirm")
	if err != nil {
		return err
	}
	w.form = append(w.form, milliseconds(harness.Shown(form, has("confirm")).Sub(began)))
	return nil
}

func has(act string) func(*feishu.Card) bool {
	return func(card *feishu.Card) bool {
		_, is := card.FindAct(act)
		return is
	}
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

// crowd lets many people register at once and counts the calls that Feishu refuses for a limit.
func (c *command) crowd(ctx context.Context, result *harness.Result) error {
	s, err := c.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.Close()
	working, stop := context.WithCancel(ctx)
	defer stop()
	hr := make(chan error, 1)
	go func() { hr <- s.World.HR(0).Work(working, s.World.HR(0).Diligent) }()
	people := s.World.Hire(c.Crowd)
	shots, err := s.Draw(people)
	if err != nil {
		return err
	}
	count := s.RefusedCalls()
	began := time.Now()
	bar := harness.Progress(c.Crowd, "crowd")
	var wg sync.WaitGroup
	errs := make(chan error, len(people))
	for i, e := range people {
		wg.Go(func() {
			if _, err := e.Register(ctx, sim.Script{Front: shots[i][0], Back: shots[i][1]}, nil); err != nil {
				errs <- err
			}
			_ = bar.Add(1)
		})
	}
	wg.Wait()
	took := time.Since(began)
	_ = bar.Finish()
	close(errs)
	if err := <-errs; err != nil {
		return err
	}
	stop()
	if err := <-hr; err != nil {
		return err
	}
	refused := len(count())
	result.Add("crowd/took", "s", took.Seconds())
	result.Add("crowd/refused", "", float64(refused))
	fmt.Printf("%d people at once: %.0f s, %d calls refused for a limit\n", c.Crowd, took.Seconds(), refused)
	return nil
}
