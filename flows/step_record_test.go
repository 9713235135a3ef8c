package flows

import (
	"fmt"
	"slices"
	"testing"

	"shiming/cards"
)

// recordingCase returns an approved case without any write.
func recordingCase() *Case {
	c := SampleCase(Recording)
	c.Identity, c.Uploads = nil, nil
	return c
}

func TestWriteIntentIsStoredOnce(t *testing.T) {
	for _, tt := range []struct {
		kind Kind
		c    func(*Write) *Case
		of   func(*Case) *Write
	}{
		{IdentityStarted, func(w *Write) *Case {
			c := SampleCase(Recording)
			c.Identity = w
			return c
		}, func(c *Case) *Write { return c.Identity }},
		{EvidenceStarted, func(w *Write) *Case {
			c := SampleCase(Filing)
			c.Evidence = w
			return c
		}, func(c *Case) *Write { return c.Evidence }},
	} {
		t.Run(fmt.Sprint(tt.kind), func(t *testing.T) {
			d := decide(t, tt.c(nil), Event{Kind: tt.kind, Job: "mine"}).wantStay()
			if w := tt.of(d.Case); w.State != WriteStarted || w.Attempt != 1 || w.Job != "mine" || !w.Started.Equal(SampleTime) {
				t.Errorf("%s: got %+v, want attempt 1 of job mine", tt.kind, w)
			}
			d = decide(t, tt.c(&Write{
				State:   WriteRefused,
				Attempt: 2,
				Job:     "old",
				ID:      "x",
			}), Event{Kind: tt.kind, Job: "mine"}).wantStay()
			if w := tt.of(d.Case); w.State != WriteStarted || w.Attempt != 3 || w.Job != "mine" || w.ID != "" {
				t.Errorf("%s again: got %+v, want attempt 3 of job mine", tt.kind, w)
			}
			for _, s := range []WriteState{WriteStarted, WriteDone, WriteUnknown} {
				decide(t, tt.c(&Write{State: s, Attempt: 1, Job: "other"}), Event{Kind: tt.kind, Job: "mine"}).
					wantRefused("already begun", "")
			}
		})
	}
}

// TestResultWithoutIntentIsRefused checks results that arrive without a started attempt.
func TestResultWithoutIntentIsRefused(t *testing.T) {
	for _, w := range []*Write{nil, {State: WriteRefused}, {State: WriteDone, ID: "first"}, {State: WriteUnknown}} {
		c := SampleCase(Recording)
		c.Identity = w
		decide(t, c, Event{Kind: IdentityRecorded, ID: "second"}).wantRefused("no such attempt", "")
		decide(t, c, Event{Kind: IdentityMismatch, Field: "mobile"}).wantRefused("no such attempt", "")
		decide(t, c, Event{Kind: WriteFailed, Step: "identity"}).wantRefused("no such attempt", "")
		c = SampleCase(Filing)
		c.Evidence = w
		decide(t, c, Event{Kind: EvidenceFiled, ID: "P2"}).wantRefused("no such attempt", "")
		decide(t, c, Event{Kind: WriteFailed, Step: "evidence"}).wantRefused("no such attempt", "")
	}
	decide(t, SampleCase(Recording), Event{Kind: WriteFailed, Step: "photos"}).wantRefused("no such attempt", "")
}

func TestIdentityRecorded(t *testing.T) {
	for _, tt := range []struct {
		name    string
		uploads map[string]string
		jobs    []JobKind
	}{
		// A case of an older version, which wrote the identity beside the uploads.
		{"before the uploads", nil, []JobKind{JobUpload, JobUpload}},
		{"between the uploads", map[string]string{"back": "f2"}, []JobKind{JobUpload}},
		{"after the uploads", map[string]string{"front": "f1", "back": "f2"}, []JobKind{JobEvidence}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(Recording)
			c.Uploads, c.Delayed = tt.uploads, "identity"
			d := decide(t, c, Event{Kind: IdentityRecorded, ID: "ou_uid"}).wantState(Filing).wantDetail("verify_uid", "ou_uid")
			d.wantJobs(tt.jobs...)
			if w := d.Case.Identity; w.State != WriteDone || w.ID != "ou_uid" || !w.At.Equal(SampleTime) ||
				d.Case.Delayed != "" || d.lastDisclosure() != "feishu_identity" {
				t.Errorf("%s: got %+v, want it done with the id", tt.name, w)
			}
		})
	}
}

func TestIdentityIsLastStepWithoutVerification(t *testing.T) {
	c := SampleCase(Recording)
	c.Method, c.Check, c.Code = MethodNone, nil, nil
	d := decide(t, c, Event{Kind: IdentityRecorded, ID: "ou_uid"}).wantState(Done)
	d.wantJobs(JobPurge)
	d.wantCards([]string{AudienceApplicant, AudienceHR, AudienceBoard}, []string{AudienceApplicant})
	card := ApplicantCard(d.Case, sampleView()).(cards.Done)
	if card.Filed || card.Method != "none" || slices.Contains(card.Steps, cards.StepEvidence) ||
		slices.Contains(card.Steps, cards.StepCode) {
		t.Errorf("got card %+v, want done without evidence", card)
	}
}

// TestIdentityMismatchGoesToHR: only HR can send the form back, so that nobody with right values goes in a circle.
func TestIdentityMismatchGoesToHR(t *testing.T) {
	for _, field := range []string{"identity_name", "identity_code", "mobile"} {
		t.Run(field, func(t *testing.T) {
			c := SampleCase(Recording)
			stop := &Attention{Upstream: "1291002", LogID: "log"}
			d := decide(t, c, Event{Kind: IdentityMismatch, Field: field, Stop: stop}).
				wantState(NeedsAttention).
				wantDetail("field", field)
			a := d.Case.Attention
			if a.Code != StopCode("bound_"+field) || a.Upstream != "1291002" || a.LogID != "log" || a.Step != StepIdentity ||
				d.Case.Identity.State != WriteRefused || d.lastDisclosure() != "feishu_identity" {
				t.Errorf("got %+v, identity %+v, want a stop that names the field", a, d.Case.Identity)
			}
			card := HRCard(d.Case, sampleView()).(cards.Attention)
			if card.Code != "bound_"+field || !cards.HasText("trouble."+card.Code) {
				t.Errorf("got HR's card with %q, want the field that differs", card.Code)
			}
			d.wantCards([]string{AudienceApplicant, AudienceHR}, []string{AudienceHR})

			// HR corrects the value in Feishu: two admins have the write tried again, which binds another value than before.
			alone := func(p *Policy) { p.Admins = []string{"ou_hr1"} }
			decide(t, d.Case, Event{Kind: Retry}, alone).wantRefused("four eyes need two admins", "four_eyes_alone")
			first := decide(t, d.Case, Event{Kind: Retry}).wantState(NeedsAttention).wantToast("second_needed")
			for _, j := range first.Jobs {
				if j.Kind == JobIdentity {
					t.Error("the first of two admins has the identity written, want nothing written")
				}
			}
			if card := HRCard(first.Case, sampleView()).(cards.Attention); card.FirstBy != "ou_hr1" ||
				!slices.Equal(card.FourEyes, []string{"bound"}) {
				t.Errorf("the card names %v and first %q, want bound and ou_hr1", card.FourEyes, card.FirstBy)
			}
			decide(t, first.Case, Event{Kind: Retry}).wantRefused("the same admin again", "second_other")
			again := decide(t, first.Case, Event{Kind: Retry, Actor: "ou_hr2"}).wantState(Recording)
			again.wantDetail("first_approval", "ou_hr1").wantJobs(JobIdentity)
			if r := again.Case.Resolution; r.By != "ou_hr2" || r.First != "ou_hr1" || again.Case.FirstApproval != nil {
				t.Errorf("resolution %+v, want by ou_hr2 after ou_hr1", r)
			}

			// HR sends the form back: the next submission needs a new code, a new check and a new review.
			back := decide(t, d.Case, Event{Kind: SentBack, Actor: "ou_hr"}).wantState(AwaitingConfirmation)
			back.wantToast("sent_back")
			form1 := ApplicantCard(back.Case, sampleView()).(cards.Confirm)
			if form1.SentBack != "bound_differs" || back.Case.Check != nil || back.Case.Code != nil ||
				back.Case.Personal.SMSCode != "" || form1.Problems[field] != "bound_"+field || len(form1.Problems) != 1 {
				t.Errorf("got the form %+v, want it sent back because of what is bound, with problem %q", form1, "bound_"+field)
			}
			if r := back.Case.Resolution; r == nil || r.Kind != ResolutionSentBack || r.By != "ou_hr" {
				t.Errorf("got the resolution %+v, want HR's", r)
			}
			next := decide(t, back.Case, Event{Kind: Confirmed, Form: form()}).wantState(AwaitingCode)
			if next.Case.Review != nil || next.Case.Identity.State != WriteRefused {
				t.Error("got the earlier approval, want a new review")
			}
			// What is still not what Feishu has bound takes two admins in the review as well; a corrected value does not.
			if !next.Case.rebinds() {
				t.Error("the same value again is approved by one admin, want two")
			}
			corrected := next.Case.clone()
			corrected.Personal.Name, corrected.Personal.Number, corrected.Personal.Mobile = "样乙", OtherNumber, "13900005678"
			if corrected.rebinds() {
				t.Error("a corrected value takes two admins, want one")
			}
		})
	}
	other := suspendedCase(Recording, stopped("identity", "bug", ""))
	if d := decide(t, other, Event{Kind: SentBack, Actor: "ou_hr"}); d.Case != nil {
		t.Errorf("another stop: got the case in %s, want a refusal", d.Case.State)
	}
}

func TestUploads(t *testing.T) {
	for _, tt := range []struct {
		state State
		jobs  []JobKind
	}{{Recording, []JobKind{JobIdentity}}, {Filing, []JobKind{JobEvidence}}} {
		t.Run(fmt.Sprint(tt.state), func(t *testing.T) {
			c := SampleCase(tt.state)
			c.Uploads, c.Delayed = nil, "upload"
			d := decide(t, c, Event{Kind: PhotoUploaded, Side: "front", ID: "f1"}).
				wantStay().
				wantDetail("side", "front", "file_id", "f1")
			d.wantJobs()
			d = decide(t, d.Case, Event{Kind: PhotoUploaded, Side: "back", ID: "f2"}).wantStay()
			d.wantJobs(tt.jobs...)
			decide(t, d.Case, Event{Kind: PhotoUploaded, Side: "back", ID: "f3"}).wantRefused("known", "")
			if d.Case.Uploads["front"] != "f1" || d.Case.Uploads["back"] != "f2" || d.Case.Delayed != "" ||
				d.lastDisclosure() != "esign" {
				t.Errorf("%s: got %+v, want the file id on record", tt.state, d.Case)
			}
		})
	}
}

func TestWriteFailedAllowsRetry(t *testing.T) {
	d := decide(t, SampleCase(Recording), Event{Kind: WriteFailed, Step: "identity"}).
		wantStay().
		wantDetail("step", "identity")
	if d.Case.Identity.State != WriteRefused {
		t.Errorf("identity %s, want %v", d.Case.Identity.State, WriteRefused)
	}
	d = decide(t, SampleCase(Filing), Event{Kind: WriteFailed, Step: "evidence"}).wantStay()
	if d.Case.Evidence.State != WriteRefused || d.Case.Identity.State != WriteDone {
		t.Errorf("evidence %s, identity %s, want %v, %v", d.Case.Evidence.State, d.Case.Identity.State, WriteRefused,
			WriteDone)
	}
}

func TestEvidenceFiled(t *testing.T) {
	c := SampleCase(Filing)
	c.Delayed = "evidence"
	d := decide(t, c, Event{Kind: EvidenceFiled, ID: "P123"}).wantState(Done).wantDetail("evi_point_id", "P123")
	d.wantCards([]string{AudienceApplicant, AudienceHR, AudienceBoard}, []string{AudienceApplicant})
	if w := d.Case.Evidence; w.State != WriteDone || w.ID != "P123" || !w.At.Equal(SampleTime) ||
		d.Case.Outcome != "done" || d.lastDisclosure() != "esign" {
		t.Errorf("got evidence %+v, want it done with the id", w)
	}
	if card := ApplicantCard(d.Case, sampleView()).(cards.Done); !card.Filed {
		t.Error("got a card without evidence, want filed")
	}
}
