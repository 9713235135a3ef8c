package flows

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/idcard"
)

const sampleDocument = "H12345678"

// documentRead returns the reading of a document with a name, a number and an expiry as the OCR gives them.
func documentRead(t *testing.T, kind idcard.Document, name, number, expiry string) *idcard.DocumentReading {
	t.Helper()
	r, err := idcard.ParseDocument(kind, []idcard.Entity{
		{Type: idcard.DocumentNameCN, Value: name},
		{Type: idcard.DocumentCardNumber, Value: number},
		{Type: idcard.DocumentPassportNumber, Value: number},
		{Type: idcard.DocumentExpiry, Value: expiry},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &r
}

// awaitsPage returns a case whose applicant is asked for a photo of the document.
func awaitsPage(t *testing.T, kind idcard.Document) *Case {
	t.Helper()
	return decide(t, chosen(t), Event{Kind: DocumentPhoto, Document: kind}).wantState(AwaitingPhotos).Case
}

// sentPage returns a case whose photo of the document has been fetched.
func sentPage(t *testing.T, c *Case) *Case {
	t.Helper()
	return sentPhoto(t, c, "p9")
}

// sentPhoto returns a case to which a further photo has been sent and fetched.
func sentPhoto(t *testing.T, c *Case, id string) *Case {
	t.Helper()
	at := c.EnteredAt.Add(time.Minute)
	ref := PhotoRef{FileKey: "k9", Kind: "image"}
	d := decide(t, c, Event{Kind: PhotoReceived, At: at, PhotoID: id, MessageID: "om_" + id, Photo: ref})
	d.wantJobs(JobFetchPhoto)
	d = decide(t, d.Case, Event{Kind: PhotoFetched, At: at, PhotoID: id, SHA256: "c", Bytes: 9})
	d.wantJobs(JobReadPhotos)
	return d.Case
}

// readPage returns a case whose document was read on a photo, at the form.
func readPage(t *testing.T, kind idcard.Document, expiry string) *Case {
	t.Helper()
	read := documentRead(t, kind, SampleName, sampleDocument, expiry)
	return decide(t, sentPage(t, awaitsPage(t, kind)), Event{Kind: PhotoReadOK, PhotoID: "p9", DocumentRead: read}).
		wantState(AwaitingConfirmation).
		wantDetail("side", "document").
		wantDetail("document", string(kind)).Case
}

func documentForm(name, number string) cards.Form {
	return cards.Form{IdentityName: &name, DocumentNumber: &number}
}

// TestDocumentByPhoto walks the way of each kind whose photo can be read, to HR and on file.
func TestDocumentByPhoto(t *testing.T) {
	for _, kind := range idcard.Readable {
		t.Run(string(kind), func(t *testing.T) {
			c := awaitsPage(t, kind)
			asks, ok := ApplicantCard(c, sampleView()).(cards.DocumentPhoto)
			if !ok || asks.Kind != string(kind) || asks.Reading {
				t.Fatalf("got the card %T for %q, want one that asks for the photo", asks, asks.Kind)
			}
			if card := ApplicantCard(sentPage(t, c), sampleView()).(cards.DocumentPhoto); !card.Reading {
				t.Error("got a card that asks for a photo, want one that says it is being read")
			}
			c = readPage(t, kind, "2033.01.02")
			form := ApplicantCard(c, sampleView()).(cards.Document)
			if !form.Read || form.Name != SampleName || form.Number != sampleDocument || form.Kind != string(kind) {
				t.Errorf("got the form with %q, %q, %q, want what was read", form.Kind, form.Name, form.Number)
			}
			if len(c.Sent) != 1 || c.Sent[0].To != "feishu_ocr" {
				t.Errorf("got the disclosures %v, want that to the OCR", c.Sent)
			}
			d := decide(t, c, Event{Kind: Confirmed, Form: documentForm(SampleName, "h 1234-5678"), BlindIndex: []byte("i")}).
				wantState(AwaitingReview).
				wantDetail("document", string(kind))
			if len(d.Case.Changed) != 0 || string(d.Change.BlindIndex) != "i" {
				t.Errorf("got the changes %v and the index %q, want none and the event's", d.Case.Changed, d.Change.BlindIndex)
			}
			card := HRCard(d.Case, sampleView()).(cards.Review)
			if !card.DocumentRead || card.ValidTo != "2033-01-02" || strings.Contains(string(card.JSON()), sampleDocument) {
				t.Errorf("got the card %s, want what was read, with the number masked", card.JSON())
			}
			end := decide(t, d.Case, Event{Kind: KeptOnFile}).wantState(OnFile)
			if end.Case.PurgeAt.IsZero() {
				t.Error("got no time at which the photo is deleted, want one")
			}
			erased := decide(t, end.Case, Event{Kind: Erase}).wantDropped("p1", "p2", "p9")
			if !erased.Case.Personal.Empty() {
				t.Error("got personal data after the deletion, want none")
			}
		})
	}
}

// TestDocumentWithoutPhoto: only some documents are photographed, and not before the choice.
func TestDocumentWithoutPhoto(t *testing.T) {
	for _, kind := range []idcard.Document{
		idcard.PermanentResidence, idcard.ResidencePermit, idcard.OtherDocument, idcard.ResidentID, "",
	} {
		decide(t, chosen(t), Event{Kind: DocumentPhoto, Document: kind}).wantRefused("no photo of this document", "already")
	}
	c := SampleCase(AwaitingConfirmation)
	decide(t, c, Event{Kind: DocumentPhoto, Document: idcard.Passport}).wantRefused("no photo of this document", "already")
	decide(t, c, Event{Kind: OtherDocument}).wantRefused(refusalNotInTable, "already")
}

func TestDocumentPhotoRefused(t *testing.T) {
	for problem, want := range map[string]string{
		"nothing": "document_nothing", "bad_file": "bad_file", "not_picture": "document_not_picture", "heic": "heic",
	} {
		t.Run(problem, func(t *testing.T) {
			c := sentPage(t, awaitsPage(t, idcard.Passport))
			d := decide(t, c, Event{Kind: PhotoFailed, PhotoID: "p9", Problem: problem}).
				wantState(AwaitingPhotos).
				wantDropped("p9").
				wantDetail("problem", want)
			d.wantJobs(JobReply)
			card := ApplicantCard(d.Case, sampleView()).(cards.DocumentPhoto)
			if card.Problem != want || card.Reading || !cards.HasText("photo."+want) {
				t.Errorf("got a card with the problem %q, want %q", card.Problem, want)
			}
			sentPhoto(t, d.Case, "p10") // another one may follow
			typed := decide(t, d.Case, Event{Kind: OtherDocument}).wantState(AwaitingConfirmation)
			if form := ApplicantCard(typed.Case, sampleView()).(cards.Document); form.Kind != "passport" || form.Read {
				t.Errorf("got the form of %q, read %v, want that of a passport to type", form.Kind, form.Read)
			}
		})
	}
}

// TestEveryDocumentProblemHasWords: each code that photoProblem makes has a text.
func TestEveryDocumentProblemHasWords(t *testing.T) {
	c := awaitsPage(t, idcard.Passport)
	for problem := range documentProblems {
		if got := c.photoProblem(problem); !cards.HasText("photo."+got) || got == problem {
			t.Errorf("%s: got %q without words of its own, want some", problem, got)
		}
	}
}

// TestDocumentUnreadable: an OCR that cannot be used stops nobody who can type.
func TestDocumentUnreadable(t *testing.T) {
	for _, stop := range []Attention{
		{Step: StepPhotos, Code: "quota", Upstream: "2110003", Incident: "photos/quota/2110003"},
		{Step: StepPhotos, Code: StopUnavailable, Incident: "photos/unavailable/"},
		{Step: StepPhotos, Code: "bug"},
	} {
		t.Run(string(stop.Code), func(t *testing.T) {
			d := decide(t, sentPage(t, awaitsPage(t, idcard.TWTravelPermit)), Event{Kind: StepStopped, Stop: &stop}).
				wantState(AwaitingConfirmation).
				wantDropped("p9").
				wantDetail("code", string(stop.Code))
			if d.Change.Incident != "" || d.Case.Attention != nil || slices.Contains(d.Change.Repost, AudienceHR) {
				t.Errorf("got the incident %q and the stop %v, want none", d.Change.Incident, d.Case.Attention)
			}
			form := ApplicantCard(d.Case, sampleView()).(cards.Document)
			if !form.Unreadable || len(form.Photos) != 0 || form.Kind != string(idcard.TWTravelPermit) {
				t.Errorf("got the form %+v, want that of the permit, without a way to send a photo", form.Photos)
			}
			late := decide(t, d.Case, Event{
				Kind:         PhotoReadOK,
				PhotoID:      "p9",
				DocumentRead: documentRead(t, idcard.TWTravelPermit, SampleName, sampleDocument, ""),
			}).wantState(AwaitingConfirmation)
			if late.Case.Personal.DocumentRead != nil || len(late.Case.Sent) != 1 {
				t.Errorf("got a late reading in use or the disclosures %v, want it dropped and the OCR named", late.Case.Sent)
			}
		})
	}
}

// TestDocumentReadingIsReplaced: another photo at the form, another kind, typing, the identity card, and a recall each
// leave nothing of the former reading.
func TestDocumentReadingIsReplaced(t *testing.T) {
	c := readPage(t, idcard.HKMTravelPermit, "")
	t.Run("by a photo at the form", func(t *testing.T) {
		d := decide(t, sentPhoto(t, c, "p10"), Event{
			Kind:         PhotoReadOK,
			PhotoID:      "p10",
			DocumentRead: documentRead(t, idcard.HKMTravelPermit, "样乙", "H87654321", ""),
		}).wantState(AwaitingConfirmation).wantDropped("p9")
		if form := ApplicantCard(d.Case, sampleView()).(cards.Document); form.Number != "H87654321" || d.Case.Rev == c.Rev {
			t.Errorf("got the number %q at revision %d, want the new photo's at a new one", form.Number, d.Case.Rev)
		}
	})
	t.Run("by a reading of another kind", func(t *testing.T) {
		d := decide(t, sentPhoto(t, c, "p10"), Event{
			Kind:         PhotoReadOK,
			PhotoID:      "p10",
			DocumentRead: documentRead(t, idcard.Passport, "样乙", "E87654321", ""),
		}).wantState(AwaitingConfirmation).wantDropped("p10")
		if d.Case.Personal.DocumentRead.Open().Number() != sampleDocument {
			t.Error("got another reading, want the former one")
		}
	})
	for name, tt := range map[string]struct {
		event Event
		state State
	}{
		"by another kind":      {Event{Kind: DocumentPhoto, Document: idcard.Passport}, AwaitingPhotos},
		"by typing":            {Event{Kind: OtherDocument}, AwaitingConfirmation},
		"by the identity card": {Event{Kind: Retake, Side: "front"}, AwaitingPhotos},
		"by a recall":          {Event{Kind: PhotoRecalled, MessageID: "om_p9"}, AwaitingConfirmation},
	} {
		t.Run(name, func(t *testing.T) {
			d := decide(t, c, tt.event).wantState(tt.state).wantDropped("p9")
			if d.Case.Personal.DocumentRead != nil || d.Case.PhotoOf(idcard.DocumentPage) != nil {
				t.Error("got a reading or its photo, want neither")
			}
		})
	}
	t.Run("by HR", func(t *testing.T) {
		d := decide(t, c, Event{Kind: Confirmed, Form: documentForm(SampleName, sampleDocument)})
		both := cards.Form{Reason: ptr("not_id_card"), Side: ptr("both")}
		d = decide(t, d.Case, Event{Kind: SentBack, Form: both}).wantState(AwaitingPhotos).wantDropped("p9")
		if d.Case.Personal.Document != "" {
			t.Errorf("got the document %q, want the photos of the identity card", d.Case.Personal.Document)
		}
	})
	t.Run("while the photo is awaited", func(t *testing.T) {
		waits := sentPage(t, awaitsPage(t, idcard.Passport))
		d := decide(t, waits, Event{Kind: Retake, Side: "front"}).wantState(AwaitingPhotos).wantDropped("p9")
		if _, ok := ApplicantCard(d.Case, sampleView()).(cards.Photos); !ok || d.Case.Rev == waits.Rev {
			t.Error("got no card for the identity card's photos at a new revision, want one")
		}
	})
}

// TestDocumentFindings: what HR sees about a document. Only an expiry that is over says anything about it.
func TestDocumentFindings(t *testing.T) {
	expired, later := "2020年1月2日", "2033-01-02"
	levels := func(c *Case) map[FindingCode]Level {
		out := map[FindingCode]Level{}
		for _, f := range Findings(c, SamplePolicy(), SampleTime) {
			out[f.Code] = f.Level
		}
		return out
	}
	for name, tt := range map[string]struct {
		expiry string
		want   Level
	}{
		"over": {expired, LevelWarning}, "to come": {later, LevelNotExamined}, "ambiguous": {"01/02/20", LevelNotExamined},
		"long term": {"长期", LevelNotExamined}, "missing": {"", LevelNotExamined},
	} {
		t.Run("expiry "+name, func(t *testing.T) {
			if got := levels(readPage(t, idcard.Passport, tt.expiry))[FindingValidity]; got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	c := readPage(t, idcard.HKMTravelPermit, expired)
	d := decide(t, c, Event{Kind: Confirmed, Form: documentForm("样乙", "H12345679"), SameNumberCases: []string{"other"}})
	got := levels(d.Case)
	want := map[FindingCode]Level{
		FindingDuplicateNumber: LevelFailed,
		FindingValidity:        LevelWarning,
		FindingEdited:          LevelWarning,
		FindingQuality:         LevelPassed,
	}
	for code, level := range want {
		if got[code] != level {
			t.Errorf("%s: got %q, want %q", code, got[code], level)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got the findings %v, want %v", got, want)
	}
	card := HRCard(d.Case, sampleView()).(cards.Review)
	changes := []cards.Change{
		{Field: "identity_name", Before: "*甲明", After: "*乙–"},
		{Field: "document_number", Before: "********8", After: "********9"},
	}
	if !slices.Equal(card.Changes, changes) {
		t.Errorf("got the changes %v, want %v", card.Changes, changes)
	}
	d.Case.Photos[len(d.Case.Photos)-1].Warnings = []string{idcard.CodePhotoBlurred, idcard.CodePhotoGrey}
	if got := levels(d.Case)[FindingQuality]; got != LevelWarning {
		t.Errorf("got %s for a photocopy, want %s", got, LevelWarning)
	}
	typed := decide(t, chosen(t), Event{Kind: Confirmed, Form: typedDocument("passport", "样甲", "E12345678")})
	got = levels(typed.Case)
	if len(got) != 2 || got[FindingDuplicateNumber] != LevelPassed || got[FindingValidity] != LevelNotExamined {
		t.Errorf("typed: got %v, want no duplicate and the validity not examined", got)
	}
	if AllGreen(Findings(typed.Case, SamplePolicy(), SampleTime)) {
		t.Error("got a typed document as all green, want it not examined")
	}
}

// TestMaskedDocumentForm: an empty input of the masked form means what was read.
func TestMaskedDocumentForm(t *testing.T) {
	c := decide(t, readPage(t, idcard.Passport, ""), Event{Kind: FormTooClear}).Case
	raw := string(ApplicantCard(c, sampleView()).JSON())
	if strings.Contains(raw, sampleDocument) || strings.Contains(raw, SampleName) || !strings.Contains(raw, "H******78") {
		t.Errorf("got the form %s, want masked values only", raw)
	}
	d := decide(t, c, Event{Kind: Confirmed, Form: documentForm("", "")}).wantState(AwaitingReview)
	if p := d.Case.Personal; p.Name != SampleName || p.Number != sampleDocument || len(d.Case.Changed) != 0 {
		t.Errorf("got %d changes, want what was read", len(d.Case.Changed))
	}
	bad := decide(t, c, Event{Kind: Confirmed, Form: documentForm("", "?")}).wantState(AwaitingConfirmation)
	if p := bad.Case.Personal; p.Number != "" || bad.Case.FormIssues["document_number"] != "document_number" {
		t.Errorf("got the problems %v and a number that stays, want it dropped", bad.Case.FormIssues)
	}
}
