package workers

import (
	"context"
	"time"

	"shiming/flows"
)

// purge deletes photos or fields that have been kept long enough. A job that comes before the time, because a setting is
// longer than it was, waits; one for which no rule is left does nothing.
func (w *Workers) purge(ctx context.Context, j flows.Job) error {
	var later []flows.Deletion
	err := w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return err
		}
		_, later, err = w.engine.DeleteOverdue(ctx, tx, c)
		return err
	})
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	for _, d := range later { // photos and everything have a job each
		if d.Scope == j.Scope() {
			return &flows.RetryLater{In: d.At.Sub(w.engine.Now()), Snooze: true, Code: "purge:early"}
		}
	}
	return nil
}

// retentionPage is how many cases one job of the daily deletion handles.
const retentionPage = 100

// deleteOverdue is the daily deletion of a tenant. It finds what no job of a case has deleted: cases of older versions,
// shorter settings, a restored database. Each case is a transaction of its own, and a page that runs again finds nothing
// more to do.
func (w *Workers) deleteOverdue(ctx context.Context, j flows.Job) error {
	tenantKey, after, now := j.Args[flows.ArgTenant], j.Args[flows.ArgAfter], w.engine.Now()
	if after == "" {
		if err := w.queueNextRetention(ctx, tenantKey, now); err != nil {
			return err
		}
	}
	var ids []string
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		ids, err = w.engine.Overdue(ctx, v, tenantKey, after, retentionPage)
		return err
	})
	if err != nil {
		return err
	}
	deleted := 0
	for _, id := range ids {
		err := w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
			c, err := tx.Case(ctx, id)
			if err != nil {
				return err
			}
			done, _, err := w.engine.DeleteOverdue(ctx, tx, c)
			if len(done) > 0 {
				deleted++
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if deleted > 0 {
		w.engine.Log.Info("overdue data was deleted", "tenant", tenantKey, "cases", deleted)
	}
	return w.endRetentionPage(ctx, j, ids)
}

// endRetentionPage queues the next page. Behind the last one it deletes what is kept of leavers beside their cases.
func (w *Workers) endRetentionPage(ctx context.Context, j flows.Job, ids []string) error {
	tenantKey := j.Args[flows.ArgTenant]
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		if len(ids) == retentionPage {
			next := flows.Retention(tenantKey, j.RunDate(), ids[len(ids)-1], time.Time{})
			return w.engine.Enqueue(ctx, tx, j.Key+"/next", next)
		}
		for {
			n, err := w.engine.ForgetLeavers(ctx, tx, tenantKey, retentionPage)
			if err != nil || n == 0 {
				return err
			}
		}
	})
}

// queueNextRetention queues the deletion of the next day, once a tenant and day.
func (w *Workers) queueNextRetention(ctx context.Context, tenantKey string, now time.Time) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		next := flows.RetentionAfter(now)
		raw, err := tx.Setting(ctx, tenantKey, flows.SettingRetention)
		if err != nil {
			return err
		}
		if at, err := time.Parse(time.RFC3339, raw); err == nil && at.After(now) {
			return nil
		}
		return w.engine.QueueRetention(ctx, tx, tenantKey, next)
	})
}
