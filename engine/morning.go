package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// EnsureMorning queues the tenant's morning card if none is queued, as ensureNightly does with the nightly job.
func (e *Engine) EnsureMorning(ctx context.Context, tx flows.Tx, tenantKey string) error {
	queued, err := e.isQueued(ctx, tx, &e.morningQueuedUntil, tenantKey, flows.SettingMorning)
	if queued || err != nil {
		return err
	}
	return e.QueueMorning(ctx, tx, tenantKey, flows.MorningAfter(e.Now()))
}

// QueueMorning queues the tenant's morning card for at, and notes in a setting that it is queued. The job does nothing
// on a day that is none of work, so that a change of the calendar needs no new job.
func (e *Engine) QueueMorning(ctx context.Context, tx flows.Tx, tenantKey string, at time.Time) error {
	if err := tx.PutSetting(ctx, tenantKey, flows.SettingMorning, at.Format(time.RFC3339)); err != nil {
		return err
	}
	day := flows.RunDateOf(at)
	return e.Enqueue(ctx, tx, "morning/"+tenantKey+"/"+day, flows.Morning(tenantKey, day, at))
}
