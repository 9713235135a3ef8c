package engine

import (
	"context"
	"strings"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// requestKinds is what each button of 我的资料 asks for.
var requestKinds = map[cards.Act]flows.RequestKind{
	cards.ActCopyData:    flows.RequestCopy,
	cards.ActCorrectData: flows.RequestCorrect,
	cards.ActObjectData:  flows.RequestObject,
	cards.ActDeleteData:  flows.RequestDelete,
}

// requestActs are the buttons of requests about a person's own data, and of HR's answers to them.
var requestActs = map[cards.Act]bool{
	cards.ActCopyData: true, cards.ActCorrectData: true, cards.ActObjectData: true, cards.ActDeleteData: true,
	cards.ActFulfilRequest: true, cards.ActDeclineRequest: true, cards.ActOpenRequest: true,
}

// clickOnRequest handles the buttons of requests.
func (e *Engine) clickOnRequest(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	if kind, own := requestKinds[k.Action.Act]; own {
		return e.askAboutOwnData(ctx, tx, k, kind)
	}
	return e.answerRequest(ctx, tx, k)
}

// askAboutOwnData records a request of the person who pressed, and answers with the card 我的资料 as it is then.
func (e *Engine) askAboutOwnData(
	ctx context.Context, tx flows.Tx, k click, kind flows.RequestKind,
) (flows.Answer, error) {
	c, err := tx.Case(ctx, k.Action.Case)
	switch {
	case flows.IsNotFound(err) || err == nil && c.TenantKey != k.TenantKey:
		return flows.Answer{}, errNoCase
	case err != nil:
		return flows.Answer{}, err
	case c.OpenID != k.OpenID:
		return flows.Answer{Toast: flows.NewToast("not_yours", nil)}, nil
	case k.repeated:
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	}
	words := ""
	if k.Form.RequestWords != nil {
		words = strings.TrimSpace(*k.Form.RequestWords)
	}
	if (kind == flows.RequestCorrect || kind == flows.RequestObject) && words == "" {
		return flows.Answer{Toast: flows.NewToast("missing_field", map[string]string{"field": "request_words"})}, nil
	}
	refusal, old, err := e.mayRequest(ctx, tx, k, kind)
	if err != nil || refusal != nil {
		return flows.Answer{Toast: refusal}, err
	}
	r := old
	if r == nil {
		r = e.newRequest(c, kind, words)
		if err := e.openRequest(ctx, tx, c, r); err != nil {
			return flows.Answer{}, err
		}
	}
	if err := e.beginRequest(ctx, tx, c, r, k.EventID); err != nil {
		return flows.Answer{}, err
	}
	a := flows.Answer{Toast: flows.NewToast("request_made", map[string]string{"due": DueDay(r.DueAt)})}
	a.Card, err = e.MyData(ctx, tx, k.TenantKey, k.OpenID)
	return a, err
}

// newRequest returns an open request of a case's applicant, which is not stored yet.
func (e *Engine) newRequest(c *flows.Case, kind flows.RequestKind, words string) *flows.DataRequest {
	now := e.Now()
	return &flows.DataRequest{
		ID:        e.NewID(),
		TenantKey: c.TenantKey,
		OpenID:    c.OpenID,
		CaseID:    c.ID,
		Kind:      kind,
		State:     flows.RequestOpen,
		AskedAt:   now,
		DueAt:     e.Policy.RequestDue(now),
		Text:      flows.RequestWords{Words: cutWords(words)},
	}
}

// DueDay is the last day of a deadline, which ends at midnight.
func DueDay(due time.Time) string {
	return due.Add(-time.Minute).In(flows.ChinaTime).Format(time.DateOnly)
}

// cutWords keeps the first flows.MaxRequestWords characters.
func cutWords(s string) string {
	if r := []rune(s); len(r) > flows.MaxRequestWords {
		return string(r[:flows.MaxRequestWords])
	}
	return s
}

// mayRequest returns the toast that refuses a request, or nil. A person has one open request of a kind; an open one for
// a copy whose files were not sent is returned, to be tried again.
func (e *Engine) mayRequest(
	ctx context.Context, tx flows.Tx, k click, kind flows.RequestKind,
) (*cards.Toast, *flows.DataRequest, error) {
	// Transactions that ask for the same uses follow each other, so that of two clicks one finds the other's request.
	if _, err := tx.Uses(ctx, "data_request/"+k.TenantKey+"/"+k.OpenID, e.Now()); err != nil {
		return nil, nil, err
	}
	mine, err := tx.DataRequestsOf(ctx, k.TenantKey, k.OpenID, flows.MaxRequests)
	if err != nil {
		return nil, nil, err
	}
	today := 0
	for _, r := range mine {
		if e.Now().Sub(r.AskedAt) < 24*time.Hour {
			today++
		}
		switch {
		case r.Kind != kind:
		case r.State == flows.RequestOpen && kind == flows.RequestCopy:
			exports, err := tx.ExportsOf(ctx, k.TenantKey, k.OpenID, r.AskedAt.Add(-time.Millisecond))
			if err != nil {
				return nil, nil, err
			}
			for _, x := range exports {
				if x.Request == r.ID && x.State.Open() {
					return flows.NewToast("request_open", nil), nil, nil
				}
			}
			return nil, r, nil
		case r.State == flows.RequestOpen:
			return flows.NewToast("request_open", nil), nil, nil
		case kind == flows.RequestCopy && e.Now().Sub(r.AskedAt) < flows.CopyEvery:
			return flows.NewToast("copy_recent", nil), nil, nil
		}
	}
	if today >= flows.MaxRequests {
		return flows.NewToast("requests_today", nil), nil, nil
	}
	return nil, nil, nil
}

// openRequest stores a request, puts it on record in the chain of the case, and sets the clock of its deadline.
func (e *Engine) openRequest(ctx context.Context, tx flows.Tx, c *flows.Case, r *flows.DataRequest) error {
	if err := tx.PutDataRequest(ctx, r); err != nil {
		return err
	}
	if err := tx.Audit(ctx, r.Made(c.State)); err != nil {
		return err
	}
	e.Log.Info("a request about own data", "request", r.ID, "case", c.ID, "kind", r.Kind, "due", r.DueAt)
	return e.Enqueue(ctx, tx, "request/"+r.ID+"/due", flows.RequestDueJob(r.TenantKey, r.ID, r.DueAt))
}

// beginRequest queues what follows a request: the files, the deletion, or HR's cards.
func (e *Engine) beginRequest(
	ctx context.Context, tx flows.Tx, c *flows.Case, r *flows.DataRequest, cause string,
) error {
	cause = "request/" + r.ID + "/" + cause
	switch r.Kind {
	case flows.RequestCopy:
		return e.queueCopy(ctx, tx, r, cause)
	case flows.RequestDelete:
		return e.Enqueue(ctx, tx, cause, flows.EraseRequested(r.TenantKey, r.ID))
	}
	to, err := e.AdminReceivers(ctx, tx, r.TenantKey, c.OpenID)
	if err != nil {
		return err
	}
	jobs := make([]flows.Job, 0, len(to))
	for _, admin := range to {
		jobs = append(jobs, flows.Reply(flows.ReplyRequest).With(flows.ArgRequest, r.ID).Towards(admin).
			For(r.TenantKey, admin.ID))
	}
	return e.Enqueue(ctx, tx, cause, jobs...)
}

// queueCopy puts the files of a copy on record and queues them.
func (e *Engine) queueCopy(ctx context.Context, tx flows.Tx, r *flows.DataRequest, cause string) error {
	var jobs []flows.Job
	for _, format := range flows.CopyFormats {
		x := flows.Export{
			ID:        e.NewID(),
			TenantKey: r.TenantKey,
			By:        r.OpenID,
			AskedAt:   e.Now(),
			Filter:    flows.ExportFilter{People: format},
			State:     flows.ExportMaking,
			Request:   r.ID,
		}
		if err := tx.PutExport(ctx, &x); err != nil {
			return err
		}
		jobs = append(jobs, flows.MakeExport(r.TenantKey, x.ID))
	}
	return e.Enqueue(ctx, tx, cause, jobs...)
}
