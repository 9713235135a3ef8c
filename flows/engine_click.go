package flows

import (
	"context"
	"errors"

	"shiming/cards"
)

// applicantActs and hrActs say what a button asks for.
var applicantActs = map[cards.Act]Kind{
	cards.ActConsent: Consented, cards.ActDecline: ConsentDenied, cards.ActRetake: Retake, cards.ActConfirm: Confirmed,
	cards.ActSendCode: CodeAsked, cards.ActSubmitCode: CodeTyped, cards.ActCancel: Cancelled,
	cards.ActResume: CardAsked, cards.ActWithdraw: Erase, cards.ActMyData: "",
}

var hrActs = map[cards.Act]Kind{
	cards.ActApprove: Approved, cards.ActSendBack: SentBack, cards.ActReject: Refused,
	cards.ActRetry: Retry, cards.ActResolve: Resolved, cards.ActClose: Closed,
}

// anyRev lists what is right whatever revision the card showed.
var anyRev = map[Kind]bool{CardAsked: true, Erase: true}

// errNoCase: the click names a case that is not there, or not this tenant's.
var errNoCase = errors.New("flows: no such case")

// Click takes a button pressed on a card and answers within the callback. An error means
// that nothing was stored.
func (e *Engine) Click(ctx context.Context, k Click) (Answer, error) {
	if k.Malformed {
		return Answer{Toast: toast("bad_request", nil)}, nil
	}
	var a Answer
	err := e.Store.Tx(ctx, func(tx Tx) error {
		a = Answer{}
		again, err := tx.Seen(ctx, e.Now(), key("event", k.EventID))
		if err != nil {
			return err
		}
		a, err = e.click(ctx, tx, k, again)
		return err
	})
	if errors.Is(err, errNoCase) {
		return Answer{Toast: toast("bad_request", nil)}, nil
	}
	return a, err
}

func (e *Engine) click(ctx context.Context, tx Tx, k Click, again bool) (Answer, error) {
	act := k.Action.Act
	switch act {
	case cards.ActStart:
		return e.clickStart(ctx, tx, k, again)
	case cards.ActMyData:
		if !again {
			if err := e.replyTo(ctx, tx, k, Job{Ref: ReplyMyData}); err != nil {
				return Answer{}, err
			}
		}
		return Answer{Toast: toast("working", nil)}, nil
	case cards.ActNext, cards.ActRemind:
		if !e.isAdmin(k.TenantKey, k.OpenID) {
			return Answer{Toast: toast("not_allowed", nil)}, nil
		}
		if act == cards.ActNext && k.Action.To == cards.ToBottom {
			return e.clickBring(ctx, tx, k, again)
		}
		if act == cards.ActNext {
			return e.clickNext(ctx, tx, k)
		}
		if !again {
			if err := e.replyTo(ctx, tx, k, Job{Ref: ReplyRemindAll}); err != nil {
				return Answer{}, err
			}
		}
		return Answer{Toast: toast("working", nil)}, nil
	}

	c, err := tx.Case(ctx, k.Action.Case)
	if isNotFound(err) || err == nil && c.TenantKey != k.TenantKey {
		return Answer{}, errNoCase
	}
	if err != nil {
		return Answer{}, err
	}
	ev := Event{At: e.Now(), Actor: k.OpenID, Form: k.Form, Side: k.Action.Side, Clicked: k.MessageID}
	kind, own := applicantActs[act]
	if own {
		// Who acts is decided by who pressed, never by what the card says.
		if k.OpenID != c.OpenID {
			return Answer{Toast: toast("not_yours", nil)}, nil
		}
		ev.Role = Applicant
	} else {
		if kind, own = hrActs[act]; !own {
			return Answer{Toast: toast("bad_request", nil)}, nil
		}
		if !e.isAdmin(k.TenantKey, k.OpenID) {
			return Answer{Toast: toast("not_allowed", nil)}, nil
		}
		ev.Role = HR
	}
	if act == cards.ActResume && k.Action.To == cards.ToForm {
		kind = EditAsked
	}
	ev.Kind = kind
	if !anyRev[kind] {
		ev.Rev = &k.Action.Rev
	}
	if kind == CodeTyped {
		typed := ""
		if k.Form.SMSCode != nil {
			typed = *k.Form.SMSCode
		}
		ev = e.typed(c, typed, ev)
	}
	if again {
		return e.answerWith(ctx, tx, k, outcome{Case: c, Change: Change{Toast: toast("already", nil)}})
	}
	out, err := e.apply(ctx, tx, c, ev)
	if err != nil {
		return Answer{}, err
	}
	if kind == Erase {
		if err := e.eraseOthers(ctx, tx, c, ev); err != nil {
			return Answer{}, err
		}
		receipt, err := e.myData(ctx, tx, personally(Job{}, k.TenantKey, k.OpenID))
		return Answer{Toast: out.Change.Toast, Card: receipt}, err
	}
	return e.answerWith(ctx, tx, k, out)
}

// typed adds the keyed hash of the digits that somebody typed.
func (e *Engine) typed(c *Case, text string, ev Event) Event {
	ev.Code = onlyDigits(text)
	if c.Code != nil {
		ev.MAC = e.codeMAC(c.ID, c.Code.Seq, ev.Code)
	}
	return ev
}

// eraseOthers deletes what older cases of the same person still hold.
func (e *Engine) eraseOthers(ctx context.Context, tx Tx, c *Case, ev Event) error {
	all, err := tx.CasesOf(ctx, c.TenantKey, c.OpenID)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.ID == c.ID {
			continue
		}
		if err := e.onCase(ctx, tx, o, ev); err != nil {
			return err
		}
	}
	return nil
}

// answerWith shows the case as it is now on the card that was clicked.
func (e *Engine) answerWith(ctx context.Context, tx Tx, k Click, out outcome) (Answer, error) {
	a := Answer{Toast: out.Change.Toast}
	switch k.Action.Act {
	case cards.ActResume:
		// Pressed on a reminder, mostly; the answer comes at the bottom of the chat.
		if a.Toast == nil {
			a.Toast = toast("working", nil)
		}
		if k.Action.To != cards.ToForm {
			return a, nil
		}
	}
	if a.Toast == nil {
		a.Toast = toast("done", nil)
	}
	if out.Change.Why == RetryTooSoon {
		return a, nil // nothing has happened; the card stays as it is
	}
	if err := e.redrawSoon(ctx, tx, k, out); err != nil {
		return Answer{}, err
	}
	s := Scene{Now: e.Now(), Policy: &e.Policy}
	if _, own := applicantActs[k.Action.Act]; own {
		a.Card = ApplicantCard(out.Case, s)
		return a, nil
	}
	card := HRCard(out.Case, s)
	// A case opened from the queue goes on to the next one in the same card.
	if r, ok := card.(cards.Review); ok && k.MessageID != "" {
		if _, err := tx.SurfaceByMessage(ctx, k.MessageID); isNotFound(err) {
			r.Queue = true
			card = r
		} else if err != nil {
			return Answer{}, err
		}
	}
	a.Card = card
	return a, nil
}

// clickStart opens a case, or shows the one that is open.
func (e *Engine) clickStart(ctx context.Context, tx Tx, k Click, again bool) (Answer, error) {
	if again {
		return Answer{Toast: toast("already", nil)}, nil
	}
	c, err := tx.OpenCase(ctx, k.TenantKey, k.OpenID)
	switch {
	case err == nil:
		if err := e.onCase(ctx, tx, c, Event{Kind: CardAsked, At: e.Now(), Actor: k.OpenID, Role: Applicant}); err != nil {
			return Answer{}, err
		}
	case isNotFound(err):
		if _, err := e.open(ctx, tx, k.TenantKey, k.OpenID, k.ChatID); err != nil {
			return Answer{}, err
		}
	default:
		return Answer{}, err
	}
	return Answer{Toast: toast("working", nil)}, nil
}

// eventLook is the audit event of somebody looking at a person's masked data.
const eventLook = "look"

// clickNext draws a waiting case into the card that was clicked: the one named, or the
// next one after it when the card shows it already.
func (e *Engine) clickNext(ctx context.Context, tx Tx, k Click) (Answer, error) {
	waiting, err := tx.Line(ctx, k.TenantKey, []State{AwaitingReview, NeedsAttention}, 200)
	if err != nil {
		return Answer{}, err
	}
	var mine []string
	at := -1
	for _, w := range waiting {
		if w.OpenID == k.OpenID {
			continue // nobody decides on himself
		}
		if w.CaseID == k.Action.Case {
			at = len(mine)
		}
		mine = append(mine, w.CaseID)
	}
	if len(mine) == 0 {
		return Answer{Toast: toast("nothing_next", nil), Card: cards.Pending{}}, nil
	}
	pick := 0
	switch {
	case at >= 0 && k.Action.To == cards.ToAfter:
		pick = (at + 1) % len(mine)
	case at >= 0:
		pick = at
	}
	c, err := tx.Case(ctx, mine[pick])
	if err != nil {
		return Answer{}, err
	}
	// Opening a case is a look at a person's data, and the person may know.
	look := AuditRow{CaseID: c.ID, At: e.Now(), Actor: k.OpenID, Event: eventLook, From: c.State, To: c.State, Why: "opened from the queue"}
	if err := tx.Audit(ctx, look); err != nil {
		return Answer{}, err
	}
	card := HRCard(c, Scene{Now: e.Now(), Policy: &e.Policy, Waiting: len(mine) - 1})
	if r, ok := card.(cards.Review); ok {
		r.Queue = true
		card = r
	}
	return Answer{Card: card, Toast: toast("opened", nil)}, nil
}

// clickBring brings a case's own card to the bottom of HR's chat.
func (e *Engine) clickBring(ctx context.Context, tx Tx, k Click, again bool) (Answer, error) {
	c, err := tx.Case(ctx, k.Action.Case)
	switch {
	case isNotFound(err) || err == nil && c.TenantKey != k.TenantKey:
		return Answer{}, errNoCase
	case err != nil:
		return Answer{}, err
	case again:
		return Answer{Toast: toast("already", nil)}, nil
	case c.OpenID == k.OpenID:
		return Answer{Toast: toast("self_review", nil)}, nil
	case c.State.Turn() != HR:
		return Answer{Toast: lateToast(&e.Policy, c)}, nil
	}
	look := AuditRow{CaseID: c.ID, At: e.Now(), Actor: k.OpenID, Event: eventLook, From: c.State, To: c.State, Why: "brought down from a list"}
	if err := tx.Audit(ctx, look); err != nil {
		return Answer{}, err
	}
	jobs, err := e.surfaces(ctx, tx, c, Change{Show: []string{toHR}, Anew: []string{toHR}}, "")
	if err != nil {
		return Answer{}, err
	}
	return Answer{Toast: toast("brought", nil)}, e.enqueue(ctx, tx, "click/"+k.EventID, jobs...)
}

// replyTo queues a reply to the person who clicked.
func (e *Engine) replyTo(ctx context.Context, tx Tx, k Click, j Job) error {
	j.Kind, j.To, j.ToType = JobReply, k.OpenID, "open_id"
	return e.enqueue(ctx, tx, "click/"+k.EventID, personally(j, k.TenantKey, k.OpenID))
}
