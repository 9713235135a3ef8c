package engine

import (
	"context"
	"fmt"

	"shiming/flows"
)

// recordErasure keeps on record that a person has withdrawn and that everything was deleted at once, and ends an open
// request for the same.
func (e *Engine) recordErasure(ctx context.Context, tx flows.Tx, c *flows.Case) error {
	mine, err := tx.DataRequestsOf(ctx, c.TenantKey, c.OpenID, flows.MaxRequests)
	if err != nil {
		return err
	}
	for _, r := range mine {
		if r.Kind == flows.RequestDelete && r.State == flows.RequestOpen {
			return e.EndRequest(ctx, tx, r, flows.RequestFulfilled, string(flows.Bot), "")
		}
	}
	now := e.Now()
	r := &flows.DataRequest{
		ID:        e.NewID(),
		TenantKey: c.TenantKey,
		OpenID:    c.OpenID,
		CaseID:    c.ID,
		Kind:      flows.RequestWithdraw,
		State:     flows.RequestFulfilled,
		AskedAt:   now,
		DueAt:     e.Policy.RequestDue(now),
		EndedAt:   now,
		EndedBy:   string(flows.Bot),
	}
	if err := tx.PutDataRequest(ctx, r); err != nil {
		return err
	}
	return tx.Audit(ctx, r.Ended(c.State))
}

// EraseOnRequest carries out an open request for deletion. again says that a write is under way, so that it has to
// wait. Everything of the person is deleted in one transaction, and the request ends in it.
func (e *Engine) EraseOnRequest(ctx context.Context, id string) (again bool, err error) {
	err = e.Store.Tx(ctx, func(tx flows.Tx) error {
		again = false
		r, err := tx.DataRequest(ctx, id)
		if err != nil || r.State != flows.RequestOpen {
			return flows.IgnoreNotFound(err)
		}
		all, err := tx.CasesOf(ctx, r.TenantKey, r.OpenID)
		if err != nil {
			return err
		}
		for _, c := range all {
			if c.WritesUnderWay() {
				again = true
				return nil
			}
		}
		for _, c := range all {
			ev := flows.Event{Kind: flows.Erase, At: e.Now(), Actor: r.OpenID, Role: flows.Applicant}
			out, err := e.DecideAndPersist(ctx, tx, c, ev)
			if err != nil {
				return err
			}
			if out.Case.Erased.IsZero() {
				return fmt.Errorf("engine: case %s refuses the deletion in %s", c.ID, c.State)
			}
		}
		if r, err = tx.DataRequest(ctx, id); err != nil { // the deletion has removed its texts
			return err
		}
		return e.EndRequest(ctx, tx, r, flows.RequestFulfilled, string(flows.Bot), "")
	})
	return again, err
}
