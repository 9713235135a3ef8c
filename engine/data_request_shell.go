package engine

import (
	"context"
	"errors"
	"strings"

	"shiming/flows"
)

// OnBehalf is a request about own data that somebody has made outside the chat, such as a leaver by letter, and that
// a command in the shell carries in. By is the open_id of the admin who has met the person, Reason says how the
// person was recognised; both are in the audit trail.
type OnBehalf struct{ By, Reason string }

// Errors of requests in the shell.
var (
	ErrNotAdmin = errors.New("--by must be the open_id of an admin of this company, or of a stand-in on duty")
	ErrOwnData  = errors.New("--by is the person whose data it is: somebody else must do it")
	ErrNoManner = errors.New("--reason must say in 2 to 200 characters how the person asked and was recognised")
	ErrOpen     = errors.New("the person has an open request of this kind already")
	ErrNoWords  = errors.New("a correction or an objection takes the words of the person")
	ErrEnded    = errors.New("the request has ended already")
	ErrOfBot    = errors.New("a copy is fulfilled by `shiming privacy copy`, a deletion by the running bot; they can " +
		"only be declined here")
	ErrNoAnswer = errors.New("declining takes an answer for the person, with the reason")
	ErrNoCopy   = errors.New("the request is none for a copy")
)

// checkBehalf checks who acts and why, and returns the reason as it is kept.
func (e *Engine) checkBehalf(ctx context.Context, v flows.View, c *flows.Case, o OnBehalf) (string, error) {
	admin, err := e.IsAdmin(ctx, v, c.TenantKey, o.By)
	switch {
	case err != nil:
		return "", err
	case !admin:
		return "", ErrNotAdmin
	case o.By == c.OpenID:
		return "", ErrOwnData
	}
	reason, err := lookReason(c, o.Reason)
	if errors.Is(err, ErrNoLookReason) {
		err = ErrNoManner
	}
	return reason, err
}

// auditBehalf puts a row on record that a command has caused.
func auditBehalf(ctx context.Context, tx flows.Tx, row flows.AuditRow, o OnBehalf, reason string) error {
	row.Actor = flows.ActorOperator
	row.Detail["by"], row.Detail["reason"] = o.By, reason
	return tx.Audit(ctx, row)
}

// AskOnBehalf records a request of the applicant of a case, which follows the same way and deadline as one in the
// chat. It returns flows.ErrNotFound without such a case.
func (e *Engine) AskOnBehalf(
	ctx context.Context, caseID string, kind flows.RequestKind, words string, o OnBehalf,
) (r *flows.DataRequest, err error) {
	if words = strings.TrimSpace(words); words == "" && (kind == flows.RequestCorrect || kind == flows.RequestObject) {
		return nil, ErrNoWords
	}
	err = e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, caseID)
		if err != nil {
			return err
		}
		r, err = e.askOnBehalf(ctx, tx, c, kind, words, o)
		return err
	})
	return r, err
}

func (e *Engine) askOnBehalf(
	ctx context.Context, tx flows.Tx, c *flows.Case, kind flows.RequestKind, words string, o OnBehalf,
) (*flows.DataRequest, error) {
	reason, err := e.checkBehalf(ctx, tx, c, o)
	if err != nil {
		return nil, err
	}
	// As in mayRequest: of two that ask at once one finds the other's request.
	if _, err := tx.Uses(ctx, "data_request/"+c.TenantKey+"/"+c.OpenID, e.Now()); err != nil {
		return nil, err
	}
	mine, err := tx.DataRequestsOf(ctx, c.TenantKey, c.OpenID, flows.MaxRequests)
	if err != nil {
		return nil, err
	}
	for _, r := range mine {
		if r.Kind == kind && r.State == flows.RequestOpen {
			return nil, ErrOpen
		}
	}
	r := e.newRequest(c, kind, words)
	if err := tx.PutDataRequest(ctx, r); err != nil {
		return nil, err
	}
	if err := auditBehalf(ctx, tx, r.Made(c.State), o, reason); err != nil {
		return nil, err
	}
	due := flows.RequestDueJob(r.TenantKey, r.ID, r.DueAt)
	if err := e.Enqueue(ctx, tx, "request/"+r.ID+"/due", due); err != nil || kind == flows.RequestCopy {
		return r, err // the command writes the copy
	}
	return r, e.beginRequest(ctx, tx, c, r, "shell")
}

// AnswerOnBehalf ends an open request with HR's answer, as the buttons of HR's card do. It returns flows.ErrNotFound
// without such a request.
func (e *Engine) AnswerOnBehalf(
	ctx context.Context, id string, state flows.RequestState, answer string, o OnBehalf,
) (r *flows.DataRequest, err error) {
	answer = strings.TrimSpace(answer)
	err = e.Store.Tx(ctx, func(tx flows.Tx) error {
		if r, err = tx.DataRequest(ctx, id); err != nil {
			return err
		}
		c, err := tx.Case(ctx, r.CaseID)
		if err != nil {
			return err
		}
		reason, err := e.checkBehalf(ctx, tx, c, o)
		switch {
		case err != nil:
			return err
		case r.State != flows.RequestOpen:
			return ErrEnded
		case state == flows.RequestDeclined && answer == "":
			return ErrNoAnswer
		case state == flows.RequestFulfilled && (r.Kind == flows.RequestCopy || r.Kind == flows.RequestDelete):
			return ErrOfBot
		}
		answered := r.Made(c.State)
		answered.Event, answered.At = flows.EventRequestAnswered, e.Now()
		answered.Detail["state"] = string(state)
		if err := auditBehalf(ctx, tx, answered, o, reason); err != nil {
			return err
		}
		return e.EndRequest(ctx, tx, r, state, o.By, answer)
	})
	return r, err
}

// CopyOnBehalf puts on record that a copy of everything that is kept of a person is written by a command: of the
// person of an open request, or of the applicant of a case, whose request it records then. Whoever still works here
// is told. The caller writes the copy and calls CopyWritten.
func (e *Engine) CopyOnBehalf(
	ctx context.Context, requestID, caseID string, o OnBehalf,
) (r *flows.DataRequest, err error) {
	now := e.Now()
	err = e.Store.Tx(ctx, func(tx flows.Tx) error {
		r = nil
		of := caseID
		if requestID != "" {
			if r, err = tx.DataRequest(ctx, requestID); err != nil {
				return err
			}
			of = r.CaseID
		}
		c, err := tx.Case(ctx, of)
		if err != nil {
			return err
		}
		reason, err := e.checkBehalf(ctx, tx, c, o)
		switch {
		case err != nil:
			return err
		case r == nil:
			if r, err = e.askOnBehalf(ctx, tx, c, flows.RequestCopy, "", o); err != nil {
				return err
			}
		case r.Kind != flows.RequestCopy:
			return ErrNoCopy
		case r.State != flows.RequestOpen:
			return ErrEnded
		}
		row := r.Made(c.State)
		row.Event, row.At = flows.EventCopyWritten, now
		row.Detail["full"] = "yes"
		if err := auditBehalf(ctx, tx, row, o, reason); err != nil {
			return err
		}
		works, err := tx.Employment(ctx, c.TenantKey, c.OpenID)
		if err != nil || !works.LeftAt.IsZero() {
			return err
		}
		told := flows.Reply(flows.ReplyDisclosed).Of(c.ID).
			Towards(flows.Receiver{Type: "open_id", ID: c.OpenID}).
			With(flows.ArgSince, flows.AuditTime(now)).
			For(c.TenantKey, c.OpenID)
		return e.Enqueue(ctx, tx, "copy_written/"+r.ID+"/"+flows.AuditTime(now), told)
	})
	return r, err
}

// CopyWritten ends the request of a copy whose files were written. by is OnBehalf.By.
func (e *Engine) CopyWritten(ctx context.Context, id, by string) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		r, err := tx.DataRequest(ctx, id)
		if err != nil || r.State != flows.RequestOpen {
			return err
		}
		return e.EndRequest(ctx, tx, r, flows.RequestFulfilled, by, "")
	})
}
