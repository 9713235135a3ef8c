package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// eventLook is the audit event of somebody looking at a person's masked data.
const eventViewed = "look"

// clickNext draws a waiting case into the card that was clicked: the one named, or the
// next one after it when the card shows it already.
func (e *Engine) openNextInQueue(ctx context.Context, tx flows.Tx, k flows.CardAction) (flows.Answer, error) {
	waiting, err := tx.Line(ctx, k.TenantKey, []flows.State{flows.AwaitingReview, flows.NeedsAttention}, 200)
	if err != nil {
		return flows.Answer{}, err
	}
	var mine []string
	at := -1
	for _, w := range waiting {
		if w.OpenID == k.OpenID {
			continue // nobody decides on himself
		}
		if w.CaseID == k.Action.Case {
			at = len(mine)
		}
		mine = append(mine, w.CaseID)
	}
	if len(mine) == 0 {
		return flows.Answer{Toast: flows.NewToast("nothing_next", nil), Card: cards.Pending{}}, nil
	}
	pick := 0
	switch {
	case at >= 0 && k.Action.To == cards.ToAfter:
		pick = (at + 1) % len(mine)
	case at >= 0:
		pick = at
	}
	c, err := tx.Case(ctx, mine[pick])
	if err != nil {
		return flows.Answer{}, err
	}
	// Opening a case is a look at a person's data, and the person may know.
	look := flows.AuditRow{
		CaseID: c.ID,
		At:     e.Now(),
		Actor:  k.OpenID,
		Event:  eventViewed,
		From:   c.State,
		To:     c.State,
		Why:    "opened from the queue",
	}
	if err := tx.Audit(ctx, look); err != nil {
		return flows.Answer{}, err
	}
	card := flows.HRCard(c, flows.ViewContext{Now: e.Now(), Policy: &e.Policy, Waiting: len(mine) - 1})
	if r, ok := card.(cards.Review); ok {
		r.Queue = true
		card = r
	}
	return flows.Answer{Card: card, Toast: flows.NewToast("opened", nil)}, nil
}

// clickBring brings a case's own card to the bottom of HR's chat.
func (e *Engine) repostReviewCard(ctx context.Context, tx flows.Tx, k flows.CardAction, again bool) (flows.Answer, error) {
	c, err := tx.Case(ctx, k.Action.Case)
	switch {
	case flows.IsNotFound(err) || err == nil && c.TenantKey != k.TenantKey:
		return flows.Answer{}, errNoCase
	case err != nil:
		return flows.Answer{}, err
	case again:
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	case c.OpenID == k.OpenID:
		return flows.Answer{Toast: flows.NewToast("self_review", nil)}, nil
	case c.State.Turn() != flows.HR:
		return flows.Answer{Toast: flows.LateToast(&e.Policy, c)}, nil
	}
	look := flows.AuditRow{
		CaseID: c.ID,
		At:     e.Now(),
		Actor:  k.OpenID,
		Event:  eventViewed,
		From:   c.State,
		To:     c.State,
		Why:    "brought down from a list",
	}
	if err := tx.Audit(ctx, look); err != nil {
		return flows.Answer{}, err
	}
	jobs, err := e.MarkSurfaces(ctx, tx, c, flows.Change{Redraw: []string{flows.AudienceHR},
		Repost: []string{flows.AudienceHR}}, "")
	if err != nil {
		return flows.Answer{}, err
	}
	return flows.Answer{Toast: flows.NewToast("brought", nil)}, e.Enqueue(ctx, tx, "click/"+k.EventID, jobs...)
}
