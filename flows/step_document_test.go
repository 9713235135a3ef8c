package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

// chosen returns a case whose applicant has chosen the form for a document without a resident number.
func chosen(t *testing.T) *Case {
	t.Helper()
	return decide(t, SampleCase(AwaitingPhotos), Event{Kind: OtherDocument}).wantState(AwaitingConfirmation).Case
}

func typedDocument(kind, name, number string) cards.Form {
	return cards.Form{Document: &kind, IdentityName: &name, DocumentNumber: &number}
}

func TestOtherDocument(t *testing.T) {
	c := SampleCase(AwaitingPhotos)
	d := decide(t, c, Event{Kind: OtherDocument}).
		wantState(AwaitingConfirmation).
		wantDropped("p1", "p2").
		wantToast("saved")
	if d.Case.AnySideRead() || d.Case.Personal.Front != nil {
		t.Error("got a photo or a reading of the identity card, want none")
	}
	card, ok := ApplicantCard(d.Case, sampleView()).(cards.Document)
	if !ok || card.Kind != "" || !slices.Equal(card.Kinds, cards.DocumentKinds) {
		t.Errorf("got the card %T with the kinds %v, want the form of a document with all kinds", card, card.Kinds)
	}
	decide(t, d.Case, Event{Kind: PhotoReceived, PhotoID: "p3"}).wantRefused("this document needs no photo", "")

	back := decide(t, d.Case, Event{Kind: Retake, Side: "front"}).wantState(AwaitingPhotos)
	if back.Case.Personal.Document != "" {
		t.Errorf("got the document %q, want the identity card's photos again", back.Case.Personal.Document)
	}
}

// TestKindThatIsFiledIsPhotographed: only what no platform takes is typed.
func TestKindThatIsFiledIsPhotographed(t *testing.T) {
	p := SamplePolicy()
	p.Documents.PermanentResidence = "CRED_PSN_FOREIGN"
	if got := p.DocumentChoices(); slices.Contains(got, idcard.PermanentResidence) || len(got) != len(documentChoices)-1 {
		t.Errorf("got the choices %v, want all but the one that is filed", got)
	}
}

func TestDocumentForm(t *testing.T) {
	for _, tt := range []struct {
		name string
		form cards.Form
		want map[string]string
	}{
		{"nothing", cards.Form{}, map[string]string{"document": "required", "identity_name": "required",
			"document_number": "required"}},
		{"an unknown kind", typedDocument("resident_id", "样甲", "E12345678"), map[string]string{"document": "required"}},
		{"too short", typedDocument("passport", "样甲", "E1"), map[string]string{"document_number": "document_number"}},
		{"no digit", typedDocument("passport", "样甲", "PASSPORT"), map[string]string{"document_number": "document_number"}},
		{"markup", typedDocument("passport", "样甲", "<at id=1>"), map[string]string{"document_number": "document_number"}},
		{"a resident number", typedDocument("other_document", "样甲", SampleNumber),
			map[string]string{"document_number": "resident_number"}},
		{"no name", typedDocument("passport", "1", "E12345678"), map[string]string{"identity_name": "name_characters"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := decide(t, chosen(t), Event{Kind: Confirmed, Form: tt.form}).wantState(AwaitingConfirmation)
			for field, problem := range tt.want {
				if got := d.Case.FormIssues[field]; got != problem {
					t.Errorf("%s: got the problem %q, want %q", field, got, problem)
				}
			}
			if len(d.Case.FormIssues) != len(tt.want) {
				t.Errorf("got the problems %v, want %v", d.Case.FormIssues, tt.want)
			}
			if d.Case.Personal.Document == "" {
				t.Error("got the form of the identity card, want that of the document")
			}
		})
	}
}

// TestDocumentIsKeptOnFile walks the way of a passport: HR looks, nothing is verified, recorded or filed.
func TestDocumentIsKeptOnFile(t *testing.T) {
	for _, method := range []Method{ThreeElements, MethodNone} {
		t.Run(string(method), func(t *testing.T) {
			c := chosen(t)
			c.Method = method
			d := decide(t, c, Event{Kind: Confirmed, Form: typedDocument("passport", "SAMPLE, JANE", "e 1234-5678")}).
				wantState(AwaitingReview).
				wantDetail("document", "passport")
			if p := d.Case.Personal; p.Number != "E12345678" || d.Case.Code != nil {
				t.Errorf("got the number %q and the code %v, want E12345678 and none", p.Number, d.Case.Code)
			}
			card := HRCard(d.Case, sampleView()).(cards.Review)
			raw := string(card.JSON())
			if !card.NotTaken || !strings.Contains(raw, "keep_on_file") || strings.Contains(raw, "E12345678") {
				t.Errorf("HR sees %s, want the way to keep it on file, and the number masked", raw)
			}
			decide(t, d.Case, Event{Kind: Approved}).wantRefused("no platform takes this document", "permit")
			back := decide(t, d.Case, Event{Kind: SentBack, Form: cards.Form{Reason: ptr("details_wrong")}}).
				wantState(AwaitingConfirmation)
			if _, ok := ApplicantCard(back.Case, sampleView()).(cards.Document); !ok {
				t.Error("got another form after it was sent back, want that of the document")
			}
			both := cards.Form{Reason: ptr("not_id_card"), Side: ptr("both")}
			decide(t, d.Case, Event{Kind: SentBack, Form: both}).wantState(AwaitingPhotos)

			end := decide(t, d.Case, Event{Kind: KeptOnFile}).
				wantState(OnFile).
				wantToast("on_file").
				wantDetail("document", "passport").
				wantCards([]string{AudienceApplicant, AudienceHR, AudienceBoard}, []string{AudienceApplicant})
			if end.Case.Outcome != "on_file" || end.Case.Identity != nil || end.Case.Evidence != nil {
				t.Errorf("got %+v, want nothing recorded or filed", end.Case)
			}
		})
	}
}

// TestStoppedPermitGoesToHR: neither code nor check is paid for what cannot be recorded. Photos and fields go as they do
// after a registration.
func TestStoppedPermitGoesToHR(t *testing.T) {
	const permit = "830000199201300022"
	c := SampleCase(AwaitingConfirmation)
	form := cards.Form{IdentityName: ptr(SampleName), IdentityCode: ptr(permit), Mobile: ptr(SampleMobile)}
	review := decide(t, c, Event{Kind: Confirmed, Form: form}).wantState(AwaitingReview)
	for _, j := range review.Jobs {
		if j.Kind == JobSendCode {
			t.Error("got a code on its way, want none")
		}
	}
	named := func(p *Policy) { p.Documents.ResidencePermit = "CRED_PSN_OTHER" }
	decide(t, c, Event{Kind: Confirmed, Form: form}, named).wantState(AwaitingCode)
	decide(t, review.Case, Event{Kind: KeptOnFile}, named).wantRefused("the document can be recorded", "can_be_recorded")
	decide(t, SampleCase(AwaitingReview), Event{Kind: KeptOnFile}).
		wantRefused("the document can be recorded", "can_be_recorded")

	d := decide(t, review.Case, Event{Kind: KeptOnFile}, func(p *Policy) { p.FieldRetention = 24 * time.Hour }).
		wantState(OnFile)
	d.wantJobs(JobPurge, JobPurge)
	if want := SampleTime.Add(SamplePolicy().PhotoGrace); !d.Case.PurgeAt.Equal(want) {
		t.Errorf("got the photos deleted at %v, want %v", d.Case.PurgeAt, want)
	}
}

func TestUnknownInMark(t *testing.T) {
	for template, want := range map[string]string{
		"": "", "{case} {date} {company}": "", "{name}": "{name}", "a { b": "{", "a } b": "}", "{Case}": "{Case}", "{}": "{}",
	} {
		if got := UnknownInMark(template); got != want {
			t.Errorf("%q: got %q, want %q", template, got, want)
		}
	}
}
