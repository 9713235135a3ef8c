package flows

import (
	"slices"
	"time"
)

// CodeWindow is the time over which MaxCodesPerDay counts.
const CodeWindow = 24 * time.Hour

// CodeUses holds when codes were sent within CodeWindow, oldest first: the codes of one person, and the codes to one
// mobile number. They count across cases, because a new case is started within a minute. The three-element check needs
// a right code and is used up by it, so that the same figures bound it.
type CodeUses struct{ Person, Mobile []time.Time }

// codeTimes returns the uses of the person and of the mobile number. The case's own codes belong to the person also if
// they were sent by a version that counted them in the case only.
func (d *decision) codeTimes() [2][]time.Time {
	person := slices.Concat(d.event.CodeUses.Person, d.c.CodesAsked)
	slices.SortFunc(person, time.Time.Compare)
	// The store keeps milliseconds, the case nanoseconds.
	person = slices.CompactFunc(person, func(a, b time.Time) bool { return a.UnixMilli() == b.UnixMilli() })
	return [2][]time.Time{person, d.event.CodeUses.Mobile}
}

// codesLeft returns the number of codes that MaxCodesPerDay still allows within CodeWindow.
func (d *decision) codesLeft() int {
	left := MaxCodesPerDay
	for _, times := range d.codeTimes() {
		used := 0
		for _, at := range times {
			if d.event.At.Sub(at) < CodeWindow {
				used++
			}
		}
		left = min(left, MaxCodesPerDay-used)
	}
	return max(0, left)
}

// nextCodeAt returns the earliest time of a further code: CodeResend after the last one, but not before now.
func (d *decision) nextCodeAt() time.Time {
	at := d.event.At
	for _, times := range d.codeTimes() {
		if n := len(times); n > 0 {
			if next := times[n-1].Add(d.policy.CodeResend); next.After(at) {
				at = next
			}
		}
	}
	return at
}

// newCode queues a new code, which replaces the present one. It is sent when nextCodeAt allows it.
func (d *decision) newCode() {
	at := d.nextCodeAt()
	recent := d.c.CodesAsked[:0:0]
	for _, t := range d.c.CodesAsked {
		if d.event.At.Sub(t) < CodeWindow {
			recent = append(recent, t)
		}
	}
	d.c.CodesAsked = append(recent, at)
	d.c.CodeSeq++
	d.c.Code = &Code{Seq: d.c.CodeSeq, State: CodeStateSending, AskedAt: at, RequestedAt: d.event.MadeAt}
	d.c.Personal.CodeMobile = d.c.Personal.Mobile
	d.change.CodeDue = at
	d.job(SendCode(d.c.CodeSeq, at))
}

// freeUnsentCode takes back the use of a code that the decision gives up before its digits were made. Nothing was sent,
// and nothing will be, because CodePrepared is refused from now on.
func (d *decision) freeUnsentCode(old *Code) {
	if old == nil || old.State != CodeStateSending || old.MAC != nil {
		return
	}
	if now := d.c.Code; now != nil && now.Seq == old.Seq && !d.target.Terminal() {
		return
	}
	d.change.CodeFreed = old.Seq
	d.c.CodesAsked = slices.DeleteFunc(d.c.CodesAsked, old.AskedAt.Equal)
}
