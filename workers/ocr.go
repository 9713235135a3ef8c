package workers

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
)

// ocrBadFile is the OCR's code for a file that is no picture (page 识别文件中的身份证, and those of the other documents). The
// other codes of class Person say that the picture shows no card.
const ocrBadFile = "2110001"

// readPhotos reads the photos of the case that are stored and unread, until none is left or the case needs none. Few
// photos of a case are read at a time (flows.PhotosAtOnce), because the first two mostly complete the card.
func (w *Workers) readPhotos(ctx context.Context, j flows.Job) error {
	tried := map[string]bool{}
	for {
		c, claimed, err := w.claimPhotos(ctx, j, tried)
		if len(claimed) == 0 || err != nil {
			return err
		}
		if err := w.readSideBySide(ctx, j, c.Personal.Document, claimed); err != nil {
			return err
		}
		for _, p := range claimed {
			tried[p.ID] = true
		}
	}
}

// claimPhotos claims unread photos for this job, so that of several jobs each photo has one reader, and returns them
// with their case. A job that runs again begins with its earlier claims. A job that gets none ends: the jobs that
// read the case look for further photos when they have read.
func (w *Workers) claimPhotos(
	ctx context.Context, j flows.Job, tried map[string]bool,
) (c *flows.Case, claimed []*flows.Photo, err error) {
	c, err = w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return nil, nil, flows.IgnoreNotFound(err)
	}
	if !awaitsStep(c, 0, flows.AwaitingPhotos, flows.AwaitingConfirmation) {
		return nil, nil, nil
	}
	var unclaimed []string
	reading := 0
	for _, p := range c.Photos {
		switch {
		case p.State == flows.PhotoStored && p.Reader == "":
			unclaimed = append(unclaimed, p.ID)
		case p.State == flows.PhotoStored:
			reading++
		}
	}
	claimed = claimedBy(c, j, tried)
	if len(claimed) > 0 || len(unclaimed) == 0 || reading >= flows.PhotosAtOnce {
		return c, claimed, nil
	}
	if err := w.engine.Store.Wait(ctx, w.ocrCaseLimit(j.Case)); err != nil {
		return nil, nil, err
	}
	claim := flows.Event{Kind: flows.PhotoClaimed, PhotoIDs: unclaimed, Job: j.Key}
	if c, _, err = w.engine.Report(ctx, j.Case, claim); err != nil {
		return nil, nil, flows.IgnoreNotFound(err)
	}
	return c, claimedBy(c, j, tried), nil
}

// claimedBy returns the unread photos that the job has claimed, except those that it has tried.
func claimedBy(c *flows.Case, j flows.Job, tried map[string]bool) (claimed []*flows.Photo) {
	for i, p := range c.Photos {
		if p.State == flows.PhotoStored && p.Reader == j.Key && !tried[p.ID] {
			claimed = append(claimed, &c.Photos[i])
		}
	}
	return claimed
}

// errReaderPanicked is the failure of a photo whose reading panicked. The value of the panic may quote what was read.
var errReaderPanicked = errors.New("workers: reading a photo panicked")

// readSideBySide reads the photos at the same time. kind is the document that they show, "" for an ID card. The first
// failure decides when the job runs again. It then reads only the photos that are still unread.
func (w *Workers) readSideBySide(
	ctx context.Context, j flows.Job, kind idcard.Document, photos []*flows.Photo,
) error {
	var wg sync.WaitGroup
	errs := make([]error, len(photos))
	for i, p := range photos {
		wg.Go(func() {
			// The recovery of the job does not reach this goroutine, and a panic would end the process and print its value.
			defer func() {
				if v := recover(); v != nil {
					w.engine.Log.ErrorContext(ctx, "panic while reading a photo", "case", j.Case, "type", fmt.Sprintf("%T", v),
						"stack", string(debug.Stack()))
					errs[i] = errReaderPanicked
				}
			}()
			errs[i] = w.readPhoto(ctx, j, kind, p)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// acquireOCRSlot bounds the OCR calls that run or wait for the rate limiter. With a single tenant it waits for a free
// slot. With many tenants it defers the job instead, so that the photos of other tenants pass.
func (w *Workers) acquireOCRSlot(ctx context.Context) (release func(), err error) {
	if w.engine.Marketplace {
		return w.acquireTenantSlot(ctx, "ocr", cap(w.ocrSlots), time.Second/time.Duration(w.OCRPerSecond))
	}
	select {
	case w.ocrSlots <- struct{}{}:
		return func() { <-w.ocrSlots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// readPhoto has one photo read by the OCR, within the tenant's limit.
func (w *Workers) readPhoto(ctx context.Context, j flows.Job, kind idcard.Document, photo *flows.Photo) error {
	release, err := w.acquireOCRSlot(ctx)
	if err != nil {
		return err
	}
	defer release()
	jpeg, releaseBytes, err := w.loadPicture(ctx, j.Case, photo)
	if flows.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer releaseBytes()
	// This wait comes last before the call: anything between the two could make the call miss its slot.
	leaving, err := w.engine.Store.Pace(ctx, w.ocrLimit(ctx))
	if err != nil {
		return err
	}
	read := flows.Event{Kind: flows.PhotoReadOK, PhotoID: photo.ID}
	if kind == "" {
		err = w.readIDCard(ctx, jpeg, leaving, &read)
	} else {
		err = w.readDocument(ctx, kind, jpeg, leaving, &read)
	}
	if e, ok := errors.AsType[*idcard.ReadingError](err); ok {
		return w.refusePhoto(ctx, j, photo.ID, string(e.Reason))
	}
	if err != nil {
		d := failure.Of(err, false)
		if d.Class == failure.Retry {
			leaving() // a refusal for the limit shows that calls arrive later than they leave; those behind wait for it
		}
		return w.ocrFailed(ctx, j, photo.ID, d)
	}
	return w.report(ctx, j.Case, read)
}

// readIDCard adds to read what the OCR sees of an ID card.
func (w *Workers) readIDCard(ctx context.Context, jpeg []byte, leaving func(), read *flows.Event) error {
	text, err := w.IDCardReader.ReadIDCard(ctx, jpeg, leaving)
	if err != nil {
		return err
	}
	read.At = w.engine.Now()
	read.Readings, err = idcard.ParseEntities(text.Side, text.Entities, text.Corners, read.At)
	return err
}

// readDocument adds to read what the OCR sees of a document of the kind.
func (w *Workers) readDocument(
	ctx context.Context, kind idcard.Document, jpeg []byte, leaving func(), read *flows.Event,
) error {
	entities, err := w.IDCardReader.ReadDocument(ctx, kind, jpeg, leaving)
	if err != nil {
		return err
	}
	read.At = w.engine.Now()
	document, err := idcard.ParseDocument(kind, entities)
	read.DocumentRead = &document
	return err
}

// ocrFailed refuses the photo if the fault is the picture's. Otherwise it treats the failure like that of any step.
func (w *Workers) ocrFailed(ctx context.Context, j flows.Job, photoID string, d failure.Details) error {
	if d.Class != failure.Person {
		return w.failed(ctx, j, flows.StepPhotos, d)
	}
	w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepPhotos)
	problem := "nothing"
	if d.Upstream == ocrBadFile {
		problem = "bad_file"
	}
	return w.refusePhoto(ctx, j, photoID, problem)
}
