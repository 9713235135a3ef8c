package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// ensureNightly queues the tenant's nightly job unless it is queued: it queues the next one
// itself, so that this is for the first case, and for a job that was lost.
func (e *Engine) ensureNightly(ctx context.Context, tx flows.Tx, tenantKey string) error {
	if until, ok := e.nightlyQueuedUntil.Load(tenantKey); ok && e.Now().Before(until.(time.Time)) {
		return nil
	}
	raw, err := tx.Setting(ctx, tenantKey, flows.SettingNightly)
	if err != nil {
		return err
	}
	if at, err := time.Parse(time.RFC3339, raw); err == nil && e.Now().Before(at.Add(25*time.Hour)) {
		e.nightlyQueuedUntil.Store(tenantKey, at)
		return nil
	}
	return e.QueueNightly(ctx, tx, tenantKey, flows.NightAfter(e.Now()))
}

func (e *Engine) QueueNightly(ctx context.Context, tx flows.Tx, tenantKey string, at time.Time) error {
	if err := tx.PutSetting(ctx, tenantKey, flows.SettingNightly, at.Format(time.RFC3339)); err != nil {
		return err
	}
	return e.Enqueue(ctx, tx, "night/"+tenantKey+"/"+flows.NightOf(at),
		flows.Reconcile(tenantKey, flows.NightOf(at), 0, at))
}
