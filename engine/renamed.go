package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// EventNameCheck is the event of an audit row: an admin has decided what follows from another name in the directory.
const EventNameCheck = "name_check"

// RenamedCard is the card of a difference between directory and record; by is the admin who has decided, "" for nobody.
func RenamedCard(c *flows.Case, works flows.Employment, by string) cards.Card {
	card := cards.Renamed{Ref: flows.CardRef(c), Applicant: c.OpenID, MaskedName: flows.MaskedName(c), By: by}
	if works.NameCheck == flows.NameKept || works.NameCheck == flows.NameAgain {
		card.Answer = string(works.NameCheck)
	}
	return card
}

// answerRenamed takes HR's decision about another name: keep the record, or ask the person to register again. Nothing
// follows by itself, and the first decision counts.
func (e *Engine) answerRenamed(ctx context.Context, tx flows.Tx, k click, c *flows.Case) (flows.Answer, error) {
	admin, err := e.IsAdmin(ctx, tx, k.TenantKey, k.OpenID)
	switch {
	case err != nil:
		return flows.Answer{}, err
	case !admin:
		return flows.Answer{Toast: flows.NewToast("not_allowed", nil)}, nil
	case c.OpenID == k.OpenID:
		return flows.Answer{Toast: flows.NewToast("self_review", nil)}, nil
	}
	works, err := tx.EmploymentForUpdate(ctx, c.TenantKey, c.OpenID)
	if err != nil {
		return flows.Answer{}, err
	}
	if works.NameCheck != flows.NameDiffers || !works.LeftAt.IsZero() {
		return flows.Answer{Toast: flows.NewToast("already", nil), Card: RenamedCard(c, works, "")}, nil
	}
	works.NameCheck = flows.NameCheck(k.Action.To)
	if err := tx.PutEmployment(ctx, works); err != nil {
		return flows.Answer{}, err
	}
	if err := tx.Audit(ctx, flows.AuditRow{
		CaseID: c.ID,
		At:     e.Now(),
		Actor:  k.OpenID,
		Event:  EventNameCheck,
		From:   c.State,
		To:     c.State,
		Why:    string(works.NameCheck),
	}); err != nil {
		return flows.Answer{}, err
	}
	card := RenamedCard(c, works, k.OpenID).(cards.Renamed)
	card.At = e.Now()
	answer := flows.Answer{Toast: flows.NewToast("renamed_"+string(works.NameCheck), nil), Card: card}
	if works.NameCheck == flows.NameKept {
		return answer, nil
	}
	notice := flows.Reply(flows.ReplyNotice).With(flows.ArgCode, flows.NoticeRenamed)
	to := flows.Receiver{Type: "open_id", ID: c.OpenID}
	return answer, e.Enqueue(ctx, tx, "click/"+k.EventID, notice.Towards(to).For(c.TenantKey, c.OpenID))
}

// nudgeToasts gives the toast for a reminder of one person that is refused.
var nudgeToasts = map[string]string{
	flows.NudgeCapped:      "remind_capped",
	flows.NudgeTooSoon:     "remind_soon",
	flows.NudgeUnreachable: "remind_suspended",
}

// remindOne reminds the applicant of one case on behalf of an admin.
func (e *Engine) remindOne(ctx context.Context, tx flows.Tx, k click, c *flows.Case) (flows.Answer, error) {
	admin, err := e.IsAdmin(ctx, tx, k.TenantKey, k.OpenID)
	switch {
	case err != nil:
		return flows.Answer{}, err
	case !admin:
		return flows.Answer{Toast: flows.NewToast("not_allowed", nil)}, nil
	case k.repeated:
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	}
	out, err := e.DecideAndPersist(ctx, tx, c, flows.Event{
		Kind:   flows.Nudged,
		At:     e.Now(),
		MadeAt: k.At,
		Actor:  k.OpenID,
		Role:   flows.HR,
	})
	if err != nil {
		return flows.Answer{}, err
	}
	if out.Changed() {
		return flows.Answer{Toast: flows.NewToast("reminded_one", nil)}, nil
	}
	if id, ok := nudgeToasts[out.Change.Rule]; ok {
		return flows.Answer{Toast: flows.NewToast(id, nil)}, nil
	}
	return flows.Answer{Toast: out.Change.Toast}, nil
}
