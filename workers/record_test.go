package workers_test

import (
	"context"
	"testing"

	"shiming/cards"
	"shiming/esign"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestLostPhoto: a picture that is missing in the store suspends the case.
func TestLostPhoto(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Recording, "ou_1", func(c *flows.Case) { c.Identity, c.Uploads = nil, nil })
	w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
		_, err := tx.DeletePictures(t.Context(), c.ID, c.Photos[0].ID)
		return err
	}))
	w.Must(w.Run(t.Context(), flows.UploadPhoto("front").Of(c.ID)))
	if a := w.InState(c.ID, flows.NeedsAttention).Attention; a.Code != "photo_lost" || a.Incident != "" {
		t.Errorf("attention %+v", a)
	}
}

// TestIncompleteEvidenceIsNotFiled: evidence that lacks something is not filed, and the card says what is missing.
func TestIncompleteEvidenceIsNotFiled(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Filing, "ou_1", func(c *flows.Case) { c.Evidence, c.Personal.SMSCode = nil, "" })
	w.Must(w.Run(t.Context(), flows.Job{Kind: flows.JobEvidence, Case: c.ID, Key: "k"}))
	if a := w.InState(c.ID, flows.NeedsAttention).Attention; a.Code != "incomplete" || a.Upstream != "sms_code" ||
		w.EvidenceClient.Calls != 0 {
		t.Errorf("attention %+v, %d calls, want 0", a, w.EvidenceClient.Calls)
	}
}

// TestNoIdentityBeforeTheEvidenceIsComplete: the identity cannot be taken back, so it is not written while something is
// missing that the evidence will need.
func TestNoIdentityBeforeTheEvidenceIsComplete(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*flows.Case)
		state  flows.State
		code   string // of the stop
		wrote  int
	}{
		{"a photo is not uploaded", func(c *flows.Case) { delete(c.Uploads, "back") }, flows.Recording, "", 0},
		{"no code", func(c *flows.Case) { c.Personal.SMSCode = "" }, flows.NeedsAttention, "sms_code", 0},
		{"no serial number", func(c *flows.Case) { c.Check.Serial = "" }, flows.NeedsAttention, "verification", 0},
		{"no supplier of the code", func(c *flows.Case) { c.Code.Supplier = "" }, flows.NeedsAttention,
			"threeElements.smsSupplier", 0},
		{"one file for both sides", func(c *flows.Case) { c.Uploads["back"] = c.Uploads["front"] }, flows.NeedsAttention,
			"cardNationalEmblem", 0},
		{"complete", func(*flows.Case) {}, flows.Filing, "", 1},
		{"no evidence follows", func(c *flows.Case) { c.Method, c.Uploads = flows.MethodNone, nil }, flows.Done, "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			c := w.PutCase(flows.Recording, "ou_1", func(c *flows.Case) { c.Identity = nil; tt.change(c) })
			w.Must(w.Run(t.Context(), flows.Job{Kind: flows.JobIdentity, Case: c.ID, Key: "k"}))
			now := w.InState(c.ID, tt.state)
			if a := now.Attention; a != nil && (a.Code != "incomplete" || a.Upstream != tt.code) {
				t.Errorf("attention %+v, want incomplete: %s", a, tt.code)
			}
			if w.IdentityRecorder.Calls != tt.wrote {
				t.Errorf("got %d identities, want %d", w.IdentityRecorder.Calls, tt.wrote)
			}
		})
	}
}

// TestLostUploads: photos that e签宝 has lost are uploaded again, also if that comes to light while the case is
// suspended.
func TestLostUploads(t *testing.T) {
	t.Parallel()
	notFound := &esign.Error{
		Op:         "CreatePersonPoint",
		Kind:       esign.KindNotFound,
		HTTPStatus: 200,
		Code:       "1430608",
	}
	w := workerstest.New(t)
	lost := 1
	w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
		if lost--; lost >= 0 {
			return "", notFound
		}
		return "", nil
	}
	c := w.Walk("ou_1", flows.SampleNumber, flows.Done)
	uploads, points := w.EvidenceClient.Uploads, w.EvidenceClient.Points
	if uploads != 4 || len(points) != 1 || points[0].CardPortrait != c.Uploads["front"] {
		t.Errorf("got %d uploads and %d points, want 4 and 1 with the last front", uploads, len(points))
	}

	w = workerstest.New(t)
	quota := true
	w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
		if quota {
			return "", &esign.Error{
				Op:         "CreatePersonPoint",
				Kind:       esign.KindQuota,
				HTTPStatus: 200,
				Code:       "1435404",
			}
		}
		return "", notFound
	}
	c = w.PutCase(flows.Filing, "ou_1", func(c *flows.Case) { c.Evidence = nil })
	w.QueueJob(flows.Job{Kind: flows.JobEvidence, Case: c.ID})
	w.RunJobs(flows.JobEvidence)
	w.InState(c.ID, flows.NeedsAttention)
	quota = false
	w.Advance(flows.ProbeEvery)
	w.RunJobs(flows.JobEvidence, flows.JobUpload)
	now := w.InState(c.ID, flows.NeedsAttention)
	if now.Evidence.State == flows.WriteStarted {
		t.Fatalf("the evidence is left %s: nobody could ever try again", now.Evidence.State)
	}
	w.EvidenceClient.PointFunc = nil
	w.CheckAnswer(w.Click("ou_hr1", now, cards.ActRetry), "retried")
	w.RunJobs()
	w.InState(c.ID, flows.Done)
	if w.EvidenceClient.Uploads != 2 {
		t.Errorf("uploads: got %d, want 2", w.EvidenceClient.Uploads)
	}
}
