package sim

import (
	"cmp"
	"slices"
	"time"
)

// InteractionKind is what a person does with the phone.
type InteractionKind string

const (
	SentPhoto   InteractionKind = "photo"   // a message with pictures
	SentMessage InteractionKind = "message" // any other message
	Tapped      InteractionKind = "tap"     // on a button, a link or a box of a card or a page
	FilledIn    InteractionKind = "field"   // a field of a form that the person fills in or corrects
)

// Interaction is one thing that a person did with the phone in the chat with the bot, or on a page of the bot.
type Interaction struct {
	Kind InteractionKind
	// What names the act of the button, the field, the box of a page, link or submit of a page; "" for a message.
	What string
	At   time.Time // by the world's clock
}

// Interactions returns what a person did so far, oldest first. The fields of a form go before the button that sends
// them.
func (w *World) Interactions(openID string) (all []Interaction) {
	e := w.Employee(openID)
	if e == nil {
		return nil
	}
	for _, m := range w.Feishu.Messages(e.ChatID) {
		if m.FromBot {
			continue
		}
		kind := SentMessage
		switch m.Type {
		case "image", "post", "file":
			kind = SentPhoto
		}
		all = append(all, Interaction{kind, "", m.CreatedAt})
	}
	for _, p := range w.Feishu.Presses() {
		if p.OpenID != openID {
			continue
		}
		for _, name := range p.Fields {
			all = append(all, Interaction{FilledIn, name, p.At})
		}
		all = append(all, Interaction{Tapped, p.Act, p.At})
	}
	w.mu.Lock()
	all = append(all, w.onPages[openID]...)
	w.mu.Unlock()
	slices.SortStableFunc(all, func(a, b Interaction) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return all
}

// did notes what a person did on a page.
func (w *World) did(openID string, kind InteractionKind, what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.onPages == nil {
		w.onPages = map[string][]Interaction{}
	}
	w.onPages[openID] = append(w.onPages[openID], Interaction{kind, what, w.cfg.Now()})
}
