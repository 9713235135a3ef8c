package flows

import (
	"context"
	"slices"
	"strings"
	"time"
)

// A marketplace app (商店应用) serves many tenants at once. Every case, message and click knows its tenant; what
// leaves for Feishu is told through the context on whose behalf it does, since each tenant has a
// token of its own. An app of one company needs none of it: its Engine has Marketplace false, and
// the context stays as it is.

type tenantInContext struct{}

// WithTenant says for which tenant calls are made.
func WithTenant(ctx context.Context, tenantKey string) context.Context {
	return context.WithValue(ctx, tenantInContext{}, tenantKey)
}

// TenantOf is the tenant that WithTenant named, "" if none was.
func TenantOf(ctx context.Context) string {
	tenantKey, _ := ctx.Value(tenantInContext{}).(string)
	return tenantKey
}

// AdminsOf returns the open_ids of those who decide on the tenant's cases: entries of the form
// tenant_key/open_id that name it, and those without a tenant.
func (p *Policy) AdminsOf(tenantKey string) (ids []string) {
	for _, a := range p.Admins {
		if of, id, ok := strings.Cut(a, "/"); !ok {
			ids = append(ids, a)
		} else if of == tenantKey {
			ids = append(ids, id)
		}
	}
	return ids
}

func (e *Engine) isAdmin(tenantKey, openID string) bool {
	return slices.Contains(e.Policy.AdminsOf(tenantKey), openID)
}

// ofTenant adds the tenant of a job to the context. ErrNotFound if the job's case is gone.
func (w *Workers) ofTenant(ctx context.Context, j Job) (context.Context, error) {
	if !w.engine.Marketplace {
		return ctx, nil
	}
	if j.Case == "" {
		return WithTenant(ctx, j.Args["tenant"]), nil
	}
	if known, ok := w.tenants.Get(j.Case); ok {
		return WithTenant(ctx, known.(string)), nil
	}
	c, err := w.engine.caseOf(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	w.tenants.SetDefault(j.Case, c.TenantKey)
	return WithTenant(ctx, c.TenantKey), nil
}

// limitKey names a limit that each tenant has for itself.
func (e *Engine) limitKey(ctx context.Context, kind, rest string) string {
	parts := []string{kind}
	if e.Marketplace {
		parts = append(parts, TenantOf(ctx))
	}
	if rest != "" {
		parts = append(parts, rest)
	}
	return strings.Join(parts, "/")
}

// maxTurn is how long a job is put off at most because its tenant has enough under way.
const maxTurn = 30 * time.Second

// turn is what one tenant has under way of one kind.
type turn struct {
	busy int
	next time.Time // until when the jobs that were put off are spread
}

// take reserves one of the places that a tenant has for a kind of call, so that one who has reached
// its limit does not keep the workers from the others. When all are taken the job is put off, one
// every step.
func (w *Workers) take(ctx context.Context, kind string, places int, step time.Duration) (leave func(), err error) {
	if !w.engine.Marketplace {
		return func() {}, nil
	}
	name := kind + "/" + TenantOf(ctx)
	w.turnsMu.Lock()
	defer w.turnsMu.Unlock()
	t := w.turns[name]
	if t == nil {
		t = &turn{}
		w.turns[name] = t
	}
	now := w.engine.Now()
	if t.busy >= places {
		if t.next.Before(now) {
			t.next = now
		}
		if t.next = t.next.Add(step); t.next.Sub(now) > maxTurn {
			t.next = now.Add(maxTurn)
		}
		return nil, &Again{In: t.next.Sub(now), Snooze: true, Code: "turn:" + kind}
	}
	t.busy++
	return func() {
		w.turnsMu.Lock()
		defer w.turnsMu.Unlock()
		if t.busy--; t.busy == 0 && !t.next.After(w.engine.Now()) {
			delete(w.turns, name)
		}
	}, nil
}
