package flows

import "time"

// Desk is the state of an admin's review desk: one message in private that shows the queue, or one case of it.
type Desk struct {
	SentAt time.Time  `json:"sent_at,omitzero"` // when its present message was asked for
	Filter DeskFilter `json:"filter,omitempty"` // "" for all
	// Department is the only one whose cases the desk shows, "" for all.
	Department string `json:"department,omitempty"`

	Case    string    `json:"case,omitempty"`    // id of the open case; "" for the queue
	Form    bool      `json:"form,omitempty"`    // the form of the open case is shown
	Panel   string    `json:"panel,omitempty"`   // one of cards.Panels that is shown of the open case
	Cursor  Cursor    `json:"cursor,omitzero"`   // position of the case that was opened last
	Decided []string  `json:"decided,omitempty"` // ids of the cases of the last decision, which one undo takes back
	Offered []Offered `json:"offered,omitempty"` // the cases that the admin is asked to approve together
}

// Offered is a case at the revision that an admin has seen.
type Offered struct {
	Case string `json:"case"`
	Rev  int64  `json:"rev"`
}

// DeskFilter selects a part of the queue. The values are part of cards.
type DeskFilter string

// Filters of a desk.
const (
	FilterAll   DeskFilter = "all"
	FilterGreen DeskFilter = "green"
	FilterAmber DeskFilter = "amber" // a warning, or something that was not examined
	FilterRed   DeskFilter = "red"
	FilterStuck DeskFilter = "stuck" // a step has stopped
	FilterHeld  DeskFilter = "held"  // put aside for a time; no other filter shows it
	// FilterSample selects the sampled cases, which wait for nobody.
	FilterSample DeskFilter = "sample"
)

// FilterOf returns the part of the queue to which an entry belongs at a time.
func FilterOf(q QueueEntry, now time.Time) DeskFilter {
	switch {
	case q.OnHold.ActiveAt(now):
		return FilterHeld
	case q.State == NeedsAttention:
		return FilterStuck
	case q.State == Done:
		return FilterSample
	case q.Risk == LevelPassed:
		return FilterGreen
	case q.Risk == LevelFailed:
		return FilterRed
	}
	return FilterAmber
}

// Matches reports whether the filter selects the entry.
func (f DeskFilter) Matches(q QueueEntry, now time.Time) bool {
	of := FilterOf(q, now)
	return f == of || (f == "" || f == FilterAll) && of != FilterHeld && of != FilterSample
}

// FreeFor reports whether an admin may read the entry next: no other admin reads it, and it does not wait for another
// admin's approval.
func (q QueueEntry) FreeFor(admin string, now time.Time) bool {
	by := q.Assigned.ReaderAt(now)
	return (by == "" || by == admin) && q.FirstBy != admin
}

// CursorOf is the position of a case in the queue.
func CursorOf(c *Case) Cursor { return Cursor{At: c.EnteredAt.Truncate(time.Millisecond), ID: c.ID} }

// DeskEvery is the least time between two drawings of a desk because the queue has changed.
const DeskEvery = 10 * time.Second

// EmptyDeskEvery is the same of a desk that shows an empty queue: its admin may be waiting for the next case.
const EmptyDeskEvery = time.Second

// QueueEvery is the same of the review group's board: a group shall not blink all day.
const QueueEvery = time.Minute

// BoardEvery is the same of the announcement, which every start and every end changes.
const BoardEvery = time.Minute

// RingAfter is the least time between two messages with which a desk or a board says that cases have come into an
// empty queue.
const RingAfter = 10 * time.Minute

// RingsNow reports whether a new message tells of a case that has come into the queue: on each day the first time,
// since a message can be changed for 14 days only, and when the queue was empty.
func RingsNow(sentAt, now time.Time, wasEmpty bool) bool {
	if sentAt.IsZero() || !SameDay(sentAt, now) {
		return true
	}
	return wasEmpty && now.Sub(sentAt) >= RingAfter
}
