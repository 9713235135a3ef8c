package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// atDesk returns the desk whose message was clicked by its admin; nil for any other message. A message that no surface
// knows is the desk's if one is being sent: it was clicked before its id was stored.
func (e *Engine) atDesk(ctx context.Context, v flows.View, k click) (*flows.Surface, error) {
	if !e.Policy.ReviewQueue || k.MessageID == "" {
		return nil, nil
	}
	s, err := v.SurfaceByMessage(ctx, k.MessageID)
	switch {
	case err == nil && s.ID == deskID(k.TenantKey, k.OpenID) && s.MessageID == k.MessageID:
		return s, nil
	case !flows.IsNotFound(err):
		return nil, err
	}
	s, err = v.Surface(ctx, deskID(k.TenantKey, k.OpenID))
	if err != nil || s.SendingGeneration <= s.SentGeneration {
		return nil, flows.IgnoreNotFound(err)
	}
	return s, nil
}

// openDesk sends the admin's desk in private. A desk opens the case that the button names, if there is one.
func (e *Engine) openDesk(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	if k.repeated {
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	}
	d, err := loadDesk(ctx, tx, k.TenantKey, k.OpenID)
	if err != nil {
		return flows.Answer{}, err
	}
	if k.Action.Case != "" {
		refusal, err := e.openAtDesk(ctx, tx, k, &d, k.Action.Case)
		if err != nil || refusal != nil {
			return flows.Answer{Toast: refusal}, err
		}
	}
	if err := e.sendDesk(ctx, tx, k.TenantKey, k.OpenID, "click/"+k.EventID, d); err != nil {
		return flows.Answer{}, err
	}
	return flows.Answer{Toast: flows.NewToast("desk_sent", nil)}, nil
}

// clickAtDesk handles the buttons of a desk that are about no single case.
func (e *Engine) clickAtDesk(ctx context.Context, tx flows.Tx, k click, s *flows.Surface) (flows.Answer, error) {
	d, err := loadDesk(ctx, tx, k.TenantKey, k.OpenID)
	if err != nil {
		return flows.Answer{}, err
	}
	var toast *cards.Toast
	switch {
	case k.Action.Act == cards.ActBulk:
		toast, err = e.bulkAtDesk(ctx, tx, k, &d)
	case k.Action.Act == cards.ActFilter:
		d.Filter, d.Department, d.Offered = flows.DeskFilter(k.Action.To), k.Action.Department, nil
		err = e.closeAtDesk(ctx, tx, k, &d)
	case k.Action.To == cards.ToList:
		d.Offered = nil
		err = e.closeAtDesk(ctx, tx, k, &d)
	case k.Action.To == cards.ToOpen:
		toast, err = e.openAtDesk(ctx, tx, k, &d, k.Action.Case)
	default:
		toast, err = e.nextAtDesk(ctx, tx, k, &d)
	}
	if err != nil {
		return flows.Answer{}, err
	}
	return e.answerAtDesk(ctx, tx, k, s, d, toast)
}

// answerAtDesk stores the desk and answers with what it shows. The desk is drawn once more in case the answer is lost.
func (e *Engine) answerAtDesk(
	ctx context.Context, tx flows.Tx, k click, s *flows.Surface, d flows.Desk, toast *cards.Toast,
) (flows.Answer, error) {
	if err := saveDesk(ctx, tx, k.TenantKey, k.OpenID, d); err != nil {
		return flows.Answer{}, err
	}
	if err := e.redrawDesk(ctx, tx, k, s); err != nil {
		return flows.Answer{}, err
	}
	card, err := e.deskCard(ctx, tx, k.TenantKey, k.OpenID, d)
	if toast == nil {
		toast = flows.NewToast("opened", nil)
	}
	return flows.Answer{Toast: toast, Card: card}, err
}

// redrawDesk queues the drawing of the clicked desk.
func (e *Engine) redrawDesk(ctx context.Context, tx flows.Tx, k click, s *flows.Surface) error {
	if s.MessageID == k.MessageID {
		return e.redrawCurrent(ctx, tx, k, "", s.ID)
	}
	return e.Enqueue(ctx, tx, "answered/"+k.EventID, e.redrawJob("", s.ID).
		With(flows.ArgClicked, k.MessageID).With(flows.ArgTenant, k.TenantKey))
}

// nextAtDesk opens the next case of the filter, or the list if there is none.
func (e *Engine) nextAtDesk(ctx context.Context, tx flows.Tx, k click, d *flows.Desk) (*cards.Toast, error) {
	part, err := e.deskPart(ctx, tx, k.TenantKey, k.OpenID, d)
	if err != nil {
		return nil, err
	}
	next, err := e.nextFree(ctx, tx, k.TenantKey, k.OpenID, part, d.Cursor, d.Case)
	if err != nil {
		return nil, err
	}
	if next == "" {
		toast := flows.NewToast("nothing_next", nil)
		return toast, e.closeAtDesk(ctx, tx, k, d)
	}
	return e.openAtDesk(ctx, tx, k, d, next)
}

// openAtDesk opens a case at the desk, keeps it for the admin, and gives the case back that was open. It returns a
// toast if another admin reads the case.
func (e *Engine) openAtDesk(
	ctx context.Context, tx flows.Tx, k click, d *flows.Desk, caseID string,
) (refusal *cards.Toast, err error) {
	if d.Case != caseID {
		if err := e.closeAtDesk(ctx, tx, k, d); err != nil {
			return nil, err
		}
	}
	c, err := tx.Case(ctx, caseID)
	if flows.IsNotFound(err) || err == nil && c.TenantKey != k.TenantKey {
		return nil, errNoCase
	}
	if err != nil {
		return nil, err
	}
	out, err := e.DecideAndPersist(ctx, tx, c, e.deskEvent(flows.Assigned, k))
	if err != nil || !out.Changed() {
		return out.Change.Toast, err
	}
	d.Case, d.Form, d.Panel, d.Cursor, d.Offered = c.ID, false, "", flows.CursorOf(c), nil
	if err := e.AuditView(ctx, tx, c, k.OpenID, "opened at the desk"); err != nil {
		return nil, err
	}
	return nil, e.lookUnasked(ctx, tx, k, out.Case)
}

// closeAtDesk gives the open case back, so that other admins find it, and shows the list.
func (e *Engine) closeAtDesk(ctx context.Context, tx flows.Tx, k click, d *flows.Desk) error {
	open := d.Case
	d.Case, d.Form, d.Panel = "", false, ""
	if open == "" {
		return nil
	}
	c, err := tx.Case(ctx, open)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	return e.Apply(ctx, tx, c, e.deskEvent(flows.Released, k))
}

// deskEvent is an event of the admin at the desk. It carries no time of Feishu's clock: it changes no decision.
func (e *Engine) deskEvent(kind flows.Kind, k click) flows.Event {
	return flows.Event{
		Kind:          kind,
		At:            e.Now(),
		Actor:         k.OpenID,
		Role:          flows.HR,
		SourceMessage: k.MessageID,
	}
}

// afterDecisionAtDesk answers a button of the case that is open at a desk: a decision opens the next case, and an undo
// opens the case again. A refused click shows the case as it is.
func (e *Engine) afterDecisionAtDesk(
	ctx context.Context, tx flows.Tx, k click, s *flows.Surface, out outcome, toast *cards.Toast,
) (flows.Answer, error) {
	d, err := loadDesk(ctx, tx, k.TenantKey, k.OpenID)
	if err != nil {
		return flows.Answer{}, err
	}
	c := out.Case
	switch act := k.Action.Act; {
	case !out.Changed():
	case act == cards.ActAsk || act == cards.ActNote || act == cards.ActHold && c.OnHold == nil:
		d.Panel = "" // the case stays open
	case act == cards.ActHold || act == cards.ActTransfer:
		if _, err := e.nextAtDesk(ctx, tx, k, &d); err != nil {
			return flows.Answer{}, err
		}
	case k.Action.Act == cards.ActUndo:
		d.Decided = nil
		// The undo is done, also if the case cannot be opened: then the desk shows what it showed.
		if _, err := e.openAtDesk(ctx, tx, k, &d, c.ID); err != nil {
			return flows.Answer{}, err
		}
	case c.State.Turn() != flows.HR || c.FirstApproval != nil && c.FirstApproval.By == k.OpenID:
		d.Decided = nil
		if c.State == flows.Decided {
			d.Decided = []string{c.ID}
		}
		if _, err := e.nextAtDesk(ctx, tx, k, &d); err != nil {
			return flows.Answer{}, err
		}
	}
	return e.answerAtDesk(ctx, tx, k, s, d, toast)
}
