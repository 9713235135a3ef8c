package engine

import (
	"context"
	"slices"

	"shiming/cards"
	"shiming/flows"
)

// Waiting returns how many cases wait for HR, by the colours of a desk, and since when the oldest does. It counts all of
// them, also those that no desk lists.
func (e *Engine) Waiting(ctx context.Context, v flows.View, tenantKey string) (w cards.Waiting, err error) {
	counts, err := v.CountByRisk(ctx, tenantKey)
	if err != nil {
		return w, err
	}
	for of, n := range counts {
		w.Total += n
		switch flows.FilterOf(flows.QueueEntry{State: of.State, Risk: of.Risk}) {
		case flows.FilterStuck:
			w.Stuck += n
		case flows.FilterGreen:
			w.Green += n
		case flows.FilterRed:
			w.Red += n
		default:
			w.Amber += n
		}
	}
	oldest, err := v.Queue(ctx, tenantKey, waitingForHR, 1)
	if err == nil && len(oldest) > 0 {
		w.Oldest = oldest[0].Since
	}
	return w, err
}

// QueueCard returns what the board of the review group shows now.
func (e *Engine) QueueCard(ctx context.Context, v flows.View, tenantKey string) (cards.Card, error) {
	now := e.Now()
	w, err := e.Waiting(ctx, v, tenantKey)
	if err != nil {
		return nil, err
	}
	out := cards.Queue{Total: w.Total, Green: w.Green, Stuck: w.Stuck, Oldest: w.Oldest, SLA: e.Policy.SLA, At: now}
	if out.Overdue, _, err = e.countOverdue(ctx, v, tenantKey); err != nil {
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
