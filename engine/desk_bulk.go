package engine

import (
	"context"
	"strconv"

	"shiming/cards"
	"shiming/flows"
)

// bulkAtDesk offers all green cases that nobody else reads for approval, approves those that were offered, or takes
// the approval back.
func (e *Engine) bulkAtDesk(ctx context.Context, tx flows.Tx, k click, d *flows.Desk) (*cards.Toast, error) {
	switch k.Action.To {
	case cards.ToConfirm:
		return e.approveOffered(ctx, tx, k, d)
	case cards.ToUndo:
		return e.undoTogether(ctx, tx, k, d)
	}
	if err := e.closeAtDesk(ctx, tx, k, d); err != nil {
		return nil, err
	}
	part, err := e.deskPart(ctx, tx, k.TenantKey, k.OpenID, d)
	if err != nil {
		return nil, err
	}
	part.Filter, d.Offered = flows.FilterGreen, nil
	for q, err := range e.queueFrom(ctx, tx, k.TenantKey, part, flows.Cursor{}, cards.MaxBulk) {
		if err != nil {
			return nil, err
		}
		if by := q.Assigned.ReaderAt(e.Now()); by != "" && by != k.OpenID {
			continue
		}
		c, err := tx.Case(ctx, q.CaseID)
		if err != nil {
			return nil, err
		}
		if !e.allGreen(c) {
			continue // a finding has changed with the time, such as the end of the card's validity
		}
		d.Offered = append(d.Offered, flows.Offered{Case: c.ID, Rev: c.Rev})
		if err := e.AuditView(ctx, tx, c, k.OpenID, "listed for approval together"); err != nil {
			return nil, err
		}
		if len(d.Offered) == cards.MaxBulk {
			break
		}
	}
	if len(d.Offered) == 0 {
		return flows.NewToast("bulk_none", nil), nil
	}
	return nil, nil
}

// allGreen reports whether a case may be approved with others unread.
func (e *Engine) allGreen(c *flows.Case) bool {
	return c.Help == nil && !c.OtherNumber && c.Question == nil && flows.AllGreen(flows.Findings(c, &e.Policy, e.Now()))
}

// approveOffered approves the offered cases that are as they were when they were offered, and leaves out the others.
func (e *Engine) approveOffered(ctx context.Context, tx flows.Tx, k click, d *flows.Desk) (*cards.Toast, error) {
	if k.repeated || len(d.Offered) == 0 {
		return flows.NewToast("already", nil), nil
	}
	offered := d.Offered
	d.Offered, d.Decided = nil, nil
	approved := 0
	for _, o := range offered {
		c, err := tx.Case(ctx, o.Case)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		by := e.Policy.ReaderOf(c.TenantKey, c.Assigned, e.Now())
		if c.State != flows.AwaitingReview || !e.allGreen(c) || by != "" && by != k.OpenID || c.OnHold.ActiveAt(e.Now()) {
			continue
		}
		ev := e.deskEvent(flows.Approved, k)
		ev.Rev = &o.Rev
		out, err := e.DecideAndPersist(ctx, tx, c, ev)
		if err != nil {
			return nil, err
		}
		if !out.Changed() {
			continue
		}
		approved++
		if out.Case.State == flows.Decided {
			d.Decided = append(d.Decided, c.ID)
		}
	}
	return flows.NewToast("bulk_done", map[string]string{
		"n":       strconv.Itoa(approved),
		"skipped": strconv.Itoa(len(offered) - approved),
	}), nil
}

// undoTogether takes the approvals of the last click back that have not taken effect.
func (e *Engine) undoTogether(ctx context.Context, tx flows.Tx, k click, d *flows.Desk) (*cards.Toast, error) {
	decided := d.Decided
	d.Decided = nil
	undone := 0
	for _, id := range decided {
		c, err := tx.Case(ctx, id)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out, err := e.DecideAndPersist(ctx, tx, c, e.deskEvent(flows.Undone, k))
		if err != nil {
			return nil, err
		}
		if out.Changed() {
			undone++
		}
	}
	if undone == 0 {
		return flows.NewToast("undo_over", nil), nil
	}
	return flows.NewToast("bulk_undone", map[string]string{"n": strconv.Itoa(undone)}), nil
}

// bulkCard lists the offered cases.
func (e *Engine) bulkCard(ctx context.Context, v flows.View, tenantKey string, d flows.Desk) (cards.Card, error) {
	now := e.Now()
	names := departmentNames{view: v, tenantKey: tenantKey, known: map[string]string{}}
	out := cards.Bulk{At: now}
	for _, o := range d.Offered {
		c, err := v.Case(ctx, o.Case)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		department, err := names.of(ctx, c.Department)
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, cards.DeskRow{
			MaskedName: flows.MaskedName(c),
			Department: department,
			Since:      c.EnteredAt,
			Overdue:    e.Policy.IsOverdue(c.EnteredAt, now),
		})
	}
	return out, nil
}
