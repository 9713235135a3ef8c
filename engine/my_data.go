package engine

import (
	"context"
	"slices"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// sameView is how long the acts of one colleague count as one view.
const sameView = 10 * time.Minute

// sameExport is how long the lists of one colleague count as one view, so that they do not hide the other views.
const sameExport = 24 * time.Hour

// sameDisclosure is how long disclosures to one receiver count as one, such as both photos of a card.
const sameDisclosure = time.Minute

// viewExport is the code of a list in a file.
const viewExport = "export"

// viewGroup is the code of a card in HR's group.
const viewGroup = "group"

// viewsByColleagues lists which colleagues saw the masked data or the originals, and when. Every act of a colleague on
// the case implies that the colleague saw the masked data, except a reminder.
func viewsByColleagues(rows []flows.AuditRow, owner string) []cards.View {
	var out []cards.View
	for _, r := range rows {
		if r.Event == flows.EventShownToGroup {
			again := func(w cards.View) bool { return w.Group && r.At.Sub(w.At) < sameExport }
			if !slices.ContainsFunc(out, again) {
				out = append(out, cards.View{Group: true, At: r.At, What: viewGroup})
			}
			continue
		}
		if r.Actor == owner || r.Actor == string(flows.Bot) || r.Actor == string(flows.Clock) ||
			r.Actor == string(flows.HR) || r.Event == string(flows.Nudged) {
			continue
		}
		switch r.Event { // each one counts
		case flows.EventRequestMade, flows.EventRequestEnded, flows.EventRequestAnswered: // the requests are listed
			continue
		case flows.EventEvidenceShown, flows.EventEvidenceExported, flows.EventCopyWritten:
			out = append(out, evidenceView(r))
			continue
		case flows.EventOriginal:
			out = append(out, cards.View{By: r.Actor, At: r.At, What: "photos", Reason: r.Detail["reason"]})
			continue
		case flows.EventExported:
			again := func(w cards.View) bool {
				return w.By == r.Actor && w.What == viewExport && r.At.Sub(w.At) < sameExport
			}
			if !slices.ContainsFunc(out, again) {
				out = append(out, cards.View{By: r.Actor, At: r.At, What: viewExport})
			}
			continue
		}
		if n := len(out); n > 0 && out[n-1].By == r.Actor && r.At.Sub(out[n-1].At) < sameView {
			continue
		}
		out = append(out, cards.View{By: r.Actor, At: r.At, What: "review"})
	}
	return out
}

// MyData builds the card 我的资料: what the bot holds about a person, where it was sent, and who looked at it. State and
// masked values are those of the newest case that still holds data; the rest is summed up over all cases.
func (e *Engine) MyData(ctx context.Context, v flows.View, tenantKey, openID string) (cards.Card, error) {
	all, err := v.CasesOf(ctx, tenantKey, openID)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return cards.MyData{Empty: true}, nil
	}
	c := all[0]
	// A newer case whose data was deleted would hide what an older case still holds.
	if i := slices.IndexFunc(all, func(o *flows.Case) bool { return o.Erased.IsZero() }); i > 0 {
		c = all[i]
	}
	out := cards.MyData{
		Ref:          flows.CardRef(c),
		State:        string(c.State),
		MaskedName:   flows.MaskedName(c),
		MaskedNumber: flows.MaskedNumber(c),
		MaskedMobile: flows.MaskedMobile(c),
		MaskedCard:   flows.MaskedBankCard(c),
		Bank:         c.Personal.OpeningBank,
		PhotosGoneAt: c.PurgeAt,
		Deleted:      !c.Erased.IsZero(),
		Registered:   c.Registered(),
		Retention:    e.Policy.Retention(),
		Viewers:      e.Policy.Agreement.Viewers,
		Places:       e.Policy.Agreement.Places,
	}
	due, err := e.Deletions(ctx, v, c)
	if err != nil {
		return nil, err
	}
	for _, d := range due {
		if d.Scope == flows.PurgeAll {
			out.KeptUntil = d.At
		}
	}
	for _, o := range slices.Backward(all) { // oldest first, which is the order of the card
		if o.PhotosGoneAt.IsZero() {
			for _, p := range o.Photos {
				if p.State == flows.PhotoStored || p.State == flows.PhotoRead || p.State == flows.PhotoAnswer {
					out.Photos++
				}
				if p.State == flows.PhotoFace {
					out.Faces++
				}
			}
		}
		out.Exchanges += len(o.Personal.Exchanges)
		out.Notes += len(o.Personal.InternalNotes)
		if o.Consent != nil {
			out.ConsentAt, out.ConsentVersion = o.Consent.At, o.Consent.Version
		}
		if o.Reading != nil {
			read := o.Reading.Files[0]
			out.ReadAt, out.ReadTitle, out.ReadVersion = o.Reading.At, read.Title, read.Version
			out.ReadIP = o.Personal.ReadIP
		}
		if o.IdentityDone() {
			out.Identity = true
		}
		if flows.HasFiledEvidence(o) {
			out.Evidence, out.EvidencePoint = true, o.Evidence.ID
		}
		for _, s := range o.Sent {
			if n := len(out.Sent); n > 0 && out.Sent[n-1].To == s.To && s.At.Sub(out.Sent[n-1].At) < sameDisclosure {
				continue
			}
			out.Sent = append(out.Sent, cards.Disclosure{To: s.To, At: s.At, Supplier: s.Supplier})
		}
		if !o.State.Terminal() || o.Erased.IsZero() {
			out.CanWithdraw = true
		}
		views, err := e.ViewsOf(ctx, v, o)
		if err != nil {
			return nil, err
		}
		out.Views = append(out.Views, views...)
	}
	if c.WritesUnderWay() {
		out.CanWithdraw = false
	}
	return out, e.addRequests(ctx, v, tenantKey, openID, &out)
}

// addRequests lists the person's requests. A deletion that waits for the end of a write is not offered again.
func (e *Engine) addRequests(ctx context.Context, v flows.View, tenantKey, openID string, out *cards.MyData) error {
	mine, err := v.DataRequestsOf(ctx, tenantKey, openID, flows.MaxRequests)
	out.CanDelete = !out.CanWithdraw && !out.Deleted
	for _, r := range slices.Backward(mine) { // oldest first, as everything on the card
		out.Requests = append(out.Requests, requestRow(r, e.Now()))
		if r.Kind == flows.RequestDelete && r.State == flows.RequestOpen {
			out.CanDelete = false
		}
	}
	return err
}

// ViewsOf lists which colleagues and which commands of the operator saw data of the case, and when.
func (e *Engine) ViewsOf(ctx context.Context, v flows.View, c *flows.Case) ([]cards.View, error) {
	rows, err := v.AuditOf(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	return viewsByColleagues(rows, c.OpenID), nil
}
