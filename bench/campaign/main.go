// Command campaign measures how many people are invited: HR invites everybody, some register at once, and Feishu keeps
// all its limits.
//
//	go run ./bench/campaign [--people 1000] [--register 100] [--per-minute 600] [--store sqlite|postgres] [--kill]
//
// It compares the forecast on HR's card with what happened, and counts invitations and calls refused for a limit. The
// forecast of when all are done supposes that all register, and is compared only then. It is to the minute, so that a
// run should take ten or more. Invitations leave in the daytime of China only: start it then, or under .ci/at. With
// --kill each process is killed (SIGKILL) once, when half of those who register have begun.
package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"shiming/bench/harness"
	"shiming/sim"
	"shiming/sim/feishu"
)

type command struct {
	harness.Options
	People    int  `help:"Employees." default:"1000"`
	Register  int  `help:"How many percent of them register when they are invited." default:"100"`
	PerMinute int  `help:"campaign.per_minute." default:"600"`
	Kill      bool `help:"Kill each process once."`
}

// before is how many people register first, so that the forecast knows how long it takes.
const before = 20

func main() { harness.Main(&command{}, "HR invites everybody, and they register.") }

// Measure implements the command of harness.Main.
func (c *command) Measure(ctx context.Context) error {
	result := c.Result(ctx, map[string]any{
		"people": c.People, "register": c.Register, "per_minute": c.PerMinute, "kill": c.Kill,
	})
	s, err := harness.Open(ctx, c.Setup(sim.Config{Seed: 16}, map[string]string{
		"campaign.per_minute": strconv.Itoa(c.PerMinute),
		"review.required":     "warnings",
		"review.hours":        "00:00-24:00",
		"review.sample":       "0",
		"review.sla":          "0s",
	}))
	if err != nil {
		return err
	}
	defer s.Close()
	first, people := s.World.Hire(before), s.World.Hire(c.People)
	answering := everyNth(people, c.Register)
	shots, err := s.Draw(append(append([]*sim.Employee{}, first...), answering...))
	if err != nil {
		return err
	}
	if err := register(ctx, first, shots[:before], sim.Script{}, nil); err != nil {
		return err
	}
	refused := s.RefusedCalls()
	began := time.Now()
	forecast, err := invite(ctx, s)
	if err != nil {
		return err
	}
	var half func()
	if c.Kill {
		half = func() {
			for _, b := range s.Bots {
				b.Kill()
				if err := b.Start(ctx); err != nil {
					panic(err) // the run cannot go on
				}
			}
		}
	}
	if err := register(ctx, answering, shots[before:], sim.Script{Invited: true}, half); err != nil {
		return err
	}
	done := time.Now()
	if err := s.Quiet(ctx); err != nil {
		return err
	}
	sent, twice := invitations(s.World, people)
	limits := refused()
	for _, f := range []struct {
		name     string
		said, at time.Time
	}{{"sent", forecast[0], sent}, {"done", forecast[1], done}} {
		if f.name == "done" && c.Register < 100 {
			continue
		}
		took, said := f.at.Sub(began), f.said.Sub(began)
		result.Add(f.name, "s", took.Seconds())
		result.Add(f.name+"/forecast", "s", said.Seconds())
		fmt.Printf("%s: %.0f s, forecast %.0f s (%+.0f %%)\n", f.name, took.Seconds(), said.Seconds(),
			100*(said.Seconds()/took.Seconds()-1))
	}
	result.Add("refused", "", float64(len(limits)))
	result.Add("not-once", "", float64(twice))
	fmt.Printf("%d people: %d calls refused for a limit %v, %d without exactly one invitation\n",
		c.People, len(limits), limits, twice)
	if twice > 0 {
		return errors.New("somebody was not invited exactly once")
	}
	return result.Append(c.Out, "campaign")
}

// everyNth returns as many of the people as the percentage says, spread over all of them, since invitations leave in
// the order of the directory.
func everyNth(people []*sim.Employee, percent int) (chosen []*sim.Employee) {
	for i, e := range people {
		if i*percent/100 != (i+1)*percent/100 {
			chosen = append(chosen, e)
		}
	}
	return chosen
}

// register lets people register at once. half is called when half of them have begun; it may be nil.
func register(
	ctx context.Context, people []*sim.Employee, shots [][2][]byte, script sim.Script, half func(),
) error {
	bar := harness.Progress(len(people), "people")
	defer func() { _ = bar.Finish() }()
	var wg sync.WaitGroup
	var begun atomic.Int64
	errs := make(chan error, len(people))
	for i, e := range people {
		own := script
		own.Front, own.Back = shots[i][0], shots[i][1]
		wg.Go(func() {
			var once sync.Once
			_, err := e.Register(ctx, own, func(sim.Progress) {
				once.Do(func() {
					if begun.Add(1) == int64(len(people)/2) && half != nil {
						half()
					}
				})
			})
			if err != nil {
				errs <- err
			}
			_ = bar.Add(1)
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// stamp is a time on a card.
var stamp = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`)

// invite has HR invite everybody, and returns what the card forecasts: when the last invitation has left, and when the
// last person is done.
func invite(ctx context.Context, s *harness.Harness) (forecast [2]time.Time, err error) {
	hr := s.World.Admins()[0]
	chat := s.World.Feishu.P2PChat(hr)
	if _, err := s.World.Feishu.SendText(ctx, hr, "邀请"); err != nil {
		return forecast, err
	}
	menu, err := s.Card(ctx, chat, "invite")
	if err != nil {
		return forecast, err
	}
	everyone := func(b feishu.Button) bool { return b.Act == "invite" && b.Value["to"] == "everyone" }
	if _, err := s.World.Feishu.Click(ctx, hr, menu.ID, everyone, nil); err != nil {
		return forecast, err
	}
	var preview feishu.Message
	confirms := func(b feishu.Button) bool { return b.Act == "invite" && b.Value["case"] != "" }
	_, err = s.World.Feishu.Watch(ctx, chat, func(m feishu.Message) bool {
		card, err := feishu.ParseCard(m.Card)
		if err != nil || !strings.Contains(card.Text("zh_cn"), "等你确认") {
			return false
		}
		preview = m
		return true
	})
	if err != nil {
		return forecast, err
	}
	card, err := feishu.ParseCard(preview.Card)
	if err != nil {
		return forecast, err
	}
	china := time.FixedZone("Asia/Shanghai", 8*60*60)
	for i, text := range stamp.FindAllString(card.Text("zh_cn"), 2) {
		if forecast[i], err = time.ParseInLocation("2006-01-02 15:04", text, china); err != nil {
			return forecast, err
		}
	}
	_, err = s.World.Feishu.Click(ctx, hr, preview.ID, confirms, nil)
	return forecast, err
}

// invitations returns when the last person was invited, and how many people did not get exactly one invitation.
func invitations(w *sim.World, people []*sim.Employee) (last time.Time, notOnce int) {
	for _, e := range people {
		n := 0
		for _, m := range w.Feishu.Messages(e.ChatID) {
			if m.FromBot && strings.Contains(m.Content, "请完成实名登记") {
				n++
				if m.CreatedAt.After(last) {
					last = m.CreatedAt
				}
			}
		}
		if n != 1 {
			notOnce++
		}
	}
	return last, notOnce
}
