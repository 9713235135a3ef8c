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

// robots is the answer of GET /sim/crew.
type robots struct {
	People []playground.Run   `json:"people"`
	HR     []playground.HRRun `json:"hr"`
}

// scripts are the ways in which people begin. Most begin in the default way.
var scripts = []map[string]any{
	{}, {}, {},
	{"by_word": true},
	{"photos_first": true},
	{"as_one_post": true},
	{"as_files": true},
}

// startApplicants lets the people begin: a third at once and the others spread over the time of the injections, so
// that at any time there are people at every step.
func startApplicants(ctx context.Context, f *fleet, o *options, r *rand.Rand) error {
	var hired struct {
		People []struct {
			OpenID string `json:"open_id"`
		} `json:"people"`
	}
	if err := f.world.Get(ctx, "/sim/state", &hired); err != nil {
		return err
	}
	n := len(hired.People)
	over := time.Duration(o.injections()) * o.Every * 9 / 10
	for i, p := range hired.People {
		form := map[string]any{
			"people":       []string{p.OpenID},
			"width":        1000,
			"sms_patience": "6s",
			"hr":           1,
		}
		for k, v := range scripts[r.IntN(len(scripts))] {
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

// progress is the position of each stage on the progress bar.
var progress = map[sim.CardStage]int{
	sim.StageConsent:      1,
	sim.StagePhotos:       2,
	sim.StageConfirmation: 3,
	sim.StageCode:         4,
	sim.StageChecking:     5,
	sim.StageReview:       6,
	sim.StageRecording:    7,
	sim.StageFiling:       8,
	sim.StageAttention:    8,
	sim.StageDone:         9,
}

// waitAll polls the robots until all have ended or ctx ends. The error lists the people that have not ended.
func waitAll(ctx context.Context, f *fleet, o *options, tell func(add int)) error {
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
			w := progress[p.Stage]
			if p.Ended {
				ended++
				w = progress[sim.StageDone]
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
			return unfinished(last, o.People)
		}
	}
}

// unfinished describes the people that have not ended and their stages.
func unfinished(c robots, people int) error {
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
