package flows

import (
	"slices"
	"time"
)

// Desk is the state of an admin's review desk: one message in private that shows the queue, or one case of it.
type Desk struct {
	SentAt time.Time  `json:"sent_at,omitzero"` // when its present message was asked for
	Filter DeskFilter `json:"filter,omitempty"` // "" for all
	// Department is the only one whose cases the desk shows, "" for all.
	Department string `json:"department,omitempty"`

	Case    string    `json:"case,omitempty"`    // id of the open case; "" for the queue
	Form    bool      `json:"form,omitempty"`    // the form of the open case is shown
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
	// FilterSample selects the sampled cases, which wait for nobody.
	FilterSample DeskFilter = "sample"
)

// FilterOf returns the part of the queue to which an entry belongs.
func FilterOf(q QueueEntry) DeskFilter {
	switch {
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
func (f DeskFilter) Matches(q QueueEntry) bool {
	if f == "" || f == FilterAll {
		return q.State != Done
	}
	return f == FilterOf(q)
}

// InDepartment returns the cases of the department, and all cases for "" or if none is of the department any more.
func InDepartment(queue []QueueEntry, department string) []QueueEntry {
	if department == "" {
		return queue
	}
	var out []QueueEntry
	for _, q := range queue {
		if q.Department == department {
			out = append(out, q)
		}
	}
	if len(out) == 0 {
		return queue
	}
	return out
}

// NextOf returns the case that an admin reads next: the first one behind the cursor, in the order of the queue, that
// the filter selects, that no other admin reads and that does not wait for another admin's approval. The last one is
// followed by the first. open is the case that the desk shows, which is not its own next one; "" if it shows the list.
// It returns "" if there is none.
func NextOf(queue []QueueEntry, f DeskFilter, behind Cursor, open, admin string, now time.Time) string {
	start := max(0, slices.IndexFunc(queue, func(q QueueEntry) bool {
		return q.Since.After(behind.At) || q.Since.Equal(behind.At) && q.CaseID > behind.ID
	}))
	for i := range queue {
		q := queue[(start+i)%len(queue)]
		by := q.Assigned.ReaderAt(now)
		if q.CaseID != open && f.Matches(q) && (by == "" || by == admin) && q.FirstBy != admin {
			return q.CaseID
		}
	}
	return ""
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
