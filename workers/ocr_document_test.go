package workers_test

import (
	"context"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/idcard"
	"shiming/workers/workerstest"
)

// asksForPage brings a person to the card that asks for a photo of the document.
func asksForPage(w *workerstest.Harness, openID string, kind idcard.Document) *flows.Case {
	w.T.Helper()
	c := w.Walk(openID, flows.SampleNumber, flows.AwaitingPhotos)
	w.CheckAnswer(w.Click(openID, c, cards.ActOtherDocument), "saved")
	w.CheckAnswer(w.Click(openID, w.CaseNow(c.ID), cards.ActDocumentPhoto, "to", string(kind)), "saved")
	return w.InState(c.ID, flows.AwaitingPhotos)
}

// TestDocumentIsRead: the photo goes to the OCR of its kind within the one limit, and the form shows what was read.
func TestDocumentIsRead(t *testing.T) {
	t.Parallel()
	for _, kind := range idcard.Readable {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			c := asksForPage(w, "ou_1", kind)
			w.IDCardReader.SetDocument("page", kind,
				idcard.Entity{Type: idcard.DocumentNameCN, Value: flows.SampleName},
				idcard.Entity{Type: idcard.DocumentCardNumber, Value: "H12345678"},
				idcard.Entity{Type: idcard.DocumentPassportNumber, Value: "H12345678"})
			limited := w.Store.CountWaits("ocr")
			w.SendPhotos("ou_1", "page")
			w.RunJobs(flows.JobFetchPhoto, flows.JobReadPhotos, flows.JobShow)
			c = w.InState(c.ID, flows.AwaitingConfirmation)
			if n := w.Store.CountWaits("ocr") - limited; n != 1 || w.IDCardReader.Calls != 1 {
				t.Errorf("got %d calls and %d waits for the limit, want 1 and 1", w.IDCardReader.Calls, n)
			}
			if r := c.Personal.DocumentRead; r == nil || r.Number != "H12345678" || c.PhotoOf(idcard.DocumentPage).SHA256 == "" {
				t.Fatalf("got the reading %v, want the document's with its photo", r)
			}
			w.CheckAnswer(w.Click("ou_1", c, cards.ActConfirm, "identity_name", flows.SampleName,
				"document_number", "H12345678"), "saved")
			c = w.InState(c.ID, flows.AwaitingReview)
			w.CheckAnswer(w.Click("ou_hr1", c, cards.ActKeepOnFile), "on_file")
			w.InState(c.ID, flows.OnFile)
		})
	}
}

// TestDocumentCannotBeRead: a photo without a document comes back to the person; an OCR that cannot be used leads to
// the form at once, or after it has been tried for long, and HR hears of each cause once.
func TestDocumentCannotBeRead(t *testing.T) {
	t.Parallel()
	upstream := func(class, code string) error { return &workerstest.UpstreamError{Class: class, Code: code} }
	for name, tt := range map[string]struct {
		err    error
		state  flows.State
		notice string // to HR
	}{
		"nothing found": {upstream("person", "2110002"), flows.AwaitingPhotos, ""},
		"bad file":      {upstream("person", "2110001"), flows.AwaitingPhotos, ""},
		"quota":         {upstream("quota", "2110003"), flows.AwaitingConfirmation, "document_quota"},
		"permission":    {workerstest.NoScope(), flows.AwaitingConfirmation, "document_permission"},
		"credentials":   {upstream("credentials", "99991663"), flows.AwaitingConfirmation, "document_unread"},
		"bug":           {upstream("bug", "99992402"), flows.AwaitingConfirmation, "document_unread"},
		"out of reach":  {workerstest.RetryLater(), flows.AwaitingConfirmation, "document_unread"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			w.IDCardReader.DocumentFunc = func(context.Context, idcard.Document, []byte) ([]idcard.Entity, error) {
				return nil, tt.err
			}
			for _, who := range []string{"ou_1", "ou_2"} {
				c := asksForPage(w, who, idcard.Passport)
				w.SendPhotos(who, "page_"+who)
				w.RunJobs(flows.JobFetchPhoto, flows.JobReadPhotos)
				for range 20 { // until a job that is tried again gives up
					w.Advance(10 * time.Minute)
					w.RunJobs(flows.JobReadPhotos)
				}
				c = w.InState(c.ID, tt.state)
				card := flows.ApplicantCard(c, flows.ViewContext{Now: w.Now(), Policy: &w.Engine.Policy})
				form, ok := card.(cards.Document)
				if ok != (tt.notice != "") || ok && !form.Unreadable {
					t.Errorf("got the form to type: %v, want %v", ok, tt.notice != "")
				}
				w.CheckAnswer(w.Click(who, c, cards.ActOtherDocument), "saved") // typing stays possible
				w.InState(c.ID, flows.AwaitingConfirmation)
			}
			w.RunJobs(flows.JobReply, flows.JobShow)
			notices := 0
			for _, m := range w.Messenger.SentTo("oc_hr") {
				if tt.notice != "" && workerstest.Shows(m.Current(), "notice."+tt.notice) {
					notices++
				}
			}
			if want := min(len(tt.notice), 1); notices != want || len(w.Messenger.SentTo("oc_hr")) != want {
				t.Errorf("got %d notices among %d messages to HR, want %d", notices, len(w.Messenger.SentTo("oc_hr")), want)
			}
		})
	}
}

// TestSameDocumentNumber: HR sees that another person has the same document; the same number of another kind, and an ID
// number, is another one.
func TestSameDocumentNumber(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	submit := func(openID, kind, number string) *flows.Case {
		c := w.Walk(openID, flows.SampleNumber, flows.AwaitingPhotos)
		w.CheckAnswer(w.Click(openID, c, cards.ActOtherDocument), "saved")
		w.CheckAnswer(w.Click(openID, w.CaseNow(c.ID), cards.ActConfirm, "document", kind, "identity_name", flows.SampleName,
			"document_number", number), "saved")
		return w.InState(c.ID, flows.AwaitingReview)
	}
	const permit = "830000199201300022"
	first := submit("ou_1", "passport", "E12345678")
	for _, tt := range []struct {
		who, kind, number string
		same              bool
	}{
		{"ou_2", "passport", "e 1234 5678", true},
		{"ou_3", "hkm_travel_permit", "E12345678", false},
		{"ou_4", "other_document", "E12345678", false},
		{"ou_5", "passport", "E12345679", false},
		{"ou_6", "residence_permit", permit, false},
		{"ou_7", "passport", permit, false},
		{"ou_8", "residence_permit", permit, true},
	} {
		c := submit(tt.who, tt.kind, tt.number)
		if got := len(c.SameNumberCases) > 0; got != tt.same {
			t.Errorf("%s %s: got others with this number: %v, want %v", tt.who, tt.kind, got, tt.same)
		}
	}
	if len(first.SameNumberCases) != 0 {
		t.Error("got others for the first, want none")
	}
	// An ID number and the number of a residence permit are of one register.
	c := w.Walk("ou_9", flows.SampleNumber, flows.AwaitingConfirmation)
	w.CheckAnswer(w.Click("ou_9", c, cards.ActConfirm, "identity_name", flows.SampleName, "identity_code", permit,
		"mobile", flows.SampleMobile), "saved")
	if c = w.CaseNow(c.ID); len(c.SameNumberCases) != 2 {
		t.Errorf("got %d others with the permit's number, want the two who typed it", len(c.SameNumberCases))
	}
}
