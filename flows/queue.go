package flows

import "time"

// QueueEntry is a waiting case, as far as it can be read without decrypting it.
type QueueEntry struct {
	CaseID, OpenID string
	State          State
	Since          time.Time   // when it entered the state
	Risk           Level       // see Case.Risk
	Assigned       *Assignment // nil if nobody reads it
	Department     string      // of the applicant, "" if it is not known
	FirstBy        string      // the admin whose approval is the first of two, "" without one
	OnHold         *ReviewHold // nil unless an admin has put the case aside
}

// Cursor is the position of the entry in the queue.
func (q QueueEntry) Cursor() Cursor { return Cursor{At: q.Since, ID: q.CaseID} }

// QueueCount is how many cases of HR's queue are alike.
type QueueCount struct {
	State      State
	Risk       Level
	Department string
	N          int
	Overdue    int // of them those that wait for longer than they should
}

// QueuePart selects entries of HR's queue.
type QueuePart struct {
	Filter     DeskFilter // FilterHeld selects all entries in hand; the others select those on hold too
	Department string     // "" for all
	NotOpenID  string     // the applicant whose cases are left out, "" for none
}

// Queue counts HR's queue and the samples.
type Queue struct {
	InHand []QueueEntry // those that an admin reads, was handed, has put aside or has approved as the first of two
	parts  map[queuePart]queueNumbers
}

type queuePart struct {
	filter     DeskFilter
	department string
}

type queueNumbers struct{ n, overdue int }

// NewQueue adds the counts of cases that nobody has in hand to the others. Those that wait since overdueSince or longer
// are overdue; none is if it is zero. A sample is never overdue.
func NewQueue(counts []QueueCount, inHand []QueueEntry, overdueSince, now time.Time) Queue {
	q := Queue{InHand: inHand, parts: map[queuePart]queueNumbers{}}
	for _, c := range counts {
		q.add(QueueEntry{State: c.State, Risk: c.Risk, Department: c.Department}, c.N, c.Overdue, now)
	}
	for _, entry := range inHand {
		overdue := 0
		if entry.State != Done && !entry.Since.After(overdueSince) {
			overdue = 1
		}
		q.add(entry, 1, overdue, now)
	}
	return q
}

func (q Queue) add(like QueueEntry, n, overdue int, now time.Time) {
	part := queuePart{FilterOf(like, now), like.Department}
	before := q.parts[part]
	q.parts[part] = queueNumbers{before.n + n, before.overdue + overdue}
}

// Counts returns how many cases of the department each filter selects, and how many cases are overdue, those on hold
// among them. "" is all departments.
func (q Queue) Counts(department string) (n map[DeskFilter]int, overdue int) {
	n = map[DeskFilter]int{}
	for part, numbers := range q.parts {
		if department != "" && department != part.department {
			continue
		}
		n[part.filter] += numbers.n
		overdue += numbers.overdue
		if part.filter != FilterHeld && part.filter != FilterSample {
			n[FilterAll] += numbers.n
		}
	}
	return n, overdue
}

// Departments returns how many cases of each department wait for HR, without samples.
func (q Queue) Departments() map[string]int {
	n := map[string]int{}
	for part, numbers := range q.parts {
		if part.filter != FilterSample {
			n[part.department] += numbers.n
		}
	}
	return n
}

// Chosen returns the department that a desk shows: the one that its admin has chosen, or "" for all if it has neither
// cases nor samples any more.
func (q Queue) Chosen(department string) string {
	for part, numbers := range q.parts {
		if part.department == department && numbers.n > 0 {
			return department
		}
	}
	return ""
}
