package flows

import (
	"strings"
	"testing"
	"time"

	"shiming/cards"
)

func TestCancelUntilWritesBegin(t *testing.T) {
	for _, s := range States {
		c := SampleCase(s)
		d := decide(t, c, Event{Kind: Cancelled, Role: Applicant, Actor: c.OpenID})
		switch s {
		case AwaitingConsent, AwaitingPhotos, AwaitingConfirmation, AwaitingBankCard, AwaitingCode, AwaitingFace,
			Checking, AwaitingReview, Decided:
			d.wantState(Withdrawn).wantToast("cancelled")
			if d.Case.Outcome != "withdrawn" {
				t.Errorf("%s: outcome %q, want %q", s, d.Case.Outcome, "withdrawn")
			}
		default:
			if d.Case != nil {
				t.Errorf("%s: got a cancelled case, want a refusal", s)
			}
		}
		if got, want := canCancel(c), d.Case != nil; got != want {
			t.Errorf("%s: the card offers to cancel: %v, want %v", s, got, want)
		}
	}
}

// TestRetentionTimers checks the purges of photos and fields at each kind of end.
func TestRetentionTimers(t *testing.T) {
	grace, unfinished := SamplePolicy().PhotoGrace, SamplePolicy().UnfinishedRetention
	for _, tt := range []struct {
		name      string
		c         *Case
		e         Event
		retention time.Duration
		purges    map[string]time.Duration
	}{
		{"cancelled", SampleCase(AwaitingCode), Event{Kind: Cancelled}, time.Hour * 999,
			map[string]time.Duration{"photos": grace, "all": unfinished}},
		{"cancelled without photos", SampleCase(AwaitingConsent), Event{Kind: Cancelled}, 0,
			map[string]time.Duration{"all": unfinished}},
		{"done, kept for ever", SampleCase(Filing), Event{Kind: EvidenceFiled, ID: "P1"}, 0,
			map[string]time.Duration{"photos": grace}},
		{"done, kept for a year", SampleCase(Filing), Event{Kind: EvidenceFiled, ID: "P1"}, 8760 * time.Hour,
			map[string]time.Duration{"photos": grace, "all": 8760 * time.Hour}},
		{"expired", SampleCase(AwaitingPhotos), Event{Kind: ExpiryDue}, 0,
			map[string]time.Duration{"photos": grace, "all": unfinished}},
		{"erased", SampleCase(AwaitingPhotos), Event{Kind: Erase}, time.Hour, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := decide(t, tt.c, tt.e, func(p *Policy) { p.FieldRetention = tt.retention })
			got := map[string]time.Duration{}
			for _, j := range d.Jobs {
				if j.Kind == JobPurge {
					got[j.ref] = j.At.Sub(SampleTime)
				}
			}
			if len(got) != len(tt.purges) {
				t.Errorf("%s: purges %v, want %v", tt.name, got, tt.purges)
			}
			for ref, after := range tt.purges {
				if got[ref] != after {
					t.Errorf("%s: %s after %v, want %v", tt.name, ref, got[ref], after)
				}
			}
			if _, photos := tt.purges["photos"]; photos != !d.Case.PurgeAt.IsZero() {
				t.Errorf("%s: got purge time %v on the card, want it with a purge of photos only", tt.name, d.Case.PurgeAt)
			}
		})
	}
}

// checkErased requires that no personal data is left and that the audit row proves the deletion by the photos' hashes.
func checkErased(t *testing.T, d outcome) {
	t.Helper()
	c := d.Case
	if !c.Personal.Empty() || c.SameNumberCases != nil || !c.Erased.Equal(SampleTime) ||
		!c.PhotosGoneAt.Equal(SampleTime) {
		t.Errorf("got personal data %v, cases with the same number %v, erased at %v, want none at SampleTime",
			!c.Personal.Empty(), c.SameNumberCases, c.Erased)
	}
	if !d.SetBlindIndex || d.BlindIndex != nil {
		t.Error("got the index kept, want it removed")
	}
	hashes := 0
	for k, v := range d.Detail {
		if strings.HasPrefix(k, "sha256_") && v != "" {
			hashes++
		}
	}
	if hashes != len(c.Photos) || d.Detail["erased"] == "" {
		t.Errorf("got %d hashes of %d photos in the audit row, want all: %v", hashes, len(c.Photos), d.Detail)
	}
}

func TestErase(t *testing.T) {
	for _, s := range States {
		c := SampleCase(s)
		c.Personal.Note, c.SameNumberCases = "some words", []string{"x"}
		d := decide(t, c, Event{Kind: Erase, Role: Applicant, Actor: c.OpenID})
		switch {
		case s == Recording || s == Filing || s == NeedsAttention:
			if d.Case != nil {
				t.Errorf("%s: got an erased case, want a refusal during writes", s)
			}
			continue
		case s.Terminal():
			d.wantStay().wantCards([]string{AudienceApplicant, AudienceHR}, nil)
		default:
			d.wantState(Withdrawn)
		}
		d.wantToast("deleted")
		checkErased(t, d)
		d.wantJobs()
		var all []string
		for _, p := range c.Photos {
			all = append(all, p.ID)
		}
		d.wantDropped(all...)
		// All further deletions are refused.
		decide(t, d.Case, Event{Kind: Erase}).wantRefused("nothing is held any more", "deleted")
		decide(t, d.Case, Event{Kind: PhotosPurged, Field: "all"}).wantRefused("already erased", "")
		decide(t, d.Case, Event{Kind: PhotosPurged, Field: "photos"}).wantRefused("already deleted", "")
		for _, card := range []cards.Card{ApplicantCard(d.Case, sampleView()),
			HRCard(d.Case, sampleView())} {
			if strings.Contains(string(card.JSON()), "some words") {
				t.Errorf("%s: got the note on a card, want it gone", s)
			}
		}
	}
}

func TestPurge(t *testing.T) {
	c := SampleCase(Done)
	d := decide(t, c, Event{Kind: PhotosPurged, Field: "photos"}).
		wantStay().
		wantDropped("p1", "p2").
		wantCards([]string{AudienceApplicant}, nil)
	if d.Case.Personal.Empty() || !d.Case.PhotosGoneAt.Equal(SampleTime) || !d.Case.Erased.IsZero() || d.SetBlindIndex {
		t.Error("got no fields, want them kept")
	}
	if d.Detail["sha256_1"] != "a" || d.Detail["sha256_2"] != "b" {
		t.Errorf("got audit detail %v, want the hashes of both photos", d.Detail)
	}
	decide(t, d.Case, Event{Kind: PhotosPurged, Field: "photos"}).wantRefused("already deleted", "")
	d = decide(t, d.Case, Event{Kind: PhotosPurged, Field: "all"}).
		wantStay().
		wantCards([]string{AudienceApplicant, AudienceHR}, nil)
	checkErased(t, d)
	// Only ended cases are purged.
	decide(t, SampleCase(AwaitingPhotos), Event{Kind: PhotosPurged, Role: Bot, Field: "all"}).
		wantRefused("not in the table", "already")
}

func TestExpiry(t *testing.T) {
	for _, s := range States {
		c := SampleCase(s)
		rev := c.Rev
		at, outcome := SampleTime, "expired"
		if s.Turn() == HR {
			at, outcome = c.EnteredAt.Add(MaxHRWait), OutcomeHRDelay
		}
		d := decide(t, c, Event{Kind: ExpiryDue, Role: Clock, Rev: &rev, At: at})
		if waits := s.Turn() == Applicant || s.Turn() == HR; !waits {
			if d.Case != nil {
				t.Errorf("%s: got an expired case, want a refusal", s)
			}
			continue
		}
		d.wantState(Expired)
		if d.Case.Outcome != outcome || d.Rule != "nobody moved in time" {
			t.Errorf("%s: %q (%s), want %q, %q", s, d.Case.Outcome, d.Rule, outcome, "nobody moved in time")
		}
		rev--
		d = decide(t, c, Event{Kind: ExpiryDue, Role: Clock, Rev: &rev})
		if d.Case != nil {
			t.Errorf("%s: got an expired case, want a refusal for another revision", s)
		}
	}
}

func TestCardAskedReposts(t *testing.T) {
	for _, s := range States {
		d := decide(t, SampleCase(s), Event{Kind: CardAsked, Role: Applicant})
		if s.Terminal() {
			if d.Case != nil {
				t.Errorf("%s: got a card, want a refusal", s)
			}
			continue
		}
		d.wantStay().wantCards([]string{AudienceApplicant}, []string{AudienceApplicant})
		d.wantJobs()
		if !d.Silent {
			t.Errorf("%s: got an audit row, want none", s)
		}
	}
}

func TestStepDelayed(t *testing.T) {
	for _, s := range []State{AwaitingPhotos, AwaitingCode, Checking, Recording, Filing} {
		d := decide(t, SampleCase(s), Event{Kind: StepDelayed, Step: "x"}).
			wantStay().
			wantCards([]string{AudienceApplicant}, nil).
			wantDetail("step", "x")
		if d.Case.Delayed != "x" {
			t.Errorf("%s: delayed %q, want %q", s, d.Case.Delayed, "x")
		}
		decide(t, d.Case, Event{Kind: StepDelayed, Step: "x"}).wantRefused("known", "")
	}
	decide(t, SampleCase(AwaitingReview), Event{Kind: StepDelayed, Role: Bot, Step: "x"}).
		wantRefused("not in the table", "already")
}
