package flows

import (
	"slices"
	"testing"
	"time"
)

// ago returns n times, a minute apart; the last one lies back by the duration.
func ago(n int, last time.Duration) (out []time.Time) {
	for i := range n {
		out = append(out, SampleTime.Add(-last-time.Duration(n-1-i)*time.Minute))
	}
	return out
}

// TestCodesCountAcrossCases: the codes of the person and to the number count, whatever case they belong to.
func TestCodesCountAcrossCases(t *testing.T) {
	const refused = -1
	for _, tt := range []struct {
		name string
		uses CodeUses
		wait time.Duration // until the code is sent, or refused
	}{
		{"none", CodeUses{}, 0},
		{"person, a while ago", CodeUses{Person: ago(9, time.Hour)}, 0},
		{"person, just now", CodeUses{Person: ago(1, 20*time.Second)}, 40 * time.Second},
		{"person, one to come", CodeUses{Person: ago(1, -30*time.Second)}, 90 * time.Second},
		{"number, just now", CodeUses{Mobile: ago(1, 20*time.Second)}, 40 * time.Second},
		{"both, the later counts", CodeUses{Person: ago(1, 50*time.Second), Mobile: ago(1, 5*time.Second)}, 55 * time.Second},
		{"person, ten", CodeUses{Person: ago(MaxCodesPerDay, time.Hour)}, refused},
		{"number, ten", CodeUses{Mobile: ago(MaxCodesPerDay, time.Hour)}, refused},
		{"ten, a day ago", CodeUses{Person: ago(MaxCodesPerDay, CodeWindow)}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := decide(t, SampleCase(AwaitingConfirmation), Event{Kind: Confirmed, Form: form(), CodeUses: tt.uses})
			asked := decide(t, codeCase("failed"), Event{Kind: CodeAsked, CodeUses: tt.uses})
			if tt.wait == refused {
				d.wantState(AwaitingConfirmation).wantToast("codes_used_up")
				asked.wantRefused("too many codes within a day", "codes_used_up")
				return
			}
			want := SampleTime.Add(tt.wait)
			if j := d.wantState(AwaitingCode).wantJobs(JobSendCode)[0]; !j.At.Equal(want) || !d.CodeDue.Equal(want) {
				t.Errorf("sent at %v, noted for %v, want both %v", j.At, d.CodeDue, want)
			}
		})
	}
}

// TestAnotherCodeWaitsForOthers: the button for another code also waits after a code of another case.
func TestAnotherCodeWaitsForOthers(t *testing.T) {
	c := codeCase("sent")
	c.Code.AskedAt, c.CodesAsked = SampleTime.Add(-time.Hour), ago(1, time.Hour)
	decide(t, c, Event{Kind: CodeAsked, CodeUses: CodeUses{Mobile: ago(1, 20*time.Second)}}).
		wantRefused("too soon for another code", "code_wait", "seconds", "40")
	decide(t, c, Event{Kind: CodeAsked}).wantStay().wantToast("resent")
}

// TestCodesOfTheCaseCountOnce: the store keeps milliseconds, the case nanoseconds.
func TestCodesOfTheCaseCountOnce(t *testing.T) {
	c := SampleCase(AwaitingConfirmation)
	c.CodesAsked = ago(MaxCodesPerDay-1, time.Hour)
	stored := slices.Clone(c.CodesAsked)
	for i := range c.CodesAsked {
		c.CodesAsked[i] = c.CodesAsked[i].Add(345 * time.Microsecond)
	}
	decide(t, c, Event{Kind: Confirmed, Form: form(), CodeUses: CodeUses{Person: stored}}).wantState(AwaitingCode)
}

// TestUnsentCodeIsFreed: a code whose digits were never made does not count.
func TestUnsentCodeIsFreed(t *testing.T) {
	for _, tt := range []struct {
		name  string
		state CodeState
		mac   string
		kind  Kind
		freed int
	}{
		{"cancelled before it was sent", CodeStateSending, "", Cancelled, 1},
		{"form again before it was sent", CodeStateSending, "", EditAsked, 1},
		{"cancelled while it is sent", CodeStateSending, "right", Cancelled, 0},
		{"cancelled after it was sent", CodeStateSent, "right", Cancelled, 0},
		{"still wanted", CodeStateSending, "", CardAsked, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := codeCase(tt.state)
			c.Code.MAC = []byte(tt.mac)
			if tt.mac == "" {
				c.Code.MAC = nil
			}
			d := decide(t, c, Event{Kind: tt.kind})
			if d.CodeFreed != tt.freed || len(d.Case.CodesAsked) != 1-tt.freed {
				t.Errorf("freed %d, on record %d; want %d, %d", d.CodeFreed, len(d.Case.CodesAsked), tt.freed, 1-tt.freed)
			}
		})
	}
}
