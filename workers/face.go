package workers

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
	"shiming/verify"
)

// faceFlow returns the case if it waits for the flow of the job in the state.
func (w *Workers) faceFlow(ctx context.Context, j flows.Job) (*flows.Case, error) {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return nil, flows.IgnoreNotFound(err)
	}
	if !awaitsStep(c, 0, flows.AwaitingFace) || c.FaceCheck == nil || int64(c.FaceCheck.Seq) != j.FaceSeq() {
		return nil, nil
	}
	return c, nil
}

// facePerson names the person of a case, and the flow of the case, which the supplier returns with its result.
func facePerson(c *flows.Case) verify.FacePerson {
	return verify.FacePerson{
		Name:   c.Personal.Name,
		Number: c.Personal.Number,
		Extra:  c.ID + "/" + strconv.Itoa(c.FaceCheck.Seq),
	}
}

// openFace asks for a link. It needs no intent: the call is not charged, and a flow whose link nobody has seen is never
// gone through.
func (w *Workers) openFace(ctx context.Context, j flows.Job) error {
	c, err := w.faceFlow(ctx, j)
	if err != nil || c == nil || c.FaceCheck.State != flows.FaceAsking {
		return err
	}
	until := w.engine.Now().Add(flows.FaceLinkLife + flows.FaceGrace)
	back := "" // the client refuses to begin a flow that cannot return
	if address := w.engine.Policy.FaceReturn; address != nil {
		back = address(c, until)
	}
	session, err := w.Verifier.OpenFace(ctx, facePerson(c), back)
	if err != nil {
		d := failure.Of(err, false)
		if field := formFieldByReason[d.Reason]; field != "" {
			w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepCheck)
			return w.report(ctx, j.Case, flows.Event{Kind: flows.CheckRefused, Field: field, Seq: j.FaceSeq()})
		}
		return w.failed(ctx, j, flows.StepCheck, d)
	}
	return w.report(ctx, j.Case, flows.Event{
		Kind: flows.FaceOpened,
		Seq:  j.FaceSeq(),
		At:   session.At,
		Face: &flows.FaceOpening{Token: session.Token, URL: session.URL},
	})
}

// fetchFace fetches the result of a flow. The supplier hands it out once, so that the intent is stored before: a job
// that finds its own knows that an earlier run died in between, and the applicant decides what follows.
func (w *Workers) fetchFace(ctx context.Context, j flows.Job) error {
	c, err := w.faceFlow(ctx, j)
	switch {
	case err != nil || c == nil:
		return err
	case c.FaceCheck.State == flows.FaceFetching && c.FaceCheck.Job == j.Key:
		return w.report(ctx, j.Case, flows.Event{Kind: flows.FaceLost, Seq: j.FaceSeq()})
	case c.FaceCheck.State == flows.FaceFetching:
		return againForFace(j, time.Minute) // another job asks right now; it may find nothing
	case c.FaceCheck.State != flows.FaceOpen:
		return nil
	}
	_, claimed, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.FaceClaimed, Seq: j.FaceSeq(), Job: j.Key})
	if err != nil || !claimed {
		return flows.IgnoreNotFound(err)
	}
	result, err := w.Verifier.FaceResult(ctx, c.Personal.FaceToken, facePerson(c))
	switch {
	case err != nil:
		return w.faceFailed(ctx, j, failure.Of(err, true))
	case result.Pending:
		return w.facePending(ctx, j, c)
	}
	return w.storeFace(ctx, j, result)
}

// facePending asks again later, until the flow is over.
func (w *Workers) facePending(ctx context.Context, j flows.Job, c *flows.Case) error {
	age := w.engine.Now().Sub(c.FaceCheck.OpenedAt)
	if age > flows.FaceLinkLife+flows.FaceGrace {
		return w.report(ctx, j.Case, flows.Event{
			Kind:    flows.FaceFailed,
			Seq:     j.FaceSeq(),
			Problem: string(verify.ReasonFaceExpired),
		})
	}
	pending := flows.Event{Kind: flows.FacePending, Seq: j.FaceSeq()}
	if _, _, err := w.engine.Report(ctx, j.Case, pending); err != nil {
		return flows.IgnoreNotFound(err)
	}
	// As long as the flow is old, within bounds: most are gone through at once, and one that is not costs few calls.
	return againForFace(j, min(max(age, time.Minute), flows.FaceLinkLife+flows.FaceGrace-age+time.Second))
}

// faceLooks is how often a job of LookForFace asks. The supplier stores the result within seconds.
const faceLooks = 4

// againForFace runs the job again: a LookForFace a few times at short pauses, a FetchFace after the pause.
func againForFace(j flows.Job, pause time.Duration) error {
	if !j.LooksOnce() {
		return &flows.RetryLater{In: pause, Snooze: true, Code: "face:pending"}
	}
	if j.Attempt >= faceLooks {
		return nil
	}
	return &flows.RetryLater{In: time.Duration(j.Attempt) * 2 * time.Second, Code: "face:pending"}
}

// faceFailed reports what became of a result that could not be fetched. A code of the flow itself means that the flow is
// over; the person begins another one, or HR looks at what nobody understands.
func (w *Workers) faceFailed(ctx context.Context, j flows.Job, d failure.Details) error {
	if field := formFieldByReason[d.Reason]; field != "" {
		w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepCheck)
		return w.report(ctx, j.Case, flows.Event{Kind: flows.CheckRefused, Field: field, Seq: j.FaceSeq()})
	}
	over := flows.Event{Kind: flows.FaceFailed, Seq: j.FaceSeq(), Problem: d.Reason, Serial: d.Upstream, After: d.After}
	switch {
	case d.Class == failure.Person:
		w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepCheck)
		return w.report(ctx, j.Case, over)
	case d.Class == failure.Unknown:
		w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepCheck)
		return w.report(ctx, j.Case, flows.Event{Kind: flows.FaceLost, Seq: j.FaceSeq()})
	case isFaceCode(d.Upstream): // no repair brings this flow back
		over.Problem, d.Class = "face_undecided", failure.Refused
	default: // nothing was handed out
		over = flows.Event{Kind: flows.FacePending, Seq: j.FaceSeq()}
	}
	if _, _, err := w.engine.Report(ctx, j.Case, over); err != nil {
		return flows.IgnoreNotFound(err)
	}
	return w.failed(ctx, j, flows.StepCheck, d)
}

// isFaceCode reports whether a code is one of a flow's result, which are numbers; those of the interface are words.
func isFaceCode(code string) bool {
	_, err := strconv.Atoi(code)
	return err == nil
}

// storeFace stores the picture of a match, and reports the answer in the same transaction.
func (w *Workers) storeFace(ctx context.Context, j flows.Job, r verify.FaceResult) error {
	ev := flows.Event{
		Kind: flows.PersonChecked,
		Seq:  j.FaceSeq(),
		At:   w.engine.Now(),
		Check: &flows.Check{
			Method:     flows.Face,
			Outcome:    flows.CheckOutcome(r.Outcome),
			Detail:     r.Detail,
			Supplier:   r.Supplier,
			Serial:     r.Serial,
			At:         r.At,
			Similarity: r.Similarity,
			Liveness:   r.Liveness,
			Charged:    r.Charged,
		},
	}
	var jpeg []byte
	if r.Outcome == verify.Match {
		photo, err := idcard.Inspect(r.Picture)
		if bad, ok := errors.AsType[*idcard.PhotoError](err); ok {
			// Without a picture there is nothing to file, and the supplier has none left.
			w.engine.Log.Warn("the picture of a face cannot be used", "case", j.Case, "problem", bad.Problem)
			return w.report(ctx, j.Case, flows.Event{
				Kind:    flows.FaceFailed,
				Seq:     j.FaceSeq(),
				Problem: string(verify.ReasonFaceAgain),
				Serial:  string(bad.Problem),
			})
		}
		if err != nil {
			return err
		}
		jpeg = photo.JPEG
		ev.FacePicture = &flows.FacePicture{
			ID:      uuid.NewString(),
			SHA256:  fmt.Sprintf("%x", sha256.Sum256(r.Picture)),
			MD5:     fmt.Sprintf("%x", md5.Sum(r.Picture)),
			Format:  photo.OriginalFormat,
			Changes: changesOf(photo),
			Bytes:   len(photo.JPEG),
			Width:   photo.Width,
			Height:  photo.Height,
		}
	}
	err := w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Case(ctx, j.Case)
		if err != nil {
			return err
		}
		if ev.FacePicture != nil {
			if err := tx.PutPicture(ctx, j.Case, ev.FacePicture.ID, jpeg); err != nil {
				return err
			}
		}
		out, err := w.engine.DecideAndPersist(ctx, tx, c, ev)
		if err != nil || out.Changed() || ev.FacePicture == nil {
			return err
		}
		// The case has ended or gone another way meanwhile. Nothing of the face may stay.
		_, err = tx.DeletePictures(ctx, j.Case, ev.FacePicture.ID)
		return err
	})
	return flows.IgnoreNotFound(err)
}
