package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"shiming/playground"
	"shiming/sim"
)

// robots is how far the robots are, as the control API tells.
type robots struct {
	People []playground.Run   `json:"people"`
	HR     []playground.HRRun `json:"hr"`
}

// manners are the ways in which people begin; most begin the first way.
var manners = []map[string]any{{}, {}, {}, {"by_word": true}, {"photos_first": true}, {"as_one_post": true},
	{"as_files": true}}

// arrive lets the people begin: a third at once, the others bit by bit while blows fall, so
// that at any time somebody is at every step.
func arrive(ctx context.Context, f *fleet, o *options, r *rand.Rand) error {
	var hired struct {
		People []struct {
			OpenID string `json:"open_id"`
		} `json:"people"`
	}
	if err := f.world.Get(ctx, "/sim/state", &hired); err != nil {
		return err
	}
	n := len(hired.People)
	over := time.Duration(o.blows()) * o.Every * 9 / 10
	for i, p := range hired.People {
		form := map[string]any{"people": []string{p.OpenID}, "width": 1000, "sms_patience": "6s", "hr": 1}
		for k, v := range manners[r.IntN(len(manners))] {
			form[k] = v
		}
		if err := f.world.Post(ctx, "/sim/crew", form, nil); err != nil {
			return err
		}
		if i < n/3 {
			continue
		}
		select {
		case <-time.After(over / time.Duration(n-n/3)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// weight is how far along the bar each stage is.
var weight = map[sim.CardStage]int{
	sim.StageConsent: 1, sim.StagePhotos: 2, sim.StageConfirmation: 3, sim.StageCode: 4, sim.StageChecking: 5,
	sim.StageReview: 6, sim.StageRecording: 7, sim.StageFiling: 8, sim.StageAttention: 8, sim.StageDone: 9,
}

// watch asks how far everybody is until all have ended or ctx does. The error says who hangs where.
func watch(ctx context.Context, f *fleet, o *options, tell func(add int)) error {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	reached := map[string]int{}
	var last robots
	for {
		var now robots
		if err := f.world.Get(ctx, "/sim/crew", &now); err == nil {
			last = now
		} else if ctx.Err() == nil {
			return err
		}
		ended := 0
		for _, p := range last.People {
			w := weight[p.Stage]
			if p.Ended {
				ended++
				w = weight[sim.StageDone]
			}
			if w > reached[p.OpenID] {
				tell(w - reached[p.OpenID])
				reached[p.OpenID] = w
			}
		}
		if ended == o.People {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return hanging(last, o.People)
		}
	}
}

// hanging tells who has not come to an end, and where.
func hanging(c robots, people int) error {
	where := map[string][]string{}
	for _, p := range c.People {
		if !p.Ended {
			where[string(p.Stage)] = append(where[string(p.Stage)],
				fmt.Sprintf("%s since %s", p.OpenID, p.Since.Format("15:04:05")))
		}
	}
	text := fmt.Sprintf("%d of %d people had begun", len(c.People), people)
	for _, stage := range slices.Sorted(maps.Keys(where)) {
		text += fmt.Sprintf("; at %q: %v", stage, where[stage])
	}
	return fmt.Errorf("time is over: %s", text)
}
