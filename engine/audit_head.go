package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// EnsureHead queues the tenant's next head over the audit chains if none is queued, as ensureNightly does.
func (e *Engine) EnsureHead(ctx context.Context, tx flows.Tx, tenantKey string) error {
	queued, err := e.isQueued(ctx, tx, &e.headQueuedUntil, tenantKey, flows.SettingHead)
	if queued || err != nil {
		return err
	}
	return e.QueueHead(ctx, tx, tenantKey, flows.HeadAfter(e.Now()))
}

// QueueHead queues the tenant's head for at, and notes in a setting that it is queued.
func (e *Engine) QueueHead(ctx context.Context, tx flows.Tx, tenantKey string, at time.Time) error {
	if err := tx.PutSetting(ctx, tenantKey, flows.SettingHead, at.Format(time.RFC3339)); err != nil {
		return err
	}
	day := flows.RunDateOf(at)
	return e.Enqueue(ctx, tx, "head/"+tenantKey+"/"+day, flows.PublishHead(tenantKey, day, at))
}
