package workers

import (
	"context"
	"time"

	"shiming/flows"
)

// ofTenant adds the tenant of a job to the context. ErrNotFound if the job's case is gone.
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

// maxTurn is how long a job is put off at most because its tenant has enough under way.
const maxDeferral = 30 * time.Second

// tenantSlot is what one tenant has under way of one kind.
type tenantLoad struct {
	busy          int
	deferredUntil time.Time // until when the jobs that were put off are spread
}

// acquireSlot reserves one of the places that a tenant has for a kind of call, so that one who has reached
// its limit does not keep the workers from the others. When all are taken the job is put off, one
// every step.
func (w *Workers) acquireSlot(ctx context.Context, kind string, places int, step time.Duration) (leave func(),
	err error) {
	if !w.engine.Marketplace {
		return func() {}, nil
	}
	name := kind + "/" + flows.TenantOf(ctx)
	w.tenantLoadsMu.Lock()
	defer w.tenantLoadsMu.Unlock()
	t := w.tenantLoads[name]
	if t == nil {
		t = &tenantLoad{}
		w.tenantLoads[name] = t
	}
	now := w.engine.Now()
	if t.busy >= places {
		if t.deferredUntil.Before(now) {
			t.deferredUntil = now
		}
		if t.deferredUntil = t.deferredUntil.Add(step); t.deferredUntil.Sub(now) > maxDeferral {
			t.deferredUntil = now.Add(maxDeferral)
		}
		return nil, &flows.RetryLater{In: t.deferredUntil.Sub(now), Snooze: true, Code: "turn:" + kind}
	}
	t.busy++
	return func() {
		w.tenantLoadsMu.Lock()
		defer w.tenantLoadsMu.Unlock()
		if t.busy--; t.busy == 0 && !t.deferredUntil.After(w.engine.Now()) {
			delete(w.tenantLoads, name)
		}
	}, nil
}
