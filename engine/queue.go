package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// maxQueue is how many waiting cases an admin can page through with 下一件.
const maxQueue = 200

// openNextInQueue answers with a waiting case in the clicked card: the case that the button names, or with ToAfter the
// case after it. The last case is followed by the first. A named case that no longer waits opens the first one.
func (e *Engine) openNextInQueue(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	waiting, err := tx.Queue(ctx, k.TenantKey, []flows.State{flows.AwaitingReview, flows.NeedsAttention}, maxQueue)
	if err != nil {
		return flows.Answer{}, err
	}
	var ids []string
	named := -1 // index of the named case in ids
	for _, w := range waiting {
		if w.OpenID == k.OpenID {
			continue // nobody decides on the own case
		}
		if w.CaseID == k.Action.Case {
			named = len(ids)
		}
		ids = append(ids, w.CaseID)
	}
	if len(ids) == 0 {
		return flows.Answer{Toast: flows.NewToast("nothing_next", nil), Card: cards.Pending{}}, nil
	}
	// A case that no longer waits is not in the list. The admin then begins at the front again.
	pick := max(named, 0)
	if named >= 0 && k.Action.To == cards.ToAfter {
		pick = (named + 1) % len(ids)
	}
	c, err := tx.Case(ctx, ids[pick])
	if err != nil {
		return flows.Answer{}, err
	}
	if err := e.AuditView(ctx, tx, c, k.OpenID, "opened from the queue"); err != nil {
		return flows.Answer{}, err
	}
	vc, err := e.HRView(ctx, tx, c)
	if err != nil {
		return flows.Answer{}, err
	}
	vc.Waiting = len(ids) - 1
	card := flows.HRCard(c, vc)
	if r, ok := card.(cards.Review); ok {
		r.Queue = true
		card = r
	}
	return flows.Answer{Card: card, Toast: flows.NewToast("opened", nil)}, nil
}

// repostReviewCard brings the case's own card to the bottom of HR's chat. Lists of cases have this button.
func (e *Engine) repostReviewCard(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	c, err := tx.Case(ctx, k.Action.Case)
	switch {
	case flows.IsNotFound(err) || err == nil && c.TenantKey != k.TenantKey:
		return flows.Answer{}, errNoCase
	case err != nil:
		return flows.Answer{}, err
	case k.repeated:
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	case c.OpenID == k.OpenID:
		return flows.Answer{Toast: flows.NewToast("self_review", nil)}, nil
	case c.State.Turn() != flows.HR:
		return flows.Answer{Toast: flows.LateToast(&e.Policy, c)}, nil
	}
	if err := e.AuditView(ctx, tx, c, k.OpenID, "brought down from a list"); err != nil {
		return flows.Answer{}, err
	}
	jobs, err := e.MarkSurfaces(ctx, tx, c, repostForHR, "")
	if err != nil {
		return flows.Answer{}, err
	}
	return flows.Answer{Toast: flows.NewToast("brought", nil)}, e.Enqueue(ctx, tx, "click/"+k.EventID, jobs...)
}

// AuditView records that an admin has looked at the case. The state stays the same.
func (e *Engine) AuditView(ctx context.Context, tx flows.Tx, c *flows.Case, openID, why string) error {
	return tx.Audit(ctx, flows.AuditRow{
		CaseID: c.ID,
		At:     e.Now(),
		Actor:  openID,
		Event:  flows.EventLook,
		From:   c.State,
		To:     c.State,
		Why:    why,
	})
}
