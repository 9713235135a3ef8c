package engine

import (
	"context"
	"iter"

	"shiming/flows"
)

// waitingForHR lists the states of the queue.
var waitingForHR = []flows.State{flows.AwaitingReview, flows.NeedsAttention}

// maxQueuePage is how many entries of the queue are read at once at most.
const maxQueuePage = 50

// countQueue counts the tenant's queue and samples, without those of an applicant: nobody decides on the own case. ""
// leaves nobody out.
func (e *Engine) countQueue(ctx context.Context, v flows.View, tenantKey, notOpenID string) (flows.Queue, error) {
	since := e.Policy.OverdueSince(e.Now())
	counts, err := v.CountQueue(ctx, tenantKey, notOpenID, since)
	if err != nil {
		return flows.Queue{}, err
	}
	inHand, err := v.QueueInHand(ctx, tenantKey, notOpenID)
	if err != nil {
		return flows.Queue{}, err
	}
	for i := range inHand {
		e.freeOfFormerAdmin(tenantKey, &inHand[i])
	}
	return flows.NewQueue(counts, inHand, since, e.Now()), nil
}

// queueFrom yields the entries of a part of the queue that the filter selects now, from the first one behind the cursor
// to the last one. It reads as many entries as the caller is expected to use, and more only after these.
func (e *Engine) queueFrom(
	ctx context.Context, v flows.View, tenantKey string, part flows.QueuePart, after flows.Cursor, expected int,
) iter.Seq2[flows.QueueEntry, error] {
	return func(yield func(flows.QueueEntry, error) bool) {
		for size := expected; ; size = min(2*size, maxQueuePage) {
			page, err := v.QueuePage(ctx, tenantKey, part, after, size)
			if err != nil {
				yield(flows.QueueEntry{}, err)
				return
			}
			for _, q := range page {
				after = q.Cursor()
				e.freeOfFormerAdmin(tenantKey, &q)
				if part.Filter.Matches(q, e.Now()) && !yield(q, nil) {
					return
				}
			}
			if len(page) < size {
				return
			}
		}
	}
}

// nextFree returns the case that an admin reads next: the first one behind the cursor that is free for the admin. The
// last one is followed by the first. open is the case that the desk shows, which is not its own next one; "" if it
// shows the list. It returns "" if there is none.
func (e *Engine) nextFree(
	ctx context.Context, v flows.View, tenantKey, admin string, part flows.QueuePart, behind flows.Cursor, open string,
) (string, error) {
	for _, from := range []flows.Cursor{behind, {}} {
		for q, err := range e.queueFrom(ctx, v, tenantKey, part, from, 4) {
			if err != nil {
				return "", err
			}
			if q.CaseID != open && q.FreeFor(admin, e.Now()) {
				return q.CaseID, nil
			}
		}
	}
	return "", nil
}

// freeOfFormerAdmin removes an assignment to somebody who is no admin any more.
func (e *Engine) freeOfFormerAdmin(tenantKey string, q *flows.QueueEntry) {
	if e.Policy.ReaderOf(tenantKey, q.Assigned, e.Now()) == "" {
		q.Assigned = nil
	}
}
