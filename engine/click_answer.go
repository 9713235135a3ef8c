package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// answerWith answers a click with the toast of its outcome and, on the clicked card, the case as it is now.
func (e *Engine) answerWith(ctx context.Context, tx flows.Tx, k click, out outcome) (flows.Answer, error) {
	a := flows.Answer{Toast: out.Change.Toast}
	if k.Action.Act == cards.ActResume {
		// This button is on reminders. The card of the case comes to the bottom of the chat; the reminder stays.
		if a.Toast == nil {
			a.Toast = flows.NewToast("working", nil)
		}
		if k.Action.To != cards.ToForm {
			return a, nil
		}
	}
	if a.Toast == nil {
		a.Toast = flows.NewToast("done", nil)
	}
	if out.Change.Rule == flows.RetryTooSoon || out.Change.Rule == flows.RefusalNoReason {
		return a, nil // nothing has changed, so the card stays, with what was typed
	}
	desk, err := e.atDesk(ctx, tx, k)
	if err != nil {
		return flows.Answer{}, err
	}
	if desk != nil {
		return e.afterDecisionAtDesk(ctx, tx, k, desk, out, a.Toast)
	}
	if err := e.redrawAfterClick(ctx, tx, k, out); err != nil {
		return flows.Answer{}, err
	}
	a.Card, err = e.cardAfterClick(ctx, tx, k, out.Case)
	if err != nil {
		return flows.Answer{}, err
	}
	return a, nil
}

// cardAfterClick returns the present card of the case for the person who clicked.
func (e *Engine) cardAfterClick(ctx context.Context, v flows.View, k click, c *flows.Case) (cards.Card, error) {
	if _, own := flows.ApplicantActs[k.Action.Act]; own {
		return flows.ApplicantCard(c, flows.ViewContext{Now: e.Now(), Policy: &e.Policy}), nil
	}
	vc, err := e.HRView(ctx, v, c)
	if err != nil {
		return nil, err
	}
	card := flows.HRCard(c, vc)
	review, ok := card.(cards.Review)
	if !ok || k.MessageID == "" {
		return card, nil
	}
	// A message that belongs to no surface is HR's queue. Its card offers the next case.
	_, err = v.SurfaceByMessage(ctx, k.MessageID)
	if flows.IsNotFound(err) {
		review.Queue = true
		return review, nil
	}
	return card, err
}
