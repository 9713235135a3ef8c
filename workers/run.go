package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"shiming/failure"
	"shiming/flows"
)

// Attempts after which people are told about trouble.
const (
	delayedAttempt  = 3  // the applicant's card says that it is being worked on
	escalateAttempt = 12 // HR is told; about 25 minutes with the backoff
)

// Run performs one job. nil = done for good; *Again = later. It is called by the store's
// workers, on any instance, and possibly twice for the same job.
func (w *Workers) Run(ctx context.Context, j flows.Job) (err error) {
	begin := w.engine.Now()
	defer func() {
		if w.engine.Observe != nil {
			w.engine.Observe.Effect(j.Kind, effectOutcome(err), w.engine.Now().Sub(begin))
		}
	}()
	if ctx, err = w.withTenantOf(ctx, j); err != nil {
		return flows.IgnoreNotFound(err)
	}
	switch j.Kind {
	case flows.JobFetchPhoto:
		return w.fetchPhoto(ctx, j)
	case flows.JobReadPhotos:
		return w.readPhotos(ctx, j)
	case flows.JobContact:
		return w.lookUpContact(ctx, j)
	case flows.JobSendCode:
		return w.sendCode(ctx, j)
	case flows.JobCheck:
		return w.checkPerson(ctx, j)
	case flows.JobIdentity:
		return w.recordIdentity(ctx, j)
	case flows.JobUpload:
		return w.uploadPhoto(ctx, j)
	case flows.JobEvidence:
		return w.fileEvidence(ctx, j)
	case flows.JobShow:
		return w.showSurface(ctx, j)
	case flows.JobReply:
		return w.sendReply(ctx, j)
	case flows.JobRemind:
		_, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.ReminderDue, Rev: exactRevision(j)})
		return flows.IgnoreNotFound(err)
	case flows.JobExpire:
		_, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.ExpiryDue, Rev: exactRevision(j)})
		return flows.IgnoreNotFound(err)
	case flows.JobPurge:
		_, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.PhotosPurged, Field: string(j.Scope())})
		return flows.IgnoreNotFound(err)
	case flows.JobRetryAll:
		return w.retryIncident(ctx, j)
	case flows.JobRecount:
		return w.recountIncident(ctx, j)
	case flows.JobReconcile:
		return w.reconcile(ctx, j)
	}
	return fmt.Errorf("flows: no worker for %q", j.Kind)
}

func exactRevision(j flows.Job) *int64 {
	rev := j.Revision()
	return &rev
}

func effectOutcome(err error) string {
	var a *flows.RetryLater
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &a):
		return "again"
	}
	return "error"
}

// awaitsStep reports whether the case waits for a step of the states: it is in one of them, or
// parked and will return to it. rev, if not 0, must be the revision in which the step began.
func awaitsStep(c *flows.Case, rev int64, states ...flows.State) bool {
	state, at := c.State, c.Rev
	if c.State == flows.NeedsAttention {
		state, at = c.Attention.Return, c.Attention.Rev
	}
	return slices.Contains(states, state) && (rev == 0 || at == rev)
}

// failed deals with a failed call in the one way that every step shares: wait and try
// again, or stop and tell HR. What is particular to a step has been dealt with before.
func (w *Workers) failed(ctx context.Context, j flows.Job, step flows.Step, t failure.Details) error {
	w.logFailedCall(j.Case, t, "job", j.Kind, "step", step, "attempt", j.Attempt)
	code := string(step) + ":" + t.Code
	if t.Upstream != "" {
		code += ":" + t.Upstream
	}
	switch t.Class {
	case failure.Retry:
		if j.Attempt >= escalateAttempt {
			if _, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.StepStopped, Stop: &flows.Attention{
				Step:     step,
				Code:     flows.StopUnavailable,
				Upstream: t.Upstream,
				LogID:    t.LogID,
				Incident: incidentOf(step, t),
			}}); err != nil {
				return flows.IgnoreNotFound(err)
			}
			return &flows.RetryLater{In: flows.ProbeEvery, Code: code}
		}
		if j.Attempt >= delayedAttempt {
			if _, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.StepDelayed, Step: step}); err != nil {
				return flows.IgnoreNotFound(err)
			}
		}
		return &flows.RetryLater{In: failure.Backoff(j.Attempt, t.After), Code: code}
	case failure.Operator:
		if _, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.StepStopped, Stop: &flows.Attention{
			Step:     step,
			Code:     flows.StopCode(t.Code),
			Upstream: t.Upstream,
			LogID:    t.LogID,
			Incident: incidentOf(step, t),
		}}); err != nil {
			return flows.IgnoreNotFound(err)
		}
		return &flows.RetryLater{In: max(flows.ProbeEvery, t.After), Snooze: true, Code: code}
	}
	_, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.StepStopped, Stop: &flows.Attention{
		Step:     step,
		Code:     flows.StopCode(t.Code),
		Upstream: t.Upstream,
		LogID:    t.LogID,
	}})
	return flows.IgnoreNotFound(err)
}

// incidentOf names a cause that many cases may share.
func incidentOf(step flows.Step, t failure.Details) string {
	return strings.Join([]string{string(step), t.Code, t.Upstream}, "/")
}

// retryIncident goes on with the other cases that waited for the same cause: each of them
// once, since one whose step stops again would come back for ever.
func (w *Workers) retryIncident(ctx context.Context, j flows.Job) error {
	tried := map[string]bool{j.Case: true}
	for {
		var list []*flows.Case
		err := w.engine.Store.View(ctx, func(v flows.View) error {
			c, err := v.Case(ctx, j.Case)
			if err != nil {
				return err
			}
			list, err = v.WithIncident(ctx, c.TenantKey, j.Incident(), 100)
			return err
		})
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		fresh := 0
		for _, c := range list {
			if tried[c.ID] {
				continue
			}
			tried[c.ID] = true
			fresh++
			// HR asked for it on one of them; nobody decides on himself, so the actor stays HR's choice.
			if _, _, err := w.engine.Report(ctx, c.ID, flows.Event{Kind: flows.Retry, Role: flows.HR}); err != nil {
				return err
			}
		}
		if fresh == 0 {
			return nil
		}
	}
}
