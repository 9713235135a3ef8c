package harness

import (
	"errors"
	"fmt"
	"shiming/sim"
	"shiming/sim/feishu"
	"strings"
	"sync"
)

// CardView is a message's card as its reader sees it.
type CardView struct {
	Msg   feishu.Message
	Card  *feishu.Card
	Text  string        // in Chinese
	Stage sim.CardStage // of the applicant's case
	Page  string        // address of the agreement page; "" unless the card takes the consent there
	Face  string        // address of the supplier's page for a face; "" without one
}

func (s CardView) Has(act string) bool {
	if s.Card == nil {
		return false
	}
	_, ok := s.Card.FindAct(act)
	return ok
}

func (s CardView) Says(words ...string) bool {
	for _, w := range words {
		if !strings.Contains(s.Text, w) {
			return false
		}
	}
	return true
}

// Offers reports whether the card has the button of an act, or the one that opens the form of this act.
func (s CardView) Offers(act string) bool { return s.Has(act) || s.foldsForm(act) }

func (s CardView) foldsForm(act string) bool {
	return s.Has("decide") && (act == "send_back" || act == "reject")
}

// Value returns the value of the button of an act.
func (s CardView) Value(act string) map[string]any {
	b, _ := s.Card.FindAct(act)
	return b.Value
}

// Field returns the default value of an input.
func (s CardView) Field(name string) string {
	for _, in := range s.Card.Inputs() {
		if in.Name == name {
			return fmt.Sprint(in.Default)
		}
	}
	return "(no such field)"
}

func ViewCard(m feishu.Message) CardView {
	s := CardView{Msg: m, Card: &feishu.Card{}}
	if !m.FromBot || m.Type != "interactive" || m.Recalled {
		return s
	}
	known, ok := views.Load(string(m.Card))
	if !ok {
		read := sim.ReadCard(m.Card)
		known = CardView{Card: read.Card, Text: read.Card.Text("zh_cn"), Stage: read.Stage, Page: read.Page, Face: read.Face}
		views.Store(string(m.Card), known)
	}
	s = known.(CardView)
	s.Msg = m
	return s
}

// views caches the views by the card's JSON, because the tests read the same cards repeatedly.
var views sync.Map

// Find waits for a message of a chat whose present version satisfies the condition. It checks the newest message
// first.
func (h *Harness) Find(chat, what string, ok func(CardView) bool) (got CardView) {
	h.Helper()
	_, err := h.World.Feishu.Watch(h.Ctx, chat, func(feishu.Message) bool {
		all := h.World.Feishu.Messages(chat)
		for i := len(all) - 1; i >= 0; i-- {
			got = ViewCard(all[i])
			if ok(got) {
				return true
			}
		}
		return false
	})
	if err != nil {
		for _, m := range h.World.Feishu.Messages(chat) {
			h.Logf("- %s %s: %q", m.ID, m.Type, strings.ReplaceAll(ViewCard(m).Text, "\n", " | "))
		}
		h.Fatalf("never seen: %s: %v", what, err)
	}
	return got
}

// ClickOn presses the button of an act on a card and returns the toast.
func (h *Harness) ClickOn(openID string, s CardView, act string, form map[string]any) string {
	h.Helper()
	return h.Click(openID, h.OpenForm(openID, s, act), act, feishu.ByAct(act), form)
}

// OpenForm opens the form of an act that the card folds away, and returns the card with it.
func (h *Harness) OpenForm(openID string, s CardView, act string) CardView {
	h.Helper()
	if !s.foldsForm(act) {
		return s
	}
	h.Click(openID, s, "decide", feishu.ByAct("decide"), nil)
	m, _ := h.World.Feishu.Message(s.Msg.ID)
	if s = ViewCard(m); s.foldsForm(act) || !s.Has(act) {
		h.Fatalf("got the card %q, want the form of %s on it", s.Text, act)
	}
	return s
}

// Click presses the button that which selects and returns the toast. act names it in failures.
func (h *Harness) Click(
	openID string, s CardView, act string, which func(feishu.Button) bool, form map[string]any,
) string {
	h.Helper()
	toast, there := h.tryClick(openID, s, act, which, form)
	if !there {
		h.Fatalf("pressing %s on %q: no such button any more", act, s.Card.Title())
	}
	return toast
}

// tryClick is Click, but reports it if the card has lost the button since it was read.
func (h *Harness) tryClick(
	openID string, s CardView, act string, which func(feishu.Button) bool, form map[string]any,
) (toast string, there bool) {
	h.Helper()
	var res feishu.CallbackResult
	there = true
	h.Until("an answer to "+act, func() (answered bool) {
		var err error
		res, err = h.World.Feishu.Click(h.Ctx, openID, s.Msg.ID, which, form)
		if errors.Is(err, feishu.ErrNoButton) {
			there = false
			return true
		}
		if err != nil {
			h.Fatalf("pressing %s on %q: %v", act, s.Card.Title(), err)
		}
		// The bot asks for another click when it was too slow.
		return res.ErrorCode != 200341 && !strings.Contains(res.Toast.Text("zh_cn"), "再点一次")
	})
	if !there {
		return "", false
	}
	if res.ErrorCode != 0 {
		h.Fatalf("pressing %s: the client shows error %d %v", act, res.ErrorCode, res.CardErrors)
	}
	if res.Toast == nil {
		h.Errorf("pressing %s brought no toast", act)
	}
	return res.Toast.Text("zh_cn"), true
}

// Follow presses a button on the card's present message. A card that moves to the end of the chat loses its buttons
// on the old message.
func (h *Harness) Follow(openID, act string, form map[string]any, card func() CardView) (toast string) {
	h.Helper()
	h.Until("a card that keeps "+act, func() (there bool) {
		toast, there = h.tryClick(openID, card(), act, feishu.ByAct(act), form)
		return there
	})
	return toast
}
