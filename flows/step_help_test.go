package flows

import (
	"testing"

	"shiming/cards"
	"shiming/idcard"
)

// mismatched returns a case at the form after n checks without a match.
func mismatched(t *testing.T, n int, outcome CheckOutcome) *Case {
	t.Helper()
	c := SampleCase(AwaitingConfirmation)
	for range n {
		c.State = Checking
		c = decide(t, c, Event{Kind: PersonChecked, Check: &Check{Outcome: outcome, Detail: "-4", Serial: "s"}}).
			wantState(AwaitingConfirmation).Case
	}
	return c
}

// TestNeverMatches: from the second mismatch on there is a way to HR, who sees what happened and cannot approve it.
func TestNeverMatches(t *testing.T) {
	once := mismatched(t, 1, CheckMismatch)
	if card := ApplicantCard(once, sampleView()).(cards.Confirm); card.AskHR {
		t.Error("after one mismatch: the card offers the way to HR, want none")
	}
	decide(t, once, Event{Kind: HelpAsked}).wantRefused("no reason to ask HR yet", "already")

	c := mismatched(t, 3, CheckNoRecord)
	if card := ApplicantCard(c, sampleView()).(cards.Confirm); !card.AskHR || card.Failed != 3 {
		t.Errorf("after three: offered %v, failed %d, want true, 3", card.AskHR, card.Failed)
	}
	d := decide(t, c, Event{Kind: HelpAsked}).wantState(AwaitingReview).wantToast("hr_asked").
		wantCards([]string{AudienceApplicant, AudienceHR}, []string{AudienceHR})
	if card := ApplicantCard(d.Case, sampleView()).(cards.Progress); card.Stage != "help" || !card.CanCancel {
		t.Errorf("the applicant sees %+v, want the stage help", card)
	}
	card := HRCard(d.Case, sampleView()).(cards.Review)
	if want := (cards.Help{Checks: 3, Answer: "no_record", Detail: "-4"}); card.Help == nil || *card.Help != want {
		t.Errorf("HR sees %+v, want %+v", card.Help, want)
	}
	decide(t, d.Case, Event{Kind: Approved, Actor: "ou_hr1"}).wantRefused("the person is not verified", "not_verified")
	reason := "own_mobile"
	back := decide(t, d.Case, Event{Kind: SentBack, Actor: "ou_hr1", Form: cards.Form{Reason: &reason}}).
		wantState(AwaitingConfirmation).Case
	decide(t, d.Case, Event{Kind: Refused, Actor: "ou_hr1", Form: cards.Form{Reason: &reason}}).wantState(Rejected)

	// After a submission that matches, HR has the usual card.
	back = decide(t, back, Event{Kind: Confirmed, Form: form()}).wantState(AwaitingCode).Case
	back.State = Checking
	again := decide(t, back, Event{Kind: PersonChecked, Check: &Check{Outcome: CheckMatch}}).wantState(AwaitingReview).Case
	if card := HRCard(again, sampleView()).(cards.Review); card.Help != nil {
		t.Errorf("after a match HR sees %+v, want no request for help", card.Help)
	}
	decide(t, again, Event{Kind: Approved, Actor: "ou_hr1"}).wantState(Recording)
}

// TestRefusedValuesCount: a value that the supplier refuses again and again leads to HR as well.
func TestRefusedValuesCount(t *testing.T) {
	c := SampleCase(AwaitingConfirmation)
	for range HelpAfterChecks {
		c.State, c.Check = Checking, nil
		c = decide(t, c, Event{Kind: CheckRefused, Field: "mobile"}).wantState(AwaitingConfirmation).Case
	}
	d := decide(t, c, Event{Kind: HelpAsked}).wantState(AwaitingReview)
	if h := d.Case.Help; h.Checks != HelpAfterChecks || h.Answer != "mobile" {
		t.Errorf("got %+v, want %d checks, mobile", h, HelpAfterChecks)
	}
	decide(t, d.Case, Event{Kind: Approved, Actor: "ou_hr1"}).wantRefused("the person is not verified", "not_verified")
}

// TestRefusedAsPrinted: the supplier takes no Latin name, for example. The first refusal of what stands on the card
// leads to HR, because another try would meet it again; a typing error is corrected.
func TestRefusedAsPrinted(t *testing.T) {
	for _, tt := range []struct {
		field   string
		changed []string
		want    bool
	}{
		{"identity_name", nil, true},
		{"identity_code", nil, true},
		{"identity_name", []string{"identity_name"}, false},
		{"mobile", nil, false},
	} {
		t.Run(tt.field, func(t *testing.T) {
			c := SampleCase(Checking)
			c.Check, c.Changed = nil, tt.changed
			d := decide(t, c, Event{Kind: CheckRefused, Field: tt.field}).wantState(AwaitingConfirmation)
			card := ApplicantCard(d.Case, sampleView()).(cards.Confirm)
			if card.AskHR != tt.want || card.Mismatch != tt.field {
				t.Errorf("got the way to HR: %v, cause %q, want %v", card.AskHR, card.Mismatch, tt.want)
			}
			if tt.want {
				decide(t, d.Case, Event{Kind: HelpAsked}).wantState(AwaitingReview)
			}
		})
	}
}

// TestCodesLeadToHR: so do codes that never lead on.
func TestCodesLeadToHR(t *testing.T) {
	c := codeCase(CodeStateFailed)
	c.CodeSeq = HelpAfterCodes
	if card := ApplicantCard(c, sampleView()).(cards.Code); !card.AskHR {
		t.Error("the card offers no way to HR, want one")
	}
	d := decide(t, c, Event{Kind: HelpAsked}).wantState(AwaitingReview)
	if h := d.Case.Help; h.Codes != HelpAfterCodes || d.Case.Code != nil {
		t.Errorf("got %+v, code %v, want %d codes and none", h, d.Case.Code, HelpAfterCodes)
	}
}

// TestPhotosLeadToHR: after many unusable photos HR can let the applicant go on or close the case, and a photo that can
// be read goes on by itself.
func TestPhotosLeadToHR(t *testing.T) {
	c := SampleCase(AwaitingPhotos)
	c.BadPhotos = HelpAfterPhotos
	if card := ApplicantCard(c, sampleView()).(cards.Photos); !card.AskHR {
		t.Error("the card offers no way to HR, want one")
	}
	d := decide(t, c, Event{Kind: HelpAsked}).wantState(NeedsAttention).
		wantCards([]string{AudienceApplicant, AudienceHR}, []string{AudienceHR})
	if card := HRCard(d.Case, sampleView()).(cards.Attention); card.Code != "too_many_photos" || card.BadPhotos != HelpAfterPhotos {
		t.Errorf("HR sees %+v, want the unusable photos", card)
	}
	decide(t, d.Case, Event{Kind: Retry, Actor: "ou_hr1"}).wantState(AwaitingPhotos)
	decide(t, d.Case, Event{Kind: Closed, Actor: "ou_hr1"}).wantState(Rejected)
	decide(t, d.Case, Event{Kind: PhotoReceived, Photo: PhotoRef{FileKey: "k"}, PhotoID: "p9",
		MessageID: "om_9"}).wantStay()
	_, back := SampleReadings()
	d = decide(t, d.Case, Event{Kind: PhotoReadOK, PhotoID: "p2", Readings: []idcard.Reading{back}})
	d.wantState(AwaitingConfirmation)
}

// TestPhotoFailsAfterHRWasAsked: a photo that was on its way when the applicant asked HR, and cannot be read either,
// leaves the case with HR; one that can be read takes it on.
func TestPhotoFailsAfterHRWasAsked(t *testing.T) {
	c := SampleCase(AwaitingPhotos)
	c.BadPhotos = 2
	c.Photos = []Photo{{ID: "p9", State: PhotoStored}}
	asked := decide(t, c, Event{Kind: HelpAsked}).wantState(NeedsAttention).Case
	failed := decide(t, asked, Event{Kind: PhotoFailed, PhotoID: "p9", Problem: "nothing"}).wantState(NeedsAttention).
		wantCards([]string{AudienceHR}, nil).Case
	if failed.BadPhotos != 3 || failed.Attention.Return != AwaitingPhotos || failed.Attention.Code != StopTooManyPhotos {
		t.Errorf("got %d bad photos and %+v, want 3, and HR still asked", failed.BadPhotos, failed.Attention)
	}
	front, _ := SampleReadings()
	asked.Photos = []Photo{{ID: "p9", State: PhotoStored}}
	expired := backUntil(t, "2021.01.01")
	decide(t, asked, Event{Kind: PhotoReadOK, PhotoID: "p9", Readings: []idcard.Reading{expired}}).wantState(NeedsAttention)
	decide(t, asked, Event{Kind: PhotoReadOK, PhotoID: "p9", Readings: []idcard.Reading{front}}).wantState(AwaitingPhotos)
}
