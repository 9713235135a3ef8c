package workers

import (
	"context"
	"errors"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// An export goes its way in one job: the file is made and uploaded (flows.ExportMaking), each listed case gets a row
// in its audit chain, the ledger gets number and hash and the recall is queued (flows.ExportSending), and the message
// is sent. A process may die anywhere on it. Before the message may exist everything is made again; after that the
// same file is sent again under the same uuid, for which Feishu sends nothing twice. So nobody gets two files.

const (
	// exportPage is how many people are read, and exportAudit how many chains are written, in one transaction.
	exportPage  = 200
	exportAudit = 120
)

// makeExport makes the file of an export and sends it to the admin who has asked for it.
func (w *Workers) makeExport(ctx context.Context, j flows.Job) error {
	x, err := w.exportToSend(ctx, j)
	if x == nil || err != nil {
		return flows.IgnoreNotFound(err)
	}
	if w.triedEnough(j, failure.Retry, flows.ExportTries) { // whatever has kept it, such as runs that took too long
		return w.giveUpExport(ctx, x, failure.Details{Class: failure.Retry, Code: failure.CodeUnavailable})
	}
	if x.State == flows.ExportMaking {
		err = w.makeAndUpload(ctx, x)
	}
	if err == nil && x.State == flows.ExportSending {
		err = w.sendExport(ctx, x)
	}
	if err == nil {
		return nil
	}
	return w.exportFailed(ctx, j, x, err)
}

// exportToSend returns the export of the job; nil if it has ended. It ends that of somebody who is no admin any more.
func (w *Workers) exportToSend(ctx context.Context, j flows.Job) (x *flows.Export, err error) {
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		x, err = tx.Export(ctx, j.ExportID())
		if err != nil {
			return err
		}
		if !x.State.Open() {
			x = nil
			return nil
		}
		admin, err := w.engine.IsAdmin(ctx, tx, x.TenantKey, x.By)
		if err != nil || admin || !x.SendingAt.IsZero() { // a message that may exist is looked after
			return err
		}
		w.engine.Log.Warn("an export was not sent: who asked for it is no admin any more", "export", x.ID, "admin", x.By)
		x.State = flows.ExportWithdrawn
		err = tx.PutExport(ctx, x)
		x = nil
		return err
	})
	return x, err
}

// codeTooLarge is Feishu's code for a file of more than 30 MB (page 上传文件).
const codeTooLarge = "234006"

// sendExport sends the uploaded file, or finds the message that a process has sent before it died.
func (w *Workers) sendExport(ctx context.Context, x *flows.Export) error {
	if !x.SendingAt.IsZero() && w.engine.Now().Sub(x.SendingAt) > uuidKept {
		return errMessageUnknown
	}
	if err := w.waitToPost(ctx, "create", x.By); err != nil {
		return err
	}
	first := x.SendingAt.IsZero()
	if begun, err := w.beginExport(ctx, x); err != nil || !begun {
		return err
	}
	to := flows.Receiver{Type: "open_id", ID: x.By}
	id, err := w.Messenger.SendFile(ctx, to, x.FileKey, messageUUID("export", x.ID))
	if err != nil && first && failure.OfPlatform(err) && failure.Of(err, true).Class != failure.Unknown {
		return errors.Join(err, w.noteUnsent(ctx, x))
	}
	if err != nil {
		return err
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		now, err := tx.Export(ctx, x.ID)
		if err != nil || now.State != flows.ExportSending {
			return err
		}
		now.State, now.MessageID, now.SentAt = flows.ExportSent, id, w.engine.Now()
		if err := tx.PutExport(ctx, now); err != nil {
			return err
		}
		*x = *now
		return w.engine.Enqueue(ctx, tx, "exported/"+x.ID, flows.Reply(flows.ReplyExported).
			Towards(to).
			With(flows.ArgExport, x.ID).
			For(x.TenantKey, x.By))
	})
}

// beginExport notes that the message is being sent, unless the person is no admin any more.
func (w *Workers) beginExport(ctx context.Context, x *flows.Export) (begun bool, err error) {
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		begun = false
		now, err := tx.Export(ctx, x.ID)
		if err != nil || now.State != flows.ExportSending {
			return err
		}
		admin, err := w.engine.IsAdmin(ctx, tx, now.TenantKey, now.By)
		switch {
		case err != nil:
			return err
		case !admin && now.SendingAt.IsZero():
			now.State = flows.ExportWithdrawn
		case now.SendingAt.IsZero():
			now.SendingAt, begun = w.engine.Now(), true
		default:
			begun = true // the same uuid finds the message
		}
		*x = *now
		return tx.PutExport(ctx, now)
	})
	return begun, err
}

// noteUnsent notes that the message does not exist: Feishu has refused the only call.
func (w *Workers) noteUnsent(ctx context.Context, x *flows.Export) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		now, err := tx.Export(ctx, x.ID)
		if err != nil || now.State != flows.ExportSending {
			return err
		}
		now.SendingAt = time.Time{}
		*x = *now
		return tx.PutExport(ctx, now)
	})
}

// endExport ends an export of which nothing was sent, and tells the admin.
func (w *Workers) endExport(ctx context.Context, x *flows.Export, state flows.ExportState, notice string) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		now, err := tx.Export(ctx, x.ID)
		if err != nil || !now.State.Open() {
			return err
		}
		now.State, now.Code = state, x.Code
		if err := tx.PutExport(ctx, now); err != nil {
			return err
		}
		*x = *now
		return w.engine.Enqueue(ctx, tx, "export_end/"+x.ID, flows.Reply(flows.ReplyNotice).
			Towards(flows.Receiver{Type: "open_id", ID: x.By}).
			With(flows.ArgCode, notice).
			For(x.TenantKey, x.By))
	})
}

// exportFailed tries again in an outage, for flows.ExportTries. Any other refusal ends the export: an admin waits,
// and can ask again when the cause is gone. An export whose message may exist ends as unknown, and says so.
func (w *Workers) exportFailed(ctx context.Context, j flows.Job, x *flows.Export, cause error) error {
	again, deferred := errors.AsType[*flows.RetryLater](cause)
	lost := errors.Is(cause, errMessageUnknown)
	d := failure.Details{Class: failure.Retry}
	switch {
	case deferred:
		d.Code = again.Code
	case lost:
		d = failure.Details{Class: failure.Unknown, Code: failure.CodeUnknownOutcome}
	case !failure.OfPlatform(cause):
		return cause // a failure of the database says nothing about the file
	default:
		d = failure.Of(cause, false)
		w.logFailedCall("", d, "job", j.Kind, "export", x.ID, "attempt", j.Attempt)
		again = &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "export:" + d.Code + ":" + d.Upstream}
	}
	if d.Class == failure.Retry && !w.triedEnough(j, d.Class, flows.ExportTries) {
		return again
	}
	return w.giveUpExport(ctx, x, d)
}

// giveUpExport ends an export that was not sent, or of which nobody knows whether it was.
func (w *Workers) giveUpExport(ctx context.Context, x *flows.Export, d failure.Details) error {
	state, notice := flows.ExportFailed, flows.NoticeExportFailed
	if d.Upstream == codeTooLarge {
		state, notice = flows.ExportTooLarge, flows.NoticeExportTooLarge
	}
	if !x.SendingAt.IsZero() {
		state, notice = flows.ExportUnknown, flows.NoticeExportUnknown
	}
	x.Code = d.Code
	if d.Upstream != "" {
		x.Code = d.Upstream
	}
	w.engine.Log.Error("an export was not sent", "export", x.ID, "admin", x.By, "state", state, "class", d.Class,
		"code", d.Code, "upstream", d.Upstream, "log_id", d.LogID)
	return w.endExport(ctx, x, state, notice)
}
