package flows

import (
	"slices"
	"strings"
	"testing"

	"shiming/cards"
	"shiming/idcard"
)

func TestApproval(t *testing.T) {
	d := decide(t, SampleCase(AwaitingReview), Event{Kind: Approved, Form: cards.Form{Note: ptr(" 好 ")}}).
		wantState(Recording).
		wantToast("approved")
	jobs := d.wantJobs(JobUpload, JobUpload) // the identity follows when nothing is missing
	if jobs[0].ref != "front" || jobs[1].ref != "back" {
		t.Errorf("uploads %s, %s, want %q, %q", jobs[0].ref, jobs[1].ref, "front", "back")
	}
	if r := d.Case.Review; r.By != "ou_hr1" || r.What != "approved" || !r.At.Equal(SampleTime) || r.Round != 1 ||
		d.Case.Personal.Note != "好" {
		t.Errorf("got review %+v, want approved by ou_hr1 in round 1", r)
	}
	d.wantCards([]string{AudienceApplicant, AudienceHR}, nil)
}

// TestApprovalWithoutVerification: without an evidence point no photo is uploaded.
func TestApprovalWithoutVerification(t *testing.T) {
	c := SampleCase(AwaitingReview)
	c.Method, c.Check, c.Code = MethodNone, nil, nil
	decide(t, c, Event{Kind: Approved}).wantState(Recording).wantJobs(JobIdentity)
}

func TestSendingBackAndRejectingNeedAReason(t *testing.T) {
	for _, k := range []Kind{SentBack, Refused} {
		for _, f := range []cards.Form{{}, {Reason: ptr("")}, {Reason: ptr("  "), Note: ptr(" ")}} {
			decide(t, SampleCase(AwaitingReview), Event{Kind: k, Form: f}).
				wantRefused("no reason given", "missing_field", "field", "reason")
		}
		// A note instead of a reason is enough.
		d := decide(t, SampleCase(AwaitingReview), Event{Kind: k, Form: cards.Form{Note: ptr("请重拍")}})
		if d.Case == nil || d.Case.Personal.Note != "请重拍" {
			t.Errorf("%s with a note: got a refusal (%s), want none", k, d.Rule)
		}
	}
}

func TestSendingBack(t *testing.T) {
	for _, tt := range []struct {
		side  string
		to    State
		gone  []string
		typed bool // what was typed is kept
	}{
		{"", AwaitingConfirmation, nil, true},
		{"details", AwaitingConfirmation, nil, true},
		{"nonsense", AwaitingConfirmation, nil, true},
		{"front", AwaitingPhotos, []string{"p1"}, false},
		{"back", AwaitingPhotos, []string{"p2"}, false},
		{"both", AwaitingPhotos, []string{"p1", "p2"}, false},
	} {
		t.Run(tt.side, func(t *testing.T) {
			c := SampleCase(AwaitingReview)
			c.Changed = []string{"identity_name"}
			c.Uploads = map[string]string{"front": "f1", "back": "f2"}
			d := decide(t, c, Event{Kind: SentBack, Form: cards.Form{Reason: ptr("blurred"), Side: ptr(tt.side)}}).
				wantState(tt.to).
				wantToast("sent_back").
				wantDropped(tt.gone...)
			d.wantJobs()
			d.wantCards([]string{AudienceApplicant, AudienceHR}, []string{AudienceApplicant}).wantDetail("reason", "blurred")
			if d.Case.Code != nil || d.Case.Check != nil || d.Case.Personal.SMSCode != "" {
				t.Error("got code or check, want none of the earlier round")
			}
			if (d.Case.Personal.Name != "") != tt.typed || (d.Case.Changed != nil) != tt.typed || d.Case.Personal.Mobile == "" {
				t.Errorf("got other typed values, want them kept: %v", tt.typed)
			}
			if len(d.Case.Uploads) != 2-len(tt.gone) {
				t.Errorf("got uploads %v, want %d", d.Case.Uploads, 2-len(tt.gone))
			}
			for _, id := range []string{"p1", "p2"} {
				want := PhotoRead
				if slices.Contains(tt.gone, id) {
					want = PhotoReplaced
				}
				if got := d.Case.PhotoByID(id).State; got != want {
					t.Errorf("%s is %s, want %v", id, got, want)
				}
			}
			// Each card that the applicant can get shows the reason.
			switch card := ApplicantCard(d.Case, sampleView()).(type) {
			case cards.Confirm:
				if card.SentBack != "blurred" {
					t.Errorf("the form says %q, want %q", card.SentBack, "blurred")
				}
			case cards.Photos:
				if card.SentBack != "blurred" || (card.Front == cards.SideRead) != (d.Case.PhotoOf(idcard.Front) != nil) {
					t.Errorf("got card %+v, want the reason blurred and the kept sides", card)
				}
			}
			if hr := HRCard(d.Case, sampleView()).(cards.Review); hr.Decision == nil ||
				hr.Decision.What != "sent_back" || hr.Decision.By != "ou_hr1" {
				t.Errorf("got HR's decision %+v, want sent_back by ou_hr1", hr.Decision)
			} else if slices.ContainsFunc(hr.Checks, func(c cards.Check) bool { return c.Code == "three_elements" }) {
				t.Errorf("got the checks %+v, want none that says that nothing was verified", hr.Checks)
			}
		})
	}
}

func TestRejection(t *testing.T) {
	d := decide(t, SampleCase(AwaitingReview), Event{Kind: Refused,
		Form: cards.Form{Reason: ptr("not_employee"), Note: ptr(strings.Repeat("长", 600))}}).
		wantState(Rejected).
		wantToast("rejected")
	if j := d.wantJobs(JobPurge, JobPurge); j[0].ref != "photos" || j[1].ref != "all" ||
		!j[0].At.Equal(SampleTime.Add(SamplePolicy().PhotoGrace)) ||
		!j[1].At.Equal(SampleTime.Add(SamplePolicy().UnfinishedRetention)) {
		t.Errorf("got purges %+v, want photos after PhotoGrace and all after UnfinishedRetention", j)
	}
	d.wantCards([]string{AudienceApplicant, AudienceHR, AudienceBoard}, []string{AudienceApplicant})
	if n := len([]rune(d.Case.Personal.Note)); n > 501 {
		t.Errorf("got a note of %d characters, want at most 501", n)
	}
	card := ApplicantCard(d.Case, sampleView()).(cards.Closed)
	if card.Outcome != "rejected" || card.Reason != "not_employee" || card.Note == "" {
		t.Errorf("got card %+v, want rejected with reason and note", card)
	}
}

// TestSecondDecisionIsLate: the toast names the first admin and the decision.
func TestSecondDecisionIsLate(t *testing.T) {
	named := func(p *Policy) {
		p.NameOf = func(id string) string { return map[string]string{"ou_hr1": "人事甲"}[id] }
	}
	c := decide(t, SampleCase(AwaitingReview), Event{Kind: Approved}).Case
	rev := int64(7)
	for _, k := range []Kind{Approved, SentBack, Refused} {
		decide(t, c, Event{
			Kind:  k,
			Role:  HR,
			Actor: "ou_hr2",
			Rev:   &rev,
			Form:  cards.Form{Reason: ptr("blurred")},
		}, named).
			wantRefused("not in the table", "late", "what", "approved", "when", "06-01 12:00", "who", "人事甲")
	}
	// A card of an earlier round is stale, although the new round has no decision yet.
	c = SampleCase(AwaitingReview)
	old := c.Rev - 2
	decide(t, c, Event{Kind: Approved, Rev: &old}).wantRefused("seen at another revision", "already")
}

func TestNobodyReviewsHimself(t *testing.T) {
	for _, k := range []Kind{Approved, SentBack, Refused} {
		c := SampleCase(AwaitingReview)
		decide(t, c, Event{
			Kind:  k,
			Role:  HR,
			Actor: c.OpenID,
			Form:  cards.Form{Reason: ptr("blurred")},
		}).wantRefused("nobody decides on himself", "self_review")
	}
	for _, k := range []Kind{Retry, Resolved, Closed} {
		c := SampleCase(NeedsAttention)
		decide(t, c, Event{Kind: k, Role: HR, Actor: c.OpenID}).wantRefused("nobody decides on himself", "self_review")
	}
	c := SampleCase(AwaitingPhotos)
	decide(t, c, Event{Kind: Nudged, Role: HR, Actor: c.OpenID}).wantRefused("nobody decides on himself", "self_review")
}

func TestDecisionsOfOtherRoles(t *testing.T) {
	decide(t, SampleCase(AwaitingReview), Event{Kind: Approved, Role: Applicant, Actor: "ou_applicant"}).
		wantRefused("not the actor's to do", "not_allowed")
	decide(t, SampleCase(AwaitingConsent), Event{Kind: Consented, Role: HR, Actor: "ou_hr1"}).
		wantRefused("not the actor's to do", "not_allowed")
}
