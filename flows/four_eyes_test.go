package flows

import (
	"slices"
	"testing"

	"shiming/cards"
)

// TestFourEyes: what takes two admins is approved by two of them, in either order, and by nobody alone.
func TestFourEyes(t *testing.T) {
	for _, tt := range []struct {
		why    FourEyesReason
		change func(*Case)
	}{
		{FourEyesRed, func(c *Case) { c.SameNumberCases = []string{"other"} }},
		{FourEyesName, func(c *Case) { c.Changed = []string{"identity_name"} }},
		{FourEyesNumber, func(c *Case) { c.OtherNumber = true }},
	} {
		t.Run(string(tt.why), func(t *testing.T) {
			c := SampleCase(AwaitingReview)
			tt.change(c)
			if got := FourEyes(c, SamplePolicy(), SampleTime); !slices.Equal(got, []FourEyesReason{tt.why}) {
				t.Errorf("reasons %v, want %s", got, tt.why)
			}
			by := func(admin string) Event {
				return Event{Kind: Approved, Actor: admin, Form: cards.Form{Override: ptr("card_seen")}}
			}
			one := func(p *Policy) { p.Admins = []string{"ou_hr1", c.OpenID} }
			decide(t, c, by("ou_hr1"), one).wantRefused("four eyes need two admins", "four_eyes_alone")

			d := decide(t, c, by("ou_hr1"), withUndo).wantState(AwaitingReview).wantToast("second_needed")
			d.wantJobs()
			first := d.Case
			if first.Rev == c.Rev || !first.EnteredAt.Equal(c.EnteredAt) || first.Review != nil {
				t.Errorf("revision %d since %s, want a new revision and the same place in the queue", first.Rev, first.EnteredAt)
			}
			view := HRCard(first, sampleView()).(cards.Review)
			if view.FirstBy != "ou_hr1" || !slices.Equal(view.FourEyes, []string{string(tt.why)}) {
				t.Errorf("the card says %v, first %q; want %s, ou_hr1", view.FourEyes, view.FirstBy, tt.why)
			}
			seen := c.Rev
			stale := by("ou_hr2")
			stale.Rev = &seen
			decide(t, first, stale).wantRefused("seen at another revision", "already")
			decide(t, first, by("ou_hr1")).wantRefused("the same admin again", "second_other")

			second := decide(t, first, by("ou_hr2"), withUndo).wantState(Decided).wantDetail("first_approval", "ou_hr1").Case
			if second.Review.By != "ou_hr2" || second.Review.First != "ou_hr1" || second.FirstApproval != nil {
				t.Errorf("review %+v, want by ou_hr2 after ou_hr1", second.Review)
			}
			back := decide(t, second, Event{Kind: Undone, Actor: "ou_hr2"}, withUndo).wantState(AwaitingReview).Case
			if back.FirstApproval == nil || back.FirstApproval.By != "ou_hr1" {
				t.Errorf("after the undo the first approval is %+v, want that of ou_hr1", back.FirstApproval)
			}
			sent := decide(t, first, Event{Kind: SentBack, Actor: "ou_hr2", Form: cards.Form{Reason: ptr("blurred")}}).Case
			if sent.FirstApproval != nil {
				t.Error("a first approval is left after a send-back, want none")
			}
		})
	}
}

// TestOneAdminIsEnough for a case without a peculiarity.
func TestOneAdminIsEnough(t *testing.T) {
	decide(t, SampleCase(AwaitingReview), Event{Kind: Approved}).wantState(Recording)
}

// TestOtherNumberGoesToHR: who was registered with another number is not let through by the policy.
func TestOtherNumberGoesToHR(t *testing.T) {
	for _, other := range []bool{false, true} {
		c := SampleCase(Checking)
		c.Personal.ContactName = SampleName
		c.OtherNumber = other
		e := Event{Kind: PersonChecked, Check: &Check{Outcome: CheckMatch, Supplier: "s", Serial: "n", At: SampleTime}}
		want := Recording
		if other {
			want = AwaitingReview
		}
		decide(t, c, e, func(p *Policy) { p.ReviewAlways = false }).wantState(want)
	}
}
