package flows

import (
	"testing"
	"time"
)

func TestNextOf(t *testing.T) {
	now := SampleTime
	at := func(minutes int) time.Time { return now.Add(time.Duration(minutes-60) * time.Minute) }
	read := func(by string, ago time.Duration) *Assignment { return &Assignment{To: by, At: now.Add(-ago)} }
	queue := []QueueEntry{
		{CaseID: "a", State: AwaitingReview, Since: at(1), Risk: LevelPassed},
		{CaseID: "b", State: AwaitingReview, Since: at(2), Risk: LevelFailed, Assigned: read("ou_hr2", time.Minute)},
		{CaseID: "c", State: NeedsAttention, Since: at(3)},
		{CaseID: "d", State: AwaitingReview, Since: at(3), Risk: LevelWarning, Assigned: read("ou_hr2", AssignedFor)},
		{CaseID: "e", State: AwaitingReview, Since: at(4), Risk: LevelPassed, Assigned: read("ou_hr1", time.Minute)},
		{CaseID: "f", State: AwaitingReview, Since: at(5), Risk: LevelNotExamined},
	}
	for _, tt := range []struct {
		name   string
		filter DeskFilter
		behind Cursor
		open   string
		want   string
	}{
		{"the oldest", "", Cursor{}, "", "a"},
		{"not what another reads", FilterAll, Cursor{at(1), "a"}, "a", "c"},
		{"taken over after ten minutes", "", Cursor{at(3), "c"}, "c", "d"},
		{"the own one again", "", Cursor{at(3), "d"}, "d", "e"},
		{"the first after the last", "", Cursor{at(5), "f"}, "f", "a"},
		{"behind one that has been decided on", "", Cursor{at(2), "bb"}, "", "c"},
		{"green only", FilterGreen, Cursor{at(1), "a"}, "a", "e"},
		{"amber holds what was not examined", FilterAmber, Cursor{at(3), "d"}, "d", "f"},
		{"red is being read", FilterRed, Cursor{}, "", ""},
		{"the only one of its kind is not its own next one", FilterStuck, Cursor{at(3), "c"}, "c", ""},
		{"from the list it is opened again", FilterStuck, Cursor{at(3), "c"}, "", "c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := NextOf(queue, tt.filter, tt.behind, tt.open, "ou_hr1", now); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := NextOf(nil, "", Cursor{}, "", "ou_hr1", now); got != "" {
		t.Errorf("got %q of an empty queue, want none", got)
	}
}

func TestRingsNow(t *testing.T) {
	at := time.Date(2026, 11, 30, 10, 0, 0, 0, ChinaTime)
	for _, tt := range []struct {
		name     string
		sent     time.Time
		wasEmpty bool
		want     bool
	}{
		{"never sent", time.Time{}, false, true},
		{"the day before", at.Add(-11 * time.Hour), false, true},
		{"today, others wait", at.Add(-time.Hour), false, false},
		{"today, the queue was empty", at.Add(-time.Hour), true, true},
		{"a moment ago", at.Add(-RingAfter + time.Second), true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := RingsNow(tt.sent, at, tt.wasEmpty); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAssignment(t *testing.T) {
	for _, s := range []State{AwaitingReview, NeedsAttention} {
		t.Run(string(s), func(t *testing.T) {
			c := decide(t, SampleCase(s), Event{Kind: Assigned}).wantStay().Case
			decide(t, c, Event{Kind: Assigned, Actor: "ou_hr2"}).wantRefused("another admin reads it", "read_by_another", "who", "")
			decide(t, c, Event{Kind: Assigned, At: SampleTime.Add(time.Minute)}).wantStay()
			taken := decide(t, c, Event{Kind: Assigned, Actor: "ou_hr2", At: SampleTime.Add(AssignedFor)}).wantStay().Case
			if by := taken.Assigned.ReaderAt(SampleTime.Add(AssignedFor)); by != "ou_hr2" {
				t.Errorf("read by %q, want ou_hr2", by)
			}
			decide(t, taken, Event{Kind: Released}).wantRefused(refusalKnown, "")
			freed := decide(t, c, Event{Kind: Released}).wantStay().Case
			if freed.Assigned != nil {
				t.Errorf("kept for %+v, want nobody", freed.Assigned)
			}
		})
	}
	c := decide(t, SampleCase(AwaitingReview), Event{Kind: Assigned}).Case
	if c = decide(t, c, Event{Kind: Approved}).wantState(Recording).Case; c.Assigned != nil {
		t.Error("kept for an admin after the decision, want nobody")
	}
}
