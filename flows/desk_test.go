package flows

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/cards"
)

func TestFreeFor(t *testing.T) {
	now := SampleTime
	read := func(by string, ago time.Duration) *Assignment { return &Assignment{To: by, At: now.Add(-ago)} }
	for _, tt := range []struct {
		name  string
		entry QueueEntry
		want  bool
	}{
		{"nobody reads it", QueueEntry{}, true},
		{"another reads it", QueueEntry{Assigned: read("ou_hr2", time.Minute)}, false},
		{"taken over after ten minutes", QueueEntry{Assigned: read("ou_hr2", AssignedFor)}, true},
		{"the admin reads it", QueueEntry{Assigned: read("ou_hr1", time.Minute)}, true},
		{"it waits for the second admin", QueueEntry{FirstBy: "ou_hr1"}, false},
		{"the admin is the second", QueueEntry{FirstBy: "ou_hr2"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.entry.FreeFor("ou_hr1", now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestQueueCounts: cases on hold and samples are counted apart, and cases on hold can be overdue.
func TestQueueCounts(t *testing.T) {
	now := SampleTime
	q := NewQueue([]QueueCount{
		{State: AwaitingReview, Risk: LevelPassed, Department: "od_1", N: 300, Overdue: 20},
		{State: AwaitingReview, Risk: LevelNotExamined, Department: "od_2", N: 5},
		{State: AwaitingReview, Risk: LevelFailed, N: 2, Overdue: 2},
		{State: NeedsAttention, Department: "od_1", N: 4},
		{State: Done, Department: "od_3", N: 7},
	}, []QueueEntry{
		{State: AwaitingReview, Risk: LevelPassed, Department: "od_1", Since: now.Add(-3 * time.Hour),
			OnHold: &ReviewHold{Until: now.Add(time.Hour)}},
		{State: AwaitingReview, Risk: LevelPassed, Department: "od_1", Since: now, OnHold: &ReviewHold{Until: now}},
		{State: Done, Department: "od_3", Since: now.Add(-3 * time.Hour), Assigned: &Assignment{To: "ou_hr1", At: now}},
	}, now.Add(-2*time.Hour), now)
	for _, tt := range []struct {
		department string
		want       string
	}{
		{"", "all 312, green 301, amber 5, red 2, stuck 4, held 1, sample 8, overdue 23"},
		{"od_1", "all 305, green 301, amber 0, red 0, stuck 4, held 1, sample 0, overdue 21"},
		{"od_3", "all 0, green 0, amber 0, red 0, stuck 0, held 0, sample 8, overdue 0"},
	} {
		n, overdue := q.Counts(tt.department)
		var got strings.Builder
		for _, f := range cards.DeskFilters {
			fmt.Fprintf(&got, "%s %d, ", f, n[DeskFilter(f)])
		}
		fmt.Fprintf(&got, "overdue %d", overdue)
		if got.String() != tt.want {
			t.Errorf("%q: %s, want %s", tt.department, got.String(), tt.want)
		}
	}
	if got := q.Departments(); got["od_1"] != 306 || got["od_2"] != 5 || got[""] != 2 || got["od_3"] != 0 {
		t.Errorf("departments %v, want 306 of od_1, 5 of od_2, 2 of none and no sample", got)
	}
	for chosen, want := range map[string]string{"": "", "od_1": "od_1", "od_3": "od_3", "od_9": ""} {
		if got := q.Chosen(chosen); got != want {
			t.Errorf("of %q the desk shows %q, want %q", chosen, got, want)
		}
	}
	if n, _ := NewQueue(nil, nil, time.Time{}, now).Counts(""); n[FilterAll] != 0 {
		t.Errorf("an empty queue counts %v", n)
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
