// Command minute counts what an employee does between the first photo and the submitted registration, and how long it
// takes: the taps, messages and corrected fields, the waiting when every call to a platform takes 1 s, the bot's own
// share of it, and the person's own time by the keystroke-level model.
//
//	go run ./bench/minute [--people 10] [--latency 1s]
//
// The people send the photos first, read the agreement page, confirm the form and type the code into the chat. They do
// the next thing as soon as they can, so that the time between two things is waiting.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shiming/bench/harness"
	"shiming/sim"
)

type command struct {
	People  int           `help:"Employees, one after another." default:"10"`
	Store   string        `help:"Database." default:"sqlite" enum:"sqlite,postgres"`
	Latency time.Duration `help:"What every call to a platform takes at least." default:"1s"`
	Out     string        `help:"File to which the run is added; default bench/results/minute.jsonl."`
}

func main() { harness.Main(&command{}, "The employee's minute, from the first photo to submitted.") }

// Measure implements the command of harness.Main.
func (c *command) Measure(ctx context.Context) error {
	result := harness.NewResult(ctx)
	result.Store = c.Store
	result.Settings["latency_ms"] = c.Latency.Milliseconds()
	h, err := harness.Open(ctx, harness.Setup{
		Bots:  1,
		Store: c.Store,
		Sync:  "full",
		World: sim.Config{Latency: c.Latency, Seed: 11, EsignRevision: "2025-10"},
	})
	if err != nil {
		return err
	}
	defer h.Close()
	people := h.World.Hire(c.People)
	shots, err := h.Draw(people)
	if err != nil {
		return err
	}
	bar := harness.Progress(c.People, "people")
	var all []minute
	for i, e := range people {
		one, err := walk(ctx, h, e, shots[i])
		if err != nil {
			return fmt.Errorf("person %d: %w", i+1, err)
		}
		all = append(all, one)
		_ = bar.Add(1)
	}
	_ = bar.Finish()
	return errors.Join(report(all, result), result.Append(c.Out, "minute"))
}

// walk registers one person up to the moment at which nothing is left to do for the person.
func walk(ctx context.Context, h *harness.Harness, e *sim.Employee, shots [2][]byte) (minute, error) {
	ctx, submitted := context.WithCancel(ctx)
	defer submitted()
	script := sim.Script{PhotosFirst: true, CodeInChat: true, Front: shots[0], Back: shots[1]}
	if _, err := h.World.Feishu.EnterP2P(ctx, e.OpenID); err != nil {
		return minute{}, err
	}
	if _, err := h.Card(ctx, e.ChatID, "start"); err != nil { // the greeting
		return minute{}, err
	}
	var at time.Time
	_, err := e.Register(ctx, script, func(p sim.Progress) {
		if at.IsZero() && (p.Stage == sim.StageChecking || p.Stage == sim.StageReview) {
			at = p.At
			submitted()
		}
	})
	if at.IsZero() {
		return minute{}, fmt.Errorf("nothing was submitted: %w", err)
	}
	return read(h.World, e, at)
}
