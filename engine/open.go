package engine

import (
	"context"
	"slices"
	"time"

	"shiming/flows"
)

// openUnlessDone opens a case, or tells the person why none is opened. A message from before the end of the last case
// opens none either. It then returns no case.
func (e *Engine) openUnlessDone(ctx context.Context, tx flows.Tx, m flows.Message) (*flows.Case, error) {
	why, err := e.whyNotOpen(ctx, tx, m.TenantKey, m.OpenID, false)
	if err != nil {
		return nil, err
	}
	if why != "" {
		return nil, e.replyNotice(ctx, tx, m, why)
	}
	idle, err := e.idleSince(ctx, tx, m.TenantKey, m.OpenID)
	switch {
	case err != nil:
		return nil, err
	case flows.MadeBefore(m.At, idle):
		return nil, e.replyLate(ctx, tx, m)
	}
	return e.open(ctx, tx, opening{
		tenantKey: m.TenantKey,
		openID:    m.OpenID,
		chatID:    m.ChatID,
		made:      m.At,
		idleSince: idle,
		byPhoto:   len(m.Photos) > 0,
	})
}

// opening is what a new case is made from.
type opening struct {
	tenantKey, openID, chatID string
	made                      time.Time // of the event that opens it, by Feishu's clock; zero if not known
	idleSince                 time.Time // matters for photos
	byPhoto                   bool
}

// whyNotOpen returns the notice for a person for whom no case is opened, and "" if one may be. For somebody who is
// registered a stray picture would start a second registration, which is billed again, unless again says that the
// person means it. Nor may anybody start over and over: each case brings cards, timers, and in the end HR's card.
func (e *Engine) whyNotOpen(ctx context.Context, v flows.View, tenantKey, openID string, again bool) (string, error) {
	all, err := v.CasesOf(ctx, tenantKey, openID)
	if err != nil {
		return "", err
	}
	if !again && slices.ContainsFunc(all, isDone) {
		return "already_done", nil
	}
	recent := 0
	for _, c := range all {
		if e.Now().Sub(c.CreatedAt) < flows.CaseWindow {
			recent++
		}
	}
	if recent >= flows.MaxCasesPerDay {
		return "too_many_cases", nil
	}
	return "", nil
}

func isDone(c *flows.Case) bool { return c.State == flows.Done }

// Registered reports whether any case of the person is done. A later case that was given up changes nothing about it.
func (e *Engine) Registered(ctx context.Context, v flows.View, tenantKey, openID string) (bool, error) {
	all, err := v.CasesOf(ctx, tenantKey, openID)
	return slices.ContainsFunc(all, isDone), err
}

// open inserts a case and everything that follows from it. It fails with flows.ErrStale if the person has an open case
// by now; the store then runs the transaction again.
func (e *Engine) open(ctx context.Context, tx flows.Tx, o opening) (*flows.Case, error) {
	ch := flows.Open(&e.Policy, e.NewID(), o.tenantKey, o.openID, o.chatID, e.Now())
	last, err := tx.LatestCase(ctx, o.tenantKey, o.openID)
	switch {
	case err == nil:
		flows.CarryPhotos(ch.Case, last)
	case !flows.IsNotFound(err):
		return nil, err
	}
	flows.NoteOpening(ch.Case, o.idleSince, o.made, o.byPhoto)
	if err := tx.InsertCase(ctx, ch.Case); err != nil {
		return nil, err
	}
	if err := e.ensureNightly(ctx, tx, o.tenantKey); err != nil {
		return nil, err
	}
	if err := e.EnsureHead(ctx, tx, o.tenantKey); err != nil {
		return nil, err
	}
	if err := e.EnsureRetention(ctx, tx, o.tenantKey); err != nil {
		return nil, err
	}
	if err := e.EnsureMorning(ctx, tx, o.tenantKey); err != nil {
		return nil, err
	}
	ev := flows.Event{
		Kind:  "open",
		At:    ch.Case.CreatedAt,
		Actor: o.openID,
		Role:  flows.Applicant,
	}
	return ch.Case, e.persist(ctx, tx, ch.Case, ch.Case, ev, ch)
}
