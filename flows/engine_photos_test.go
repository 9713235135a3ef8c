package flows_test

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
)

// stored is a case with both photos fetched and none read.
func (w *world) stored(openID string) *flows.Case {
	w.person(openID, flows.SampleNumber)
	return w.put(flows.AwaitingPhotos, openID, func(c *flows.Case) {
		c.Personal = flows.Personal{}
		for i := range c.Photos {
			c.Photos[i].State, c.Photos[i].Side = flows.PhotoStored, ""
		}
		c.Photos[0].FileKey, c.Photos[1].FileKey = "front_"+openID, "back_"+openID
	})
}

// However many jobs read a case at once, each photo is read once, and the shared limit is
// asked for each reading.
func TestEachPhotoIsReadOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("ou_1")
	known := w.reader.texts
	var both sync.WaitGroup // the two photos are read side by side, or this never ends
	both.Add(2)
	w.reader.readFunc = func(ctx context.Context, jpeg []byte) (flows.CardText, error) {
		both.Done()
		both.Wait()
		return known[string(jpeg)], nil
	}
	var jobs sync.WaitGroup
	for i := range 4 {
		jobs.Go(func() {
			if err := w.Run(t.Context(), flows.Job{Kind: flows.JobReadPhotos, Case: c.ID, Key: fmt.Sprint("job", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	jobs.Wait()
	if w.reader.calls != 2 || w.store.waited("ocr") != 2 {
		t.Errorf("%d readings, the limit was asked %d times", w.reader.calls, w.store.waited("ocr"))
	}
	w.in(c.ID, flows.AwaitingConfirmation)
}

// A job that reads again reads what is left only.
func TestWhatWasReadIsNotReadAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("ou_1")
	known, failing := w.reader.texts, true
	w.reader.readFunc = func(_ context.Context, jpeg []byte) (flows.CardText, error) {
		if failing && string(jpeg) == string(picture("back_ou_1")) {
			return flows.CardText{}, retryLater()
		}
		return known[string(jpeg)], nil
	}
	w.queue(flows.Job{Kind: flows.JobReadPhotos, Case: c.ID})
	w.run(flows.JobReadPhotos)
	// Another job may not take over what the first has claimed.
	w.must(w.Run(t.Context(), flows.Job{Kind: flows.JobReadPhotos, Case: c.ID, Key: "other"}))
	failing = false
	w.pass(time.Second)
	w.run(flows.JobReadPhotos)
	w.in(c.ID, flows.AwaitingConfirmation)
	if n := w.reader.reads[string(picture("front_ou_1"))]; n != 1 || w.reader.calls != 3 {
		t.Errorf("the front was read %d times, %d calls", n, w.reader.calls)
	}
}

// When the limit is booked out the job comes back, and the photo is still its own.
func TestTheOCRLimitIsBookedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.stored("ou_1")
	w.store.waitFunc = func(context.Context, []flows.Limit) error {
		return fmt.Errorf("booked out: %w", &flows.Again{In: 31 * time.Second, Snooze: true, Code: "rate"})
	}
	j := w.queue(flows.Job{Kind: flows.JobReadPhotos, Case: c.ID})
	err := w.Run(t.Context(), j)
	if again, ok := errors.AsType[*flows.Again](err); !ok || again.In != 31*time.Second || w.reader.calls != 0 {
		t.Fatalf("%v after %d calls", err, w.reader.calls)
	}
	w.store.waitFunc = nil
	w.must(w.Run(t.Context(), j))
	w.in(c.ID, flows.AwaitingConfirmation)
}

func TestPhotosThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.reader.knows("no field", 1)
	for _, tt := range []struct {
		name    string
		bytes   []byte
		key     string // of a picture, instead of bytes
		problem string
	}{
		{"nothing at all", []byte{}, "", "empty"},
		{"a text", []byte("hello, this is no picture at all"), "", "not_picture"},
		{"a PDF", []byte("%PDF-1.7\n1 0 obj"), "", "unsupported_format"},
		{"half a picture", picture("x")[:2000], "", "truncated"},
		{"too large", append(picture("x")[:2000:2000], make([]byte, idcard.MaxPhotoBytes)...), "", "too_large"},
		{"a picture without a card", nil, "no field", "nothing"},
	} {
		front, _ := w.person("ou_"+tt.problem, flows.SampleNumber)
		w.say("ou_"+tt.problem, "实名")
		w.click("ou_"+tt.problem, w.caseOf("ou_"+tt.problem), cards.ActConsent)
		w.chat.downloadFunc = func(_ context.Context, _, fileKey, _ string) ([]byte, error) {
			if fileKey == front {
				return picture(front), nil
			}
			if tt.bytes != nil {
				return tt.bytes, nil
			}
			return picture(tt.key), nil
		}
		w.sendPhotos("ou_"+tt.problem, front)
		message := w.sendPhotos("ou_"+tt.problem, "bad")
		w.run()
		c := w.in(w.caseOf("ou_"+tt.problem).ID, flows.AwaitingPhotos)
		bad := c.Photos[1]
		if bad.State != flows.PhotoRefused || bad.Problem != tt.problem || c.BadPhotos != 1 {
			t.Errorf("%s: %+v", tt.name, bad)
		}
		if c.Photos[0].State != flows.PhotoRead {
			t.Errorf("%s: the good side is %s", tt.name, c.Photos[0].State)
		}
		answers := w.chat.sentTo(message)
		if len(answers) != 1 || !shows(answers[0].now(), "photo."+tt.problem) {
			t.Errorf("%s: %d answers to the photo", tt.name, len(answers))
		}
	}
}

// What is taken back while it is being fetched or read leaves nothing behind.
func TestPhotosTakenBackOnTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	front, _ := w.person("ou_1", flows.SampleNumber)
	w.say("ou_1", "实名")
	w.click("ou_1", w.caseOf("ou_1"), cards.ActConsent)
	message := w.sendPhotos("ou_1", front)
	w.chat.downloadFunc = func(context.Context, string, string, string) ([]byte, error) {
		w.must(w.Recalled(t.Context(), flows.Recalled{EventID: w.id(), TenantKey: tenant, MessageID: message}))
		return picture(front), nil
	}
	w.run(flows.JobFetchPhoto)
	c := w.caseOf("ou_1")
	none := func(when string) {
		w.must(w.store.View(t.Context(), func(v flows.View) error {
			for _, p := range w.caseNow(c.ID).Photos {
				if _, err := v.Picture(t.Context(), c.ID, p.ID); !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("%s: the bytes of a photo in state %s are kept (%v)", when, p.State, err)
				}
			}
			return nil
		}))
	}
	none("recalled while fetched")
	// Cancelled while it is being fetched.
	w.sendPhotos("ou_1", front)
	w.chat.downloadFunc = func(context.Context, string, string, string) ([]byte, error) {
		w.click("ou_1", w.caseNow(c.ID), cards.ActWithdraw)
		return picture(front), nil
	}
	w.run(flows.JobFetchPhoto)
	w.in(c.ID, flows.Withdrawn)
	none("withdrawn while fetched")
	// A reading that comes after the end changes nothing.
	c = w.stored("ou_2")
	known := w.reader.texts
	w.reader.readFunc = func(_ context.Context, jpeg []byte) (flows.CardText, error) {
		if now := w.caseNow(c.ID); now.State == flows.AwaitingPhotos {
			w.say("ou_2", "取消")
		}
		return known[string(jpeg)], nil
	}
	w.must(w.Run(t.Context(), flows.Job{Kind: flows.JobReadPhotos, Case: c.ID, Key: "k"}))
	if now := w.in(c.ID, flows.Withdrawn); now.Personal.Front != nil {
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
		{"no scope", func(int) (flows.Contact, error) { return flows.Contact{}, noScope() }, "", 1, 0},
		{"nothing to see", func(int) (flows.Contact, error) { return flows.Contact{}, nil }, "", 1, 0},
		{"busy at first", func(n int) (flows.Contact, error) {
			if n == 1 {
				return flows.Contact{}, retryLater()
			}
			return flows.Contact{Name: "小样", Mobile: flows.SampleMobile}, nil
		}, flows.SampleMobile, 2, time.Second},
	} {
		w := newWorld(t)
		calls := 0
		w.chat.contactFunc = func(context.Context, string) (flows.Contact, error) {
			calls++
			return tt.answer(calls)
		}
		w.say("ou_1", "实名")
		w.run()
		if calls != 0 {
			t.Errorf("%s: looked up before consent", tt.name)
		}
		w.click("ou_1", w.caseOf("ou_1"), cards.ActConsent)
		w.run()
		w.pass(tt.after)
		w.run()
		c := w.in(w.caseOf("ou_1").ID, flows.AwaitingPhotos)
		if calls != tt.calls || c.Personal.ContactMobile != tt.mobile {
			t.Errorf("%s: %d calls, mobile known: %v", tt.name, calls, c.Personal.ContactMobile != "")
		}
	}
}
