package workers

import (
	"context"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// statsDays is how many days HR's chart covers, including today.
const statsDays = 14

// statsCard builds the card with the figures that HR asks for. A day goes from midnight to midnight in China. All of
// them are counters, so that the card takes the same time however many cases are stored.
func (w *Workers) statsCard(ctx context.Context, v flows.View, tenantKey string) (cards.Card, error) {
	now := w.engine.Now()
	counts, err := v.CountByState(ctx, tenantKey)
	if err != nil {
		return nil, err
	}
	out := cards.Stats{ByState: map[string]int{}, Done: counts[flows.Done], At: now}
	for s, n := range counts {
		if n == 0 {
			continue
		}
		out.ByState[string(s)] = n
		if s.Terminal() {
			continue
		}
		switch s.Turn() {
		case flows.Applicant:
			out.WithApplicant += n
		case flows.HR:
			out.WithHR += n
		default:
			out.WithBot += n
		}
	}
	today := flows.DayOf(now)
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
	week, err := v.Figures(ctx, tenantKey, today.AddDate(0, 0, -7), today)
	if err != nil {
		return nil, err
	}
	sofar, err := v.Figures(ctx, tenantKey, today, today.AddDate(0, 0, 1))
	out.Week, out.Today = turnoutOf(week), turnoutOf(sofar)
	return out, err
}
