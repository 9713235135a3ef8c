package flows

import (
	"context"
	"time"
)

// recountEvery is how often the card of an incident is drawn again at most because the number
// of cases has changed. Hundreds may come and go within a minute.
const recountEvery = 30 * time.Second

// others counts the other cases that wait for the same cause. The one that waits longest says
// so on its card; it is the one that HR was told of.
func (w *Workers) others(ctx context.Context, v View, c *Case) (int, error) {
	if c.State != NeedsAttention || c.Attention.Incident == "" {
		return 0, nil
	}
	first, err := v.WithIncident(ctx, c.TenantKey, c.Attention.Incident, 1)
	if err != nil || len(first) == 0 || first[0].ID != c.ID {
		return 0, err
	}
	n, err := v.CountIncident(ctx, c.TenantKey, c.Attention.Incident)
	return max(n-1, 0), err
}

// recountSoon queues one drawing of the incident's card for all that changes until then.
func (e *Engine) recountSoon(ctx context.Context, tx Tx, c *Case, incident string) ([]Job, error) {
	at := e.Now().Truncate(recountEvery).Add(recountEvery)
	queued, err := tx.Seen(ctx, e.Now(), "recount:"+c.TenantKey+":"+incident+":"+at.UTC().Format(time.RFC3339))
	if queued || err != nil {
		return nil, err
	}
	return []Job{{Kind: JobRecount, Case: c.ID, Ref: incident, At: at}}, nil
}

// recount draws the card of the case that has waited longest for a cause.
func (w *Workers) recount(ctx context.Context, j Job) error {
	return w.engine.Store.Tx(ctx, func(tx Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return lost(err)
		}
		first, err := tx.WithIncident(ctx, c.TenantKey, j.Ref, 1)
		if err != nil || len(first) == 0 {
			return err
		}
		jobs, err := w.engine.surfaces(ctx, tx, first[0], Change{Show: []string{toHR}}, "")
		if err != nil {
			return err
		}
		return w.engine.enqueue(ctx, tx, j.Key+"/show", jobs...)
	})
}
