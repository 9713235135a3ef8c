package workers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// caseWithStoredPhotos stores a case with both photos fetched and none read.
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

// TestEachPhotoIsReadOnce: of many jobs that read a case at once each photo has one reader, and each reading waits for
// the limit.
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
			j := flows.Job{Kind: flows.JobReadPhotos, Case: c.ID, Key: fmt.Sprint("job", i)}
			if err := w.Run(t.Context(), j); err != nil {
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

// TestManyPhotosCostFewReadings: of thirty photos sent at once those that complete the card are read, two at a time. The
// others are dropped unread.
func TestManyPhotosCostFewReadings(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.KnowCard("ou_1", flows.SampleNumber)
	c := w.PutCase(flows.AwaitingPhotos, "ou_1", func(c *flows.Case) {
		c.Personal, c.Photos = flows.Personal{}, nil
		for i := range 30 {
			side := "front_ou_1"
			if i > 2 && i%2 == 1 {
				side = "back_ou_1"
			}
			c.Photos = append(c.Photos, flows.Photo{ID: fmt.Sprint("p", i), FileKey: side, Kind: "image", State: flows.PhotoStored})
		}
	})
	known, fronts := w.IDCardReader.Texts, atomic.Int32{}
	w.IDCardReader.ReadFunc = func(ctx context.Context, jpeg []byte) (flows.CardText, error) {
		// The third front ends when the form is there, however slow the reading of the back is.
		if string(jpeg) == string(workerstest.Picture("front_ou_1")) && fronts.Add(1) > 2 {
			for w.CaseNow(c.ID).State != flows.AwaitingConfirmation {
				runtime.Gosched()
			}
		}
		return known[string(jpeg)], nil
	}
	var jobs sync.WaitGroup
	for i := range c.Photos {
		jobs.Go(func() {
			j := flows.Job{Kind: flows.JobReadPhotos, Case: c.ID, Key: fmt.Sprint("job", i)}
			if err := w.Run(t.Context(), j); err != nil {
				t.Error(err)
			}
		})
	}
	jobs.Wait()
	if n := w.IDCardReader.Calls; n < 3 || n > 4 { // two fronts, the back, and perhaps the front beside it
		t.Errorf("got %d readings, want 3 or 4", n)
	}
	c = w.InState(c.ID, flows.AwaitingConfirmation)
	for _, p := range c.Photos {
		if p.State == flows.PhotoStored || p.State == flows.PhotoWaiting {
			t.Errorf("got photo %s in state %s, want it read or dropped", p.ID, p.State)
		}
	}
}

// TestReadPhotosIsNotRepeated: a job that runs again reads only what is unread.
func TestReadPhotosIsNotRepeated(t *testing.T) {
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
	// Another job may not read a photo that the first has claimed.
	w.Must(w.Run(t.Context(), flows.Job{Kind: flows.JobReadPhotos, Case: c.ID, Key: "other"}))
	failing = false
	w.Advance(time.Second)
	w.RunJobs(flows.JobReadPhotos)
	w.InState(c.ID, flows.AwaitingConfirmation)
	if n := w.IDCardReader.Reads[string(workerstest.Picture("front_ou_1"))]; n != 1 || w.IDCardReader.Calls != 3 {
		t.Errorf("the front was read %d times, %d calls, want 1, 3", n, w.IDCardReader.Calls)
	}
}

// TestOCRLimitIsBusy: without a slot at the rate limiter the job is deferred and keeps its claim on the photo.
func TestOCRLimitIsBusy(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := caseWithStoredPhotos(w, "ou_1")
	w.Store.WaitFunc = func(context.Context, []flows.BurstLimit) error {
		return fmt.Errorf("no slot: %w", &flows.RetryLater{In: 31 * time.Second, Snooze: true, Code: "rate"})
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

// TestOneCaseLeavesTheOCRToOthers: a case that has used its share is put off before the OCR is asked.
func TestOneCaseLeavesTheOCRToOthers(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	flooding, other := caseWithStoredPhotos(w, "ou_1"), caseWithStoredPhotos(w, "ou_2")
	w.Store.WaitFunc = func(_ context.Context, limits []flows.BurstLimit) error {
		if limits[0].Key != "ocr_case/"+flooding.ID {
			return nil
		}
		if limits[0].MaxWait > time.Millisecond {
			t.Errorf("got a job that may sleep for %s, want it put off", limits[0].MaxWait)
		}
		return fmt.Errorf("no slot: %w", &flows.RetryLater{In: time.Second, Snooze: true, Code: "rate"})
	}
	err := w.Run(t.Context(), w.QueueJob(flows.Job{Kind: flows.JobReadPhotos, Case: flooding.ID}))
	if again, ok := errors.AsType[*flows.RetryLater](err); !ok || again.In != time.Second || w.IDCardReader.Calls != 0 {
		t.Errorf("got %v after %d calls, want it put off before the first", err, w.IDCardReader.Calls)
	}
	w.Must(w.Run(t.Context(), w.QueueJob(flows.Job{Kind: flows.JobReadPhotos, Case: other.ID})))
	w.InState(other.ID, flows.AwaitingConfirmation)
}

// TestReaderPanics: a panic while a photo is read fails the job and not the process, and its value stays out of the
// error and the log. The next run reads the photo.
func TestReaderPanics(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) {
		d.Log = slog.New(slog.NewJSONHandler(&logged, nil))
	})
	c := caseWithStoredPhotos(w, "ou_1")
	known := w.IDCardReader.Texts
	var panicked atomic.Bool
	w.IDCardReader.ReadFunc = func(ctx context.Context, jpeg []byte) (flows.CardText, error) {
		if panicked.CompareAndSwap(false, true) {
			panic("what was read: 样甲明")
		}
		return known[string(jpeg)], nil
	}
	j := flows.Job{Kind: flows.JobReadPhotos, Case: c.ID, Key: "job"}
	if err := w.Run(t.Context(), j); err == nil || strings.Contains(err.Error(), "样甲明") {
		t.Errorf("got %v, want an error without the value", err)
	}
	if out := logged.String(); !strings.Contains(out, "panic while reading a photo") || strings.Contains(out, "样甲明") {
		t.Errorf("logged %s, want the panic without its value", out)
	}
	if err := w.Run(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	w.InState(c.ID, flows.AwaitingConfirmation)
}
