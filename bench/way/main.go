// Command way measures the time that the bot itself adds to one employee's registration when every call to a platform
// takes 200 ms: from the last photo to the form, and from HR's approval to done.
//
//	go run ./bench/way [--people 20] [--store sqlite|postgres]
//
// The floor is the platforms' time on the critical path, as the platforms measured it. To the form: download, OCR and
// card, both photos in parallel. To done: the uploads of both photos in parallel (URL, bytes, e签宝's confirmation), then
// the identity, then the evidence point, then the card.
package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"shiming/bench/harness"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/wire"
)

type command struct {
	People  int           `help:"Employees, one after another." default:"20"`
	Store   string        `help:"Database." default:"sqlite" enum:"sqlite,postgres"`
	Sync    string        `help:"store.sync." default:"full" enum:"full,normal"`
	Latency time.Duration `help:"What every call to a platform takes at least." default:"200ms"`
	Out     string        `help:"File to which the run is added; default bench/results/way.jsonl."`
}

// leg is one part of one person's registration, in milliseconds.
type leg struct {
	Took, Floor float64
	Own         float64 // per cent of the floor
}

func legOf(took, floor time.Duration) leg {
	return leg{took.Seconds() * 1000, floor.Seconds() * 1000, 100 * float64(took-floor) / float64(floor)}
}

func main() { harness.Main(&command{}, "The bot's own share of the way.") }

// Measure implements the command of harness.Main.
func (c *command) Measure(ctx context.Context) error {
	result := harness.NewResult(ctx)
	result.Store = c.Store
	result.Settings["sync"], result.Settings["latency_ms"] = c.Sync, c.Latency.Milliseconds()
	s, err := harness.Open(ctx, harness.Setup{
		Bots:  1,
		Store: c.Store,
		Sync:  c.Sync,
		World: sim.Config{Latency: c.Latency, Seed: 7},
	})
	if err != nil {
		return err
	}
	defer s.Close()
	bar := harness.Progress(c.People, "people")
	var form, done []leg
	for _, e := range s.World.Hire(c.People) {
		f, d, err := c.walk(ctx, s, e)
		if err != nil {
			return err
		}
		form, done = append(form, f), append(done, d)
		_ = bar.Add(1)
	}
	_ = bar.Finish()
	for _, l := range []struct {
		name, key string
		legs      []leg
	}{
		{"last photo → form", "photo-to-form", form},
		{"approval → done", "approval-to-done", done},
	} {
		var took, own []float64
		for _, one := range l.legs {
			took, own = append(took, one.Took), append(own, one.Own)
		}
		result.Add(l.key+"/took", "ms", took...)
		result.Add(l.key+"/own-share", "%", own...)
		m := middle(l.legs)
		fmt.Printf("%-18s %6.0f ms, of which the platforms %6.0f ms; own share %4.1f %% (median of %d)\n", l.name, m.Took,
			m.Floor, m.Own, len(l.legs))
		fmt.Printf("%-18s %s|%s\n", "", harness.Bar(m.Floor, m.Took, 50), "")
	}
	return result.Append(c.Out, "way")
}

// middle returns the leg with the median own share.
func middle(legs []leg) leg {
	sorted := slices.SortedFunc(slices.Values(legs), func(a, b leg) int { return int(1000 * (a.Own - b.Own)) })
	return sorted[len(sorted)/2]
}

// walk takes one person to the end.
func (c *command) walk(ctx context.Context, s *harness.Harness, e *sim.Employee) (form, done leg, err error) {
	front, err := specimen.Front(e.Person, specimen.Variant{})
	if err != nil {
		return form, done, err
	}
	back, err := specimen.Back(e.Person, specimen.Variant{})
	if err != nil {
		return form, done, err
	}
	if err := s.Consent(ctx, e); err != nil {
		return form, done, err
	}
	if err := s.Quiet(ctx); err != nil {
		return form, done, err
	}
	began := time.Now()
	if _, err := s.World.Feishu.SendImages(ctx, e.OpenID, front, back); err != nil {
		return form, done, err
	}
	m, err := s.Card(ctx, e.ChatID, "confirm")
	if err != nil {
		return form, done, err
	}
	calls := since(s, began)
	if err := calls.all("resource.get", "id_card.recognize"); err != nil {
		return form, done, err
	}
	isForm := func(card *feishu.Card) bool {
		_, is := card.FindAct("confirm")
		return is
	}
	form = legOf(c.seen(m, isForm).Sub(began), calls.longest("resource.get")+calls.longest("id_card.recognize")+c.Latency)

	if err := s.Press(ctx, e, e.ChatID, "confirm", nil); err != nil {
		return form, done, err
	}
	sms, err := s.World.Tencent.WaitSMS(ctx, e.Person.Mobile, 0)
	if err != nil {
		return form, done, err
	}
	if err := s.Press(ctx, e, e.ChatID, "submit_code", map[string]any{"sms_code": sms.Code()}); err != nil {
		return form, done, err
	}
	admin := s.World.Admins()[0]
	desk := s.World.Feishu.P2PChat(admin)
	list, err := s.Card(ctx, desk, "next")
	if err != nil {
		return form, done, err
	}
	if _, err := s.World.Feishu.ClickAct(ctx, admin, list.ID, "next", nil); err != nil {
		return form, done, err
	}
	review, err := s.Card(ctx, desk, "approve")
	if err != nil {
		return form, done, err
	}
	if err := s.Quiet(ctx); err != nil {
		return form, done, err
	}
	began = time.Now()
	if _, err := s.World.Feishu.ClickAct(ctx, admin, review.ID, "approve", nil); err != nil {
		return form, done, err
	}
	isDone := func(card *feishu.Card) bool { return card.Title() == "实名登记完成 🎉" }
	end, err := s.World.Feishu.Watch(ctx, e.ChatID, func(m feishu.Message) bool {
		card, err := feishu.ParseCard(m.Card)
		return err == nil && isDone(card)
	})
	if err != nil {
		return form, done, err
	}
	calls = since(s, began)
	inOrder := []string{"files.upload_url", "storage.put", "files.status", "identities.create", "evidence.psn_realname"}
	if err := calls.all(inOrder...); err != nil {
		return form, done, err
	}
	var platforms time.Duration
	for _, operation := range inOrder {
		platforms += calls.longest(operation)
	}
	done = legOf(c.seen(end, isDone).Sub(began), platforms+c.Latency)
	return form, done, s.Quiet(ctx)
}

// seen returns when the call that showed a card was answered. The world applies a call after half of its duration.
func (c *command) seen(m feishu.Message, ok func(*feishu.Card) bool) time.Time {
	return harness.Shown(m, ok).Add(c.Latency / 2)
}

type calls []wire.Call

func since(s *harness.Harness, began time.Time) calls {
	return slices.DeleteFunc(s.World.Recorder.Calls(), func(c wire.Call) bool { return c.At.Before(began) })
}

// all fails if one of the operations was not called, because the floor would be too low without it.
func (c calls) all(operations ...string) error {
	for _, o := range operations {
		if c.longest(o) == 0 {
			return fmt.Errorf("%s was not called", o)
		}
	}
	return nil
}

// longest returns the platform's time for the slowest call of an operation.
func (c calls) longest(operation string) (d time.Duration) {
	for _, call := range c {
		if call.Operation == operation {
			d = max(d, call.Duration)
		}
	}
	return d
}
