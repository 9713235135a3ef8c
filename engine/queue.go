package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// openNextInQueue answers with a waiting case in the clicked card: the case that the button names, or with ToAfter the
// case after it. The last case is followed by the first. A named case that no longer waits opens the first one.
func (e *Engine) openNextInQueue(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	queue, err := e.countQueue(ctx, tx, k.TenantKey, k.OpenID)
	if err != nil {
		return flows.Answer{}, err
	}
	counts, _ := queue.Counts("")
	waiting := counts[flows.FilterAll] + counts[flows.FilterHeld]
	c, err := e.pickInQueue(ctx, tx, k)
	if err != nil {
		return flows.Answer{}, err
	}
	if c == nil {
		return flows.Answer{Toast: flows.NewToast("nothing_next", nil), Card: cards.Pending{}}, nil
	}
	if err := e.AuditView(ctx, tx, c, k.OpenID, "opened from the queue"); err != nil {
		return flows.Answer{}, err
	}
	vc, err := e.HRView(ctx, tx, c)
	if err != nil {
		return flows.Answer{}, err
	}
	vc.Waiting = waiting - 1
	card := flows.HRCard(c, vc)
	if r, ok := card.(cards.Review); ok {
		r.Queue = true
		card = r
	}
	return flows.Answer{Card: card, Toast: flows.NewToast("opened", nil)}, nil
}

// pickInQueue returns the case that openNextInQueue opens, nil if none waits. Nobody decides on the own case.
func (e *Engine) pickInQueue(ctx context.Context, tx flows.Tx, k click) (*flows.Case, error) {
	from := []flows.Cursor{{}}
	if k.Action.Case != "" {
		named, err := tx.Case(ctx, k.Action.Case)
		switch {
		case flows.IsNotFound(err):
		case err != nil:
			return nil, err
		case named.TenantKey != k.TenantKey || named.State.Turn() != flows.HR || named.OpenID == k.OpenID:
		case k.Action.To != cards.ToAfter:
			return named, nil
		default:
			from = []flows.Cursor{flows.CursorOf(named), {}}
		}
	}
	for _, after := range from {
		page, err := tx.QueuePage(ctx, k.TenantKey, flows.QueuePart{NotOpenID: k.OpenID}, after, 1)
		if err != nil {
			return nil, err
		}
		if len(page) > 0 {
			return tx.Case(ctx, page[0].CaseID)
		}
	}
	return nil, nil
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
