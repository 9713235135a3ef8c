package workers_test

import (
	"context"
	"errors"
	"testing"

	"shiming/cards"
	"shiming/flows"
	"shiming/idcard"
	"shiming/workers/workerstest"
)

// TestUnusablePhotos: a photo that cannot be used is answered with the reason, and the other side stays.
func TestUnusablePhotos(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.IDCardReader.SetText("no field", 1)
	for _, tt := range []struct {
		name    string
		bytes   []byte
		key     string // of a picture, instead of bytes
		problem string
	}{
		{"nothing at all", []byte{}, "", "empty"},
		{"a text", []byte("hello, this is no picture at all"), "", "not_picture"},
		{"a PDF", []byte("%PDF-1.7\n1 0 obj"), "", "unsupported_format"},
		{"half a picture", workerstest.Picture("x")[:2000], "", "truncated"},
		{"too large", append(workerstest.Picture("x")[:2000:2000], make([]byte, idcard.MaxPhotoBytes)...), "", "too_large"},
		{"a picture without a card", nil, "no field", "photo_blurred"}, // a grey area has no edges
	} {
		t.Run(tt.name, func(t *testing.T) {
			front, _ := w.KnowCard("ou_"+tt.problem, flows.SampleNumber)
			w.Say("ou_"+tt.problem, "实名")
			w.Click("ou_"+tt.problem, w.LatestCase("ou_"+tt.problem), cards.ActConsent)
			w.Messenger.DownloadFunc = func(_ context.Context, _, fileKey, _ string) ([]byte, error) {
				if fileKey == front {
					return workerstest.Picture(front), nil
				}
				if tt.bytes != nil {
					return tt.bytes, nil
				}
				return workerstest.Picture(tt.key), nil
			}
			w.SendPhotos("ou_"+tt.problem, front)
			message := w.SendPhotos("ou_"+tt.problem, "bad")
			w.RunJobs()
			c := w.InState(w.LatestCase("ou_"+tt.problem).ID, flows.AwaitingPhotos)
			bad := c.Photos[1]
			if bad.State != flows.PhotoRefused || bad.Problem != tt.problem || c.BadPhotos != 1 {
				t.Errorf("%+v", bad)
			}
			if c.Photos[0].State != flows.PhotoRead {
				t.Errorf("the good side is %s, want %v", c.Photos[0].State, flows.PhotoRead)
			}
			answers := w.Messenger.SentTo(message)
			if len(answers) != 1 || !workerstest.Shows(answers[0].Current(), "photo."+tt.problem) {
				t.Errorf("%d answers to the photo, want 1", len(answers))
			}
		})
	}
}

// TestPhotosRecalledDuringWork: a photo that is recalled while it is fetched or read leaves nothing behind.
func TestPhotosRecalledDuringWork(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	front, _ := w.KnowCard("ou_1", flows.SampleNumber)
	w.Say("ou_1", "实名")
	w.Click("ou_1", w.LatestCase("ou_1"), cards.ActConsent)
	message := w.SendPhotos("ou_1", front)
	w.Messenger.DownloadFunc = func(context.Context, string, string, string) ([]byte, error) {
		recalled := flows.Recalled{EventID: w.NextID(), TenantKey: workerstest.Tenant, MessageID: message}
		w.Must(w.Recalled(t.Context(), recalled))
		return workerstest.Picture(front), nil
	}
	w.RunJobs(flows.JobFetchPhoto)
	c := w.LatestCase("ou_1")
	none := func(when string) {
		w.Must(w.Store.View(t.Context(), func(v flows.View) error {
			for _, p := range w.CaseNow(c.ID).Photos {
				if _, err := v.Picture(t.Context(), c.ID, p.ID); !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("%s: the bytes of a photo in state %s are kept (%v), want %v", when, p.State, err, flows.ErrNotFound)
				}
			}
			return nil
		}))
	}
	none("recalled while fetched")
	// The case is withdrawn during the download.
	w.SendPhotos("ou_1", front)
	w.Messenger.DownloadFunc = func(context.Context, string, string, string) ([]byte, error) {
		w.Click("ou_1", w.CaseNow(c.ID), cards.ActWithdraw)
		return workerstest.Picture(front), nil
	}
	w.RunJobs(flows.JobFetchPhoto)
	w.InState(c.ID, flows.Withdrawn)
	none("withdrawn while fetched")
	// A reading that comes after the end of the case changes nothing.
	c = caseWithStoredPhotos(w, "ou_2")
	known := w.IDCardReader.Texts
	w.IDCardReader.ReadFunc = func(_ context.Context, jpeg []byte) (flows.CardText, error) {
		if now := w.CaseNow(c.ID); now.State == flows.AwaitingPhotos {
			w.Say("ou_2", "取消")
		}
		return known[string(jpeg)], nil
	}
	w.Must(w.Run(t.Context(), flows.Job{Kind: flows.JobReadPhotos, Case: c.ID, Key: "k"}))
	if now := w.InState(c.ID, flows.Withdrawn); now.Personal.Front != nil {
		t.Error("something was read into an ended case")
	}
}
