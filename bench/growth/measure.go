package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"shiming/bench/growth/walk"
	"shiming/bench/harness"
	"shiming/cards"
	"shiming/flows"
	"shiming/store"
)

// operation is something that a person waits for. ready prepares its arguments and is not measured.
type operation struct {
	key   string // name in the results
	name  string // name in the printed table
	ready func(ctx context.Context, m *meter) (do func(ctx context.Context) error, err error)
}

// meter is the bot on one opening of the store, with the cases that it may still use up.
type meter struct {
	*walk.World
	*pool
}

// pool is kept over all openings.
type pool struct {
	p      plan
	review []*flows.Case // cases to approve
	form   []*flows.Case // forms to confirm
	fresh  int           // number of the next new person
}

// newcomers is the number of the first person that no run has used.
func newcomers() int { return int(time.Now().UnixMilli()) * 100_000 }

// look finds the open cases that the operations use up.
func look(ctx context.Context, s *store.Store, p plan) (*pool, error) {
	out := &pool{p: p, fresh: newcomers()}
	err := s.View(ctx, func(v flows.View) (err error) {
		out.review, err = v.InState(ctx, walk.Tenant, []flows.State{flows.AwaitingReview}, 4000, 0)
		if err != nil {
			return err
		}
		out.form, err = v.InState(ctx, walk.Tenant, []flows.State{flows.AwaitingConfirmation}, 4000, 0)
		return err
	})
	rand.Shuffle(len(out.review), func(i, j int) { out.review[i], out.review[j] = out.review[j], out.review[i] })
	rand.Shuffle(len(out.form), func(i, j int) { out.form[i], out.form[j] = out.form[j], out.form[i] })
	return out, err
}

func (o *pool) newcomer() walk.Person {
	o.fresh++
	return walk.Nth(o.fresh)
}

// done returns a person whose case is done.
func (o *pool) done() walk.Person {
	for {
		i := rand.IntN(o.p.cases - o.p.open())
		if state, _ := o.p.nth(i); state == flows.Done {
			return walk.Nth(i)
		}
	}
}

func take(list *[]*flows.Case) (*flows.Case, error) {
	if len(*list) == 0 {
		return nil, errors.New("the database is used up; fill another one")
	}
	c := (*list)[0]
	*list = (*list)[1:]
	return c, nil
}

func reply(template flows.Template, who func(m *meter) string) func(context.Context,
	*meter) (func(context.Context) error, error) {
	return func(_ context.Context, m *meter) (func(context.Context) error, error) {
		id := who(m)
		j := flows.Reply(template).Towards(flows.Receiver{Type: "open_id", ID: id}).For(walk.Tenant, id)
		j.Attempt, j.Key = 1, "growth"
		return func(ctx context.Context) error { return m.Run(ctx, j) }, nil
	}
}

func hr(*meter) string { return walk.HR }

// operations are measured in the order of the table.
var operations = append([]operation{
	{"status-open", "status 进度, case open: stored", func(_ context.Context, m *meter) (func(context.Context) error,
		error) {
		if len(m.review) == 0 {
			return nil, errors.New("nobody is waiting for review")
		}
		p := walk.Person{OpenID: m.review[len(m.review)-1].OpenID}
		return func(ctx context.Context) error { return m.Say(ctx, p, "进度") }, nil
	}},
	{"status-done", "status 进度, case done: card", reply(flows.ReplyLatest, func(m *meter) string {
		return m.done().OpenID
	})},
	{"queue", "queue page 待审: card", reply(flows.ReplyPending, hr)},
	{"queue-next", "queue, next case (click)", func(_ context.Context, m *meter) (func(context.Context) error, error) {
		return func(ctx context.Context) error {
			_, err := m.Press(ctx, walk.HR, &flows.Case{}, cards.ActNext)
			return err
		}, nil
	}},
	{"duplicate", "duplicate check (read alone)", func(_ context.Context, m *meter) (func(context.Context) error, error) {
		index := m.Store.BlindIndex("number", m.done().Number)
		return func(ctx context.Context) error {
			return m.Store.View(ctx, func(v flows.View) error {
				found, err := v.SameNumber(ctx, walk.Tenant, index, "nobody")
				if err == nil && len(found) != 1 {
					err = fmt.Errorf("the number was found %d times", len(found))
				}
				return err
			})
		}, nil
	}},
	{"confirm", "confirm with duplicate check (click)", func(_ context.Context, m *meter) (func(context.Context) error,
		error) {
		c, err := take(&m.form)
		if err != nil {
			return nil, err
		}
		number, mobile := c.Personal.Front.RawNumber, m.newcomer().Mobile // a mobile gets few codes a day
		return func(ctx context.Context) error {
			return said(m.Press(ctx, c.OpenID, c, cards.ActConfirm, "identity_name", c.Personal.Front.RawName, "identity_code",
				number, "mobile", mobile))("saved")
		}, nil
	}},
	{"statistics", "statistics 统计: card", reply(flows.ReplyStats, hr)},
	{"open", "open a new case", func(_ context.Context, m *meter) (func(context.Context) error, error) {
		p := m.newcomer()
		return func(ctx context.Context) error { return m.Say(ctx, p, "实名") }, nil
	}},
	{"approve", "approve (click of HR)", func(_ context.Context, m *meter) (func(context.Context) error, error) {
		c, err := take(&m.review)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) error { return said(m.Press(ctx, walk.HR, c, cards.ActApprove))("approved") }, nil
	}},
	{"ocr-place", "place in the OCR queue", func(_ context.Context, m *meter) (func(context.Context) error, error) {
		return func(ctx context.Context) error {
			return m.Store.View(ctx, func(v flows.View) error {
				_, err := v.CountUnreadPhotos(ctx, time.Now(), "")
				return err
			})
		}, nil
	}},
}, deskOperations...)

// said checks that a click has had its effect.
func said(a flows.Answer, err error) func(want string) error {
	return func(want string) error {
		if err != nil {
			return err
		}
		if w := cards.NewToast(want, nil); a.Toast == nil || *a.Toast != w {
			return fmt.Errorf("the click was answered with %v, not with %q", a.Toast, want)
		}
		return nil
	}
}

// round runs every operation once in a random order and records the durations.
func (m *meter) round(ctx context.Context, note func(op int, took time.Duration)) error {
	for _, i := range rand.Perm(len(operations)) {
		m.At = time.Now()
		do, err := operations[i].ready(ctx, m)
		if err != nil {
			return fmt.Errorf("%s: %w", operations[i].name, err)
		}
		began := time.Now()
		if err := do(ctx); err != nil {
			return fmt.Errorf("%s: %w", operations[i].name, err)
		}
		note(i, time.Since(began))
	}
	return nil
}

// traffic writes events at a constant rate until the returned function is called.
func traffic(ctx context.Context, s *store.Store, seed string, first, perSecond int) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	var failed error
	wg.Go(func() {
		w := walk.New(s, seed, time.Now())
		tick := time.NewTicker(time.Second / time.Duration(perSecond))
		defer tick.Stop()
		for i := first; ; i++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			w.At = time.Now()
			failed = w.Photos(context.WithoutCancel(ctx), walk.Nth(i))
			if failed != nil {
				return
			}
		}
	})
	return func() error {
		cancel()
		wg.Wait()
		return failed
	}
}

// figures are the durations of one operation in one condition, in milliseconds.
type figures struct {
	key                  string // name in the results
	Operation, Condition string // name in the printed table
	harness.Figure
}

func summarise(key, op, condition string, took []time.Duration) figures {
	var ms []float64
	for _, d := range took {
		ms = append(ms, float64(d.Microseconds())/1000)
	}
	return figures{key, op, condition, harness.NewFigure("ms", ms...)}
}

// eventsPerSecond is the rate of the traffic.
const eventsPerSecond = 20

// conditions lists the conditions of the measurement.
var conditions = []struct {
	key, name  string
	cold, busy bool
}{
	{"cold-quiet", "just opened, quiet", true, false},
	{"cold-busy", "just opened, 20 events/s", true, true},
	{"warm-quiet", "warm, quiet", false, false},
	{"warm-busy", "warm, 20 events/s", false, true},
}

// measure runs every operation runs times in every condition.
func measure(ctx context.Context, open func(context.Context) (*store.Store, error), p plan, runs int) (out []figures,
	err error) {
	s, err := open(ctx)
	if err != nil {
		return nil, err
	}
	people, err := look(ctx, s, p)
	err = errors.Join(err, s.Close())
	if err != nil {
		return nil, err
	}
	run := time.Now().UnixNano() // distinguishes the events from those of an earlier run
	for k, cond := range conditions {
		took := make([][]time.Duration, len(operations))
		openings, rounds, unused := 1, runs, 20 // the first rounds of a warm condition are not counted
		if cond.cold {
			openings, rounds, unused = runs, 1, 0
		}
		fmt.Fprintln(os.Stderr, "measuring:", cond.name)
		for n := range openings {
			if err := func() (err error) {
				s, err := open(ctx)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, s.Close()) }()
				if cond.busy {
					stop := traffic(ctx, s, fmt.Sprint(run, "traffic", k, "-", n), newcomers(), eventsPerSecond)
					defer func() { err = errors.Join(stop(), err) }()
				}
				m := &meter{walk.New(s, fmt.Sprint(run, "meter", k, "-", n), time.Now()), people}
				for r := range unused + rounds {
					if err := m.round(ctx, func(op int, d time.Duration) {
						if r >= unused {
							took[op] = append(took[op], d)
						}
					}); err != nil {
						return err
					}
				}
				return nil
			}(); err != nil {
				return nil, err
			}
		}
		for i, op := range operations {
			out = append(out, summarise(op.key+"/"+cond.key, op.name, cond.name, took[i]))
		}
	}
	return out, nil
}
