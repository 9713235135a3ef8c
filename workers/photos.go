package workers

import (
	"context"
	"errors"
	"sync"
	"time"

	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
)

// Of four workers that fetch, one tenant of several may have all but one.
const (
	fetchSlots    = 3
	fetchInterval = 100 * time.Millisecond
)

// fetchPhoto downloads one photo, inspects it and stores it encrypted.
func (w *Workers) fetchPhoto(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	p := c.PhotoByID(j.PhotoID())
	if p == nil || p.State != flows.PhotoWaiting || !awaitsStep(c, 0, flows.AwaitingPhotos, flows.AwaitingConfirmation) {
		return nil
	}
	done, err := w.acquireSlot(ctx, "fetch", fetchSlots, fetchInterval)
	if err != nil {
		return err
	}
	defer done()
	raw, err := w.Messenger.Download(ctx, p.MessageID, p.FileKey, p.Kind)
	if err != nil {
		t := failure.Of(err, false)
		switch t.Class {
		case failure.Gone, failure.Person, failure.Refused:
			w.logFailedCall(j.Case, t, "job", j.Kind, "step", flows.StepPhotos)
		}
		switch t.Class {
		case failure.Gone:
			return w.refusePhoto(ctx, j, p.ID, "deleted")
		case failure.Person:
			return w.refusePhoto(ctx, j, p.ID, downloadProblem(t.Upstream))
		case failure.Refused:
			return w.refusePhoto(ctx, j, p.ID, "download_failed")
		}
		return w.failed(ctx, j, flows.StepPhotos, t)
	}
	_, leave, err := w.inbound.acquire(ctx, 2*len(raw)) // as it is made fit, and sealed
	if err != nil {
		return err
	}
	defer leave()
	photo, err := idcard.Inspect(raw)
	var bad *idcard.PhotoError
	if errors.As(err, &bad) {
		return w.refusePhoto(ctx, j, p.ID, string(bad.Problem))
	}
	if err != nil {
		return err
	}
	var warnings []string
	for _, i := range photo.Warnings() {
		warnings = append(warnings, i.Code)
	}
	err = w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return err
		}
		if err := tx.PutPicture(ctx, j.Case, p.ID, photo.JPEG); err != nil {
			return err
		}
		out, err := w.engine.DecideAndPersist(ctx, tx, c, flows.Event{
			Kind:     flows.PhotoFetched,
			At:       w.engine.Now(),
			PhotoID:  p.ID,
			SHA256:   photo.SHA256,
			Warnings: warnings,
			Bytes:    len(photo.JPEG),
		})
		if err != nil || out.Changed() {
			return err
		}
		_, err = tx.DeletePictures(ctx, j.Case, p.ID) // the case has moved on
		return err
	})
	return flows.IgnoreNotFound(err)
}

// downloadProblem names what a download's code means to the person (page 获取消息中的资源文件).
func downloadProblem(code string) string {
	switch code {
	case "234037": // over 100 MB
		return "too_large"
	case "234043": // forwarded messages and cards give no files
		return "unsupported_format"
	}
	return "restricted"
}

// refuse reports a photo that cannot be used.
func (w *Workers) refusePhoto(ctx context.Context, j flows.Job, photoID, problem string) error {
	_, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.PhotoFailed, PhotoID: photoID, Problem: problem})
	return flows.IgnoreNotFound(err)
}

// readPhotos reads every stored photo of a case that nobody else is reading, side by side.
func (w *Workers) readPhotos(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if !awaitsStep(c, 0, flows.AwaitingPhotos, flows.AwaitingConfirmation) {
		return nil
	}
	var free []string
	for _, p := range c.Photos {
		if p.State == flows.PhotoStored && (p.Reader == "" || p.Reader == j.Key) {
			free = append(free, p.ID)
		}
	}
	if len(free) == 0 {
		return nil
	}
	c, _, err = w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.PhotoClaimed, PhotoIDs: free, Job: j.Key})
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	var mine []*flows.Photo
	for i, p := range c.Photos {
		if p.State == flows.PhotoStored && p.Reader == j.Key {
			mine = append(mine, &c.Photos[i])
		}
	}
	var wg sync.WaitGroup
	errs := make([]error, len(mine))
	for i, p := range mine {
		wg.Go(func() { errs[i] = w.readPhoto(ctx, j, p) })
	}
	wg.Wait()
	// The earliest wish wins; photos that were read are not read again.
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// mayRead bounds the calls of the OCR that wait or run. Of one tenant's app the rest waits here, of
// a marketplace app's it is put off, so that other tenants' photos pass.
func (w *Workers) acquireOCRSlot(ctx context.Context) (done func(), err error) {
	if w.engine.Marketplace {
		return w.acquireSlot(ctx, "ocr", cap(w.ocrSlots), time.Second/time.Duration(w.OCRPerSecond))
	}
	select {
	case w.ocrSlots <- struct{}{}:
		return func() { <-w.ocrSlots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// readPhoto has one photo read by the OCR, within the tenant's shared limit.
func (w *Workers) readPhoto(ctx context.Context, j flows.Job, photo *flows.Photo) error {
	// A few calls wait for their turn; the other photos wait in the store.
	done, err := w.acquireOCRSlot(ctx)
	if err != nil {
		return err
	}
	defer done()
	jpeg, leave, err := w.loadPicture(ctx, j.Case, photo)
	if flows.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer leave()
	// Last before the call, so that nothing but the call's own start can be late for its slot.
	leaving, err := w.engine.Store.Pace(ctx, w.ocrLimit(ctx))
	if err != nil {
		return err
	}
	text, err := w.IDCardReader.ReadIDCard(ctx, jpeg, leaving)
	if err != nil {
		t := failure.Of(err, false)
		if t.Class == failure.Person {
			w.logFailedCall(j.Case, t, "job", j.Kind, "step", flows.StepPhotos)
			problem := "nothing"
			if t.Upstream == "2110001" {
				problem = "bad_file"
			}
			return w.refusePhoto(ctx, j, photo.ID, problem)
		}
		return w.failed(ctx, j, flows.StepPhotos, t)
	}
	now := w.engine.Now()
	readings, err := idcard.ParseEntities(text.Side, text.Entities, text.Corners, now)
	if err != nil {
		return w.refusePhoto(ctx, j, photo.ID, "nothing")
	}
	_, _, err = w.engine.Report(ctx, j.Case, flows.Event{
		Kind:     flows.PhotoReadOK,
		At:       now,
		PhotoID:  photo.ID,
		Readings: readings,
	})
	return flows.IgnoreNotFound(err)
}

// lookUpContact fetches name and mobile from the directory to fill the form. Without the
// permission the form simply starts empty.
func (w *Workers) lookUpContact(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if c.State.Terminal() || c.Consent == nil {
		return nil
	}
	contact, err := w.Messenger.Contact(ctx, c.OpenID)
	if err != nil {
		t := failure.Of(err, false)
		w.logFailedCall(j.Case, t, "job", j.Kind, "attempt", j.Attempt)
		if t.Class == failure.Retry && j.Attempt < escalateAttempt {
			return &flows.RetryLater{In: failure.Backoff(j.Attempt, t.After), Code: "contact:" + t.Upstream}
		}
		return nil // a convenience, not a step
	}
	if contact == (flows.Contact{}) {
		return nil
	}
	_, _, err = w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.ContactKnown, Contact: contact})
	return flows.IgnoreNotFound(err)
}
