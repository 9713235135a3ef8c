package workers

import (
	"cmp"
	"context"
	"strings"

	"shiming/failure"
	"shiming/flows"
)

// Numbers of attempts after which people learn that a platform cannot be reached.
const (
	delayedAttempt  = 3  // the applicant's card says that the step takes longer
	escalateAttempt = 12 // HR is told; with the pauses of failure.Backoff about 25 minutes after the first attempt
)

// failed handles the failed call of a step in the way that all steps share. A handler deals with what is particular to
// its step before that. The class decides:
//
//   - Retry: the job runs again after the backoff. From the attempt escalateAttempt on the case is suspended, and the
//     job tries every flows.ProbeEvery without using attempts up.
//   - Operator: the case is suspended at once, and the job tries every flows.ProbeEvery without using attempts up.
//   - any other class: the case is suspended until HR decides, and the job ends.
//
// A case that is gone, or does not wait for the step any more, ends the job. That is the end of all repetitions: a
// suspended case is closed by HR or by its own time limit.
func (w *Workers) failed(ctx context.Context, j flows.Job, step flows.Step, d failure.Details) error {
	w.logFailedCall(j.Case, d, "job", j.Kind, "step", step, "attempt", j.Attempt)
	return flows.IgnoreNotFound(w.retryOrSuspend(ctx, j, step, d))
}

// retryOrSuspend is failed without the log. It returns flows.ErrNotFound if the case is gone.
func (w *Workers) retryOrSuspend(ctx context.Context, j flows.Job, step flows.Step, d failure.Details) error {
	code := string(step) + ":" + d.Code
	if d.Upstream != "" {
		code += ":" + d.Upstream
	}
	stop := flows.Attention{
		Step:     step,
		Code:     flows.StopCode(d.Code),
		Upstream: d.Upstream,
		LogID:    d.LogID,
		Field:    d.Field,
	}
	switch {
	case d.Class == failure.Retry && j.Attempt >= escalateAttempt:
		stop.Code, stop.Incident = flows.StopUnavailable, incidentOf(step, d)
		if err := w.suspend(ctx, j.Case, stop); err != nil {
			return err
		}
		return &flows.RetryLater{In: flows.ProbeEvery, Snooze: true, Code: code}
	case d.Class == failure.Retry:
		if j.Attempt >= delayedAttempt {
			delayed := flows.Event{Kind: flows.StepDelayed, Step: step}
			if _, _, err := w.engine.Report(ctx, j.Case, delayed); err != nil {
				return err
			}
		}
		return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: code}
	case d.Class == failure.Operator:
		stop.Incident = incidentOf(step, d)
		if err := w.suspend(ctx, j.Case, stop); err != nil {
			return err
		}
		return &flows.RetryLater{In: max(flows.ProbeEvery, d.After), Snooze: true, Code: code}
	}
	return w.suspend(ctx, j.Case, stop)
}

// suspend reports that a step cannot go on. The case waits for HR, and its card says why. A case whose applicant types
// instead what could not be read goes on; HR only hears of it.
func (w *Workers) suspend(ctx context.Context, caseID string, stop flows.Attention) error {
	c, changed, err := w.engine.Report(ctx, caseID, flows.Event{Kind: flows.StepStopped, Stop: &stop})
	if err != nil || !changed || c.State == flows.NeedsAttention {
		return err
	}
	return w.tellUnreadable(ctx, c, stop)
}

// unreadableNotices is the notice about documents that cannot be read, by the class of the failure.
var unreadableNotices = map[flows.StopCode]string{
	"quota":      "document_quota",
	"permission": "document_permission",
}

// noticeUnreadable is the notice for any other failure.
const noticeUnreadable = "document_unread"

// tellUnreadable tells HR that photos of documents cannot be read. HR hears of a cause once while its key is kept, a
// week at least, since nobody waits for it.
func (w *Workers) tellUnreadable(ctx context.Context, c *flows.Case, stop flows.Attention) error {
	cause := "unreadable/" + c.TenantKey + "/" + string(stop.Code) + "/" + stop.Upstream
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		if told, err := tx.InsertEventKeys(ctx, w.engine.Now(), cause); told || err != nil {
			return err
		}
		to, err := w.engine.HRReceivers(ctx, tx, c.TenantKey, c.OpenID)
		if err != nil {
			return err
		}
		notice := flows.Reply(flows.ReplyNotice).
			With(flows.ArgCode, cmp.Or(unreadableNotices[stop.Code], noticeUnreadable)).Of(c.ID)
		return w.enqueueForEach(ctx, tx, c.TenantKey, cause, notice, to)
	})
}

// incidentOf names a cause that many cases may share: STEP/CODE/UPSTREAM.
func incidentOf(step flows.Step, d failure.Details) string {
	return strings.Join([]string{string(step), d.Code, d.Upstream}, "/")
}

// logFailedCall logs and counts a failed call. Every failed call gets this one line. more are further pairs of a key
// and a value for the log.
func (w *Workers) logFailedCall(caseID string, d failure.Details, more ...any) {
	attrs := []any{
		"case", caseID,
		"operation", d.Operation,
		"class", d.Class,
		"code", d.Code,
		"upstream", d.Upstream,
		"log_id", d.LogID,
	}
	w.engine.Log.Warn("call failed", append(attrs, more...)...)
	if w.engine.Observe != nil && d.Operation != "" {
		w.engine.Observe.CallFailed(d.Operation, d.Class)
	}
}
