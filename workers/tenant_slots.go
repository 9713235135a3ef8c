package workers

import (
	"context"
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

// maxDeferral is the longest time for which a job is deferred because its tenant has no free slot.
const maxDeferral = 30 * time.Second

// tenantLoad is what one tenant has under way of one kind of call.
type tenantLoad struct {
	busy          int
	deferredUntil time.Time // the time of the last deferred job
}

// acquireSlot reserves one of the slots that a tenant has for a kind of call, so that a tenant at its limit does not
// occupy all workers. If no slot is free, it returns a *flows.RetryLater that defers the job without using an attempt
// up. Deferred jobs come back one after another, interval apart, and not all at once. The app of a single tenant has no
// such slots.
func (w *Workers) acquireSlot(
	ctx context.Context, kind string, slots int, interval time.Duration,
) (release func(), err error) {
	if !w.engine.Marketplace {
		return func() {}, nil
	}
	name := kind + "/" + flows.TenantOf(ctx)
	w.tenantLoadsMu.Lock()
	defer w.tenantLoadsMu.Unlock()
	load := w.tenantLoads[name]
	if load == nil {
		load = &tenantLoad{}
		w.tenantLoads[name] = load
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
		return nil, &flows.RetryLater{In: load.deferredUntil.Sub(now), Snooze: true, Code: "turn:" + kind}
	}
	load.busy++
	return func() { w.releaseSlot(name) }, nil
}

// releaseSlot gives a slot back. It forgets a tenant that has nothing under way and no deferred job.
func (w *Workers) releaseSlot(name string) {
	w.tenantLoadsMu.Lock()
	defer w.tenantLoadsMu.Unlock()
	load := w.tenantLoads[name]
	load.busy--
	if load.busy == 0 && !load.deferredUntil.After(w.engine.Now()) {
		delete(w.tenantLoads, name)
	}
}
