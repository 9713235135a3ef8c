package flows

import "testing"

// TestLeaverEndsWhatIsOpen: a case ends as a withdrawal would end it. One of which a write has begun goes on, once
// noted, and ends when nothing can be under way any more.
func TestLeaverEndsWhatIsOpen(t *testing.T) {
	left := Event{Kind: ApplicantLeft, Role: Bot, Field: OutcomeLeft}
	for _, s := range States {
		t.Run(string(s), func(t *testing.T) {
			c := SampleCase(s)
			withdrawn := decide(t, c, Event{Kind: Erase, Role: Applicant, Actor: c.OpenID})
			d := decide(t, c, left)
			switch {
			case s.Terminal():
				if d.Case != nil {
					t.Error("got a change of an ended case, want a refusal")
				}
				return
			case withdrawn.Case != nil:
				d.wantState(Withdrawn)
				if d.Case.Outcome != OutcomeLeft || d.Figures[FigureEnd(OutcomeLeft)] != 1 {
					t.Errorf("got the outcome %q, want %q, counted once", d.Case.Outcome, OutcomeLeft)
				}
				return
			}
			d.wantState(s)
			if d.Case.LeftAt.IsZero() || d.Case.Rev != c.Rev || len(d.Jobs) > 0 {
				t.Errorf("got %d jobs at revision %d, want the case to go on as it was", len(d.Jobs), d.Case.Rev)
			}
			if again := decide(t, d.Case, left); again.Case != nil {
				t.Error("got a second change, want a refusal")
			}
			last := left
			last.Final = true
			decide(t, d.Case, last).wantState(Withdrawn)
		})
	}
}

// TestStoppedCaseOfLeaver: a stop before any write ends, one that only HR can judge stays with HR.
func TestStoppedCaseOfLeaver(t *testing.T) {
	for _, tt := range []struct {
		back State
		want State
	}{{AwaitingPhotos, Withdrawn}, {AwaitingCode, Withdrawn}, {Checking, Withdrawn}, {Recording, NeedsAttention},
		{Filing, NeedsAttention}} {
		t.Run(string(tt.back), func(t *testing.T) {
			c := SampleCase(NeedsAttention)
			c.Attention.Return = tt.back
			d := decide(t, c, Event{Kind: ApplicantLeft, Role: Bot, Field: OutcomeLeft})
			d.wantState(tt.want)
			if r := d.Case.Resolution; tt.want == Withdrawn && (r == nil || r.Kind != ResolutionLeft) {
				t.Errorf("got the resolution %+v, want %q", r, ResolutionLeft)
			}
		})
	}
}

// TestNoReminderWhileSuspended: whose account is suspended is not reminded, by the clock or by HR, and the clock goes
// on.
func TestNoReminderWhileSuspended(t *testing.T) {
	for _, s := range []State{AwaitingConsent, AwaitingPhotos, AwaitingConfirmation, AwaitingBankCard, AwaitingCode} {
		c := SampleCase(s)
		d := decide(t, c, Event{Kind: ReminderDue, Role: Clock, Unreachable: true})
		if d.Case == nil || d.Case.Reminders != c.Reminders || len(d.Jobs) != 1 || d.Jobs[0].Kind != JobRemind ||
			!d.Jobs[0].At.After(SampleTime) {
			t.Errorf("%s: got the jobs %+v, want the next timer alone", s, d.Jobs)
		}
		d = decide(t, c, Event{Kind: Nudged, Role: HR, Actor: "ou_hr1", Unreachable: true})
		if d.Case != nil || d.Rule != NudgeUnreachable {
			t.Errorf("%s: got the rule %q, want %q", s, d.Rule, NudgeUnreachable)
		}
	}
	waits := SampleCase(AwaitingReview)
	d := decide(t, waits, Event{Kind: ReminderDue, Role: Clock, Unreachable: true})
	if d.Case == nil || d.Case.Reminders != waits.Reminders+1 {
		t.Error("got no reminder of HR, want one: HR is at work")
	}
}
