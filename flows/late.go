package flows

import (
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// An event may reach the bot hours after a person made it: Feishu delivers for up to six hours, and an inbox may wait
// for its database. What was made before the state that it would change must not change it. This file compares times of
// Feishu's clock only, because ours may differ from it:
//
//   - Case.LastAct is the newest thing that a person said, sent or pressed and that the case took up.
//   - Case.ReachedAt is when the case entered its state. If the bot or the clock did that, only our clock has timed it,
//     and Case.ClockLag brings the time to Feishu's clock: it is the smallest distance from the making of an event to
//     its arrival, and so no smaller than the distance of the clocks. The result may be too early by the time that
//     events travel, and never too late.
//
// Times are compared in milliseconds. Two events of the same one count in the order of their arrival, and an event
// without a time is never late.

// RefusalLate is the rule of an event that was made before what it would change.
const RefusalLate = "made before what it would change"

// late reports whether the event was made before what it would change.
//
// A click names the revision that its card showed, which tells more than a time: only what can change within one
// revision is compared here, the valid code and the photo of a side. A photo from before the consent is not late,
// because the consent takes up the photos before it. A recall names the message that it takes back, and cannot meet
// anything newer.
func (d *decision) late() bool {
	made, c := d.event.MadeAt, d.c
	if made.IsZero() {
		return false
	}
	switch d.event.Kind {
	case Cancelled, Erase, PersonAsked:
		return d.event.Rev == nil && made.Before(c.LastAct)
	case PhotoReceived:
		return made.Before(c.PhotosFrom)
	case CodeTyped, CodeAsked:
		return c.Code != nil && made.Before(c.Code.RequestedAt)
	case Retake:
		p := c.PhotoOf(idcard.Side(d.event.Side))
		return p != nil && made.Before(p.MadeAt)
	case Answered:
		return c.Question != nil && made.Before(c.Question.From)
	case Nudged:
		return NewerThan(c, made)
	}
	return false
}

// NewerThan reports whether the case reached its present state, or took up something of a person, after an event was
// made. Such an event must neither open another case nor remind anybody.
func NewerThan(c *Case, made time.Time) bool { return MadeBefore(made, c.Newest()) }

// MadeBefore reports whether an event was made before a moment of Feishu's clock. It is false if its time is not known.
func MadeBefore(made, moment time.Time) bool { return !made.IsZero() && made.Before(moment) }

// Newest returns when the case changed last by Feishu's clock, zero if that is not known.
func (c *Case) Newest() time.Time { return later(c.LastAct, c.ReachedAt) }

// reachedAt returns when the case enters a state by Feishu's clock. What a person does counts from when it was made,
// however long it waited to be decided on.
func (d *decision) reachedAt() time.Time {
	switch {
	case !d.event.MadeAt.IsZero():
		return d.event.MadeAt
	case d.c.LastAct.IsZero():
		return time.Time{} // no event had a time, or a version wrote the case that kept none
	}
	return d.event.At.Add(-time.Duration(d.c.ClockLag) * time.Millisecond)
}

// noteAct keeps when the event of a person was made that the case has taken up. A reminder by HR is none: it changes
// nothing for the applicant.
func (c *Case) noteAct(e Event) {
	if e.MadeAt.IsZero() || e.Kind == Nudged {
		return
	}
	if lag := e.At.Sub(e.MadeAt).Milliseconds(); c.LastAct.IsZero() || lag < c.ClockLag {
		c.ClockLag = lag
	}
	if e.MadeAt.After(c.LastAct) {
		c.LastAct = e.MadeAt
	}
	switch e.Kind {
	case Retake, SentBack: // older photos are the ones that do not do
		c.PhotosFrom = later(c.PhotosFrom, e.MadeAt)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// CameLateToast answers a click that was made before what it would change.
func CameLateToast(made, now time.Time) *cards.Toast {
	return NewToast("came_late", map[string]string{"when": MadeText(made, now)})
}

// MadeText says when something late was made, in China: the time of day, and the day if it is not today's.
func MadeText(made, now time.Time) string {
	made, now = made.In(ChinaTime), now.In(ChinaTime)
	if made.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return made.Format("15:04")
	}
	return made.Format("01-02 15:04")
}

// NoteOpening keeps in a new case when the event was made that opened it. Photos of the same album arrive in any order,
// so that behind a photo they count since the person has had no open case. Behind anything else they count from then on.
func NoteOpening(c *Case, idleSince, made time.Time, byPhoto bool) {
	c.noteAct(Event{At: c.CreatedAt, MadeAt: made})
	c.PhotosFrom = c.LastAct
	if byPhoto {
		c.PhotosFrom = idleSince
	}
}
