package workers

import (
	"context"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// statsDays is how many days HR's figures cover, including today.
const statsDays = 14

// statsCard builds the card with the figures that HR asks for. A day goes from midnight to midnight in China.
func (w *Workers) statsCard(ctx context.Context, v flows.View, tenantKey string) (cards.Card, error) {
	now := w.engine.Now()
	counts, err := v.CountByState(ctx, tenantKey)
	if err != nil {
		return nil, err
	}
	out := cards.Stats{ByState: map[string]int{}, At: now}
	for s, n := range counts {
		if n == 0 {
			continue
		}
		out.ByState[string(s)] = n
		switch {
		case s == flows.Done:
			out.Done += n
		case s == flows.OnFile:
			out.OnFile += n
		case s.Terminal():
			out.Unfinished += n
		default:
			out.Open += n
		}
	}
	local := now.In(flows.ChinaTime)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, flows.ChinaTime)
	since := today.AddDate(0, 0, 1-statsDays)
	days, err := v.DaysSince(ctx, tenantKey, since)
	if err != nil {
		return nil, err
	}
	byDay := map[string]flows.Day{}
	for _, d := range days {
		byDay[d.Day] = d
		out.ByPolicy += d.ByPolicy
		out.Sampled += d.Sampled
		out.Looked += d.Looked
		out.Faults += d.Faults
	}
	for i := range statsDays {
		name := since.AddDate(0, 0, i).Format(time.DateOnly)
		d := byDay[name]
		out.Days = append(out.Days, cards.DayCount{Day: name, Started: d.Started, Done: d.Done})
		if i == statsDays-1 {
			out.StartedToday, out.DoneToday = d.Started, d.Done
		}
	}
	out.MedianToDone, out.MedianReview, err = v.Durations(ctx, tenantKey, since)
	return out, err
}
