package workers

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// sendReconcile wakes what stands still and has HR told what differs, in HR's usual place.
func (w *Workers) sendReconcile(ctx context.Context, j flows.Job) error {
	tenantKey := j.Args[flows.ArgTenant]
	var r *reconcileRun
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		r, _, err = loadRun(ctx, v, tenantKey, settingCompared)
		return err
	})
	if r == nil || err != nil {
		return err
	}
	for _, d := range r.Differences {
		if d.Kind == flows.DiffStalled {
			if err := w.reopenStalled(ctx, d); err != nil {
				return err
			}
		}
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		to, err := w.engine.HRReceivers(ctx, tx, tenantKey, "")
		if err != nil {
			return err
		}
		return w.enqueueForEach(ctx, tx, tenantKey, j.Key+"/each", flows.ReplyDiffers, to)
	})
}

// reopenStalled stops a case that stands where it stood in the night, still without a job, so that
// HR's 重试 lets it go on.
func (w *Workers) reopenStalled(ctx context.Context, d flows.Difference) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, d.Case)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		working, err := tx.Working(ctx)
		if err != nil || !flows.Stalled(c, working[c.ID], w.engine.Now()) || !c.EnteredAt.Equal(d.Since) {
			return err
		}
		return w.engine.Apply(ctx, tx, c, flows.Event{
			Kind: flows.StepStopped,
			At:   w.engine.Now(),
			Rev:  &c.Rev,
			Stop: flows.ProbeStalled(c),
		})
	})
}

// reconcileCard draws the last finished run, without what has been dealt with since.
func (w *Workers) reconcileCard(ctx context.Context, v flows.View, tenantKey string) (cards.Reconcile, error) {
	r, _, err := loadRun(ctx, v, tenantKey, settingCompared)
	if err != nil {
		return cards.Reconcile{}, err
	}
	now, _, err := loadRun(ctx, v, tenantKey, settingRun)
	if err != nil {
		return cards.Reconcile{}, err
	}
	out := cards.Reconcile{Next: flows.NightAfter(w.engine.Now()), Running: now != nil && now.Finished.IsZero()}
	if r == nil {
		return out, nil
	}
	out.At, out.Compared, out.Photos, out.People, out.Identities, out.Points, out.Since = r.Finished, r.Compared, r.Photos,
		r.People, r.Identities, r.Points, r.From
	for _, upstream := range []string{upstreamEsign, upstreamFeishu} {
		if code := r.Unreachable[upstream]; code != "" {
			out.Silent = append(out.Silent, cards.Silence{Upstream: upstream, Code: code})
		}
	}
	for _, kind := range flows.DiffKinds {
		g := cards.ReconcileGroup{Kind: string(kind), Total: r.Count[kind]}
		for _, d := range r.Differences {
			if d.Kind != kind {
				continue
			}
			c, err := v.Case(ctx, d.Case)
			if flows.IsNotFound(err) || err == nil && !flows.StillHolds(c, d) {
				g.Total--
				continue
			}
			if err != nil {
				return cards.Reconcile{}, err
			}
			if len(g.Rows) < cards.MaxReconcileRows {
				g.Rows = append(g.Rows, cards.ReconcileRow{
					Ref:        flows.CardRef(c),
					MaskedName: flows.MaskedName(c),
					Since:      d.Since,
					Open:       c.State.Turn() == flows.HR,
				})
			}
		}
		if g.Total > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	return out, nil
}
