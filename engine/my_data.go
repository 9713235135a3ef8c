package engine

import (
	"context"
	"slices"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// looks lists which colleagues saw the (masked) data and when: who opened it, and who decided.
func viewsByColleagues(rows []flows.AuditRow, owner string) []cards.View {
	var out []cards.View
	for _, r := range rows {
		if r.Actor == owner || r.Actor == string(flows.Bot) || r.Actor == string(flows.Clock) ||
			r.Actor == string(flows.HR) || r.Event == string(flows.Nudged) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].By == r.Actor && r.At.Sub(out[n-1].At) < 10*time.Minute {
			continue // one look, several acts
		}
		out = append(out, cards.View{By: r.Actor, At: r.At, What: "review"})
	}
	return out
}

// MyData says what is held about a person, where it was sent, and who looked.
func (e *Engine) MyData(ctx context.Context, v flows.View, tenantKey, openID string) (cards.Card, error) {
	all, err := v.CasesOf(ctx, tenantKey, openID)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return cards.MyData{Empty: true}, nil
	}
	c := all[0]
	if i := slices.IndexFunc(all, func(o *flows.Case) bool { return o.Erased.IsZero() }); i > 0 {
		c = all[i] // the newest that still holds something; what was deleted since says nothing about it
	}
	out := cards.MyData{
		Ref:          flows.CardRef(c),
		State:        string(c.State),
		MaskedName:   flows.MaskedName(c),
		MaskedNumber: flows.MaskedNumber(c),
		MaskedMobile: flows.MaskedMobile(c),
		PhotosGoneAt: c.PurgeAt,
		Deleted:      !c.Erased.IsZero(),
	}
	for _, o := range slices.Backward(all) { // oldest first, as the card lists what happened
		if o.PhotosGoneAt.IsZero() {
			for _, p := range o.Photos {
				if p.State == flows.PhotoStored || p.State == flows.PhotoRead {
					out.Photos++
				}
			}
		}
		if o.Consent != nil {
			out.ConsentAt, out.ConsentVersion = o.Consent.At, o.Consent.Version
		}
		if o.IdentityDone() {
			out.Identity = true
		}
		if flows.HasFiledEvidence(o) {
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
		out.Views = append(out.Views, viewsByColleagues(rows, o.OpenID)...)
	}
	if c.State == flows.NeedsAttention && !c.BeforeWrites() || c.State == flows.Recording || c.State == flows.Filing {
		out.CanWithdraw = false // the writes under way end first; they take seconds, or HR's word
	}
	return out, nil
}
