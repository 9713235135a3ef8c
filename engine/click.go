package engine

import (
	"context"
	"errors"

	"shiming/cards"
	"shiming/flows"
)

// errNoCase: the click names a case that is not there, or not this tenant's.
var errNoCase = errors.New("flows: no such case")

// Click takes a button pressed on a card and answers within the callback. An error means
// that nothing was stored.
func (e *Engine) Click(ctx context.Context, k flows.CardAction) (flows.Answer, error) {
	if k.Malformed {
		return flows.Answer{Toast: flows.NewToast("bad_request", nil)}, nil
	}
	var a flows.Answer
	err := e.Store.Tx(ctx, func(tx flows.Tx) error {
		a = flows.Answer{}
		again, err := tx.Seen(ctx, e.Now(), onceKey("event", k.EventID))
		if err != nil {
			return err
		}
		a, err = e.handleClick(ctx, tx, k, again)
		return err
	})
	if errors.Is(err, errNoCase) {
		return flows.Answer{Toast: flows.NewToast("bad_request", nil)}, nil
	}
	return a, err
}

func (e *Engine) handleClick(ctx context.Context, tx flows.Tx, k flows.CardAction, again bool) (flows.Answer, error) {
	act := k.Action.Act
	switch act {
	case cards.ActStart:
		return e.openFromCard(ctx, tx, k, again)
	case cards.ActMyData:
		if !again {
			if err := e.replyToClicker(ctx, tx, k, flows.Reply(flows.ReplyMyData)); err != nil {
				return flows.Answer{}, err
			}
		}
		return flows.Answer{Toast: flows.NewToast("working", nil)}, nil
	case cards.ActNext, cards.ActRemind:
		if !e.IsAdmin(k.TenantKey, k.OpenID) {
			return flows.Answer{Toast: flows.NewToast("not_allowed", nil)}, nil
		}
		if act == cards.ActNext && k.Action.To == cards.ToBottom {
			return e.repostReviewCard(ctx, tx, k, again)
		}
		if act == cards.ActNext {
			return e.openNextInQueue(ctx, tx, k)
		}
		if !again {
			if err := e.replyToClicker(ctx, tx, k, flows.Reply(flows.ReplyRemindAll)); err != nil {
				return flows.Answer{}, err
			}
		}
		return flows.Answer{Toast: flows.NewToast("working", nil)}, nil
	}

	c, err := tx.Case(ctx, k.Action.Case)
	if flows.IsNotFound(err) || err == nil && c.TenantKey != k.TenantKey {
		return flows.Answer{}, errNoCase
	}
	if err != nil {
		return flows.Answer{}, err
	}
	ev := flows.Event{
		At:            e.Now(),
		Actor:         k.OpenID,
		Form:          k.Form,
		Side:          k.Action.Side,
		SourceMessage: k.MessageID,
	}
	kind, own := flows.ApplicantActs[act]
	if own {
		// Who acts is decided by who pressed, never by what the card says.
		if k.OpenID != c.OpenID {
			return flows.Answer{Toast: flows.NewToast("not_yours", nil)}, nil
		}
		ev.Role = flows.Applicant
	} else {
		if kind, own = flows.HRActs[act]; !own {
			return flows.Answer{Toast: flows.NewToast("bad_request", nil)}, nil
		}
		if !e.IsAdmin(k.TenantKey, k.OpenID) {
			return flows.Answer{Toast: flows.NewToast("not_allowed", nil)}, nil
		}
		ev.Role = flows.HR
	}
	if act == cards.ActResume && k.Action.To == cards.ToForm {
		kind = flows.EditAsked
	}
	ev.Kind = kind
	if !flows.AnyRevision[kind] {
		ev.Rev = &k.Action.Rev
	}
	if kind == flows.CodeTyped {
		typed := ""
		if k.Form.SMSCode != nil {
			typed = *k.Form.SMSCode
		}
		ev = e.withTypedCode(c, typed, ev)
	}
	if again {
		return e.answerWith(ctx, tx, k, outcome{Case: c, Change: flows.Change{Toast: flows.NewToast("already", nil)}})
	}
	out, err := e.DecideAndPersist(ctx, tx, c, ev)
	if err != nil {
		return flows.Answer{}, err
	}
	if kind == flows.Erase {
		if err := e.eraseOlderCases(ctx, tx, c, ev); err != nil {
			return flows.Answer{}, err
		}
		receipt, err := e.MyData(ctx, tx, k.TenantKey, k.OpenID)
		return flows.Answer{Toast: out.Change.Toast, Card: receipt}, err
	}
	return e.answerWith(ctx, tx, k, out)
}

// eraseOthers deletes what older cases of the same person still hold.
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

// answerWith shows the case as it is now on the card that was clicked.
func (e *Engine) answerWith(ctx context.Context, tx flows.Tx, k flows.CardAction, out outcome) (flows.Answer, error) {
	a := flows.Answer{Toast: out.Change.Toast}
	switch k.Action.Act {
	case cards.ActResume:
		// Pressed on a reminder, mostly; the answer comes at the bottom of the chat.
		if a.Toast == nil {
			a.Toast = flows.NewToast("working", nil)
		}
		if k.Action.To != cards.ToForm {
			return a, nil
		}
	}
	if a.Toast == nil {
		a.Toast = flows.NewToast("done", nil)
	}
	if out.Change.Rule == flows.RetryTooSoon {
		return a, nil // nothing has happened; the card stays as it is
	}
	if err := e.redrawAfterClick(ctx, tx, k, out); err != nil {
		return flows.Answer{}, err
	}
	s := flows.ViewContext{Now: e.Now(), Policy: &e.Policy}
	if _, own := flows.ApplicantActs[k.Action.Act]; own {
		a.Card = flows.ApplicantCard(out.Case, s)
		return a, nil
	}
	card := flows.HRCard(out.Case, s)
	// A case opened from the queue goes on to the next one in the same card.
	if r, ok := card.(cards.Review); ok && k.MessageID != "" {
		if _, err := tx.SurfaceByMessage(ctx, k.MessageID); flows.IsNotFound(err) {
			r.Queue = true
			card = r
		} else if err != nil {
			return flows.Answer{}, err
		}
	}
	a.Card = card
	return a, nil
}

// clickStart opens a case, or shows the one that is open.
func (e *Engine) openFromCard(ctx context.Context, tx flows.Tx, k flows.CardAction, again bool) (flows.Answer, error) {
	if again {
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	}
	c, err := tx.OpenCase(ctx, k.TenantKey, k.OpenID)
	switch {
	case err == nil:
		if err := e.Apply(ctx, tx, c, flows.Event{
			Kind:  flows.CardAsked,
			At:    e.Now(),
			Actor: k.OpenID,
			Role:  flows.Applicant,
		}); err != nil {
			return flows.Answer{}, err
		}
	case flows.IsNotFound(err):
		if _, err := e.open(ctx, tx, k.TenantKey, k.OpenID, k.ChatID); err != nil {
			return flows.Answer{}, err
		}
	default:
		return flows.Answer{}, err
	}
	return flows.Answer{Toast: flows.NewToast("working", nil)}, nil
}
