package flows

import (
	"context"
	"errors"
	"strconv"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// Templates of replies (Job.Ref).
const (
	ReplyGreeting     = "greeting"
	ReplyNotice       = "notice"
	ReplyLatest       = "latest"
	ReplyMyData       = "my_data"
	ReplyPhotoProblem = "photo_problem"
	ReplyReminder     = "reminder"
	ReplyDigest       = "digest"     // To hr: what waits, as one replyWaiting to each of HR's places
	ReplyPending      = "pending"    // what waits for HR, to who asked
	ReplyStats        = "stats"      //
	ReplyRemindAll    = "remind_all" // 催办
	ReplyReminded     = "reminded"   // what became of it
	ReplyReconcile    = "reconcile"  // what differs, to who asked; To hr: in the morning, as one replyDiffers to each of HR's places
	replyWaiting      = "waiting"    // what waits, if anything still does
	replyDiffers      = "differs"    // what differs, if anything still does
)

// sendReply sends one card that is not kept up to date afterwards.
func (e *Engine) sendReply(ctx context.Context, j Job) error {
	switch {
	case j.Ref == ReplyDigest && j.To == toHR:
		return e.sendDigest(ctx, j)
	case j.Ref == ReplyReconcile && j.To == toHR:
		return e.sendReconcile(ctx, j)
	}
	card, err := e.replyCard(ctx, j)
	if card == nil || err != nil {
		return lost(err)
	}
	return e.deliver(ctx, j, card, Receiver{Type: j.ToType, ID: j.To}, uuidOf("reply", j.Key))
}

// deliver sends or replies, and decides what a failure means for a one-off card.
func (e *Engine) deliver(ctx context.Context, j Job, card cards.Card, to Receiver, uuid string) error {
	var err error
	if to.Type == "message_id" {
		if err = e.mayPost(ctx, "reply", j.Args["who"]); err == nil {
			_, err = e.Chat.Reply(ctx, to.ID, card.JSON(), uuid)
		}
	} else if err = e.mayPost(ctx, "create", to.ID); err == nil {
		_, err = e.Chat.Send(ctx, to, card.JSON(), uuid)
	}
	if err == nil {
		return nil
	}
	if again, ok := errors.AsType[*Again](err); ok {
		return again // the limit is booked out
	}
	if !ofPlatform(err) {
		return err // the database's: sent again
	}
	t := classify(err, false)
	if to.Type == "message_id" && outOfReach(t) && j.Args["who"] != "" {
		// The message was taken back, or the bot may not speak in its group; the answer still has somebody to go to.
		e.callFailed(j.Case, t, "job", j.Kind, "template", j.Ref, "attempt", j.Attempt)
		return e.deliver(ctx, j, card, Receiver{Type: "open_id", ID: j.Args["who"]}, uuidOf("reply", j.Key, "private"))
	}
	e.callFailed(j.Case, t, "job", j.Kind, "template", j.Ref, "attempt", j.Attempt)
	if to.Type == "chat_id" && outOfReach(t) {
		e.Log.Error("the review group cannot be reached; HR's list goes to each admin", "template", j.Ref, "code", t.Code, "upstream", t.Upstream, "log_id", t.LogID)
		return e.Store.Tx(ctx, func(tx Tx) error {
			return e.toEach(ctx, tx, j.Args["tenant"], j.Key+"/admins", j.Ref, e.adminsOf(j.Args["tenant"]))
		})
	}
	switch {
	case t.Class == ClassRetry && j.Attempt < escalateAfter:
		return &Again{In: backoff(j.Attempt, t.After), Code: "reply:" + t.Code + ":" + t.Upstream}
	case t.Class == ClassOperator && j.Attempt < escalateAfter:
		return &Again{In: ProbeEvery, Code: "reply:" + t.Code + ":" + t.Upstream}
	}
	return nil
}

// toEach queues one card of HR's for each receiver, so that one who cannot be reached neither keeps
// the others waiting nor has them told twice.
func (e *Engine) toEach(ctx context.Context, tx Tx, tenantKey, cause, template string, to []Receiver) error {
	jobs := make([]Job, 0, len(to))
	for _, r := range to {
		who := ""
		if r.Type == "open_id" {
			who = r.ID
		}
		jobs = append(jobs, personally(Job{Kind: JobReply, Ref: template, To: r.ID, ToType: r.Type}, tenantKey, who))
	}
	return e.enqueue(ctx, tx, cause, jobs...)
}

// adminsOf is each of the tenant's admins in private.
func (e *Engine) adminsOf(tenantKey string) (to []Receiver) {
	for _, id := range e.Policy.AdminsOf(tenantKey) {
		to = append(to, Receiver{Type: "open_id", ID: id})
	}
	return to
}

func (e *Engine) replyCard(ctx context.Context, j Job) (card cards.Card, err error) {
	if j.Ref == ReplyRemindAll {
		return nil, e.remindAll(ctx, j)
	}
	err = e.Store.View(ctx, func(v View) error {
		switch j.Ref {
		case ReplyGreeting:
			card, err = e.greeting(ctx, v, j)
		case ReplyNotice:
			card = cards.Notice{Code: j.Args["code"], Level: noticeLevel[j.Args["code"]], Start: j.Args["code"] == "already_done" || j.Args["code"] == "nothing_open"}
		case ReplyLatest:
			card, err = e.latest(ctx, v, j)
		case ReplyMyData:
			card, err = e.myData(ctx, v, j)
		case ReplyPhotoProblem:
			card, err = e.photoProblem(ctx, v, j)
		case ReplyReminder:
			card, err = e.reminderCard(ctx, v, j)
		case ReplyPending:
			card, err = e.pending(ctx, v, j.Args["tenant"], j.Args["who"])
		case replyWaiting:
			list, failure := e.pending(ctx, v, j.Args["tenant"], j.Args["who"])
			if err = failure; list.Total > 0 {
				card = list
			}
		case ReplyStats:
			card, err = e.stats(ctx, v, j.Args["tenant"])
		case ReplyReminded:
			card, err = reminded(j)
		case ReplyReconcile:
			card, err = e.reconcileCard(ctx, v, j.Args["tenant"])
		case replyDiffers:
			found, failure := e.reconcileCard(ctx, v, j.Args["tenant"])
			if err = failure; len(found.Groups) > 0 { // else it was dealt with since the night
				card = found
			}
		default:
			e.Log.Error("no such reply", "template", j.Ref)
		}
		return err
	})
	return card, err
}

var noticeLevel = map[string]cards.Level{
	"photo_in_group": cards.Red, "not_hr": cards.Amber, "photo_not_needed": cards.Amber, "unsupported": cards.Amber, "no_reviewer": cards.Red, "no_admin": cards.Red, "cannot_cancel": cards.Amber,
	"only_in_group": cards.Amber, "review_chat_set": cards.Green, "announce_chat_set": cards.Green, "already_done": cards.Green,
}

func (e *Engine) greeting(ctx context.Context, v View, j Job) (cards.Card, error) {
	g := cards.Greeting{HR: e.isAdmin(j.Args["tenant"], j.Args["who"]), Help: j.Args["help"] != ""}
	c, err := v.OpenCase(ctx, j.Args["tenant"], j.Args["who"])
	if err == nil && j.ToType == "open_id" {
		r := ref(c)
		g.Open = &r
	}
	return g, lost(err)
}

// latest shows how the person's last case ended.
func (e *Engine) latest(ctx context.Context, v View, j Job) (cards.Card, error) {
	c, err := v.LatestCase(ctx, j.Args["tenant"], j.Args["who"])
	if isNotFound(err) {
		return cards.Notice{Code: "nothing_open", Start: true}, nil
	}
	if err != nil {
		return nil, err
	}
	return ApplicantCard(c, Scene{Now: e.Now(), Policy: &e.Policy}), nil
}

// photoProblem answers one photo. The problem may belong to a photo that was not kept.
func (e *Engine) photoProblem(ctx context.Context, v View, j Job) (cards.Card, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	card := cards.PhotoProblem{Ref: ref(c), Problem: j.Args["problem"], Tries: c.BadPhotos}
	if p := c.photo(j.Args["photo"]); p != nil {
		card.Side = string(p.Side)
	}
	for _, s := range []idcard.Side{idcard.Front, idcard.Back} {
		if c.side(s) == nil {
			card.Need = append(card.Need, string(s))
		}
	}
	return card, nil
}

func (e *Engine) reminderCard(ctx context.Context, v View, j Job) (cards.Card, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	if c.State.Turn() != Applicant || j.Rev != 0 && c.Rev != j.Rev {
		return nil, nil // moved on meanwhile
	}
	stage := map[State]string{AwaitingConsent: "consent", AwaitingPhotos: "photos", AwaitingConfirmation: "confirm", AwaitingCode: "code"}[c.State]
	return cards.Reminder{Ref: ref(c), Stage: stage, Expires: c.ExpiresAt}, nil
}

// pending lists what waits for HR, without the asker's own case.
func (e *Engine) pending(ctx context.Context, v View, tenantKey, who string) (out cards.Pending, err error) {
	const rows = 10
	// One more than is shown: the asker's own case, of which there is one at most.
	list, err := v.InState(ctx, tenantKey, []State{AwaitingReview, NeedsAttention}, rows+1, 0)
	if err != nil {
		return out, err
	}
	counts, err := v.CountByState(ctx, tenantKey)
	if err != nil {
		return out, err
	}
	out = cards.Pending{Total: counts[AwaitingReview] + counts[NeedsAttention], Attention: counts[NeedsAttention]}
	if own, err := v.OpenCase(ctx, tenantKey, who); err == nil && own.State.Turn() == HR {
		out.Total--
		if own.State == NeedsAttention {
			out.Attention--
		}
	} else if err != nil && !isNotFound(err) {
		return cards.Pending{}, err
	}
	for _, c := range list {
		if c.OpenID == who {
			continue
		}
		if len(out.Rows) == rows {
			break
		}
		row := cards.PendingRow{Ref: ref(c), Applicant: c.OpenID, MaskedName: maskedName(c), State: string(c.State), Since: c.EnteredAt, Worst: cards.Red}
		if c.State == AwaitingReview {
			row.Worst = Worst(Findings(c, e.Now()))
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// sendDigest reminds HR of everything that waits, in HR's usual place, once per reminder
// period however many cases are due.
func (e *Engine) sendDigest(ctx context.Context, j Job) error {
	return e.Store.Tx(ctx, func(tx Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return lost(err)
		}
		slot := e.Now().Truncate(max(e.Policy.ReminderAfter, time.Second)).Format(time.RFC3339)
		seen, err := tx.Seen(ctx, e.Now(), "digest:"+c.TenantKey+":"+slot)
		if err != nil || seen && j.Args["now"] == "" {
			return err
		}
		to, err := e.hrReceivers(ctx, tx, c.TenantKey, "")
		if err != nil {
			return err
		}
		return e.toEach(ctx, tx, c.TenantKey, j.Key+"/each", replyWaiting, to)
	})
}

// remindAll is HR's 催办: every applicant whose turn it is, each within his limits. The answer
// is a job of its own, since sending it again must not count anew.
func (e *Engine) remindAll(ctx context.Context, j Job) error {
	sent, soon, capped := 0, 0, 0
	states := []State{AwaitingConsent, AwaitingPhotos, AwaitingConfirmation, AwaitingCode}
	for offset := 0; ; offset += 200 {
		var list []*Case
		err := e.Store.View(ctx, func(v View) error {
			var err error
			list, err = v.InState(ctx, j.Args["tenant"], states, 200, offset)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.OpenID == j.Args["who"] {
				continue
			}
			why, err := e.nudge(ctx, c.ID, j.Args["who"])
			if err != nil {
				return err
			}
			switch why {
			case "":
				sent++
			case NudgeCapped:
				capped++
			default:
				soon++
			}
		}
		if len(list) < 200 {
			break
		}
	}
	answer := personally(Job{Kind: JobReply, Ref: ReplyReminded, To: j.To, ToType: j.ToType, Args: map[string]string{
		"sent": strconv.Itoa(sent), "too_soon": strconv.Itoa(soon), "capped": strconv.Itoa(capped), "at": e.Now().Format(time.RFC3339),
	}}, j.Args["tenant"], j.Args["who"])
	return e.Store.Tx(ctx, func(tx Tx) error { return e.enqueue(ctx, tx, j.Key+"/reminded", answer) })
}

// reminded says what became of 催办.
func reminded(j Job) (cards.Card, error) {
	at, err := time.Parse(time.RFC3339, j.Args["at"])
	if err != nil {
		return nil, err
	}
	out := cards.Reminded{At: at, Quiet: !awake(at)}
	if out.Quiet {
		out.At = nextMorning(at)
	}
	out.Sent, _ = strconv.Atoi(j.Args["sent"])
	out.TooSoon, _ = strconv.Atoi(j.Args["too_soon"])
	out.Capped, _ = strconv.Atoi(j.Args["capped"])
	return out, nil
}

// nudge returns "" if the person is reminded, else why not.
func (e *Engine) nudge(ctx context.Context, caseID, by string) (why string, err error) {
	err = e.Store.Tx(ctx, func(tx Tx) error {
		c, err := tx.Case(ctx, caseID)
		if err != nil {
			return err
		}
		out, err := e.apply(ctx, tx, c, Event{Kind: Nudged, At: e.Now(), Actor: by, Role: HR})
		if err == nil && !out.happened() {
			why = out.Change.Why
		} else {
			why = ""
		}
		return err
	})
	return why, err
}
