package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/workday"
)

// sampledCase is a case that the policy has approved and that was drawn.
func sampledCase() *Case {
	c := SampleCase(Done)
	c.Review = &Review{What: ReviewApproved, At: SampleTime, Round: 1}
	c.Sampled = &SampleLook{At: SampleTime}
	return c
}

// TestSampleIsDrawn: the policy's approval draws at its percentage; HR's does not.
func TestSampleIsDrawn(t *testing.T) {
	green := func(percent int) func(*Policy) {
		return func(p *Policy) { p.ReviewAlways, p.Sample = false, percent }
	}
	for _, tt := range []struct {
		name          string
		percent, draw int
		want          bool
	}{
		{"none at 0", 0, 1, false},
		{"the first number at 5", 5, 1, true},
		{"the last number at 5", 5, 5, true},
		{"beyond 5", 5, 6, false},
		{"all at 100", 100, 100, true},
		{"no number", 100, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(Checking)
			c.Personal.ContactName = c.Personal.Name
			d := decide(t, c, Event{Kind: PersonChecked, SampleDraw: tt.draw,
				Check: &Check{Outcome: CheckMatch, Supplier: "x", Serial: "1", At: SampleTime}}, green(tt.percent))
			if d.Case == nil || !d.Case.ApprovedByPolicy() {
				t.Fatalf("got the state %v, want the policy's approval", d.Case)
			}
			if got := d.Case.Sampled != nil; got != tt.want {
				t.Errorf("drawn: %v, want %v", got, tt.want)
			}
		})
	}
}

// TestSampleIsPosted: where cases have cards of their own, a sampled one comes to HR when it is done; others do not.
func TestSampleIsPosted(t *testing.T) {
	for _, tt := range []struct{ sampled, desks, want bool }{
		{true, false, true}, {true, true, false}, {false, false, false},
	} {
		c := SampleCase(Filing)
		c.Review = &Review{What: ReviewApproved, At: SampleTime, Round: 1}
		if tt.sampled {
			c.Sampled = &SampleLook{At: SampleTime}
		}
		d := decide(t, c, Event{Kind: EvidenceFiled, ID: "P1"}, func(p *Policy) { p.ReviewQueue = tt.desks }).wantState(Done)
		if got := slices.Contains(d.Repost, AudienceHR); got != tt.want {
			t.Errorf("sampled %t, desks %t: posted %t, want %t", tt.sampled, tt.desks, got, tt.want)
		}
	}
}

func TestLookAtASample(t *testing.T) {
	fine := decide(t, sampledCase(), Event{Kind: SampleFine}).wantStay().wantToast("sample_fine")
	if s := fine.Case.Sampled; s.Outcome != SampleIsFine || s.By != "ou_hr1" || !s.LookedAt.Equal(SampleTime) ||
		fine.Case.AwaitsLook() || len(fine.Jobs) > 0 {
		t.Errorf("got %+v with jobs %v, want a look without jobs", s, fine.Jobs)
	}
	decide(t, sampledCase(), Event{Kind: SampleFault}).
		wantRefused(RefusalNoReason, "missing_field", "field", "fault_note")
	long := cards.Form{FaultNote: ptr(strings.Repeat("长", 600))}
	fault := decide(t, sampledCase(), Event{Kind: SampleFault, Form: long}).
		wantStay().wantToast("sample_fault").wantDetail("outcome", "fault")
	if n := len([]rune(fault.Case.Personal.SampleNote)); n > 501 {
		t.Errorf("kept %d characters of the note, want 501 at most", n)
	}
	if jobs := fault.wantJobs(JobReply); jobs[0].Template() != ReplySampleFault || jobs[0].To != AudienceHR {
		t.Errorf("got %+v, want the admins told", jobs[0])
	}
	late := []string{"what", "approved", "when", "06-01 11:59"}
	// The second look is late, and so is one at a case that was not drawn.
	decide(t, fine.Case, Event{Kind: SampleFault, Form: cards.Form{FaultNote: ptr("x")}}).
		wantRefused(refusalNotInTable, "late", "what", "approved", "when", "06-01 12:00")
	decide(t, SampleCase(Done), Event{Kind: SampleFine}).wantRefused(refusalNotInTable, "late", late...)
	decide(t, SampleCase(Done), Event{Kind: Assigned}).wantRefused(refusalNotInTable, "late", late...)
	c := sampledCase()
	decide(t, c, Event{Kind: SampleFine, Role: HR, Actor: c.OpenID}).wantRefused("nobody decides on himself", "self_review")
}

// TestFaultIsToldInWorkingHours: a fault found on a Saturday is told on Monday.
func TestFaultIsToldInWorkingHours(t *testing.T) {
	saturday := time.Date(2026, 6, 6, 20, 0, 0, 0, ChinaTime)
	d := decide(t, sampledCase(), Event{Kind: SampleFault, At: saturday, Form: cards.Form{FaultNote: ptr("x")}},
		func(p *Policy) {
			p.Work = workday.Schedule{Hours: workday.Hours{Begin: 9 * time.Hour, End: 18 * time.Hour}}
		})
	if want := time.Date(2026, 6, 8, 9, 0, 0, 0, ChinaTime); !d.Jobs[0].At.Equal(want) {
		t.Errorf("told at %s, want %s", d.Jobs[0].At, want)
	}
}

// TestOriginalsOfASample: the originals are shown until somebody has answered, while they exist.
func TestOriginalsOfASample(t *testing.T) {
	c := sampledCase()
	if n := len(Originals(c)); n != 2 {
		t.Errorf("%d originals, want both sides", n)
	}
	if card := HRCard(c, sampleView()).(cards.Review); !card.Sample || !card.CanPeek {
		t.Errorf("got a card without the question or the originals: %+v", card)
	}
	gone := sampledCase()
	gone.PhotosGoneAt = SampleTime
	looked := decide(t, sampledCase(), Event{Kind: SampleFine}).Case
	if len(Originals(gone)) > 0 || len(Originals(looked)) > 0 || len(Originals(SampleCase(Done))) > 0 {
		t.Error("got originals of photos that are gone, of an answered or of another case, want none")
	}
}
