package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// refusedEvery is how often the same attempt of a person at a case is put on record. Each one is counted.
const refusedEvery = time.Hour

// recordRefused counts a click that was refused because the person has no right, and puts it on record in the chain of
// the case that it was about, if there is one.
func (e *Engine) recordRefused(ctx context.Context, tx flows.Tx, k click, a flows.Answer) error {
	if k.repeated || !flows.IsNoRight(a.Toast) {
		return nil
	}
	if err := e.countRefused(ctx, tx, k.TenantKey, k.OpenID, flows.RefusedThing(k.Action.Act)); err != nil {
		return err
	}
	c, err := e.refusedCase(ctx, tx, k)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	key := "access_refused:" + c.ID + ":" + k.OpenID + ":" + string(k.Action.Act) + ":" +
		e.Now().Truncate(refusedEvery).UTC().Format(time.RFC3339)
	seen, err := tx.InsertEventKeys(ctx, e.Now(), key)
	if seen || err != nil {
		return err
	}
	e.Log.Warn("refused for want of a right", "case", c.ID, "who", k.OpenID, "act", k.Action.Act)
	return tx.Audit(ctx, flows.AccessRefused(c, k.OpenID, k.Action.Act, e.Now()))
}

// refusedCase is the case that a refused click was about; flows.ErrNotFound if it was about none of the tenant's.
func (e *Engine) refusedCase(ctx context.Context, v flows.View, k click) (*flows.Case, error) {
	id, err := e.caseIDOf(ctx, v, k)
	if err != nil {
		return nil, err
	}
	if requestActs[k.Action.Act] {
		if r, err := v.DataRequest(ctx, id); err == nil {
			id = r.CaseID
		} else if !flows.IsNotFound(err) {
			return nil, err
		}
	}
	c, err := v.Case(ctx, id)
	if err == nil && c.TenantKey != k.TenantKey {
		return nil, flows.ErrNotFound
	}
	return c, err
}

// countRefused counts that something was refused for want of a right.
func (e *Engine) countRefused(ctx context.Context, tx flows.Tx, tenantKey, openID, what string) error {
	at := &flows.Case{ID: openID, TenantKey: tenantKey} // the id only spreads the counters
	return tx.AddFigures(ctx, at, e.Now(), flows.Figures{flows.FigureRefused(what): 1})
}
