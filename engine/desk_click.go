package engine

import (
	"context"
	"strconv"

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
	list := e.queueOf
	if d.Filter == flows.FilterSample {
		list = e.samplesOf
	}
	queue, err := list(ctx, tx, k.TenantKey, k.OpenID)
	if err != nil {
		return nil, err
	}
	inside := flows.InDepartment(queue, d.Department)
	next := flows.NextOf(inside, d.Filter, d.Cursor, d.Case, k.OpenID, e.Now())
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

// bulkAtDesk offers all green cases that nobody else reads for approval, approves those that were offered, or takes
// the approval back.
func (e *Engine) bulkAtDesk(ctx context.Context, tx flows.Tx, k click, d *flows.Desk) (*cards.Toast, error) {
	switch k.Action.To {
	case cards.ToConfirm:
		return e.approveOffered(ctx, tx, k, d)
	case cards.ToUndo:
		return e.undoTogether(ctx, tx, k, d)
	}
	if err := e.closeAtDesk(ctx, tx, k, d); err != nil {
		return nil, err
	}
	queue, err := e.queueOf(ctx, tx, k.TenantKey, k.OpenID)
	if err != nil {
		return nil, err
	}
	d.Offered = nil
	for _, q := range flows.InDepartment(queue, d.Department) {
		by := q.Assigned.ReaderAt(e.Now())
		if flows.FilterOf(q, e.Now()) != flows.FilterGreen || by != "" && by != k.OpenID {
			continue
		}
		c, err := tx.Case(ctx, q.CaseID)
		if err != nil {
			return nil, err
		}
		if !e.allGreen(c) {
			continue // a finding has changed with the time, such as the end of the card's validity
		}
		d.Offered = append(d.Offered, flows.Offered{Case: c.ID, Rev: c.Rev})
		if err := e.AuditView(ctx, tx, c, k.OpenID, "listed for approval together"); err != nil {
			return nil, err
		}
		if len(d.Offered) == maxBulk {
			break
		}
	}
	if len(d.Offered) == 0 {
		return flows.NewToast("bulk_none", nil), nil
	}
	return nil, nil
}

// maxBulk is how many cases are approved together. The card lists them all, and one transaction decides on them.
const maxBulk = 50

// allGreen reports whether a case may be approved with others unread.
func (e *Engine) allGreen(c *flows.Case) bool {
	return c.Help == nil && !c.OtherNumber && c.Question == nil && flows.AllGreen(flows.Findings(c, &e.Policy, e.Now()))
}

// approveOffered approves the offered cases that are as they were when they were offered, and leaves out the others.
func (e *Engine) approveOffered(ctx context.Context, tx flows.Tx, k click, d *flows.Desk) (*cards.Toast, error) {
	if k.repeated || len(d.Offered) == 0 {
		return flows.NewToast("already", nil), nil
	}
	policy, err := e.policyOf(ctx, tx, k.TenantKey)
	if err != nil {
		return nil, err
	}
	offered := d.Offered
	d.Offered, d.Decided = nil, nil
	approved := 0
	for _, o := range offered {
		c, err := tx.Case(ctx, o.Case)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		by := policy.ReaderOf(c.TenantKey, c.Assigned, e.Now())
		if c.State != flows.AwaitingReview || !e.allGreen(c) || by != "" && by != k.OpenID || c.OnHold.ActiveAt(e.Now()) {
			continue
		}
		ev := e.deskEvent(flows.Approved, k)
		ev.Rev = &o.Rev
		out, err := e.DecideAndPersist(ctx, tx, c, ev)
		if err != nil {
			return nil, err
		}
		if !out.Changed() {
			continue
		}
		approved++
		if out.Case.State == flows.Decided {
			d.Decided = append(d.Decided, c.ID)
		}
	}
	return flows.NewToast("bulk_done", map[string]string{
		"n":       strconv.Itoa(approved),
		"skipped": strconv.Itoa(len(offered) - approved),
	}), nil
}

// undoTogether takes the approvals of the last click back that have not taken effect.
func (e *Engine) undoTogether(ctx context.Context, tx flows.Tx, k click, d *flows.Desk) (*cards.Toast, error) {
	decided := d.Decided
	d.Decided = nil
	undone := 0
	for _, id := range decided {
		c, err := tx.Case(ctx, id)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out, err := e.DecideAndPersist(ctx, tx, c, e.deskEvent(flows.Undone, k))
		if err != nil {
			return nil, err
		}
		if out.Changed() {
			undone++
		}
	}
	return flows.NewToast("bulk_undone", map[string]string{"n": strconv.Itoa(undone)}), nil
}

// bulkCard lists the offered cases.
func (e *Engine) bulkCard(ctx context.Context, v flows.View, d flows.Desk) (cards.Card, error) {
	var out cards.Bulk
	for _, o := range d.Offered {
		c, err := v.Case(ctx, o.Case)
		if flows.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out.Names = append(out.Names, flows.MaskedName(c))
	}
	return out, nil
}
