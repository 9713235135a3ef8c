package engine

import (
	"context"

	"shiming/flows"
)

// openUnlessDone opens a case, or tells a person who is registered that nothing is left to do. Without this check a
// stray picture would start a second registration. It returns no case if the person is registered.
func (e *Engine) openUnlessDone(ctx context.Context, tx flows.Tx, m flows.Message) (*flows.Case, error) {
	last, err := tx.LatestCase(ctx, m.TenantKey, m.OpenID)
	if err != nil && !flows.IsNotFound(err) {
		return nil, err
	}
	if err == nil && last.State == flows.Done {
		return nil, e.replyNotice(ctx, tx, m, "already_done")
	}
	return e.open(ctx, tx, m.TenantKey, m.OpenID, m.ChatID)
}

// open inserts a case and everything that follows from it. It fails with flows.ErrStale if the person has an open case
// by now; the store then runs the transaction again.
func (e *Engine) open(ctx context.Context, tx flows.Tx, tenantKey, openID, chatID string) (*flows.Case, error) {
	ch := flows.Open(&e.Policy, e.NewID(), tenantKey, openID, chatID, e.Now())
	if err := tx.InsertCase(ctx, ch.Case); err != nil {
		return nil, err
	}
	if err := e.ensureNightly(ctx, tx, tenantKey); err != nil {
		return nil, err
	}
	ev := flows.Event{
		Kind:  "open",
		At:    ch.Case.CreatedAt,
		Actor: openID,
		Role:  flows.Applicant,
	}
	return ch.Case, e.persist(ctx, tx, ch.Case, ch.Case.CreatedAt, ev, ch)
}
