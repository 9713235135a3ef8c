package flows

import (
	"strings"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// talkOf returns what HR's card shows of questions, hold, transfer and internal notes.
func talkOf(c *Case, s ViewContext) cards.Talk {
	t := cards.Talk{Asked: c.State == AwaitingReview && c.Question.Open()}
	if t.Asked {
		t.Reminders = c.Question.Reminders
	}
	for _, x := range c.Personal.Exchanges {
		t.Exchanges = append(t.Exchanges, cards.Exchange{
			By:       x.By,
			At:       x.At,
			Question: cards.Question{Preset: x.Preset, Text: withoutName(c, x.Text)},
			Photo:    answerPhotoState(c, x.Photo),
		})
	}
	for _, o := range s.Earlier {
		t.Notes = append(notesOf(o, true), t.Notes...)
	}
	t.Notes = append(t.Notes, notesOf(c, false)...)
	if c.State.Turn() != HR {
		return t
	}
	if h := c.OnHold; h.ActiveAt(s.Now) {
		t.HeldBy, t.HeldUntil, t.HeldFor = h.By, h.Until, h.Answer
	}
	if a := c.Assigned; a != nil && a.From != "" && s.Policy.ReaderOf(c.TenantKey, a, s.Now) != "" {
		t.FromAdmin, t.ToAdmin = a.From, a.To
	}
	t.TransferTo = TransferTo(s.staffOf(c), c, s.Viewer)
	if s.Viewer == "" && len(t.TransferTo) == 1 {
		t.TransferTo = nil // the only one would hand the case over to nobody else
	}
	return t
}

// notesOf returns the internal notes of a case, the oldest first.
func notesOf(c *Case, earlier bool) (notes []cards.Note) {
	for _, n := range c.Personal.InternalNotes {
		notes = append(notes, cards.Note{By: n.By, At: n.At, Text: withoutName(c, n.Text), Earlier: earlier, To: n.To})
	}
	return notes
}

// withoutName masks the person's name where somebody has written it. Cards mask numbers themselves.
func withoutName(c *Case, text string) string {
	for _, name := range []string{c.Personal.Name, c.Personal.ContactName} {
		if n, err := idcard.ParseName(name); err == nil {
			text = strings.ReplaceAll(text, name, n.Masked())
		}
	}
	return text
}

// answerPhotoState returns the state of a photo that answers (texts "answer_photo.<state>"); "" for no photo.
func answerPhotoState(c *Case, id string) string {
	if id == "" {
		return ""
	}
	p := c.PhotoByID(id)
	switch {
	case p != nil && p.State == PhotoAnswer && c.PhotosGoneAt.IsZero():
		return "stored"
	case p != nil && p.State == PhotoAnswerWaiting:
		return "waiting"
	case p != nil && p.State == PhotoRefused:
		return "refused"
	}
	return "gone"
}

// HandedTo returns a case for the desk of the admin to whom a colleague has handed it, and whether that is so.
func HandedTo(p *Policy, c *Case, admin string, now time.Time) (h cards.HandedCase, ok bool) {
	a := c.Assigned
	if a == nil || a.From == "" || p.ReaderOf(c.TenantKey, a, now) != admin {
		return h, false
	}
	h = cards.HandedCase{Ref: CardRef(c), From: a.From, MaskedName: MaskedName(c)}
	for _, n := range c.Personal.InternalNotes {
		if n.To == admin && n.By == a.From {
			h.Why = withoutName(c, n.Text)
		}
	}
	return h, true
}
