package workers

import (
	"context"

	"shiming/failure"
	"shiming/flows"
)

// noticeNoLead tells HR that a department has no lead whom the app can see.
const noticeNoLead = "campaign_no_lead"

// findLead looks the lead of a department up, and queues the card for the lead, or the notice for the admin who asked.
func (w *Workers) findLead(ctx context.Context, j flows.Job) error {
	tenantKey, admin := j.Args[flows.ArgTenant], j.Args[flows.ArgWho]
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiDepartment)); err != nil {
		return err
	}
	d, err := w.Messenger.Department(ctx, j.Args[flows.ArgDepartment])
	if err != nil {
		failed := failure.Of(err, false)
		w.logFailedCall("", failed, "job", j.Kind, "template", j.Template(), "attempt", j.Attempt)
		if failed.Class == failure.Retry && j.Attempt < escalateAttempt {
			return &flows.RetryLater{In: failure.Backoff(j.Attempt, failed.After), Code: "lead:" + failed.Upstream}
		}
	}
	card := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, noticeNoLead).
		Towards(flows.Receiver{Type: "open_id", ID: admin}).For(tenantKey, admin)
	if d.Lead != "" {
		card = flows.Reply(flows.ReplyCampaignLead).
			With(flows.ArgCampaign, j.Args[flows.ArgCampaign]).
			With(flows.ArgDepartment, d.ID).
			With(flows.ArgAbout, admin).
			Towards(flows.Receiver{Type: "open_id", ID: d.Lead}).For(tenantKey, d.Lead)
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		return w.engine.Enqueue(ctx, tx, j.Key+"/lead", card)
	})
}
