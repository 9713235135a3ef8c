package engine

import (
	"context"
	"sync"
	"time"

	"shiming/flows"
)

// ensureNightly queues the tenant's nightly job if none is queued. Each run queues the next one, so that this call
// matters for a tenant's first case and after a job was lost.
func (e *Engine) ensureNightly(ctx context.Context, tx flows.Tx, tenantKey string) error {
	queued, err := e.isQueued(ctx, tx, &e.nightlyQueuedUntil, tenantKey, flows.SettingNightly)
	if queued || err != nil {
		return err
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

// isQueued reports whether a tenant's daily job is queued. setting holds its time, cache the times that are known.
func (e *Engine) isQueued(
	ctx context.Context, tx flows.Tx, cache *sync.Map, tenantKey, setting string,
) (bool, error) {
	if until, ok := cache.Load(tenantKey); ok && e.Now().Before(until.(time.Time)) {
		return true, nil
	}
	raw, err := tx.Setting(ctx, tenantKey, setting)
	if err != nil {
		return false, err
	}
	// An hour more than a day: the run that queues the next one may begin late.
	if at, err := time.Parse(time.RFC3339, raw); err == nil && e.Now().Before(at.Add(25*time.Hour)) {
		cache.Store(tenantKey, at)
		return true, nil
	}
	return false, nil
}
