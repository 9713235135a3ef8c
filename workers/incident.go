package workers

import (
	"context"

	"shiming/flows"
)

// retryPage is how many cases of an incident retryIncident loads at a time.
const retryPage = 100

// retryIncident retries the other cases that wait for the same cause, after HR has retried one of them. It retries
// each case once: a case whose step fails again joins the incident again, and the loop would not end.
func (w *Workers) retryIncident(ctx context.Context, j flows.Job) error {
	tried := map[string]bool{j.Case: true}
	for {
		var list []*flows.Case
		err := w.engine.Store.View(ctx, func(v flows.View) error {
			c, err := v.Case(ctx, j.Case)
			if err != nil {
				return err
			}
			list, err = v.WithIncident(ctx, c.TenantKey, j.Incident(), retryPage)
			return err
		})
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		fresh := 0
		for _, c := range list {
			if tried[c.ID] {
				continue
			}
			tried[c.ID] = true
			fresh++
			// The event has HR's role and no actor. With the admin as its actor the admin's own case would be refused.
			if _, _, err := w.engine.Report(ctx, c.ID, flows.Event{Kind: flows.Retry, Role: flows.HR}); err != nil {
				return err
			}
		}
		if fresh == 0 {
			return nil
		}
	}
}

// othersWithIncident counts the other cases that wait for the same cause. It returns 0 unless c is the case that has
// waited longest, because only the card of that case shows the number.
func (w *Workers) othersWithIncident(ctx context.Context, v flows.View, c *flows.Case) (int, error) {
	if c.State != flows.NeedsAttention || c.Attention.Incident == "" {
		return 0, nil
	}
	first, err := v.WithIncident(ctx, c.TenantKey, c.Attention.Incident, 1)
	if err != nil || len(first) == 0 || first[0].ID != c.ID {
		return 0, err
	}
	n, err := v.CountIncident(ctx, c.TenantKey, c.Attention.Incident)
	return max(n-1, 0), err
}

// recountIncident has the card of the case that has waited longest drawn again with the present number of the others.
func (w *Workers) recountIncident(ctx context.Context, j flows.Job) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		first, err := tx.WithIncident(ctx, c.TenantKey, j.Incident(), 1)
		if err != nil || len(first) == 0 {
			return err
		}
		redraw := flows.Change{Redraw: []string{flows.AudienceHR}}
		jobs, err := w.engine.MarkSurfaces(ctx, tx, first[0], redraw, "")
		if err != nil {
			return err
		}
		return w.engine.Enqueue(ctx, tx, j.Key+"/show", jobs...)
	})
}
