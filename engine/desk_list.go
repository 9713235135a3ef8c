package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// deskRows is how many cases a desk lists.
const deskRows = 20

// deskPart returns the part of the queue that the desk shows.
func (e *Engine) deskPart(
	ctx context.Context, v flows.View, tenantKey, admin string, d *flows.Desk,
) (flows.QueuePart, error) {
	part := flows.QueuePart{Filter: d.Filter, NotOpenID: admin}
	if d.Department == "" {
		return part, nil
	}
	queue, err := e.countQueue(ctx, v, tenantKey, admin)
	part.Department = queue.Chosen(d.Department)
	return part, err
}

// deskList shows the numbers of the queue and the first cases of the filter. The numbers count all that waits; the
// first cases are the only ones that are opened.
func (e *Engine) deskList(
	ctx context.Context, v flows.View, tenantKey, admin string, d flows.Desk, last *cards.Undo,
) (cards.Card, error) {
	if d.Filter == "" {
		d.Filter = flows.FilterAll
	}
	queue, err := e.countQueue(ctx, v, tenantKey, admin)
	if err != nil {
		return nil, err
	}
	now := e.Now()
	department := queue.Chosen(d.Department)
	counts, overdue := queue.Counts(department)
	out := cards.Desk{
		Counts:     map[string]int{},
		Filter:     string(d.Filter),
		Department: department,
		Overdue:    overdue,
		Last:       last,
		SLA:        e.Policy.SLA,
		At:         now,
	}
	for filter, n := range counts {
		out.Counts[string(filter)] = n
	}
	if out.Held, err = e.heldCases(ctx, v, tenantKey); err != nil {
		return nil, err
	}
	names := departmentNames{view: v, tenantKey: tenantKey, known: map[string]string{}}
	if out.Departments, err = names.most(ctx, queue.Departments(), department); err != nil {
		return nil, err
	}
	if err := e.addInHand(ctx, v, tenantKey, admin, department, queue.InHand, &out); err != nil {
		return nil, err
	}
	overdueSince := e.Policy.OverdueSince(now)
	part := flows.QueuePart{Filter: d.Filter, Department: department, NotOpenID: admin}
	for q, err := range e.queueFrom(ctx, v, tenantKey, part, flows.Cursor{}, deskRows) {
		if err != nil {
			return nil, err
		}
		c, err := v.Case(ctx, q.CaseID)
		if err != nil {
			return nil, err
		}
		name, err := names.of(ctx, q.Department)
		if err != nil {
			return nil, err
		}
		by := q.Assigned.ReaderAt(now)
		out.Rows = append(out.Rows, cards.DeskRow{
			MaskedName: flows.MaskedName(c),
			Department: name,
			Risk:       flows.Colour(q.Risk),
			State:      string(q.State),
			Since:      q.Since,
			Taken:      by != "" && by != admin,
			Overdue:    q.State != flows.Done && !q.Since.After(overdueSince),
		})
		if len(out.Rows) == deskRows {
			break
		}
	}
	return out, nil
}

// addInHand counts the cases that other admins read, and lists those that colleagues have handed to the admin.
func (e *Engine) addInHand(
	ctx context.Context, v flows.View, tenantKey, admin, department string, inHand []flows.QueueEntry, out *cards.Desk,
) error {
	for _, q := range inHand {
		by := q.Assigned.ReaderAt(e.Now())
		switch {
		case by == "" || department != "" && q.Department != department:
		case by != admin:
			out.Taken++
		case q.Assigned.From != "":
			c, err := v.Case(ctx, q.CaseID)
			if err != nil {
				return err
			}
			if h, ok := flows.HandedTo(&e.Policy, c, admin, e.Now()); ok {
				out.Handed = append(out.Handed, h)
			}
		}
	}
	return nil
}
