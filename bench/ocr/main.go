// Command ocr measures how much of Feishu's limit of ten OCR calls a second is used while photos wait, and whether a
// call ever exceeds it, with one or several processes:
//
//	go run ./bench/ocr [--photos 200] [--instances 3 --store postgres]
//
// For each call the simulated Feishu counts the calls of the preceding second by their arrival. It refuses calls over
// the limit.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"shiming/bench/harness"
	"shiming/sim"
	"shiming/sim/specimen"
	"shiming/sim/wire"
)

type command struct {
	Photos    int           `help:"Photos that wait at once." default:"200"`
	Instances int           `help:"Processes of the bot." default:"1"`
	Store     string        `help:"Database." default:"sqlite" enum:"sqlite,postgres"`
	Sync      string        `help:"store.sync." default:"full" enum:"full,normal"`
	Latency   time.Duration `help:"What an OCR call takes at least." default:"200ms"`
	Out       string        `help:"File to which the run is added; default bench/results/ocr.jsonl."`
}

// perSecond is Feishu's limit.
const perSecond = 10

type row struct {
	Second, Calls, Refused int
}

func main() { harness.Main(&command{}, "How much of the OCR's limit is used, and whether it is kept.") }

// Measure implements the command of harness.Main.
func (c *command) Measure(ctx context.Context) error {
	people := c.Photos / 2
	if people < 20 {
		return errors.New("--photos: want 40 at least")
	}
	result := harness.NewResult(ctx)
	result.Store = c.Store
	result.Settings["photos"], result.Settings["instances"] = 2*people, c.Instances
	result.Settings["sync"], result.Settings["latency_ms"] = c.Sync, c.Latency.Milliseconds()
	s, err := harness.Open(ctx, harness.Setup{
		Bots:  c.Instances,
		Store: c.Store,
		Sync:  c.Sync,
		World: sim.Config{OCRPerSecond: perSecond, Seed: 7},
	})
	if err != nil {
		return err
	}
	defer s.Close()
	// A call is counted at its arrival and answered later.
	s.World.Faults.Arm(wire.Fault{
		Upstream:  sim.UpstreamFeishu,
		Operation: "id_card.recognize",
		Kind:      wire.Delay,
		Delay:     c.Latency,
	})

	bar := harness.Progress(4*people, "consent, photos, reading")
	all := s.World.Hire(people)
	shots := make([][2][]byte, people)
	for i, e := range all {
		if err := s.Consent(ctx, e); err != nil {
			return err
		}
		for side, take := range []func(specimen.Person, specimen.Variant) ([]byte, error){specimen.Front, specimen.Back} {
			if shots[i][side], err = take(e.Person, specimen.Variant{}); err != nil {
				return err
			}
			if err := s.World.Preload(shots[i][side]); err != nil {
				return err
			}
		}
		_ = bar.Add(1)
	}
	var sending errgroup.Group
	sending.SetLimit(16)
	for i, e := range all {
		sending.Go(func() error {
			_, err := s.World.Feishu.SendImages(ctx, e.OpenID, shots[i][0], shots[i][1])
			_ = bar.Add(1)
			return err
		})
	}
	if err := sending.Wait(); err != nil {
		return err
	}
	queued := time.Now()
	for _, e := range all {
		if _, err := s.Card(ctx, e.ChatID, "confirm"); err != nil {
			return err
		}
		_ = bar.Add(2)
	}
	_ = bar.Finish()
	return c.report(s, result, queued)
}

// report counts the calls by second, from the last sent photo until the queue is shorter than one second.
func (c *command) report(s *harness.Harness, result *harness.Result, queued time.Time) error {
	calls := s.World.Feishu.OCRCalls()
	refused, tightest := 0, time.Hour
	var begin int
	for i, call := range calls {
		if call.Refused {
			refused++
		}
		if call.At.Before(queued) {
			begin = i + 1
		}
		if i >= perSecond {
			tightest = min(tightest, call.At.Sub(calls[i-perSecond].At))
		}
	}
	busy := calls[begin:]
	if len(busy) < 5*perSecond {
		return fmt.Errorf("only %d photos were still waiting when the last was sent; send more", len(busy))
	}
	span := busy[len(busy)-1].At.Sub(busy[0].At)
	use := 100 * float64(len(busy)-1) / (span.Seconds() * perSecond)
	var rows []row
	for _, call := range calls {
		n := int(call.At.Sub(calls[0].At) / time.Second)
		for len(rows) <= n {
			rows = append(rows, row{Second: len(rows)})
		}
		rows[n].Calls++
		if call.Refused {
			rows[n].Refused++
		}
	}
	result.Add("use", "%", use)
	result.Add("calls", "", float64(len(calls)))
	result.Add("over-limit", "", float64(refused))
	result.Add("tightest-eleven", "ms", tightest.Seconds()*1000)
	if err := result.Append(c.Out, "ocr"); err != nil {
		return err
	}
	fmt.Printf("%d calls, of which %d while photos were waiting: %.1f %% of the limit used, %d over it; "+
		"the tightest eleven within %.0f ms\n", len(calls), len(busy), use, refused, tightest.Seconds()*1000)
	for _, r := range rows {
		fmt.Printf("%4d s  %s%s %d\n", r.Second, harness.Bar(float64(r.Calls), perSecond, 30), mark(r.Refused), r.Calls)
	}
	return nil
}

func mark(refused int) string {
	if refused > 0 {
		return "!"
	}
	return " "
}
