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

// HR is an admin who works through the cards in the review group and in the own chat with the bot.
type HR struct {
	OpenID string

	w *World

	mu      sync.Mutex
	treated map[string]int // version of each message that was decided on
	tries   map[string]int // how often a case was retried
}

// HR returns the i-th admin, from 0.
func (w *World) HR(i int) *HR {
	return &HR{
		OpenID:  w.Admins()[i],
		w:       w,
		treated: map[string]int{},
		tries:   map[string]int{},
	}
}

// HRCard is a card that asks HR for something.
type HRCard struct {
	Kind      string // "review" or "attention"
	Case      string
	Applicant string   // open_id
	Acts      []string // what the buttons ask for
	Fields    []string // names of the fields
	Text      string   // everything on it, in Chinese

	screen screen
}

// Can tells whether the card has a button for an act.
func (c HRCard) Can(act string) bool { return slices.Contains(c.Acts, act) }

// Asks tells whether the card has a field.
func (c HRCard) Asks(field string) bool { return slices.Contains(c.Fields, field) }

// Decision is what HR does with a card. The zero value leaves it to others.
type Decision struct {
	Act   string            // approve, send_back, reject, retry, resolve, close
	Form  map[string]string // reason, side, note, evi_point_id
	After time.Duration     // thinks that long first
}

// Policy decides on a card.
type Policy func(HRCard) Decision

// Approve lets the case through.
func Approve() Decision { return Decision{Act: actApprove} }

// SendBack asks the applicant to do a part again: side is details, front, back or both.
func SendBack(reason, side, note string) Decision {
	return Decision{Act: actSendBack, Form: map[string]string{"reason": reason, "side": side, "note": note}}
}

// Reject ends the case.
func Reject(reason, note string) Decision {
	return Decision{Act: actReject, Form: map[string]string{"reason": reason, "note": note}}
}

// ApproveAll approves every review and leaves the rest.
func ApproveAll(c HRCard) Decision {
	if c.Kind == "review" {
		return Approve()
	}
	return Decision{}
}

// mostRetries is how often HR retries one case before leaving it.
const mostRetries = 30

// Diligent approves every review and settles trouble as a good HR would: where the outcome of a write is unknown it
// looks in the platform's console first; everything else is retried, with growing pauses.
func (h *HR) Diligent(c HRCard) Decision {
	if c.Kind == "review" {
		return Approve()
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
	h.mu.Lock()
	defer h.mu.Unlock()
	n := h.tries[c.Case]
	if !c.Can(actRetry) || n >= mostRetries {
		return Decision{}
	}
	h.tries[c.Case]++
	return Decision{Act: actRetry, After: min(50*time.Millisecond<<min(n, 8), 5*time.Second)}
}

// Work decides on every card that asks for it, until ctx ends, and then returns nil. A *BotError ends it at once.
func (h *HR) Work(ctx context.Context, p Policy) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var busy sync.WaitGroup
	for _, chat := range []string{h.w.ReviewChat(), h.w.Feishu.P2PChat(h.OpenID)} {
		busy.Go(func() {
			// One Watch for the whole time looks at each change once, however long the chat has become.
			_, err := h.w.Feishu.Watch(ctx, chat, func(m feishu.Message) bool {
				if c, ok := h.asked(m); ok {
					if d := p(c); d.Act != "" {
						busy.Go(func() { h.decide(ctx, cancel, c, d) })
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

// asked reads a message; ok if it asks this admin for a decision that was not given on this version yet.
func (h *HR) asked(m feishu.Message) (HRCard, bool) {
	s := read(m)
	if s.kind != kindReview && s.kind != kindAttention {
		return HRCard{}, false
	}
	h.mu.Lock()
	again := h.treated[m.ID] == version(m)
	h.treated[m.ID] = version(m)
	h.mu.Unlock()
	c := HRCard{
		Kind:   string(s.kind),
		Case:   s.caseID,
		Text:   s.card.Text("zh_cn"),
		screen: s,
	}
	if who, _ := persons(m.Card); len(who) > 0 {
		c.Applicant = who[0]
	}
	for _, b := range s.card.Buttons() {
		if b.Act != "" && !slices.Contains(c.Acts, b.Act) {
			c.Acts = append(c.Acts, b.Act)
		}
	}
	for _, in := range s.card.Inputs() {
		c.Fields = append(c.Fields, in.Name)
	}
	return c, !again && c.Applicant != h.OpenID // nobody decides on himself
}

// decide presses the button. A card that somebody else was faster with is left alone: its new version is looked at by
// itself.
func (h *HR) decide(ctx context.Context, stop context.CancelCauseFunc, c HRCard, d Decision) {
	if d.After > 0 && pause(ctx, d.After) != nil {
		return
	}
	var form map[string]any
	for name, v := range d.Form {
		if v == "" {
			continue // left as the card shows it
		}
		if form == nil {
			form = map[string]any{}
		}
		form[name] = v
	}
	_, err := h.w.press(ctx, h.OpenID, c.screen, feishu.ByAct(d.Act), d.Act, form)
	if err != nil && !errors.Is(err, errStale) && ctx.Err() == nil {
		stop(fmt.Errorf("sim: HR on case %s: %w", c.Case, err))
	}
}
