package flows

import (
	"context"
	"slices"
	"time"

	"shiming/cards"
)

// statsDays is how many days HR's figures go back.
const statsDays = 14

// stats gathers the figures that HR asks for.
func (w *Workers) stats(ctx context.Context, v View, tenantKey string) (cards.Card, error) {
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
		case s == Done:
			out.Done += n
		case s.Terminal():
			out.Unfinished += n
		default:
			out.Open += n
		}
	}
	l := now.In(china)
	since := time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, china).AddDate(0, 0, 1-statsDays)
	days, err := v.DaysSince(ctx, tenantKey, since)
	if err != nil {
		return nil, err
	}
	byDay := map[string]Day{}
	for _, d := range days {
		byDay[d.Day] = d
	}
	for i := range statsDays {
		name := since.AddDate(0, 0, i).Format("2006-01-02")
		d := byDay[name]
		out.Days = append(out.Days, cards.DayCount{Day: name, Started: d.Started, Done: d.Done})
		if i == statsDays-1 {
			out.StartedToday, out.DoneToday = d.Started, d.Done
		}
	}
	out.MedianToDone, out.MedianReview, err = v.Durations(ctx, tenantKey, since)
	return out, err
}

// looks lists which colleagues saw the (masked) data and when: who opened it, and who decided.
func looks(rows []AuditRow, owner string) []cards.View {
	var out []cards.View
	for _, r := range rows {
		if r.Actor == owner || r.Actor == string(Bot) || r.Actor == string(Clock) || r.Actor == string(HR) || r.Event == string(Nudged) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].By == r.Actor && r.At.Sub(out[n-1].At) < 10*time.Minute {
			continue // one look, several acts
		}
		out = append(out, cards.View{By: r.Actor, At: r.At, What: "review"})
	}
	return out
}

// myData says what is held about a person, where it was sent, and who looked.
func (e *Engine) myData(ctx context.Context, v View, j Job) (cards.Card, error) {
	all, err := v.CasesOf(ctx, j.Args["tenant"], j.Args["who"])
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return cards.MyData{Empty: true}, nil
	}
	c := all[0]
	if i := slices.IndexFunc(all, func(o *Case) bool { return o.Erased.IsZero() }); i > 0 {
		c = all[i] // the newest that still holds something; what was deleted since says nothing about it
	}
	out := cards.MyData{Ref: ref(c), State: string(c.State), MaskedName: maskedName(c), MaskedNumber: maskedNumber(c), MaskedMobile: maskedMobile(c),
		PhotosGoneAt: c.PurgeAt, Deleted: !c.Erased.IsZero()}
	for _, o := range slices.Backward(all) { // oldest first, as the card lists what happened
		if o.PhotosGoneAt.IsZero() {
			for _, p := range o.Photos {
				if p.State == PhotoStored || p.State == PhotoRead {
					out.Photos++
				}
			}
		}
		if o.Consent != nil {
			out.ConsentAt, out.ConsentVersion = o.Consent.At, o.Consent.Version
		}
		if o.identityDone() {
			out.Identity = true
		}
		if filed(o) {
			out.Evidence, out.EvidencePoint = true, o.Evidence.ID
		}
		for _, s := range o.Sent {
			// Two photos and a record handed over within a minute are one line to the reader.
			if n := len(out.Sent); n > 0 && out.Sent[n-1].To == s.To && s.At.Sub(out.Sent[n-1].At) < time.Minute {
				continue
			}
			out.Sent = append(out.Sent, cards.Disclosure{To: s.To, At: s.At})
		}
		if !o.State.Terminal() || o.Erased.IsZero() {
			out.CanWithdraw = true
		}
		rows, err := v.AuditOf(ctx, o.ID)
		if err != nil {
			return nil, err
		}
		out.Views = append(out.Views, looks(rows, o.OpenID)...)
	}
	if c.State == NeedsAttention && !c.beforeWrites() || c.State == Recording || c.State == Filing {
		out.CanWithdraw = false // the writes under way end first; they take seconds, or HR's word
	}
	return out, nil
}
