package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// ensureNightly queues the tenant's nightly job if none is queued. Each run queues the next one, so that this call
// matters for a tenant's first case and after a job was lost.
func (e *Engine) ensureNightly(ctx context.Context, tx flows.Tx, tenantKey string) error {
	if until, ok := e.nightlyQueuedUntil.Load(tenantKey); ok && e.Now().Before(until.(time.Time)) {
		return nil
	}
	raw, err := tx.Setting(ctx, tenantKey, flows.SettingNightly)
	if err != nil {
		return err
	}
	// An hour more than a day: the run that queues the next night may begin late.
	if at, err := time.Parse(time.RFC3339, raw); err == nil && e.Now().Before(at.Add(25*time.Hour)) {
		e.nightlyQueuedUntil.Store(tenantKey, at)
		return nil
	}
	return e.QueueNightly(ctx, tx, tenantKey, flows.NightAfter(e.Now()))
}

// QueueNightly queues the first page of the tenant's reconciliation for the night of at, and notes in a setting that it
// is queued. A second call for the same night makes a job of the same key.
func (e *Engine) QueueNightly(ctx context.Context, tx flows.Tx, tenantKey string, at time.Time) error {
	if err := tx.PutSetting(ctx, tenantKey, flows.SettingNightly, at.Format(time.RFC3339)); err != nil {
		return err
	}
	night := flows.RunDateOf(at)
	return e.Enqueue(ctx, tx, "night/"+tenantKey+"/"+night, flows.Reconcile(tenantKey, night, 0, at))
}
