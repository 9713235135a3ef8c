package flows

import (
	"testing"
	"time"

	"shiming/cards"
)

// TestHRsDelayLosesNothing: what waits for HR is not ended by a timer of an older version, nor before MaxHRWait. HR is
// reminded instead. The end is called HR's delay, on both cards.
func TestHRsDelayLosesNothing(t *testing.T) {
	for _, s := range []State{AwaitingReview, NeedsAttention} {
		t.Run(string(s), func(t *testing.T) {
			c := SampleCase(s)
			end := c.EnteredAt.Add(MaxHRWait)
			for _, at := range []time.Time{c.EnteredAt.Add(SamplePolicy().ExpireAfter), end.Add(-time.Second)} {
				d := decide(t, c, Event{Kind: ExpiryDue, At: at}).wantStay()
				expire := false
				for _, j := range d.Jobs {
					expire = expire || j.Kind == JobExpire && j.At.Equal(end) && j.Revision() == c.Rev
				}
				if !expire || !timer(t, d).At.Equal(at) || !d.Case.ExpiresAt.Equal(end) {
					t.Errorf("after %v: got jobs %+v, want the end at %v and a reminder now", at.Sub(c.EnteredAt), d.Jobs, end)
				}
				if len(d.Case.Photos) != len(c.Photos) || d.Case.Personal.Empty() {
					t.Error("something submitted is gone, want all of it")
				}
			}
			d := decide(t, c, Event{Kind: ExpiryDue, At: end}).wantState(Expired).
				wantCards([]string{AudienceApplicant, AudienceHR, AudienceBoard}, []string{AudienceApplicant, AudienceHR})
			if card := ApplicantCard(d.Case, sampleView()).(cards.Closed); card.Outcome != OutcomeHRDelay {
				t.Errorf("the applicant reads %q, want %q", card.Outcome, OutcomeHRDelay)
			}
			var what string
			switch card := HRCard(d.Case, sampleView()).(type) {
			case cards.Review:
				what = card.Decision.What
			case cards.Attention:
				what = card.Decision.What
			}
			if what != OutcomeHRDelay {
				t.Errorf("HR reads %q, want %q", what, OutcomeHRDelay)
			}
		})
	}
}

// TestEntryStartsTheTimers: an applicant has ExpireAfter, HR has MaxHRWait.
func TestEntryStartsTheTimers(t *testing.T) {
	d := decide(t, SampleCase(Checking), Event{Kind: PersonChecked, Check: &Check{Outcome: CheckMatch}}).
		wantState(AwaitingReview)
	if got, want := d.Case.ExpiresAt, SampleTime.Add(MaxHRWait); !got.Equal(want) {
		t.Errorf("the review ends at %v, want %v", got, want)
	}
	// HR's card names the end only when it is near.
	for _, tt := range []struct {
		name string
		left time.Duration
		want bool
	}{{"months before", MaxHRWait, false}, {"a week before", 7 * 24 * time.Hour, true}} {
		t.Run(tt.name, func(t *testing.T) {
			v := sampleView()
			v.Now = d.Case.ExpiresAt.Add(-tt.left)
			if got := !HRCard(d.Case, v).(cards.Review).Expires.IsZero(); got != tt.want {
				t.Errorf("names the end: %v, want %v", got, tt.want)
			}
		})
	}
}
