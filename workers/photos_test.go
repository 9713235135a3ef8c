package workers_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/idcard"
	"shiming/workers/workerstest"
)

// stored is a case with both photos fetched and none read.
func caseWithStoredPhotos(w *workerstest.Harness, openID string) *flows.Case {
	w.KnowCard(openID, flows.SampleNumber)
	return w.PutCase(flows.AwaitingPhotos, openID, func(c *flows.Case) {
		c.Personal = flows.Personal{}
		for i := range c.Photos {
			c.Photos[i].State, c.Photos[i].Side = flows.PhotoStored, ""
		}
		c.Photos[0].FileKey, c.Photos[1].FileKey = "front_"+openID, "back_"+openID
	})
}

// However many jobs read a case at once, each photo is read once, and the shared limit is
// askReconcile for each reading.
func TestEachPhotoIsReadOnce(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := caseWithStoredPhotos(w, "ou_1")
	known := w.IDCardReader.Texts
	var both sync.WaitGroup // the two photos are read side by side, or this never ends
	both.Add(2)
	w.IDCardReader.ReadFunc = func(ctx context.Context, jpeg []byte) (flows.CardText, error) {
		both.Done()
		both.Wait()
		return known[string(jpeg)], nil
	}
	var jobs sync.WaitGroup
	for i := range 4 {
		jobs.Go(func() {
			if err := w.Run(t.Context(), flows.Job{Kind: flows.JobReadPhotos, Case: c.ID,
				Key: fmt.Sprint("job", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	jobs.Wait()
	if w.IDCardReader.Calls != 2 || w.Store.CountWaits("ocr") != 2 {
		t.Errorf("%d readings, the limit was asked %d times, want 2, 2", w.IDCardReader.Calls, w.Store.CountWaits("ocr"))
	}
	w.InState(c.ID, flows.AwaitingConfirmation)
}

// A job that reads again reads what is left only.
func TestWhatWasReadIsNotReadAgain(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := caseWithStoredPhotos(w, "ou_1")
	known, failing := w.IDCardReader.Texts, true
	w.IDCardReader.ReadFunc = func(_ context.Context, jpeg []byte) (flows.CardText, error) {
		if failing && string(jpeg) == string(workerstest.Picture("back_ou_1")) {
			return flows.CardText{}, workerstest.RetryLater()
		}
		return known[string(jpeg)], nil
	}
	w.QueueJob(flows.Job{Kind: flows.JobReadPhotos, Case: c.ID})
	w.RunJobs(flows.JobReadPhotos)
	// Another job may not take over what the first has claimed.
	w.Must(w.Run(t.Context(), flows.Job{Kind: flows.JobReadPhotos, Case: c.ID, Key: "other"}))
	failing = false
	w.Advance(time.Second)
	w.RunJobs(flows.JobReadPhotos)
	w.InState(c.ID, flows.AwaitingConfirmation)
	if n := w.IDCardReader.Reads[string(workerstest.Picture("front_ou_1"))]; n != 1 || w.IDCardReader.Calls != 3 {
		t.Errorf("the front was read %d times, %d calls, want 1, 3", n, w.IDCardReader.Calls)
	}
}

// When the limit is booked out the job comes back, and the photo is still its own.
func TestTheOCRLimitIsBookedOut(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := caseWithStoredPhotos(w, "ou_1")
	w.Store.WaitFunc = func(context.Context, []flows.BurstLimit) error {
		return fmt.Errorf("booked out: %w", &flows.RetryLater{In: 31 * time.Second, Snooze: true, Code: "rate"})
	}
	j := w.QueueJob(flows.Job{Kind: flows.JobReadPhotos, Case: c.ID})
	err := w.Run(t.Context(), j)
	if again, ok := errors.AsType[*flows.RetryLater](err); !ok || again.In != 31*time.Second || w.IDCardReader.Calls != 0 {
		t.Fatalf("%v after %d calls, want 0", err, w.IDCardReader.Calls)
	}
	w.Store.WaitFunc = nil
	w.Must(w.Run(t.Context(), j))
	w.InState(c.ID, flows.AwaitingConfirmation)
}

func TestPhotosThatCannotBeUsed(t *testing.T) {
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
		{"a picture without a card", nil, "no field", "nothing"},
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
				t.Errorf("%s: %+v", tt.name, bad)
			}
			if c.Photos[0].State != flows.PhotoRead {
				t.Errorf("%s: the good side is %s, want %v", tt.name, c.Photos[0].State, flows.PhotoRead)
			}
			answers := w.Messenger.SentTo(message)
			if len(answers) != 1 || !workerstest.Shows(answers[0].Current(), "photo."+tt.problem) {
				t.Errorf("%s: %d answers to the photo, want 1", tt.name, len(answers))
			}
		})
	}
}

// What is taken back while it is being fetched or read leaves nothing behind.
func TestPhotosTakenBackOnTheWay(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	front, _ := w.KnowCard("ou_1", flows.SampleNumber)
	w.Say("ou_1", "实名")
	w.Click("ou_1", w.LatestCase("ou_1"), cards.ActConsent)
	message := w.SendPhotos("ou_1", front)
	w.Messenger.DownloadFunc = func(context.Context, string, string, string) ([]byte, error) {
		w.Must(w.Recalled(t.Context(), flows.Recalled{EventID: w.NextID(), TenantKey: workerstest.Tenant,
			MessageID: message}))
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
	// Cancelled while it is being fetched.
	w.SendPhotos("ou_1", front)
	w.Messenger.DownloadFunc = func(context.Context, string, string, string) ([]byte, error) {
		w.Click("ou_1", w.CaseNow(c.ID), cards.ActWithdraw)
		return workerstest.Picture(front), nil
	}
	w.RunJobs(flows.JobFetchPhoto)
	w.InState(c.ID, flows.Withdrawn)
	none("withdrawn while fetched")
	// A reading that comes after the end changes nothing.
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

// The directory fills the form; without it the form starts empty and nothing waits.
func TestTheDirectory(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer func(n int) (flows.Contact, error)
		mobile string
		calls  int
		after  time.Duration
	}{
		{"known", func(int) (flows.Contact, error) {
			return flows.Contact{Name: "小样", Mobile: "+86" + flows.SampleMobile}, nil
		}, "+86" + flows.SampleMobile, 1, 0},
		{"no scope", func(int) (flows.Contact, error) { return flows.Contact{}, workerstest.NoScope() }, "", 1, 0},
		{"nothing to see", func(int) (flows.Contact, error) { return flows.Contact{}, nil }, "", 1, 0},
		{"busy at first", func(n int) (flows.Contact, error) {
			if n == 1 {
				return flows.Contact{}, workerstest.RetryLater()
			}
			return flows.Contact{Name: "小样", Mobile: flows.SampleMobile}, nil
		}, flows.SampleMobile, 2, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := workerstest.New(t)
			calls := 0
			w.Messenger.ContactFunc = func(context.Context, string) (flows.Contact, error) {
				calls++
				return tt.answer(calls)
			}
			w.Say("ou_1", "实名")
			w.RunJobs()
			if calls != 0 {
				t.Errorf("%s: looked up before consent", tt.name)
			}
			w.Click("ou_1", w.LatestCase("ou_1"), cards.ActConsent)
			w.RunJobs()
			w.Advance(tt.after)
			w.RunJobs()
			c := w.InState(w.LatestCase("ou_1").ID, flows.AwaitingPhotos)
			if calls != tt.calls || c.Personal.ContactMobile != tt.mobile {
				t.Errorf("%s: %d calls, mobile known: %v, want %v", tt.name, calls, c.Personal.ContactMobile != "", tt.calls)
			}
		})
	}
}
