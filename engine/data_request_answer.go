package engine

import (
	"context"
	"strings"
	"time"

	"shiming/cards"
	"shiming/flows"
)

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
	works, err := tx.Employment(ctx, r.TenantKey, r.OpenID)
	if err != nil || !works.LeftAt.IsZero() {
		return err // who has left has no chat: HR answers as the request came
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
