package workers

import (
	"context"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// inviteJoiners takes everybody who has joined and whose time has come into one campaign, page by page, and starts it or
// asks HR. A job that was killed goes on with who is left: each joiner is taken once.
func (w *Workers) inviteJoiners(ctx context.Context, j flows.Job) error {
	tenantKey := j.Args[flows.ArgTenant]
	slot := j.JoinersSlot()
	if early := slot.Sub(w.engine.Now()); early > 0 { // the clocks of database and process differ
		return &flows.RetryLater{In: early, Snooze: true, Code: "joiners:early"}
	}
	for {
		due, err := w.engine.DueJoiners(ctx, tenantKey)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			return w.engine.StartJoiners(ctx, tenantKey, slot)
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pageReserve {
			return &flows.RetryLater{Snooze: true, Code: "joiners:more"}
		}
		for len(due) > 0 {
			page := due[:min(len(due), directoryBatch)]
			due = due[len(page):]
			gone, err := w.goneSince(ctx, j, page)
			if err != nil {
				return err
			}
			if err := w.engine.TakeJoiners(ctx, tenantKey, slot, page, gone); err != nil {
				return err
			}
		}
	}
}

// goneSince asks the directory who of the joiners has left again or is suspended. Without an answer nobody is.
func (w *Workers) goneSince(ctx context.Context, j flows.Job, page []flows.Employment) (map[string]bool, error) {
	var ids []string
	for _, p := range page {
		ids = append(ids, p.OpenID)
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiDirectory)); err != nil {
		return nil, err
	}
	found, err := w.Directory.People(ctx, ids)
	if failure.OfPlatform(err) {
		w.logFailedCall("", failure.Of(err, false), "job", j.Kind, "attempt", j.Attempt)
		return nil, nil // who has left gets no message anyway
	}
	gone := map[string]bool{}
	for _, p := range found {
		gone[p.OpenID] = p.Status == flows.StatusLeft || p.Status == flows.StatusFrozen
	}
	return gone, err
}
