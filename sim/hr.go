package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"shiming/sim/feishu"
)

// HR is an admin who decides on the cards in the review group and in the admin's own chat with the bot, and opens one
// case after the other at the review desk.
type HR struct {
	OpenID string

	w *World

	mu      sync.Mutex
	handled map[string]int  // by message id: the version that was decided on
	retries map[string]int  // by case: number of retries
	opening map[string]bool // by message id: the form of a decision is being filled in
}

// HR returns the i-th admin, from 0.
func (w *World) HR(i int) *HR { return w.hrOf(w.Admins()[i]) }

// LastHR returns the last admin. Robots decide as this one beside a player, who is the first.
func (w *World) LastHR() *HR { return w.HR(len(w.Admins()) - 1) }

func (w *World) hrOf(openID string) *HR {
	return &HR{
		OpenID:  openID,
		w:       w,
		handled: map[string]int{},
		retries: map[string]int{},
		opening: map[string]bool{},
	}
}

// HRCard is a card that asks HR for a decision.
type HRCard struct {
	Kind      string // review | attention | desk
	Case      string
	Applicant string   // open_id
	Acts      []string // acts of the buttons
	Fields    []string // names of the fields
	Text      string   // all Chinese text of the card
	Approved  bool     // this admin has approved, and another one has to as well

	screen screen
}

// Can reports whether the card has a button for an act.
func (c HRCard) Can(act string) bool { return slices.Contains(c.Acts, act) }

// Asks reports whether the card has a field with this name.
func (c HRCard) Asks(field string) bool { return slices.Contains(c.Fields, field) }

// Decision is HR's answer to a card. The zero value means that this admin does not answer.
type Decision struct {
	Act   string            // next, approve, keep_on_file, send_back, reject, retry, resolve, close
	Form  map[string]string // reason, side, note, evi_point_id, override
	After time.Duration     // delay before the click
}

// filled returns the fields of the form that the decision fills in. The others keep what the card shows.
func (d Decision) filled() map[string]any {
	var form map[string]any
	for name, v := range d.Form {
		if v == "" {
			continue
		}
		if form == nil {
			form = map[string]any{}
		}
		form[name] = v
	}
	return form
}

// Policy decides on a card. HR.Work calls it for each version of a card.
type Policy func(HRCard) Decision

// Approve approves the case.
func Approve() Decision { return Decision{Act: actApprove} }

// SendBack asks the applicant to repeat a part; side is details, front, back or both.
func SendBack(reason, side, note string) Decision {
	return Decision{Act: actSendBack, Form: map[string]string{"reason": reason, "side": side, "note": note}}
}

// KeepOnFile ends the case of a document that no platform takes.
func KeepOnFile() Decision { return Decision{Act: actKeepOnFile} }

// Reject ends the case.
func Reject(reason, note string) Decision {
	return Decision{Act: actReject, Form: map[string]string{"reason": reason, "note": note}}
}

// maxRetries limits how often Diligent retries one case.
const maxRetries = 30

// Next opens the next case at a review desk.
func Next() Decision { return Decision{Act: actNext} }

// Diligent opens one case after the other at a desk. It approves every review, despite a red check with a reason. It
// keeps on file what no platform takes, sends back what cannot be approved or what a platform knows otherwise, and
// resolves the cases that are stuck. If the outcome of a write is unknown, it looks the write up at the platform first.
// It retries everything else, with growing delays.
func (h *HR) Diligent(c HRCard) Decision {
	if c.Kind == string(kindDesk) {
		return Next()
	}
	if c.Kind == "review" {
		if c.Can(actKeepOnFile) {
			return KeepOnFile()
		}
		if c.Can(actSendBack) && !c.Can(actApprove) {
			return SendBack("own_mobile", "details", "")
		}
		d := Approve()
		if c.Asks("override") { // a check is red
			d.Form = map[string]string{"override": "checked_otherwise"}
		}
		return d
	}
	if c.Can(actResolve) {
		if c.Asks("evi_point_id") {
			if points := h.w.ESign.PointsFor(c.Case); len(points) > 0 {
				return Decision{Act: actResolve, Form: map[string]string{"evi_point_id": points[0].ID}}
			}
		} else if h.w.Feishu.Identities()[c.Applicant].Writes > 0 {
			return Decision{Act: actResolve}
		}
	}
	if c.Can(actSendBack) { // a platform knows another value, so that a retry would meet it again
		return Decision{Act: actSendBack}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	n := h.retries[c.Case]
	if !c.Can(actRetry) || n >= maxRetries {
		return Decision{}
	}
	h.retries[c.Case]++
	return Decision{Act: actRetry, After: min(50*time.Millisecond<<min(n, 8), 5*time.Second)}
}

// Work decides on every card that asks for a decision, until ctx ends, and then returns nil. It returns early with a
// *BotError.
func (h *HR) Work(ctx context.Context, p Policy) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var busy sync.WaitGroup
	for _, chat := range []string{h.w.ReviewChat(), h.w.Feishu.P2PChat(h.OpenID)} {
		busy.Go(func() {
			// One Watch that never matches visits each change once. A new Watch for each card would scan the whole chat
			// again.
			_, err := h.w.Feishu.Watch(ctx, chat, func(m feishu.Message) bool {
				if c, ok := h.readRequest(m); ok {
					d := p(c)
					if c.Approved && chat != h.w.ReviewChat() {
						d.Act = "" // a colleague has a card of his own
					}
					if d.Act != "" {
						busy.Go(func() { h.clickDecision(ctx, cancel, c, d) })
					}
				}
				return false
			})
			if err != nil && ctx.Err() == nil {
				cancel(err)
			}
		})
	}
	busy.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// readRequest reads a message. It returns false if the message asks this admin for nothing, or if the admin has
// decided on this version already.
func (h *HR) readRequest(m feishu.Message) (HRCard, bool) {
	s := read(m)
	if s.kind != kindReview && s.kind != kindAttention && s.kind != kindDesk {
		return HRCard{}, false
	}
	h.mu.Lock()
	again := h.handled[m.ID] == version(m) || h.opening[m.ID] && s.opened()
	h.handled[m.ID] = version(m)
	h.mu.Unlock()
	c := HRCard{
		Kind:   string(s.kind),
		Case:   s.caseID,
		Text:   s.card.Text("zh_cn"),
		screen: s,
	}
	if who, _ := persons(m.Card); len(who) > 0 {
		c.Applicant = who[0]
		c.Approved = slices.Contains(who[1:], h.OpenID) && s.mentions("等另一位")
	}
	for _, b := range s.card.Buttons() {
		if b.Act != "" && !slices.Contains(c.Acts, b.Act) {
			c.Acts = append(c.Acts, b.Act)
		}
	}
	for _, in := range s.card.Inputs() {
		c.Fields = append(c.Fields, in.Name)
	}
	return c, !again && c.Applicant != h.OpenID // an admin cannot decide on the own case
}

// colleague returns another admin than this one and the applicant.
func (h *HR) colleague(applicant string) string {
	for _, a := range h.w.Admins() {
		if a != h.OpenID && a != applicant {
			return a
		}
	}
	return h.OpenID
}

// clickDecision presses the button. If another admin was faster, it does nothing: Work sees the card's new version by
// itself.
func (h *HR) clickDecision(ctx context.Context, stop context.CancelCauseFunc, c HRCard, d Decision) {
	if d.After > 0 && pause(ctx, d.After) != nil {
		return
	}
	who := h.OpenID
	if c.Approved { // in the group a colleague gives the second approval
		who = h.colleague(c.Applicant)
	}
	err := h.pressOn(ctx, who, c.screen, d.Act, d.filled())
	if err != nil && !errors.Is(err, errStale) && ctx.Err() == nil {
		stop(fmt.Errorf("sim: HR on case %s: %w", c.Case, err))
	}
}

// pressOn has an admin press the button of an act, in the form that it may have to open first.
func (h *HR) pressOn(ctx context.Context, who string, s screen, act string, form map[string]any) error {
	if s.foldsForm(act) {
		h.setOpening(s.msg.ID, true)
		defer h.setOpening(s.msg.ID, false)
	}
	for {
		opened, err := h.w.openForm(ctx, who, s, act)
		if err == nil {
			_, err = h.w.press(ctx, who, opened, feishu.ByAct(act), act, form)
		}
		m, _ := h.w.Feishu.Message(s.msg.ID)
		now := read(m)
		if !errors.Is(err, errStale) || now.caseID != s.caseID || !now.foldsForm(act) {
			return err
		}
		s = now // the card was drawn meanwhile, without the form
	}
}

func (h *HR) setOpening(messageID string, is bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if is {
		h.opening[messageID] = true
	} else {
		delete(h.opening, messageID)
	}
}
