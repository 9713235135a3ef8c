package engine

import (
	"context"
	"errors"

	"shiming/cards"
	"shiming/flows"
	"shiming/idcard"
)

// errNoCase says that a click names a case that does not exist, or a case of another tenant.
var errNoCase = errors.New("flows: no such case")

// click is a button that was pressed on a card.
type click struct {
	flows.CardAction
	repeated bool // the same click was handled before: it is answered, but it changes nothing
}

// Click handles a button that was pressed on a card. The returned toast and card are the answer to the callback, which
// Feishu waits 3 seconds for. An error means that nothing was stored.
func (e *Engine) Click(ctx context.Context, k flows.CardAction) (flows.Answer, error) {
	if k.Foreign {
		return flows.Answer{Toast: flows.NewToast("not_staff", nil)}, nil
	}
	if k.Malformed {
		return flows.Answer{Toast: flows.NewToast("bad_request", nil)}, nil
	}
	var a flows.Answer
	err := e.Store.Tx(ctx, func(tx flows.Tx) error {
		a = flows.Answer{} // the transaction may run more than once
		repeated, err := tx.InsertEventKeys(ctx, e.Now(), onceKey("event", k.EventID))
		if err != nil {
			return err
		}
		if a, err = e.handleClick(ctx, tx, click{k, repeated}); err != nil {
			return err
		}
		return e.recordRefused(ctx, tx, click{k, repeated}, a)
	})
	if errors.Is(err, errNoCase) {
		return flows.Answer{Toast: flows.NewToast("bad_request", nil)}, nil
	}
	if err == nil && a.Card != nil && e.Shared {
		a.Left = e.releaseAnswer(k.MessageID)
		e.awaitDrawing(ctx, k.MessageID)
	}
	return a, err
}

// handleClick handles the buttons that belong to no single case, and passes the others on.
func (e *Engine) handleClick(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	if k.Action.Act == cards.ActRemind && k.Action.Case != "" {
		return e.clickOnCase(ctx, tx, k)
	}
	switch k.Action.Act {
	case cards.ActStart:
		return e.openFromCard(ctx, tx, k)
	case cards.ActMyData:
		return e.replyByCard(ctx, tx, k, flows.Reply(flows.ReplyMyData))
	case cards.ActNext, cards.ActRemind, cards.ActFilter, cards.ActBulk, cards.ActExport:
		admin, err := e.IsAdmin(ctx, tx, k.TenantKey, k.OpenID)
		if err != nil {
			return flows.Answer{}, err
		}
		if !admin {
			return e.refuseNonAdmin(ctx, tx, k)
		}
		if k.Action.Act == cards.ActExport {
			return e.export(ctx, tx, k)
		}
		if k.Action.Act != cards.ActRemind && e.Policy.ReviewQueue {
			desk, err := e.atDesk(ctx, tx, k)
			if err != nil {
				return flows.Answer{}, err
			}
			if desk == nil {
				return e.openDesk(ctx, tx, k)
			}
			return e.clickAtDesk(ctx, tx, k, desk)
		}
		if k.Action.Act == cards.ActRemind {
			return e.replyByCard(ctx, tx, k, remindAll(k.At))
		}
		if k.Action.To == cards.ToBottom {
			return e.repostReviewCard(ctx, tx, k)
		}
		return e.openNextInQueue(ctx, tx, k)
	}
	if requestActs[k.Action.Act] {
		return e.clickOnRequest(ctx, tx, k)
	}
	if campaignActs[k.Action.Act] {
		return e.clickOnCampaign(ctx, tx, k)
	}
	if k.Action.Act == cards.ActDecide || k.Action.Act == cards.ActOpen {
		return e.openDecisionForm(ctx, tx, k)
	}
	return e.clickOnCase(ctx, tx, k)
}

// replyByCard queues a card for the person who clicked. The answer itself is only a toast.
func (e *Engine) replyByCard(ctx context.Context, tx flows.Tx, k click, j flows.Job) (flows.Answer, error) {
	if !k.repeated {
		if err := e.replyToClicker(ctx, tx, k, j); err != nil {
			return flows.Answer{}, err
		}
	}
	return flows.Answer{Toast: flows.NewToast("working", nil)}, nil
}

// openFromCard opens a case, or brings the card of the open case to the bottom of the chat. A person who is
// registered is told so first, because each registration is billed. The card that says so has a button that means it
// (ToAgain).
func (e *Engine) openFromCard(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	if k.repeated {
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	}
	toast := flows.NewToast("working", nil)
	c, err := tx.OpenCase(ctx, k.TenantKey, k.OpenID)
	switch {
	case err == nil:
		err = e.Apply(ctx, tx, c, e.applicantEvent(flows.CardAsked, k.OpenID, k.At))
	case flows.IsNotFound(err):
		toast, err = e.openOnClick(ctx, tx, k)
	}
	if err != nil {
		return flows.Answer{}, err
	}
	return flows.Answer{Toast: toast}, nil
}

// openOnClick opens a case, or tells a registered person that one exists. It returns the toast of the click.
func (e *Engine) openOnClick(ctx context.Context, tx flows.Tx, k click) (*cards.Toast, error) {
	why, err := e.whyNotOpen(ctx, tx, k.TenantKey, k.OpenID, k.Action.To == cards.ToAgain)
	switch {
	case err != nil:
		return nil, err
	case why == "already_done":
		notice := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, why)
		return flows.NewToast("registered", nil), e.replyToClicker(ctx, tx, k, notice)
	case why != "":
		return flows.NewToast(why, nil), nil
	}
	idle, err := e.idleSince(ctx, tx, k.TenantKey, k.OpenID)
	switch {
	case err != nil:
		return nil, err
	case flows.MadeBefore(k.At, idle):
		return flows.CameLateToast(k.At, e.Now()), nil
	}
	_, err = e.open(ctx, tx, opening{tenantKey: k.TenantKey, openID: k.OpenID, chatID: k.ChatID, made: k.At})
	return flows.NewToast("working", nil), err
}

// clickOnCase handles a button that is an event of a case, and answers with the case as it is afterwards.
func (e *Engine) clickOnCase(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	// A card is data that somebody sends us. Its case id proves nothing, so that the tenant is compared.
	id, err := e.caseIDOf(ctx, tx, k)
	if flows.IsNotFound(err) {
		return flows.Answer{Toast: flows.NewToast("card_unknown", nil)}, nil
	}
	if err != nil {
		return flows.Answer{}, err
	}
	c, err := tx.Case(ctx, id)
	if flows.IsNotFound(err) || err == nil && c.TenantKey != k.TenantKey {
		return flows.Answer{}, errNoCase
	}
	if err != nil {
		return flows.Answer{}, err
	}
	switch k.Action.Act {
	case cards.ActPeek:
		return e.peek(ctx, tx, k, c)
	case cards.ActEvidence:
		return e.showEvidence(ctx, tx, k, c)
	case cards.ActAgree:
		return e.agreeToLook(ctx, tx, k, c)
	case cards.ActRenamed:
		return e.answerRenamed(ctx, tx, k, c)
	case cards.ActRemind:
		return e.remindOne(ctx, tx, k, c)
	}
	admin, err := e.IsAdmin(ctx, tx, k.TenantKey, k.OpenID)
	if err != nil {
		return flows.Answer{}, err
	}
	if _, hr := flows.HRActs[k.Action.Act]; hr && !admin {
		return e.refuseNonAdmin(ctx, tx, k)
	}
	ev, refusal := e.eventOfClick(c, k, admin)
	if refusal != nil {
		return flows.Answer{Toast: refusal}, nil
	}
	if k.repeated {
		already := flows.Change{Toast: flows.NewToast("already", nil)}
		if talkActs[k.Action.Act] {
			return answerInTalk(k, outcome{Case: c, Change: already}), nil
		}
		return e.answerWith(ctx, tx, k, outcome{Case: c, Change: already})
	}
	out, err := e.DecideAndPersist(ctx, tx, c, ev)
	if err != nil {
		return flows.Answer{}, err
	}
	if talkActs[k.Action.Act] {
		return answerInTalk(k, out), nil
	}
	if ev.Kind == flows.Erase && out.Change.Rule != flows.RefusalLate {
		if err := e.eraseOlderCases(ctx, tx, c, ev); err != nil {
			return flows.Answer{}, err
		}
		if out.Changed() {
			if err := e.recordErasure(ctx, tx, out.Case); err != nil {
				return flows.Answer{}, err
			}
		}
		// The clicked card becomes the receipt of the deletion.
		receipt, err := e.MyData(ctx, tx, k.TenantKey, k.OpenID)
		return flows.Answer{Toast: out.Change.Toast, Card: receipt}, err
	}
	return e.answerWith(ctx, tx, k, out)
}

// eventOfClick translates a click into an event of the case, or returns the toast that refuses it. It decides by the
// person who pressed what that person may do, never by the contents of the card. admin says that the person may decide.
func (e *Engine) eventOfClick(c *flows.Case, k click, admin bool) (ev flows.Event, refusal *cards.Toast) {
	act := k.Action.Act
	ev = flows.Event{
		At:            e.Now(),
		MadeAt:        k.At,
		Actor:         k.OpenID,
		Form:          k.Form,
		Side:          k.Action.Side,
		SourceMessage: k.MessageID,
	}
	if kind, ok := flows.ApplicantActs[act]; ok {
		if k.OpenID != c.OpenID {
			return ev, flows.NewToast("not_yours", nil)
		}
		ev.Kind, ev.Role = kind, flows.Applicant
	} else if kind, ok := flows.HRActs[act]; ok {
		if !admin {
			return ev, flows.NewToast("not_allowed", nil)
		}
		ev.Kind, ev.Role = kind, flows.HR
	} else {
		return ev, flows.NewToast("bad_request", nil)
	}
	switch act {
	case cards.ActDocumentPhoto:
		ev.Document = idcard.Document(k.Action.To)
	case cards.ActMethod:
		ev.Method = flows.Method(k.Action.To)
	case cards.ActConsent:
		ev.AgreementTag = k.Action.Agreement
	}
	if act == cards.ActSendBack && k.Action.Reason != "" {
		ev.Form.Reason, ev.Form.Side = &k.Action.Reason, &k.Action.Side
	}
	switch act {
	case cards.ActAsk:
		ev.Preset = k.Action.Reason
	case cards.ActHold:
		ev.Field = k.Action.To
	}
	if act == cards.ActResume && k.Action.To == cards.ToForm {
		ev.Kind = flows.EditAsked
	}
	// A button belongs to the revision of the case that its card shows. Decide refuses it after a change.
	if !flows.AnyRevision[ev.Kind] {
		ev.Rev = &k.Action.Rev
	}
	if ev.Kind == flows.CodeTyped {
		typed := ""
		if k.Form.SMSCode != nil {
			typed = *k.Form.SMSCode
		}
		ev = e.withTypedCode(c, typed, ev)
	}
	return ev, nil
}

// eraseOlderCases deletes the data of the person's other cases as well.
func (e *Engine) eraseOlderCases(ctx context.Context, tx flows.Tx, c *flows.Case, ev flows.Event) error {
	all, err := tx.CasesOf(ctx, c.TenantKey, c.OpenID)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.ID == c.ID {
			continue
		}
		if err := e.Apply(ctx, tx, o, ev); err != nil {
			return err
		}
	}
	return nil
}
