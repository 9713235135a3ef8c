package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// openDecisionForm answers with the clicked card and the form on it that the button names. A desk keeps the
// form open; another card loses it when it is drawn again.
func (e *Engine) openDecisionForm(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	admin, err := e.IsAdmin(ctx, tx, k.TenantKey, k.OpenID)
	if err != nil {
		return flows.Answer{}, err
	}
	if !admin {
		return e.refuseNonAdmin(ctx, tx, k)
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
	case !opensForm(c, k.Action.To) || c.Rev != k.Action.Rev:
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
		d.Form, d.Panel = d.Case == c.ID && k.Action.To == "", ""
		if d.Case == c.ID {
			d.Panel = k.Action.To
		}
		return e.answerAtDesk(ctx, tx, k, desk, d, nil)
	}
	card, err := e.cardAfterClick(ctx, tx, k, c)
	switch open := card.(type) {
	case cards.Review:
		open.FormOpen, open.Panel = k.Action.To == "", k.Action.To
		card = open
	case cards.Attention:
		open.Panel = k.Action.To
		card = open
	}
	return flows.Answer{Toast: flows.NewToast("opened", nil), Card: card}, err
}

// opensForm reports whether HR's card of the case has a form: to is "" for that of a decision, or one of cards.Panels.
func opensForm(c *flows.Case, to string) bool {
	switch to {
	case cards.ToHold, cards.ToTransfer, cards.ToNote:
		return c.State.Turn() == flows.HR
	}
	return c.State == flows.AwaitingReview
}
