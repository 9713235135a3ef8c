package engine

import (
	"context"
	"slices"

	"shiming/cards"
	"shiming/flows"
)

// Waiting returns how many cases wait for HR, by the colours of a desk, and since when the oldest does. It counts those
// on hold apart: they wait for a time, or for an answer.
func (e *Engine) Waiting(ctx context.Context, v flows.View, tenantKey string) (w cards.Waiting, err error) {
	queue, err := e.countQueue(ctx, v, tenantKey, "")
	if err != nil {
		return w, err
	}
	n, _ := queue.Counts("")
	w = cards.Waiting{
		Total:  n[flows.FilterAll],
		Green:  n[flows.FilterGreen],
		Amber:  n[flows.FilterAmber],
		Red:    n[flows.FilterRed],
		Stuck:  n[flows.FilterStuck],
		OnHold: n[flows.FilterHeld],
	}
	for oldest, err := range e.queueFrom(ctx, v, tenantKey, flows.QueuePart{}, flows.Cursor{}, 1) {
		w.Oldest = oldest.Since
		return w, err
	}
	return w, nil
}

// QueueCard returns what the board of the review group shows now.
func (e *Engine) QueueCard(ctx context.Context, v flows.View, tenantKey string) (cards.Card, error) {
	now := e.Now()
	w, err := e.Waiting(ctx, v, tenantKey)
	if err != nil {
		return nil, err
	}
	out := cards.Queue{
		Total:  w.Total,
		Green:  w.Green,
		Stuck:  w.Stuck,
		OnHold: w.OnHold,
		Oldest: w.Oldest,
		SLA:    e.Policy.SLA,
		At:     now,
	}
	if out.Overdue, _, err = e.countOverdue(ctx, v, tenantKey); err != nil {
		return nil, err
	}
	if out.Held, err = e.heldCases(ctx, v, tenantKey); err != nil {
		return nil, err
	}
	for _, admin := range slices.Concat(e.Policy.AdminsOf(tenantKey), e.Policy.StandInsOf(tenantKey)) {
		d, err := loadDesk(ctx, v, tenantKey, admin)
		if err != nil {
			return nil, err
		}
		if d.Case == "" {
			continue
		}
		c, err := v.Case(ctx, d.Case)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if c.TenantKey == tenantKey && c.State.Turn() == flows.HR && c.Assigned.ReaderAt(now) == admin {
			out.Taken++
		}
	}
	return out, nil
}
