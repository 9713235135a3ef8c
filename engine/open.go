package engine

import (
	"context"

	"shiming/flows"
)

// openOrSayDone opens a case, unless the person is registered already: a stray picture must
// not start everything again.
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

// open begins a case and everything that belongs to it.
func (e *Engine) open(ctx context.Context, tx flows.Tx, tenantKey, openID, chatID string) (*flows.Case, error) {
	ch := flows.Open(&e.Policy, e.NewID(), tenantKey, openID, chatID, e.Now())
	if err := tx.InsertCase(ctx, ch.Case); err != nil {
		return nil, err
	}
	if err := e.ensureNightly(ctx, tx, tenantKey); err != nil {
		return nil, err
	}
	return ch.Case, e.persist(ctx, tx, ch.Case, ch.Case.CreatedAt, flows.Event{
		Kind:  "open",
		At:    ch.Case.CreatedAt,
		Actor: openID,
		Role:  flows.Applicant,
	}, ch)
}
