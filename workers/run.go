package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"shiming/flows"
)

// handler performs one kind of job. It returns what Run returns.
type handler func(ctx context.Context, j flows.Job) error

// newHandlers returns the handler of every kind of job. A kind without a handler fails.
func (w *Workers) newHandlers() map[flows.JobKind]handler {
	return map[flows.JobKind]handler{
		flows.JobFetchPhoto:    w.fetchPhoto,
		flows.JobReadPhotos:    w.readPhotos,
		flows.JobContact:       w.lookUpContact,
		flows.JobSendCode:      w.sendCode,
		flows.JobBank:          w.lookUpBank,
		flows.JobOpenFace:      w.openFace,
		flows.JobFetchFace:     w.fetchFace,
		flows.JobCheck:         w.checkPerson,
		flows.JobIdentity:      w.recordIdentity,
		flows.JobUpload:        w.uploadPhoto,
		flows.JobEvidence:      w.fileEvidence,
		flows.JobShow:          w.showSurface,
		flows.JobReply:         w.sendReply,
		flows.JobRemind:        w.remind,
		flows.JobExpire:        w.expire,
		flows.JobTakeEffect:    w.takeEffect,
		flows.JobPurge:         w.purge,
		flows.JobRetryIncident: w.retryIncident,
		flows.JobRecount:       w.recountIncident,
		flows.JobReconcile:     w.reconcile,
		flows.JobOriginal:      w.showOriginal,
		flows.JobRecall:        w.recallOriginal,
		flows.JobHandOver:      w.handOver,
		flows.JobReplay:        w.replayHandover,
		flows.JobAccount:       w.openSigningAccount,
		flows.JobEscalate:      w.escalate,
		flows.JobUrgent:        w.callUrgently,
		flows.JobMorning:       w.morning,
		flows.JobEndHold:       w.endHold,
		flows.JobRemindQuery:   w.remindQuestion,
		flows.JobEndTalk:       w.endConversation,
		flows.JobExport:        w.makeExport,
		flows.JobRecallExport:  w.recallExport,
		flows.JobJoiners:       w.inviteJoiners,
		flows.JobCompareName:   w.compareName,
		flows.JobEraseLeaver:   w.eraseLeaver,
		flows.JobSyncStaff:     w.syncStaff,
		flows.JobEndTenant:     w.endTenant,
		flows.JobRetention:     w.deleteOverdue,
		flows.JobResolve:       w.resolveCampaign,
		flows.JobCampaign:      w.runCampaign,
		flows.JobInvite:        w.sendInvitation,
		flows.JobChase:         w.sendChase,
		flows.JobListTemplate:  w.sendListTemplate,

		flows.JobRequestDue:     w.requestDue,
		flows.JobEraseRequested: w.eraseRequested,
		flows.JobPublishHead:    w.publishHead,
		flows.JobSendHeads:      w.sendHeads,
	}
}

// Run performs one job. The store calls it, on any instance of the program.
//
// A nil error ends the job. A *flows.RetryLater runs it again at the time that it names. Any other error, such as that
// of a database which cannot be reached, runs it again after the store's own backoff.
//
// The same job may run more than once, even if Run has returned nil, and its process may die at any point of it. Every
// handler therefore looks at the case first and ends if the case does not wait for it. ctx ends when the program stops
// or when the store's timeout is over. A call that is cut off like this counts as a failed call.
func (w *Workers) Run(ctx context.Context, j flows.Job) error {
	begin := w.engine.Now()
	outcome := "error" // of a handler that panics; the store recovers
	defer func() {
		if w.engine.Observe != nil {
			w.engine.Observe.Effect(j.Kind, outcome, w.engine.Now().Sub(begin))
		}
	}()
	err := w.handle(ctx, j)
	outcome = effectOutcome(err)
	return err
}

// handle calls the handler of a job with the tenant of its case in ctx.
func (w *Workers) handle(ctx context.Context, j flows.Job) error {
	ctx, err := w.withTenantOf(ctx, j)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if err := w.awaitApp(ctx, j); err != nil {
		return err
	}
	handler, ok := w.handlers[j.Kind]
	if !ok {
		return fmt.Errorf("flows: no worker for %q", j.Kind)
	}
	return handler(ctx, j)
}

// withTenantOf returns ctx with the tenant of the job. Without it the clients of a marketplace app would not know whose
// token to use. It returns flows.ErrNotFound if the job's case is gone.
func (w *Workers) withTenantOf(ctx context.Context, j flows.Job) (context.Context, error) {
	if !w.engine.Marketplace {
		return ctx, nil
	}
	if j.Case == "" {
		return flows.WithTenant(ctx, j.Args[flows.ArgTenant]), nil
	}
	if known, ok := w.tenants.Get(j.Case); ok {
		return flows.WithTenant(ctx, known.(string)), nil
	}
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	w.tenants.SetDefault(j.Case, c.TenantKey)
	return flows.WithTenant(ctx, c.TenantKey), nil
}

// effectOutcome is the label of a run in the metrics.
func effectOutcome(err error) string {
	if err == nil {
		return "done"
	}
	if _, ok := errors.AsType[*flows.RetryLater](err); ok {
		return "again"
	}
	return "error"
}

// awaitsStep reports whether the case waits for a step: it is in one of the step's states, or it is suspended
// (NeedsAttention) and will return to one of them. rev is the revision in which the step began, or 0 for any.
func awaitsStep(c *flows.Case, rev int64, states ...flows.State) bool {
	state, began := c.State, c.Rev
	if c.State == flows.NeedsAttention {
		state, began = c.Attention.Return, c.Attention.Rev
	}
	return slices.Contains(states, state) && (rev == 0 || began == rev)
}

// report applies the result of a job to its case. It is no error if the case is gone.
func (w *Workers) report(ctx context.Context, caseID string, ev flows.Event) error {
	_, _, err := w.engine.Report(ctx, caseID, ev)
	return flows.IgnoreNotFound(err)
}

// remind reports that a reminder is due. A job of an earlier revision changes nothing.
func (w *Workers) remind(ctx context.Context, j flows.Job) error {
	return w.report(ctx, j.Case, flows.Event{Kind: flows.ReminderDue, Rev: new(j.Revision())})
}

// expire reports that the time of the case is over. A job of an earlier revision changes nothing.
func (w *Workers) expire(ctx context.Context, j flows.Job) error {
	return w.report(ctx, j.Case, flows.Event{Kind: flows.ExpiryDue, Rev: new(j.Revision())})
}

// takeEffect reports that HR's decision can no longer be undone.
func (w *Workers) takeEffect(ctx context.Context, j flows.Job) error {
	return w.report(ctx, j.Case, flows.Event{Kind: flows.DecisionDue, Rev: new(j.Revision())})
}

// endHold reports that the time is over for which HR has put a case aside.
func (w *Workers) endHold(ctx context.Context, j flows.Job) error {
	return w.report(ctx, j.Case, flows.Event{Kind: flows.HoldEnded})
}

// endConversation reports that a conversation may be over.
func (w *Workers) endConversation(ctx context.Context, j flows.Job) error {
	return w.report(ctx, j.Case, flows.Event{Kind: flows.TalkDue})
}

// remindQuestion reports that a question of HR may still be unanswered.
func (w *Workers) remindQuestion(ctx context.Context, j flows.Job) error {
	return w.report(ctx, j.Case, flows.Event{Kind: flows.QuestionDue})
}
