package workers

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"shiming/esign"
	"shiming/evidence"
	"shiming/failure"
	"shiming/flows"
)

// A write that must not happen twice (the identity in Feishu, the evidence point at e签宝) goes in three steps: the
// handler reports the intent with its job's key, makes the call, and reports the result. A handler that finds its own
// intent knows that an earlier run died in between. It then reports an unknown outcome and leaves the decision to HR.

// maxUploadRounds is how often the photos are uploaded because e签宝 has lost them. After that HR looks at the case.
const maxUploadRounds = 3

// recordIdentity writes the identity to Feishu.
func (w *Workers) recordIdentity(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if !awaitsStep(c, 0, flows.Recording) || c.IdentityDone() {
		return nil
	}
	if upstream, doubtful := doubtfulWrite(c.Identity, j); doubtful {
		return w.reportUnknownOutcome(ctx, j, flows.StepIdentity, failure.Details{Upstream: upstream})
	}
	if c.Method != flows.MethodNone && !w.filesEvidence {
		return w.failed(ctx, j, flows.StepIdentity, absentError{}.Failure()) // nothing irrevocable without its evidence
	}
	if missing := missingForEvidence(c, &w.engine.Policy); missing == missingPhotos {
		return nil // of an older version, which queued this job beside the uploads; the last upload queues another
	} else if missing != "" {
		return w.failed(ctx, j, flows.StepEvidence, incomplete(missing))
	}
	c, begun, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.IdentityStarted, Job: j.Key})
	switch {
	case err != nil:
		return flows.IgnoreNotFound(err)
	case c.Hold != nil && c.Hold.Job == j.Key:
		return &flows.RetryLater{In: w.holdPause(c.Hold), Snooze: true, Code: "identity:held"}
	case !begun || c.Hold != nil || c.State == flows.AwaitingConsent: // the last: an agreement has changed
		return nil
	}
	p := c.Personal
	uid, err := w.IdentityRecorder.RecordIdentity(ctx, c.OpenID, p.Name, p.Number, p.Mobile)
	if err == nil {
		return w.report(ctx, j.Case, flows.Event{Kind: flows.IdentityRecorded, ID: uid})
	}
	d := failure.Of(err, true)
	switch d.Class {
	case failure.Unknown:
		return w.reportUnknownOutcome(ctx, j, flows.StepIdentity, d)
	case failure.Mismatch:
		w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepIdentity)
		return w.report(ctx, j.Case, flows.Event{
			Kind:  flows.IdentityMismatch,
			Field: d.Field,
			Stop:  &flows.Attention{Upstream: d.Upstream, LogID: d.LogID},
		})
	case failure.Retry:
		withdrawn := flows.Event{Kind: flows.WriteFailed, Step: flows.StepIdentity}
		if _, _, err := w.engine.Report(ctx, j.Case, withdrawn); err != nil {
			return flows.IgnoreNotFound(err)
		}
	}
	return w.failed(ctx, j, flows.StepIdentity, d)
}

// missingForEvidence is evidence.Missing for a case that ends with an evidence point. Nothing irrevocable may be written
// before it returns "".
func missingForEvidence(c *flows.Case, p *flows.Policy) string {
	if c.Method == flows.MethodNone {
		return ""
	}
	return evidence.Missing(c, p)
}

// missingPhotos is what evidence.Missing returns while a photo is not at e签宝.
const missingPhotos = "photos"

// missingLiveScore is what evidence.Missing returns for a face whose liveness check the settings give no score.
const missingLiveScore = "face_live_score"

// incomplete is the failure of a step that would file evidence in which something is missing.
func incomplete(missing string) failure.Details {
	code := flows.StopIncomplete
	if missing == missingLiveScore {
		code = flows.StopFaceLiveScore
	}
	return failure.Details{Class: failure.Refused, Code: string(code), Upstream: missing}
}

// holdPause is how long an identity that waits behind another case sleeps: as long as it has waited, within bounds. The
// success of a filing wakes it at once.
func (w *Workers) holdPause(h *flows.Hold) time.Duration {
	return min(max(w.engine.Now().Sub(h.Since), time.Second), flows.ProbeEvery)
}

// doubtfulWrite reports whether the write may have happened although no result is stored: an earlier run of this job
// began it, or the database was restored from a backup. upstream says which backup.
func doubtfulWrite(intent *flows.Write, j flows.Job) (upstream string, doubtful bool) {
	if intent != nil && intent.State == flows.WriteStarted && intent.Job == j.Key {
		return "", true
	}
	return intent.FromBackup()
}

// reportUnknownOutcome suspends the case until HR says what became of a write.
func (w *Workers) reportUnknownOutcome(ctx context.Context, j flows.Job, step flows.Step, d failure.Details) error {
	d.Class, d.Code = failure.Unknown, failure.CodeUnknownOutcome
	w.logFailedCall(j.Case, d, "job", j.Kind, "step", step)
	return flows.IgnoreNotFound(w.suspend(ctx, j.Case, flows.Attention{
		Step:     step,
		Code:     flows.StopUnknownOutcome,
		Upstream: d.Upstream,
		LogID:    d.LogID,
	}))
}

// uploadPhoto uploads one side of the card, or the picture of the face, to e签宝. It needs no intent: a second upload
// makes a second file, and a file that no evidence point names has no meaning.
func (w *Workers) uploadPhoto(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	side := j.Side()
	photo := c.Uploadable(side)
	if !awaitsStep(c, 0, flows.Recording, flows.Filing) || c.Uploads[string(side)] != "" || photo == nil {
		return nil
	}
	jpeg, release, err := w.loadPicture(ctx, j.Case, photo)
	if flows.IsNotFound(err) {
		lost := failure.Details{Class: failure.Refused, Code: string(flows.StopPhotoLost)}
		return w.failed(ctx, j, flows.StepUpload, lost)
	}
	if err != nil {
		return err
	}
	defer release()
	// The file name tells the side of the card, or that it is the face, and nothing about its owner: it ends with random
	// digits of the photo's id.
	kind := "idcard-" + string(side)
	if side == flows.FaceSide {
		kind = string(side)
	}
	name := kind + "-" + strings.ReplaceAll(photo.ID, "-", "")[20:] + ".jpg"
	logging := esign.Waiting(ctx, func(err error) {
		w.logFailedCall(j.Case, failure.Of(err, false), "job", j.Kind, "step", flows.StepUpload)
	})
	id, err := w.EvidenceClient.UploadFile(logging, name, jpeg)
	if err != nil {
		d := failure.Of(err, false)
		if d.Class == failure.FileLost {
			d.Class, d.Code = failure.Retry, failure.CodeUnavailable // the next attempt makes a new file
		}
		return w.failed(ctx, j, flows.StepUpload, d)
	}
	return w.report(ctx, j.Case, flows.Event{
		Kind:   flows.PhotoUploaded,
		Side:   string(side),
		ID:     id,
		SHA256: fmt.Sprintf("%x", sha256.Sum256(jpeg)),
		MD5:    fmt.Sprintf("%x", md5.Sum(jpeg)),
	})
}

// fileEvidence creates the evidence point from what is on record. If something is missing, it files nothing and
// suspends the case.
func (w *Workers) fileEvidence(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if !awaitsStep(c, 0, flows.Filing) || c.Evidence != nil && c.Evidence.State == flows.WriteDone {
		return nil
	}
	if upstream, doubtful := doubtfulWrite(c.Evidence, j); doubtful {
		return w.reportUnknownOutcome(ctx, j, flows.StepEvidence, failure.Details{Upstream: upstream})
	}
	if missing := evidence.Missing(c, &w.engine.Policy); missing != "" {
		return w.failed(ctx, j, flows.StepEvidence, incomplete(missing))
	}
	started, begun, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.EvidenceStarted, Job: j.Key})
	if err != nil || !begun {
		return flows.IgnoreNotFound(err)
	}
	id, err := w.EvidenceClient.CreatePersonPoint(ctx, evidence.PointOf(started, &w.engine.Policy))
	if err == nil {
		return w.report(ctx, j.Case, flows.Event{Kind: flows.EvidenceFiled, ID: id})
	}
	return w.evidenceFailed(ctx, j, c, failure.Of(err, true))
}

// evidenceFailed handles the failure of the call that creates an evidence point. c is the case before the call.
func (w *Workers) evidenceFailed(ctx context.Context, j flows.Job, c *flows.Case, d failure.Details) error {
	// In the older revision, which has no such fields, it would mean that the revision is the wrong one.
	if d.Code == string(flows.StopEvidenceField) && strings.HasPrefix(d.Field, "certAgreementRead") &&
		c.EvidenceRevision() == flows.Revision202510 {
		d.Code = string(flows.StopEvidenceReading)
	}
	switch d.Class {
	case failure.Unknown:
		return w.reportUnknownOutcome(ctx, j, flows.StepEvidence, d)
	case failure.FileLost:
		if c.Evidence == nil || c.Evidence.Attempt < maxUploadRounds {
			// The new uploads queue a job of their own for the evidence, so that this job ends.
			_, again, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.UploadsLost})
			if err != nil || again {
				w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepEvidence)
				return flows.IgnoreNotFound(err)
			}
		}
	case failure.Retry:
		withdrawn := flows.Event{Kind: flows.WriteFailed, Step: flows.StepEvidence}
		if _, _, err := w.engine.Report(ctx, j.Case, withdrawn); err != nil {
			return flows.IgnoreNotFound(err)
		}
	}
	return w.failed(ctx, j, flows.StepEvidence, d)
}
