package workers

import (
	"context"
	"encoding/json"
	"time"

	"shiming/failure"
	"shiming/flows"
	"shiming/handover"
)

// The evidence points of one installation are handed on in the order in which they were filed: whichever job runs, the
// oldest one goes first, and while the receiver takes nothing the others wait for it. A notification that alone is
// refused is set aside after flows.HandoverPatience attempts, so that it holds up nobody.

// handoverSlot is the only slot of this process; an idempotent receiver settles it where two processes meet.
const handoverSlot = "handover/"

// drainFor is how long one job goes on with others' notifications. Each attempt takes handover's timeout at most, so
// that a job ends well within the store's limit.
const drainFor = time.Minute

// notification is the body. It holds ids, and nothing personal but the open_id, which has a meaning in the company's own
// Feishu application only.
type notification struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"` // when the point was filed, RFC 3339
	Data      struct {
		CaseID           string `json:"case_id"`
		TenantKey        string `json:"tenant_key,omitempty"`
		OpenID           string `json:"open_id"`
		EvidencePointID  string `json:"evidence_point_id"`
		EvidenceRevision string `json:"evidence_revision"`
	} `json:"data"`
}

// NotificationType is the type of the notification about an evidence point.
const NotificationType = "evidence_point.filed"

// notificationOf returns the bytes that are signed and sent: the same in every attempt.
func notificationOf(c *flows.Case) []byte {
	n := notification{Type: NotificationType, Timestamp: c.Evidence.At.UTC().Format(time.RFC3339)}
	n.Data.CaseID, n.Data.TenantKey, n.Data.OpenID = c.ID, c.TenantKey, c.OpenID
	n.Data.EvidencePointID, n.Data.EvidenceRevision = c.Evidence.ID, string(c.EvidenceRevision())
	body, err := json.Marshal(n)
	if err != nil {
		panic(err) // strings can be marshalled
	}
	return body
}

// handsOver reports whether the notification of the case waits.
func handsOver(c *flows.Case) bool {
	return c.Handover != nil && c.Handover.State == flows.HandoverWaiting
}

// handOver hands on the evidence point of the job's case, after the older ones.
func (w *Workers) handOver(ctx context.Context, j flows.Job) error {
	if w.Handover == nil {
		return nil // handover.url was taken away; the operator may set it and replay
	}
	release, err := w.acquireSlot(handoverSlot, 1, time.Second)
	if err != nil {
		return err
	}
	defer release()
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if handsOver(c) && c.Handover.Aside {
		return w.handOverAside(ctx, j, c)
	}
	for until := w.engine.Now().Add(drainFor); w.engine.Now().Before(until); {
		wait, err := w.handOverNext(ctx)
		if err != nil {
			return err
		}
		if c, err = w.engine.CaseOf(ctx, j.Case); err != nil {
			return flows.IgnoreNotFound(err)
		}
		switch {
		case wait < 0 || wait > 0 && !handsOver(c):
			return nil // nobody waits, or only others do, which have jobs of their own
		case handsOver(c) && c.Handover.Aside:
			return nil // its new job goes on
		case wait > 0:
			return &flows.RetryLater{In: wait, Snooze: true, Code: "handover:" + c.Handover.Code}
		}
	}
	if handsOver(c) {
		return &flows.RetryLater{Snooze: true, Code: "handover:more"}
	}
	return nil
}

// handOverAside tries a notification that the others do not wait for.
func (w *Workers) handOverAside(ctx context.Context, j flows.Job, c *flows.Case) error {
	if wait := c.Handover.NextAt.Sub(w.engine.Now()); wait > 0 {
		return &flows.RetryLater{In: wait, Snooze: true, Code: "handover:" + c.Handover.Code}
	}
	c, _, err := w.notify(ctx, c)
	if err != nil || c == nil || !handsOver(c) {
		return flows.IgnoreNotFound(err)
	}
	return &flows.RetryLater{In: c.Handover.NextAt.Sub(w.engine.Now()), Snooze: true, Code: "handover:" + c.Handover.Code}
}

// handOverNext makes one attempt with the oldest notification. It returns 0 if the next one may follow, how long to wait
// for the oldest, and a negative time if none waits.
func (w *Workers) handOverNext(ctx context.Context) (wait time.Duration, err error) {
	oldest, next, err := w.oldestHandovers(ctx)
	if err != nil || oldest == nil {
		return -1, err
	}
	now := w.engine.Now()
	if oldest.Handover.NextAt.After(now) {
		return oldest.Handover.NextAt.Sub(now), nil
	}
	oldest, taken, err := w.notify(ctx, oldest)
	if err != nil || taken || oldest == nil || !handsOver(oldest) {
		return 0, flows.IgnoreNotFound(err)
	}
	wait = max(oldest.Handover.NextAt.Sub(now), time.Second)
	if oldest.Handover.Attempts < flows.HandoverPatience || next == nil || next.Handover.NextAt.After(now) {
		return wait, nil
	}
	if _, taken, err = w.notify(ctx, next); err != nil || !taken {
		return wait, flows.IgnoreNotFound(err)
	}
	return 0, w.report(ctx, oldest.ID, flows.Event{Kind: flows.HandoverPassed})
}

// oldestHandovers returns the two oldest cases whose notification waits; nil for those that there are not.
func (w *Workers) oldestHandovers(ctx context.Context) (first, second *flows.Case, err error) {
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		two, err := v.Handovers(ctx, 2)
		if len(two) > 0 {
			first = two[0]
		}
		if len(two) > 1 {
			second = two[1]
		}
		return err
	})
	return first, second, err
}

// notify makes one attempt and reports its result. It returns the case as it is afterwards, and whether the receiver has
// taken the notification.
func (w *Workers) notify(ctx context.Context, c *flows.Case) (after *flows.Case, taken bool, err error) {
	ev := flows.Event{Kind: flows.HandedOver}
	if err := w.Handover.Send(ctx, flows.HandoverID(c.ID), notificationOf(c)); err != nil {
		d := failure.Of(err, false)
		if ctx.Err() != nil {
			return nil, false, ctx.Err() // the program stops: nothing was refused
		}
		ev = flows.Event{
			Kind:    flows.HandoverFailed,
			Refusal: d.Upstream,
			After:   d.After,
			Final:   d.Class == failure.Refused,
		}
		w.logFailedCall(c.ID, d, "job", flows.JobHandOver, "attempt", c.Handover.Attempts+1)
	}
	after, _, err = w.engine.Report(ctx, c.ID, ev)
	return after, ev.Kind == flows.HandedOver, err
}

// replayPage is how many cases replayHandover asks for at a time.
const replayPage = 100

// replayHandover queues what the operator asks for again: of one case, or of all cases that were given up.
func (w *Workers) replayHandover(ctx context.Context, j flows.Job) error {
	again := flows.Event{Kind: flows.Replayed}
	if j.Case != "" {
		return w.report(ctx, j.Case, again)
	}
	for after := ""; ; {
		var ids []string
		err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
			ids, err = v.StoppedFollowUps(ctx, after, replayPage)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := w.report(ctx, id, again); err != nil {
				return err
			}
		}
		after = ids[len(ids)-1]
	}
}

var _ HandoverClient = (*handover.Client)(nil)
