package workers

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// sendReconcile runs in the morning after a night that found something. It suspends the cases that are stalled, and
// queues the report for HR: in the review group, or for each admin.
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
		return w.enqueueForEach(ctx, tx, tenantKey, j.Key+"/each", flows.Reply(flows.ReplyDiffers), to)
	})
}

// reopenStalled suspends a case that still has no job in the state in which the night found it, so that HR's button 重试
// queues its step again.
func (w *Workers) reopenStalled(ctx context.Context, d flows.Difference) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, d.Case)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		working, err := tx.CasesWithJobs(ctx)
		if err != nil || !flows.Stalled(c, working[c.ID], w.engine.Now()) || !c.EnteredAt.Equal(d.Since) {
			return err
		}
		if c.State == flows.Decided { // nothing has to be asked again: HR has decided
			return w.engine.Apply(ctx, tx, c, flows.Event{Kind: flows.DecisionDue, At: w.engine.Now(), Rev: &c.Rev})
		}
		return w.engine.Apply(ctx, tx, c, flows.Event{
			Kind: flows.StepStopped,
			At:   w.engine.Now(),
			Rev:  &c.Rev,
			Stop: flows.ProbeStalled(c),
		})
	})
}

// reconcileCard shows the last run that has ended, without the differences that have been dealt with since.
func (w *Workers) reconcileCard(ctx context.Context, v flows.View, tenantKey string) (cards.Reconcile, error) {
	r, _, err := loadRun(ctx, v, tenantKey, settingCompared)
	if err != nil {
		return cards.Reconcile{}, err
	}
	present, _, err := loadRun(ctx, v, tenantKey, settingRun)
	if err != nil {
		return cards.Reconcile{}, err
	}
	out := cards.Reconcile{
		Next:    flows.NightAfter(w.engine.Now()),
		Running: present != nil && present.Finished.IsZero(),
	}
	if r == nil {
		return out, nil
	}
	out.At, out.Since = r.Finished, r.From
	out.Compared, out.Photos, out.People = r.Compared, r.Photos, r.People
	out.Identities, out.Points = r.Identities, r.Points
	for _, upstream := range []string{upstreamEsign, upstreamFeishu} {
		if code := r.Unreachable[upstream]; code != "" {
			out.Silent = append(out.Silent, cards.Silence{Upstream: upstream, Code: code})
		}
	}
	for _, kind := range flows.DiffKinds {
		group, err := reconcileGroup(ctx, v, r, kind)
		if err != nil {
			return cards.Reconcile{}, err
		}
		if group.Total > 0 {
			out.Groups = append(out.Groups, group)
		}
	}
	return out, nil
}

// reconcileGroup lists the cases with a difference of one kind that still holds. Total also counts the differences that
// the run has not kept by case.
func reconcileGroup(
	ctx context.Context, v flows.View, r *reconcileRun, kind flows.DiffKind,
) (cards.ReconcileGroup, error) {
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
			return cards.ReconcileGroup{}, err
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
	return g, nil
}
