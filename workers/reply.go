package workers

import (
	"cmp"
	"context"
	"errors"
	"time"

	"shiming/cards"
	"shiming/failure"
	"shiming/flows"
)

// sendReply sends one card that is not kept up to date afterwards. The job's template says which card. A list for HR as
// a whole becomes a job for each receiver first.
func (w *Workers) sendReply(ctx context.Context, j flows.Job) error {
	switch {
	case j.Template() == flows.ReplyDigest && j.To == flows.AudienceHR:
		return w.sendDigest(ctx, j)
	case j.Template() == flows.ReplyCampaignLead && j.To == "":
		return w.findLead(ctx, j)
	case j.Template() == flows.ReplySampleFault && j.To == flows.AudienceHR:
		return w.sendSampleFault(ctx, j)
	case j.Template() == flows.ReplyReconcile && j.To == flows.AudienceHR:
		return w.sendReconcile(ctx, j)
	}
	card, err := w.replyCard(ctx, j)
	if card == nil || err != nil {
		return flows.IgnoreNotFound(err)
	}
	to := flows.Receiver{Type: j.ToType, ID: j.To}
	if err := w.deliver(ctx, j, card, to, messageUUID("reply", j.Key)); err != nil {
		return err
	}
	if _, aboutPhoto := card.(cards.PhotoProblem); aboutPhoto {
		return w.dropExplanation(ctx, j)
	}
	return nil
}

// deliver posts a card and handles the failure, as card_ends.go says.
func (w *Workers) deliver(ctx context.Context, j flows.Job, card cards.Card, to flows.Receiver, uuid string) error {
	err := w.post(ctx, j, card, to, uuid)
	if err == nil {
		return nil
	}
	d, enough := failure.Details{Class: failure.Retry}, w.overdue(j, replyFor)
	again, deferred := errors.AsType[*flows.RetryLater](err)
	switch {
	case deferred: // the rate limiter has no slot soon
		d.Code = again.Code
	case !failure.OfPlatform(err):
		return err // a failure of the database says nothing about the card
	default:
		d = cardFault(failure.Of(err, false), to, to.Type != "message_id")
		w.logFailedCall(j.Case, d, "job", j.Kind, "template", j.Template(), "attempt", j.Attempt)
		again = &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "reply:" + d.Code + ":" + d.Upstream}
		if d.Class == failure.Operator {
			again.In = max(again.In, flows.ProbeEvery)
		}
		enough = w.triedEnough(j, d.Class, replyFor)
	}
	if endOf(d.Class).repeat && !enough {
		return again
	}
	asker := j.Args[flows.ArgWho]
	switch {
	case endOf(d.Class).then[audienceReply] == inPrivate && to.Type == "message_id" && asker != "":
		// The message was recalled, or the bot may not speak in its group. The card goes to the asker in private.
		private := flows.Receiver{Type: "open_id", ID: asker}
		return w.deliver(ctx, j, card, private, messageUUID("reply", j.Key, "private"))
	case d.Class == failure.Receiver && to.Type == "chat_id":
		w.engine.Log.Error("the review group cannot be reached; HR's list goes to each admin",
			"template", j.Template(), "code", d.Code, "upstream", d.Upstream, "log_id", d.LogID)
		tenantKey := j.Args[flows.ArgTenant]
		return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
			each := flows.Reply(j.Template()).Of(j.Case)
			each.Args = j.Args
			admins, err := w.engine.AdminReceivers(ctx, tx, tenantKey, "")
			if err != nil {
				return err
			}
			return w.enqueueForEach(ctx, tx, tenantKey, j.Key+"/admins", each, admins)
		})
	}
	w.engine.Log.Log(ctx, lastWordLevel(d.Class, audienceReply), "card was not sent", "case", j.Case,
		"template", j.Template(), "fault", endOf(d.Class).fault, "class", d.Class, "code", d.Code, "upstream", d.Upstream,
		"log_id", d.LogID)
	return nil
}

// post sends the card, or answers a message with it.
func (w *Workers) post(ctx context.Context, j flows.Job, card cards.Card, to flows.Receiver, uuid string) error {
	if to.Type == "message_id" {
		chat := cmp.Or(j.Args[flows.ArgChat], j.Args[flows.ArgWho]) // jobs of older versions have no chat
		if err := w.waitToPost(ctx, "reply", chat); err != nil {
			return err
		}
		if p, ok := card.(cards.PhotoProblem); ok { // after the wait, so that no picture is uploaded for nothing
			w.showExplanation(ctx, j, &p)
			card = p
		}
		_, err := w.Messenger.Reply(ctx, to.ID, card.JSON(), uuid)
		return err
	}
	if err := w.waitToPost(ctx, "create", to.ID); err != nil {
		return err
	}
	_, err := w.Messenger.Send(ctx, to, card.JSON(), uuid)
	return err
}

// enqueueForEach queues a card of HR's for each receiver. card is the reply without a receiver. With a job for each, an
// admin who cannot be reached neither delays the others nor makes them get the card twice.
func (w *Workers) enqueueForEach(
	ctx context.Context, tx flows.Tx, tenantKey, cause string, card flows.Job, to []flows.Receiver,
) error {
	jobs := make([]flows.Job, 0, len(to))
	for _, r := range to {
		asker := "" // a group has no case of its own that its list would leave out
		if r.Type == "open_id" {
			asker = r.ID
		}
		jobs = append(jobs, card.Towards(r).For(tenantKey, asker))
	}
	return w.engine.Enqueue(ctx, tx, cause, jobs...)
}

// sendDigest queues HR's list of waiting cases, in the review group or for each admin. It does so once per reminder
// period, however many cases are due. With ArgAdmins it goes to each admin instead of the group. ArgNow asks
// for the list regardless of the period.
func (w *Workers) sendDigest(ctx context.Context, j flows.Job) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		slot := w.engine.Now().Truncate(max(w.engine.Policy.ReminderAfter, time.Second)).Format(time.RFC3339)
		kind := "digest:"
		if j.Args[flows.ArgAdmins] != "" {
			kind = "digest_admins:"
		}
		seen, err := tx.InsertEventKeys(ctx, w.engine.Now(), kind+c.TenantKey+":"+slot)
		if err != nil || seen && j.Args[flows.ArgNow] == "" {
			return err
		}
		to, err := w.engine.HRReceivers(ctx, tx, c.TenantKey, "")
		if err != nil {
			return err
		}
		if j.Args[flows.ArgAdmins] != "" {
			if len(to) == 0 || to[0].Type != "chat_id" {
				return nil // the admins have the list already
			}
			if to, err = w.engine.AdminReceivers(ctx, tx, c.TenantKey, ""); err != nil {
				return err
			}
		}
		return w.enqueueForEach(ctx, tx, c.TenantKey, j.Key+"/each", flows.Reply(flows.ReplyWaiting), to)
	})
}
