package engine

import (
	"context"
	"fmt"
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
		r = &flows.DataRequest{
			ID:        e.NewID(),
			TenantKey: k.TenantKey,
			OpenID:    k.OpenID,
			CaseID:    c.ID,
			Kind:      kind,
			State:     flows.RequestOpen,
			AskedAt:   e.Now(),
			DueAt:     e.Policy.RequestDue(e.Now()),
			Text:      flows.RequestWords{Words: cutWords(words)},
		}
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

// EndRequest ends an open request, puts the end on record, and tells the person what HR has answered.
func (e *Engine) EndRequest(
	ctx context.Context, tx flows.Tx, r *flows.DataRequest, state flows.RequestState, by, reason string,
) error {
	r.State, r.EndedAt, r.EndedBy = state, e.Now(), by
	if reason != "" {
		r.Text.Reason = cutWords(reason)
	}
	if err := tx.PutDataRequest(ctx, r); err != nil {
		return err
	}
	c, err := tx.Case(ctx, r.CaseID)
	if err != nil {
		return err
	}
	if err := tx.Audit(ctx, r.Ended(c.State)); err != nil {
		return err
	}
	e.Log.Info("a request about own data has ended", "request", r.ID, "case", c.ID, "kind", r.Kind, "state", state)
	if by == string(flows.Bot) && r.Kind != flows.RequestDelete {
		return nil
	}
	answered := flows.Reply(flows.ReplyRequestEnded).With(flows.ArgRequest, r.ID)
	return e.Enqueue(ctx, tx, "request/"+r.ID+"/ended",
		answered.Towards(flows.Receiver{Type: "open_id", ID: r.OpenID}).For(r.TenantKey, r.OpenID))
}

// answerRequest handles HR's buttons: to open a request of the list, to fulfil or to decline it.
func (e *Engine) answerRequest(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	if refusal, err := e.adminsOnly(ctx, tx, k); err != nil || refusal != nil {
		return flows.Answer{Toast: refusal}, err
	}
	r, err := tx.DataRequest(ctx, k.Action.Case)
	switch {
	case flows.IsNotFound(err) || err == nil && r.TenantKey != k.TenantKey:
		return flows.Answer{}, errNoCase
	case err != nil:
		return flows.Answer{}, err
	case r.OpenID == k.OpenID:
		return flows.Answer{Toast: flows.NewToast("self_review", nil)}, nil
	}
	if k.Action.Act == cards.ActOpenRequest {
		return e.replyByCard(ctx, tx, k, flows.Reply(flows.ReplyRequest).With(flows.ArgRequest, r.ID))
	}
	reason := ""
	if k.Form.RequestReason != nil {
		reason = strings.TrimSpace(*k.Form.RequestReason)
	}
	decline := k.Action.Act == cards.ActDeclineRequest
	toast := flows.NewToast("done", nil)
	switch {
	case r.State != flows.RequestOpen:
		toast = flows.NewToast("already", nil)
	case decline && reason == "":
		return flows.Answer{Toast: flows.NewToast("missing_field", map[string]string{"field": "request_reason"})}, nil
	case !decline && (r.Kind == flows.RequestCopy || r.Kind == flows.RequestDelete):
		return flows.Answer{Toast: flows.NewToast("request_of_bot", nil)}, nil
	default:
		state := flows.RequestFulfilled
		if decline {
			state = flows.RequestDeclined
		}
		if err := e.EndRequest(ctx, tx, r, state, k.OpenID, reason); err != nil {
			return flows.Answer{}, err
		}
	}
	card, err := e.RequestCard(ctx, tx, r)
	return flows.Answer{Toast: toast, Card: card}, err
}

// RequestCard is HR's card of a request.
func (e *Engine) RequestCard(ctx context.Context, v flows.View, r *flows.DataRequest) (cards.Card, error) {
	c, err := v.Case(ctx, r.CaseID)
	if err != nil {
		return nil, err
	}
	return cards.Request{
		Ref:        cards.Ref{Case: r.ID},
		Applicant:  r.OpenID,
		MaskedName: flows.MaskedName(c),
		State:      string(c.State),
		RequestRow: requestRow(r, e.Now()),
	}, nil
}

// requestRow is what cards show of a request.
func requestRow(r *flows.DataRequest, now time.Time) cards.RequestRow {
	return cards.RequestRow{
		Kind:    string(r.Kind),
		Outcome: string(r.State),
		At:      r.AskedAt,
		Due:     DueDay(r.DueAt),
		Overdue: r.IsOverdue(now),
		Ended:   r.EndedAt,
		Words:   r.Text.Words,
		Reason:  r.Text.Reason,
	}
}

// RequestsCard is HR's list of open requests; without the asker's own.
func (e *Engine) RequestsCard(ctx context.Context, v flows.View, tenantKey, asker string) (cards.Card, error) {
	open, err := v.OpenDataRequests(ctx, tenantKey, flows.MaxRequests)
	if err != nil {
		return nil, err
	}
	out := cards.Requests{At: e.Now()}
	if out.Total, out.Overdue, _, err = v.CountOpenDataRequests(ctx, tenantKey, e.Now()); err != nil {
		return nil, err
	}
	for _, r := range open {
		if r.OpenID == asker {
			out.Total--
			continue
		}
		out.Rows = append(out.Rows, cards.RequestsRow{
			Ref:        cards.Ref{Case: r.ID},
			Applicant:  r.OpenID,
			RequestRow: requestRow(r, e.Now()),
		})
	}
	return out, nil
}

// EndedRequestCard tells the person how HR has answered a request, or that the deletion was carried out.
func (e *Engine) EndedRequestCard(r *flows.DataRequest) cards.Card {
	return cards.RequestEnded{RequestRow: requestRow(r, e.Now())}
}

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
