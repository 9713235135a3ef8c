package workers

import (
	"context"
	"errors"
	"strconv"
	"time"

	"shiming/cards"
	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
)

// sendReply sends one card that is not kept up to date afterwards.
func (w *Workers) sendReply(ctx context.Context, j flows.Job) error {
	switch {
	case j.Template() == flows.ReplyDigest && j.To == flows.AudienceHR:
		return w.sendDigest(ctx, j)
	case j.Template() == flows.ReplyReconcile && j.To == flows.AudienceHR:
		return w.sendReconcile(ctx, j)
	}
	card, err := w.replyCard(ctx, j)
	if card == nil || err != nil {
		return flows.IgnoreNotFound(err)
	}
	return w.deliver(ctx, j, card, flows.Receiver{Type: j.ToType, ID: j.To}, messageUUID("reply", j.Key))
}

// deliver sends or replies, and decides what a failure means for a one-off card.
func (w *Workers) deliver(ctx context.Context, j flows.Job, card cards.Card, to flows.Receiver, uuid string) error {
	var err error
	if to.Type == "message_id" {
		if err = w.waitToPost(ctx, "reply", j.Args[flows.ArgWho]); err == nil {
			_, err = w.Messenger.Reply(ctx, to.ID, card.JSON(), uuid)
		}
	} else if err = w.waitToPost(ctx, "create", to.ID); err == nil {
		_, err = w.Messenger.Send(ctx, to, card.JSON(), uuid)
	}
	if err == nil {
		return nil
	}
	if again, ok := errors.AsType[*flows.RetryLater](err); ok {
		return again // the limit is booked out
	}
	if !failure.OfPlatform(err) {
		return err // the database's: sent again
	}
	t := failure.Of(err, false)
	if to.Type == "message_id" && groupUnreachable(t) && j.Args[flows.ArgWho] != "" {
		// The message was taken back, or the bot may not speak in its group; the answer still has somebody to go to.
		w.logFailedCall(j.Case, t, "job", j.Kind, "template", j.Template(), "attempt", j.Attempt)
		return w.deliver(ctx, j, card, flows.Receiver{Type: "open_id", ID: j.Args[flows.ArgWho]},
			messageUUID("reply", j.Key, "private"))
	}
	w.logFailedCall(j.Case, t, "job", j.Kind, "template", j.Template(), "attempt", j.Attempt)
	if to.Type == "chat_id" && groupUnreachable(t) {
		w.engine.Log.Error("the review group cannot be reached; HR's list goes to each admin", "template", j.Template(),
			"code", t.Code, "upstream", t.Upstream, "log_id", t.LogID)
		return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
			return w.enqueueForEach(ctx, tx, j.Args[flows.ArgTenant], j.Key+"/admins", j.Template(), w.adminReceivers(j.Args[flows.ArgTenant]))
		})
	}
	switch {
	case t.Class == failure.Retry && j.Attempt < escalateAttempt:
		return &flows.RetryLater{In: failure.Backoff(j.Attempt, t.After), Code: "reply:" + t.Code + ":" + t.Upstream}
	case t.Class == failure.Operator && j.Attempt < escalateAttempt:
		return &flows.RetryLater{In: flows.ProbeEvery, Code: "reply:" + t.Code + ":" + t.Upstream}
	}
	return nil
}

// toEach queues one card of HR's for each receiver, so that one who cannot be reached neither keeps
// the others waiting nor has them told twice.
func (w *Workers) enqueueForEach(ctx context.Context, tx flows.Tx, tenantKey, cause string, template flows.Template,
	to []flows.Receiver) error {
	jobs := make([]flows.Job, 0, len(to))
	for _, r := range to {
		who := ""
		if r.Type == "open_id" {
			who = r.ID
		}
		jobs = append(jobs, flows.Reply(template).Towards(r).For(tenantKey, who))
	}
	return w.engine.Enqueue(ctx, tx, cause, jobs...)
}

// adminsOf is each of the tenant's admins in private.
func (w *Workers) adminReceivers(tenantKey string) (to []flows.Receiver) {
	for _, id := range w.engine.Policy.AdminsOf(tenantKey) {
		to = append(to, flows.Receiver{Type: "open_id", ID: id})
	}
	return to
}

func (w *Workers) replyCard(ctx context.Context, j flows.Job) (card cards.Card, err error) {
	if j.Template() == flows.ReplyRemindAll {
		return nil, w.remindAll(ctx, j)
	}
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		switch j.Template() {
		case flows.ReplyGreeting:
			card, err = w.greetingCard(ctx, v, j)
		case flows.ReplyNotice:
			card = cards.Notice{Code: j.Args[flows.ArgCode], Level: noticeLevel[j.Args[flows.ArgCode]],
				Start: j.Args[flows.ArgCode] == "already_done" || j.Args[flows.ArgCode] == "nothing_open"}
		case flows.ReplyLatest:
			card, err = w.latestCard(ctx, v, j)
		case flows.ReplyMyData:
			card, err = w.engine.MyData(ctx, v, j.Args[flows.ArgTenant], j.Args[flows.ArgWho])
		case flows.ReplyPhotoProblem:
			card, err = w.photoProblemCard(ctx, v, j)
		case flows.ReplyReminder:
			card, err = w.reminderCard(ctx, v, j)
		case flows.ReplyPending:
			card, err = w.pendingCard(ctx, v, j.Args[flows.ArgTenant], j.Args[flows.ArgWho])
		case flows.ReplyWaiting:
			list, cause := w.pendingCard(ctx, v, j.Args[flows.ArgTenant], j.Args[flows.ArgWho])
			if err = cause; list.Total > 0 {
				card = list
			}
		case flows.ReplyStats:
			card, err = w.statsCard(ctx, v, j.Args[flows.ArgTenant])
		case flows.ReplyReminded:
			card, err = remindedCard(j)
		case flows.ReplyReconcile:
			card, err = w.reconcileCard(ctx, v, j.Args[flows.ArgTenant])
		case flows.ReplyDiffers:
			found, cause := w.reconcileCard(ctx, v, j.Args[flows.ArgTenant])
			if err = cause; len(found.Groups) > 0 { // else it was dealt with since the night
				card = found
			}
		default:
			w.engine.Log.Error("no such reply", "template", j.Template())
		}
		return err
	})
	return card, err
}

var noticeLevel = map[string]cards.Level{
	"photo_in_group": cards.Red, "not_hr": cards.Amber, "photo_not_needed": cards.Amber, "unsupported": cards.Amber,
	"no_reviewer": cards.Red, "no_admin": cards.Red, "cannot_cancel": cards.Amber,
	"only_in_group": cards.Amber, "review_chat_set": cards.Green, "announce_chat_set": cards.Green,
	"already_done": cards.Green,
}

func (w *Workers) greetingCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	g := cards.Greeting{HR: w.engine.IsAdmin(j.Args[flows.ArgTenant], j.Args[flows.ArgWho]),
		Help: j.Args[flows.ArgHelp] != ""}
	c, err := v.OpenCase(ctx, j.Args[flows.ArgTenant], j.Args[flows.ArgWho])
	if err == nil && j.ToType == "open_id" {
		r := flows.CardRef(c)
		g.Open = &r
	}
	return g, flows.IgnoreNotFound(err)
}

// latest shows how the person's last case ended.
func (w *Workers) latestCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.LatestCase(ctx, j.Args[flows.ArgTenant], j.Args[flows.ArgWho])
	if flows.IsNotFound(err) {
		return cards.Notice{Code: "nothing_open", Start: true}, nil
	}
	if err != nil {
		return nil, err
	}
	return flows.ApplicantCard(c, flows.ViewContext{Now: w.engine.Now(), Policy: &w.engine.Policy}), nil
}

// photoProblem answers one photo. The problem may belong to a photo that was not kept.
func (w *Workers) photoProblemCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	card := cards.PhotoProblem{Ref: flows.CardRef(c), Problem: j.Args[flows.ArgProblem], Tries: c.BadPhotos}
	if p := c.PhotoByID(j.Args[flows.ArgPhoto]); p != nil {
		card.Side = string(p.Side)
	}
	for _, s := range []idcard.Side{idcard.Front, idcard.Back} {
		if c.PhotoOf(s) == nil {
			card.Need = append(card.Need, string(s))
		}
	}
	return card, nil
}

func (w *Workers) reminderCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	if c.State.Turn() != flows.Applicant || j.Revision() != 0 && c.Rev != j.Revision() {
		return nil, nil // moved on meanwhile
	}
	stage := map[flows.State]string{flows.AwaitingConsent: "consent", flows.AwaitingPhotos: "photos",
		flows.AwaitingConfirmation: "confirm", flows.AwaitingCode: "code"}[c.State]
	return cards.Reminder{Ref: flows.CardRef(c), Stage: stage, Expires: c.ExpiresAt}, nil
}

// pending lists what waits for HR, without the asker's own case.
func (w *Workers) pendingCard(ctx context.Context, v flows.View, tenantKey, who string) (out cards.Pending, err error) {
	const rows = 10
	// One more than is shown: the asker's own case, of which there is one at most.
	list, err := v.InState(ctx, tenantKey, []flows.State{flows.AwaitingReview, flows.NeedsAttention}, rows+1, 0)
	if err != nil {
		return out, err
	}
	counts, err := v.CountByState(ctx, tenantKey)
	if err != nil {
		return out, err
	}
	out = cards.Pending{Total: counts[flows.AwaitingReview] + counts[flows.NeedsAttention],
		Attention: counts[flows.NeedsAttention]}
	if own, err := v.OpenCase(ctx, tenantKey, who); err == nil && own.State.Turn() == flows.HR {
		out.Total--
		if own.State == flows.NeedsAttention {
			out.Attention--
		}
	} else if err != nil && !flows.IsNotFound(err) {
		return cards.Pending{}, err
	}
	for _, c := range list {
		if c.OpenID == who {
			continue
		}
		if len(out.Rows) == rows {
			break
		}
		row := cards.PendingRow{
			Ref:        flows.CardRef(c),
			Applicant:  c.OpenID,
			MaskedName: flows.MaskedName(c),
			State:      string(c.State),
			Since:      c.EnteredAt,
			Worst:      cards.Red,
		}
		if c.State == flows.AwaitingReview {
			row.Worst = flows.Colour(flows.Worst(flows.Findings(c, w.engine.Now())))
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// sendDigest reminds HR of everything that waits, in HR's usual place, once per reminder
// period however many cases are due.
func (w *Workers) sendDigest(ctx context.Context, j flows.Job) error {
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return flows.IgnoreNotFound(err)
		}
		slot := w.engine.Now().Truncate(max(w.engine.Policy.ReminderAfter, time.Second)).Format(time.RFC3339)
		seen, err := tx.Seen(ctx, w.engine.Now(), "digest:"+c.TenantKey+":"+slot)
		if err != nil || seen && j.Args[flows.ArgNow] == "" {
			return err
		}
		to, err := w.engine.HRReceivers(ctx, tx, c.TenantKey, "")
		if err != nil {
			return err
		}
		return w.enqueueForEach(ctx, tx, c.TenantKey, j.Key+"/each", flows.ReplyWaiting, to)
	})
}

// remindAll is HR's 催办: every applicant whose turn it is, each within his limits. The answer
// is a job of its own, since sending it again must not count anew.
func (w *Workers) remindAll(ctx context.Context, j flows.Job) error {
	sent, soon, capped := 0, 0, 0
	states := []flows.State{flows.AwaitingConsent, flows.AwaitingPhotos, flows.AwaitingConfirmation, flows.AwaitingCode}
	for offset := 0; ; offset += 200 {
		var list []*flows.Case
		err := w.engine.Store.View(ctx, func(v flows.View) error {
			var err error
			list, err = v.InState(ctx, j.Args[flows.ArgTenant], states, 200, offset)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.OpenID == j.Args[flows.ArgWho] {
				continue
			}
			why, err := w.nudgeApplicant(ctx, c.ID, j.Args[flows.ArgWho])
			if err != nil {
				return err
			}
			switch why {
			case "":
				sent++
			case flows.NudgeCapped:
				capped++
			default:
				soon++
			}
		}
		if len(list) < 200 {
			break
		}
	}
	answer := flows.Reply(flows.ReplyReminded).Towards(flows.Receiver{Type: j.ToType, ID: j.To}).
		With(flows.ArgSent, strconv.Itoa(sent)).
		With(flows.ArgTooSoon, strconv.Itoa(soon)).
		With(flows.ArgCapped, strconv.Itoa(capped)).
		With(flows.ArgAt, w.engine.Now().Format(time.RFC3339)).
		For(j.Args[flows.ArgTenant], j.Args[flows.ArgWho])
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error { return w.engine.Enqueue(ctx, tx, j.Key+"/reminded", answer) })
}

// reminded says what became of 催办.
func remindedCard(j flows.Job) (cards.Card, error) {
	at, err := time.Parse(time.RFC3339, j.Args[flows.ArgAt])
	if err != nil {
		return nil, err
	}
	out := cards.Reminded{At: at, Quiet: !flows.Awake(at)}
	if out.Quiet {
		out.At = flows.NextMorning(at)
	}
	out.Sent, _ = strconv.Atoi(j.Args[flows.ArgSent])
	out.TooSoon, _ = strconv.Atoi(j.Args[flows.ArgTooSoon])
	out.Capped, _ = strconv.Atoi(j.Args[flows.ArgCapped])
	return out, nil
}

// nudge returns "" if the person is reminded, else why not.
func (w *Workers) nudgeApplicant(ctx context.Context, caseID, by string) (why string, err error) {
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, caseID)
		if err != nil {
			return err
		}
		out, err := w.engine.DecideAndPersist(ctx, tx, c, flows.Event{
			Kind:  flows.Nudged,
			At:    w.engine.Now(),
			Actor: by,
			Role:  flows.HR,
		})
		if err == nil && !out.Changed() {
			why = out.Change.Rule
		} else {
			why = ""
		}
		return err
	})
	return why, err
}
