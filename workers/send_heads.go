package workers

import (
	"context"
	"slices"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// sendHeads hands the tenant's heads on to their receiver (dpo.heads_url), oldest first. While the receiver takes
// nothing the job waits, for days if need be, so that the receiver has no gap in the end. A head may come twice, in the
// same words: the receiver knows it by the webhook-id.
func (w *Workers) sendHeads(ctx context.Context, j flows.Job) error {
	if w.Heads == nil {
		return nil // dpo.heads_url was taken away; once it is set again, the next head brings the others along
	}
	tenantKey := j.Args[flows.ArgTenant]
	release, err := w.acquireSlot("heads/"+tenantKey, 1, time.Second)
	if err != nil {
		return err
	}
	defer release()
	for until := w.engine.Now().Add(drainFor); w.engine.Now().Before(until); {
		next, err := w.nextHeadPart(ctx, tenantKey)
		if err != nil || next == nil || next.head.Day > j.RunDate() {
			return err // the next day's head has a job of its own
		}
		if wait := next.delivery.NextAt.Sub(w.engine.Now()); wait > 0 {
			return &flows.RetryLater{In: wait, Snooze: true, Code: "heads:" + next.delivery.Code}
		}
		if err := w.sendHeadPart(ctx, tenantKey, next); err != nil {
			return err
		}
	}
	return &flows.RetryLater{Snooze: true, Code: "heads:more"}
}

// headPart is what is to be sent next.
type headPart struct {
	stored   string // the setting as it was read
	delivery flows.HeadDelivery
	head     *flows.PublishedHead
	ends     []flows.ChainEnd
}

// nextHeadPart returns what the receiver has not taken yet; nil if it has everything.
func (w *Workers) nextHeadPart(ctx context.Context, tenantKey string) (next *headPart, err error) {
	err = w.engine.Store.View(ctx, func(v flows.View) (err error) {
		n := &headPart{}
		if n.stored, err = v.Setting(ctx, tenantKey, flows.SettingHeadDelivery); err != nil {
			return err
		}
		if n.delivery, err = flows.ParseHeadDelivery(n.stored, w.engine.Policy.HeadsReceiver); err != nil {
			return err
		}
		if n.head, err = v.HeadAfter(ctx, tenantKey, n.delivery.Day); err != nil {
			return flows.IgnoreNotFound(err)
		}
		n.ends, err = v.PublishedEnds(ctx, tenantKey, n.head.Day, n.delivery.After, flows.HeadPartEnds)
		next = n
		return err
	})
	return next, err
}

// sendHeadPart makes one attempt and notes its result, unless another process was faster.
func (w *Workers) sendHeadPart(ctx context.Context, tenantKey string, next *headPart) error {
	d, part := next.delivery, next.delivery.Part+1
	err := w.Heads.Send(ctx, flows.HeadNotificationID(tenantKey, next.head.Day, part),
		flows.NotificationOf(next.head, part, next.ends))
	if ctx.Err() != nil {
		return ctx.Err() // the program stops: nothing was refused
	}
	notice := ""
	if err != nil {
		f := failure.Of(err, false)
		w.logFailedCall("", f, "job", flows.JobSendHeads, "attempt", d.Failed+1, "day", next.head.Day)
		if d.Failure(w.engine.Now(), f.Upstream, f.After, f.Class == failure.Refused) {
			notice = flows.NoticeHeadsWait
		}
	} else {
		after := ""
		if n := len(next.ends); n > 0 {
			after = next.ends[n-1].CaseID
		}
		if d.Taken(next.head.Day, after, part >= flows.HeadParts(next.head.Chains)) {
			notice = flows.NoticeHeadsSent
		}
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		now, err := tx.Setting(ctx, tenantKey, flows.SettingHeadDelivery)
		if err != nil || now != next.stored {
			return err
		}
		if err := tx.PutSetting(ctx, tenantKey, flows.SettingHeadDelivery, d.String()); err != nil || notice == "" {
			return err
		}
		return w.tellOfHeads(ctx, tx, tenantKey, notice, next)
	})
}

// tellOfHeads tells HR and the data-protection officers in private that the receiver takes no heads, or takes them again.
func (w *Workers) tellOfHeads(
	ctx context.Context, tx flows.Tx, tenantKey, notice string, next *headPart,
) error {
	to, err := w.engine.AdminReceivers(ctx, tx, tenantKey, "")
	if err != nil {
		return err
	}
	for _, id := range w.engine.Policy.DPOsOf(tenantKey) {
		dpo := flows.Receiver{Type: "open_id", ID: id}
		if !slices.Contains(to, dpo) {
			to = append(to, dpo)
		}
	}
	card := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, notice).With(flows.ArgDay, next.head.Day)
	since := next.delivery.Since.UTC().Format(time.RFC3339)
	cause := "heads/" + tenantKey + "/" + next.head.Day + "/" + notice + "/" + since
	return w.enqueueForEach(ctx, tx, tenantKey, cause, card, to)
}
