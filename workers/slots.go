package workers

import (
	"context"
	"maps"
	"strings"
	"time"

	"shiming/flows"
)

// maxDeferral is the longest time for which a job is deferred because no slot is free.
const maxDeferral = 30 * time.Second

// slotLoad is what is under way of one kind of call for one receiver, case or tenant.
type slotLoad struct {
	busy          int
	deferredUntil time.Time // the time of the last deferred job
}

// isIdle reports whether nothing is under way and no job is deferred.
func (l *slotLoad) isIdle(now time.Time) bool { return l.busy == 0 && !l.deferredUntil.After(now) }

// manySlots is the number of keys from which idle ones are looked for.
const manySlots = 1000

// acquireSlot reserves one of the slots of a key, so that one person, group or tenant at its limit does not occupy all
// workers. If no slot is free, it returns a *flows.RetryLater that defers the job without using an attempt up. Deferred
// jobs come back one after another, interval apart, and not all at once. The key is KIND/ID.
func (w *Workers) acquireSlot(key string, slots int, interval time.Duration) (release func(), err error) {
	w.slotsMu.Lock()
	defer w.slotsMu.Unlock()
	now := w.engine.Now()
	load := w.slots[key]
	if load == nil {
		if len(w.slots) >= manySlots { // a deferred job may have gone to another process
			maps.DeleteFunc(w.slots, func(_ string, l *slotLoad) bool { return l.isIdle(now) })
		}
		load = &slotLoad{}
		w.slots[key] = load
	}
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
	if load.isIdle(w.engine.Now()) {
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
