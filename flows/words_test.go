package flows

import (
	"testing"
	"time"

	"shiming/cards"
)

// TestCodeThatWaits: while a code waits for the pause after the last one, the card says when it will be sent.
func TestCodeThatWaits(t *testing.T) {
	c := codeCase(CodeStateSending)
	c.Code.AskedAt, c.Code.SentAt = SampleTime.Add(40*time.Second), time.Time{}
	for name, tt := range map[string]struct {
		now  time.Time
		want string
	}{
		"before": {SampleTime, "waiting"},
		"after":  {SampleTime.Add(41 * time.Second), "sending"},
	} {
		t.Run(name, func(t *testing.T) {
			view := sampleView()
			view.Now = tt.now
			card := ApplicantCard(c, view).(cards.Code)
			if card.State != tt.want || tt.want == "waiting" && !card.SendsAt.Equal(c.Code.AskedAt) {
				t.Errorf("got state %q at %s, want %q", card.State, card.SendsAt, tt.want)
			}
		})
	}
}

// TestFormSaysWhoseValues: the form says whether it shows what was read or what the applicant typed.
func TestFormSaysWhoseValues(t *testing.T) {
	c := SampleCase(AwaitingConfirmation)
	if card := ApplicantCard(c, sampleView()).(cards.Confirm); card.Typed {
		t.Error("untouched: got typed values, want those that were read")
	}
	c.Personal.Name, c.Personal.Number = c.Personal.Front.Open().RawName(), c.Personal.Front.Open().RawNumber()
	if card := ApplicantCard(c, sampleView()).(cards.Confirm); card.Typed {
		t.Error("submitted unchanged: got typed values, want those that were read")
	}
	c.Personal.Name = "张三丰"
	if card := ApplicantCard(c, sampleView()).(cards.Confirm); !card.Typed {
		t.Error("changed: got values that were read, want typed ones")
	}
}

// TestDecisionNamesWhoActed: HR's card of a case that a person handled does not say that the system did it.
func TestDecisionNamesWhoActed(t *testing.T) {
	for _, s := range States {
		c := SampleCase(s)
		c.Review, c.Resolution = nil, nil
		if s == AwaitingReview || s == NeedsAttention {
			continue
		}
		t.Run(string(s), func(t *testing.T) {
			card, ok := HRCard(c, sampleView()).(cards.Review)
			if !ok || card.Decision == nil {
				t.Fatalf("got no decision on %+v, want one", card)
			}
			byRule := map[State]bool{Recording: true, Filing: true, Done: true, Expired: true}[s]
			if s == Rejected || s == OnFile { // nothing but HR's decision leads there
				return
			}
			if got := card.Decision.By == ""; got != byRule {
				t.Errorf("got the system as the actor: %t, want %t", got, byRule)
			}
			if !cards.HasText("did." + card.Decision.What) {
				t.Errorf("got no text for %q, want one", card.Decision.What)
			}
		})
	}
}
