package workers

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// sendSampleFault queues the card about something wrong with a sampled case, for each admin on duty.
func (w *Workers) sendSampleFault(ctx context.Context, j flows.Job) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		to, err := w.engine.AdminReceivers(ctx, tx, c.TenantKey, c.OpenID)
		if err != nil {
			return err
		}
		return w.enqueueForEach(ctx, tx, c.TenantKey, j.Key+"/each", flows.Reply(flows.ReplySampleFault).Of(c.ID), to)
	})
}

// sampleFaultCard says what was found wrong.
func (w *Workers) sampleFaultCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil || c.Sampled == nil {
		return nil, err
	}
	return cards.SampleFault{
		Applicant:  c.OpenID,
		MaskedName: flows.MaskedName(c),
		By:         c.Sampled.By,
		At:         c.Sampled.LookedAt,
		Note:       c.Personal.SampleNote,
	}, nil
}
