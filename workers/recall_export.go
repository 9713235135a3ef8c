package workers

import (
	"context"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// recallExport recalls the message of an export when its time is over.
func (w *Workers) recallExport(ctx context.Context, j flows.Job) error {
	var x *flows.Export
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		x, err = v.Export(ctx, j.ExportID())
		return err
	})
	switch {
	case err != nil:
		return flows.IgnoreNotFound(err)
	case x.State == flows.ExportSending: // its job finds the message, or ends the export
		return &flows.RetryLater{In: time.Minute, Snooze: true, Code: "recall:sending"}
	case x.State != flows.ExportSent:
		return nil
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiRecall)); err != nil {
		return err
	}
	err = w.Messenger.Recall(ctx, x.MessageID)
	if err == nil || goneAlready[failure.Of(err, false).Upstream] {
		return w.endRecall(ctx, x, flows.ExportRecalled, "")
	}
	if !failure.OfPlatform(err) {
		return err
	}
	d := failure.Of(err, false)
	w.logFailedCall("", d, "job", j.Kind, "export", x.ID, "attempt", j.Attempt)
	if endOf(d.Class).repeat && !w.triedEnough(j, d.Class, recallFor) {
		again := &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "recall:" + d.Code + ":" + d.Upstream}
		if d.Class == failure.Operator {
			again.In, again.Snooze = max(again.In, flows.ProbeEvery), true
		}
		return again
	}
	w.engine.Log.Error("an exported list could not be recalled", "export", x.ID, "admin", x.By, "class", d.Class,
		"code", d.Code, "upstream", d.Upstream, "log_id", d.LogID)
	return w.endRecall(ctx, x, flows.ExportLeft, d.Upstream)
}

// endRecall stores how the recall has ended. If the file stays in the chat, all admins of the tenant are told: the one
// who has it shall delete it.
func (w *Workers) endRecall(ctx context.Context, x *flows.Export, state flows.ExportState, code string) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		now, err := tx.Export(ctx, x.ID)
		if err != nil || now.State != flows.ExportSent {
			return err
		}
		now.State, now.Code = state, code
		if err := tx.PutExport(ctx, now); err != nil || state == flows.ExportRecalled {
			return err
		}
		if x.IsCopy() {
			left := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, flows.NoticeCopyLeft)
			person := []flows.Receiver{{Type: "open_id", ID: x.By}}
			return w.enqueueForEach(ctx, tx, x.TenantKey, "copy_left/"+x.ID, left, person)
		}
		to, err := w.engine.AdminReceivers(ctx, tx, x.TenantKey, "")
		if err != nil {
			return err
		}
		notice := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, flows.NoticeExportLeft).With(flows.ArgAbout, x.By)
		return w.enqueueForEach(ctx, tx, x.TenantKey, "export_left/"+x.ID, notice, to)
	})
}
