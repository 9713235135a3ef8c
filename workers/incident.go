package workers

import (
	"context"

	"shiming/flows"
)

// others counts the other cases that wait for the same cause. The one that waits longest says
// so on its card; it is the one that HR was told of.
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

// recount draws the card of the case that has waited longest for a cause.
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
		jobs, err := w.engine.MarkSurfaces(ctx, tx, first[0], flows.Change{Redraw: []string{flows.AudienceHR}}, "")
		if err != nil {
			return err
		}
		return w.engine.Enqueue(ctx, tx, j.Key+"/show", jobs...)
	})
}
