package workers

import (
	"context"
	"strings"
	"time"

	"shiming/flows"
)

// withTenantOf returns ctx with the tenant of the job. Without it the clients of a marketplace app would not know whose
// token to use. It returns flows.ErrNotFound if the job's case is gone.
func (w *Workers) withTenantOf(ctx context.Context, j flows.Job) (context.Context, error) {
	if !w.engine.Marketplace {
		return ctx, nil
	}
	if j.Case == "" {
		return flows.WithTenant(ctx, j.Args[flows.ArgTenant]), nil
	}
	if known, ok := w.tenants.Get(j.Case); ok {
		return flows.WithTenant(ctx, known.(string)), nil
	}
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	w.tenants.SetDefault(j.Case, c.TenantKey)
	return flows.WithTenant(ctx, c.TenantKey), nil
}

// maxDeferral is the longest time for which a job is deferred because no slot is free.
const maxDeferral = 30 * time.Second

// slotLoad is what is under way of one kind of call for one receiver, case or tenant.
type slotLoad struct {
	busy          int
	deferredUntil time.Time // the time of the last deferred job
}

// acquireSlot reserves one of the slots of a key, so that one person, group or tenant at its limit does not occupy all
// workers. If no slot is free, it returns a *flows.RetryLater that defers the job without using an attempt up. Deferred
// jobs come back one after another, interval apart, and not all at once. The key is KIND/ID.
func (w *Workers) acquireSlot(key string, slots int, interval time.Duration) (release func(), err error) {
	w.slotsMu.Lock()
	defer w.slotsMu.Unlock()
	load := w.slots[key]
	if load == nil {
		load = &slotLoad{}
		w.slots[key] = load
	}
	now := w.engine.Now()
	if load.busy >= slots {
		if load.deferredUntil.Before(now) {
			load.deferredUntil = now
		}
		load.deferredUntil = load.deferredUntil.Add(interval)
		if latest := now.Add(maxDeferral); load.deferredUntil.After(latest) {
			load.deferredUntil = latest
		}
		kind, _, _ := strings.Cut(key, "/")
		return nil, &flows.RetryLater{In: load.deferredUntil.Sub(now), Snooze: true, Code: "turn:" + kind}
	}
	load.busy++
	return func() { w.releaseSlot(key) }, nil
}

// releaseSlot gives a slot back. It forgets a key that has nothing under way and no deferred job.
func (w *Workers) releaseSlot(key string) {
	w.slotsMu.Lock()
	defer w.slotsMu.Unlock()
	load := w.slots[key]
	load.busy--
	if load.busy == 0 && !load.deferredUntil.After(w.engine.Now()) {
		delete(w.slots, key)
	}
}

// acquireTenantSlot is acquireSlot for the tenant in ctx. The app of a single tenant has no such slots.
func (w *Workers) acquireTenantSlot(
	ctx context.Context, kind string, slots int, interval time.Duration,
) (release func(), err error) {
	if !w.engine.Marketplace {
		return func() {}, nil
	}
	return w.acquireSlot(kind+"/"+flows.TenantOf(ctx), slots, interval)
}
