package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// openDecisionForm answers with the clicked card and the form for sending back and rejecting on it. A desk keeps the
// form open; another card loses it when it is drawn again.
func (e *Engine) openDecisionForm(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	if admin, err := e.IsAdmin(ctx, tx, k.TenantKey, k.OpenID); err != nil || !admin {
		return flows.Answer{Toast: flows.NewToast("not_allowed", nil)}, err
	}
	id, err := e.caseIDOf(ctx, tx, k)
	if flows.IsNotFound(err) {
		return flows.Answer{Toast: flows.NewToast("card_unknown", nil)}, nil
	}
	if err != nil {
		return flows.Answer{}, err
	}
	c, err := tx.Case(ctx, id)
	switch {
	case flows.IsNotFound(err) || err == nil && c.TenantKey != k.TenantKey:
		return flows.Answer{}, errNoCase
	case err != nil:
		return flows.Answer{}, err
	case c.OpenID == k.OpenID:
		return flows.Answer{Toast: flows.NewToast("self_review", nil)}, nil
	case c.State != flows.AwaitingReview || c.Rev != k.Action.Rev:
		late := flows.Change{Toast: flows.LateToast(&e.Policy, c)}
		return e.answerWith(ctx, tx, k, outcome{Case: c, Change: late})
	}
	desk, err := e.atDesk(ctx, tx, k)
	if err != nil {
		return flows.Answer{}, err
	}
	if desk != nil {
		d, err := loadDesk(ctx, tx, k.TenantKey, k.OpenID)
		if err != nil {
			return flows.Answer{}, err
		}
		d.Form = d.Case == c.ID
		return e.answerAtDesk(ctx, tx, k, desk, d, nil)
	}
	card, err := e.cardAfterClick(ctx, tx, k, c)
	if review, ok := card.(cards.Review); ok {
		review.FormOpen = true
		card = review
	}
	return flows.Answer{Toast: flows.NewToast("opened", nil), Card: card}, err
}
