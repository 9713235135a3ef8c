package workers

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
)

// TestTenantSlots: the jobs of a tenant without a free slot are deferred one after another. Other tenants are not
// affected.
func TestTenantSlots(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	w := New(Deps{Engine: engine.New(engine.Deps{Marketplace: true, Now: func() time.Time { return now }})})
	a, b := flows.WithTenant(t.Context(), "a"), flows.WithTenant(t.Context(), "b")
	acquire := func(ctx context.Context) (func(), time.Duration) {
		t.Helper()
		release, err := w.acquireTenantSlot(ctx, "ocr", 2, time.Second)
		again, ok := errors.AsType[*flows.RetryLater](err)
		if err == nil {
			return release, 0
		}
		if !ok || !again.Snooze {
			t.Fatalf("got %v", err)
		}
		return nil, again.In
	}
	first, _ := acquire(a)
	second, _ := acquire(a)
	for i := range 40 {
		if _, in := acquire(a); in != min(time.Duration(i+1)*time.Second, maxDeferral) {
			t.Errorf("deferral %d: got %s", i, in)
		}
	}
	if _, in := acquire(b); in != 0 {
		t.Errorf("deferral of the other tenant: got %s, want 0", in)
	}
	first()
	if release, in := acquire(a); in != 0 {
		t.Errorf("deferral with a free slot: got %s, want 0", in)
	} else {
		release()
	}
	second()
	now = now.Add(time.Hour)
	third, _ := acquire(a)
	third()
	if _, kept := w.slots["ocr/a"]; kept {
		t.Error("a tenant that has nothing under way is still kept")
	}
}

// TestLimitKeys: the keys of a single tenant have no tenant, as in versions without tenants.
func TestLimitKeys(t *testing.T) {
	t.Parallel()
	for marketplace, want := range map[bool][3]string{
		false: {"ocr", "message/patch", "reconcile/directory"},
		true:  {"ocr/a", "message/a/patch", "reconcile/a/directory"},
	} {
		t.Run(fmt.Sprintf("marketplace %t", marketplace), func(t *testing.T) {
			w := New(Deps{Engine: engine.New(engine.Deps{Marketplace: marketplace})})
			ctx := flows.WithTenant(t.Context(), "a")
			if got := [3]string{w.ocrLimit(ctx).Key, w.messageLimit(ctx, "patch").Key, w.directoryLimit(ctx).Key}; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
