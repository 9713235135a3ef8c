package workers

import (
	"context"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
)

// eraseEvery is how soon a deletion that has to wait for a write is tried again.
const eraseEvery = time.Minute

// eraseRequested carries out a request for deletion, as soon as no write of the person's case is under way.
func (w *Workers) eraseRequested(ctx context.Context, j flows.Job) error {
	again, err := w.engine.EraseOnRequest(ctx, j.RequestID())
	if again && err == nil {
		return &flows.RetryLater{In: eraseEvery, Snooze: true, Code: "erase_requested:writing"}
	}
	return err
}

// requestDue tells those who can do something about it that the deadline of a request is over: the admins get its card,
// leads and data-protection officers a number. It does so again on each working day until the request has ended.
func (w *Workers) requestDue(ctx context.Context, j flows.Job) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		r, err := tx.DataRequest(ctx, j.RequestID())
		if err != nil || r.State != flows.RequestOpen {
			return flows.IgnoreNotFound(err)
		}
		now := w.engine.Now()
		policy := &w.engine.Policy
		at := r.DueAt
		if !policy.Work.Open(now) {
			at = later(at, policy.Work.NextOpen(now))
		}
		if early := at.Sub(now); early > 0 { // the clocks differ, or nobody works
			return &flows.RetryLater{In: early, Snooze: true, Code: "request_due:early"}
		}
		seen, err := tx.InsertEventKeys(ctx, now, "request_due:"+r.ID+":"+flows.RunDateOf(now))
		if seen || err != nil {
			return err
		}
		to, err := w.engine.AdminReceivers(ctx, tx, r.TenantKey, r.OpenID)
		if err != nil {
			return err
		}
		cause := "request/" + r.ID + "/late/" + flows.RunDateOf(now)
		card := flows.Reply(flows.ReplyRequest).With(flows.ArgRequest, r.ID)
		if err := w.enqueueForEach(ctx, tx, r.TenantKey, cause+"/admins", card, to); err != nil {
			return err
		}
		w.engine.Log.Warn("a request about own data is overdue", "request", r.ID, "case", r.CaseID, "kind", r.Kind)
		var others []flows.Receiver
		for _, id := range append(policy.LeadsOf(r.TenantKey), policy.DPOsOf(r.TenantKey)...) {
			others = append(others, flows.Receiver{Type: "open_id", ID: id})
		}
		late := flows.Reply(flows.ReplyRequestsLate)
		// One card a day, however many requests are overdue.
		seen, err = tx.InsertEventKeys(ctx, now, "requests_late:"+r.TenantKey+":"+flows.RunDateOf(now))
		if err != nil {
			return err
		}
		if !seen {
			if err := w.enqueueForEach(ctx, tx, r.TenantKey, cause+"/others", late, others); err != nil {
				return err
			}
		}
		next := flows.RequestDueJob(r.TenantKey, r.ID, policy.Work.NextDay(now))
		return w.engine.Enqueue(ctx, tx, cause+"/next", next)
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// requestCard is HR's card of a request, if the receiver may decide.
func (w *Workers) requestCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	admin, err := w.engine.IsAdmin(ctx, v, j.Args[flows.ArgTenant], j.Args[flows.ArgWho])
	if err != nil || !admin {
		return nil, err
	}
	r, err := v.DataRequest(ctx, j.Args[flows.ArgRequest])
	if err != nil {
		return nil, err
	}
	return w.engine.RequestCard(ctx, v, r)
}

// requestsCard lists the open requests for an admin.
func (w *Workers) requestsCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	admin, err := w.engine.IsAdmin(ctx, v, j.Args[flows.ArgTenant], j.Args[flows.ArgWho])
	if err != nil || !admin {
		return nil, err
	}
	return w.engine.RequestsCard(ctx, v, j.Args[flows.ArgTenant], j.Args[flows.ArgWho])
}

// requestEndedCard tells the person how a request has ended.
func (w *Workers) requestEndedCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	r, err := v.DataRequest(ctx, j.Args[flows.ArgRequest])
	if err != nil || r.State == flows.RequestOpen {
		return nil, err
	}
	return w.engine.EndedRequestCard(r), nil
}

// requestsLateCard counts the overdue requests; nil if none is any more.
func (w *Workers) requestsLateCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	_, overdue, due, err := v.CountOpenDataRequests(ctx, j.Args[flows.ArgTenant], "", w.engine.Now())
	if err != nil || overdue == 0 {
		return nil, err
	}
	return cards.RequestsLate{Overdue: overdue, Due: engine.DueDay(due), At: w.engine.Now()}, nil
}
