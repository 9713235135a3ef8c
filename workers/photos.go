package workers

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
)

// Six workers fetch photos. One tenant of a marketplace app may occupy four of them, one case two, so that the two
// sides of a card of another tenant are fetched at once.
const (
	fetchSlots     = 4
	fetchCaseSlots = 2
	fetchInterval  = 100 * time.Millisecond
)

// fetchPhoto downloads one photo, inspects it and stores it sealed. The picture and the event that reports it are
// written in one transaction.
func (w *Workers) fetchPhoto(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	p := c.PhotoByID(j.PhotoID())
	if p == nil || !fetches(c, p) {
		return nil
	}
	release, err := w.acquireTenantSlot(ctx, "fetch", fetchSlots, fetchInterval)
	if err != nil {
		return err
	}
	defer release()
	releaseCase, err := w.acquireSlot("fetch_case/"+j.Case, fetchCaseSlots, fetchInterval)
	if err != nil {
		return err
	}
	defer releaseCase()
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiDownload), fetchCaseLimit(j.Case)); err != nil {
		return err
	}
	raw, err := w.Messenger.Download(ctx, p.MessageID, p.FileKey, p.Kind)
	if err != nil {
		return w.downloadFailed(ctx, j, p.ID, failure.Of(err, false))
	}
	// The picture is in memory twice: as it was downloaded, and as it is normalised or sealed.
	_, releaseBytes, err := w.inbound.acquire(ctx, 2*len(raw))
	if err != nil {
		return err
	}
	defer releaseBytes()
	photo, err := idcard.Inspect(raw)
	if bad, ok := errors.AsType[*idcard.PhotoError](err); ok {
		return w.refusePhoto(ctx, j, p.ID, string(bad.Problem))
	}
	if err != nil {
		return err
	}
	return w.storePhoto(ctx, j, p.ID, photo)
}

// fetches reports whether the case waits for the picture of a photo.
func fetches(c *flows.Case, p *flows.Photo) bool {
	switch p.State {
	case flows.PhotoWaiting:
		return awaitsStep(c, 0, flows.AwaitingPhotos, flows.AwaitingConfirmation)
	case flows.PhotoAnswerWaiting:
		return awaitsStep(c, 0, flows.AwaitingReview, flows.Decided)
	}
	return false
}

// downloadFailed refuses the photo if another download would fail as well. Otherwise it treats the failure like that
// of any step.
func (w *Workers) downloadFailed(ctx context.Context, j flows.Job, photoID string, d failure.Details) error {
	var problem string
	switch d.Class {
	case failure.Gone:
		problem = "deleted"
	case failure.Person:
		problem = downloadProblem(d.Upstream)
	case failure.Refused:
		problem = "download_failed"
	default:
		return w.failed(ctx, j, flows.StepPhotos, d)
	}
	w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepPhotos)
	return w.refusePhoto(ctx, j, photoID, problem)
}

// downloadProblem returns the text id of what a code of the download means to the applicant (page 获取消息中的资源文件).
func downloadProblem(code string) string {
	switch code {
	case "234037": // the file has more than 100 MB
		return "too_large"
	case "234043": // forwarded messages and cards give no files
		return "unsupported_format"
	}
	return "restricted"
}

// storePhoto stores the picture and reports it. Of a photo that is held up, it keeps a coarse copy for the answer.
func (w *Workers) storePhoto(ctx context.Context, j flows.Job, photoID string, photo idcard.Photo) error {
	var warnings []string
	for _, i := range photo.Warnings() {
		warnings = append(warnings, i.Code)
	}
	explanation := w.explain(photo)
	err := w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return err
		}
		if err := tx.PutPicture(ctx, j.Case, photoID, photo.JPEG); err != nil {
			return err
		}
		out, err := w.engine.DecideAndPersist(ctx, tx, c, flows.Event{
			Kind:     flows.PhotoFetched,
			At:       w.engine.Now(),
			PhotoID:  photoID,
			SHA256:   photo.SHA256,
			MD5:      photo.MD5,
			Format:   photo.OriginalFormat,
			Changes:  changesOf(photo),
			Warnings: warnings,
			Look:     photo.Look,
			Bytes:    len(photo.JPEG),
			Width:    photo.Width,
			Height:   photo.Height,
		})
		if err != nil {
			return err
		}
		if out.Changed() {
			return keepExplanation(ctx, tx, out.Case, photoID, explanation)
		}
		// The photo was recalled or the case ended during the download. Nothing of it may stay.
		_, err = tx.DeletePictures(ctx, j.Case, photoID)
		return err
	})
	return flows.IgnoreNotFound(err)
}

// changesOf is the Changes of the event.
func changesOf(photo idcard.Photo) string {
	codes := make([]string, len(photo.Changes))
	for i, c := range photo.Changes {
		codes[i] = string(c)
	}
	return cmp.Or(strings.Join(codes, " "), flows.UnchangedPhoto)
}

// refusePhoto reports a photo that cannot be used. problem is the id of a text "photo.PROBLEM".
func (w *Workers) refusePhoto(ctx context.Context, j flows.Job, photoID, problem string) error {
	return w.report(ctx, j.Case, flows.Event{Kind: flows.PhotoFailed, PhotoID: photoID, Problem: problem})
}
