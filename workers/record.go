package workers

import (
	"context"
	"strings"

	"shiming/esign"
	"shiming/failure"
	"shiming/flows"
)

// recordIdentity writes the identity to Feishu. The intent is stored first; a call whose
// outcome is not known is never repeated by itself.
func (w *Workers) recordIdentity(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if !awaitsStep(c, 0, flows.Recording) || c.IdentityDone() {
		return nil
	}
	if intent := c.Identity; intent != nil && intent.State == flows.WriteStarted && intent.Job == j.Key {
		return w.reportUnknownOutcome(ctx, j, flows.StepIdentity, failure.Details{}) // our earlier run died between intent and answer
	}
	if cause, is := c.Identity.FromBackup(); is {
		return w.reportUnknownOutcome(ctx, j, flows.StepIdentity, failure.Details{Upstream: cause})
	}
	c, begun, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.IdentityStarted, Job: j.Key})
	if err != nil || !begun {
		return flows.IgnoreNotFound(err)
	}
	p := c.Personal
	uid, err := w.IdentityRecorder.RecordIdentity(ctx, c.OpenID, p.Name, p.Number, p.Mobile)
	if err == nil {
		_, _, err = w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.IdentityRecorded, ID: uid})
		return flows.IgnoreNotFound(err)
	}
	t := failure.Of(err, true)
	switch t.Class {
	case failure.Unknown:
		return w.reportUnknownOutcome(ctx, j, flows.StepIdentity, t)
	case failure.Mismatch:
		w.logFailedCall(j.Case, t, "job", j.Kind, "step", flows.StepIdentity)
		_, _, err = w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.IdentityMismatch, Field: t.Field})
		return flows.IgnoreNotFound(err)
	case failure.Retry:
		if _, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.WriteFailed,
			Step: flows.StepIdentity}); err != nil {
			return flows.IgnoreNotFound(err)
		}
	}
	return w.failed(ctx, j, flows.StepIdentity, t)
}

// unknown parks the case until HR says what became of a write.
func (w *Workers) reportUnknownOutcome(ctx context.Context, j flows.Job, step flows.Step, t failure.Details) error {
	t.Class, t.Code = failure.Unknown, failure.CodeUnknownOutcome
	w.logFailedCall(j.Case, t, "job", j.Kind, "step", step)
	_, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.StepStopped, Stop: &flows.Attention{
		Step:     step,
		Code:     flows.StopUnknownOutcome,
		Upstream: t.Upstream,
		LogID:    t.LogID,
	}})
	return flows.IgnoreNotFound(err)
}

// uploadPhoto hands one side to e签宝. Repeating it is harmless: a file that no evidence
// point names has no meaning.
func (w *Workers) uploadPhoto(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	side := j.Side()
	photo := c.PhotoOf(side)
	if !awaitsStep(c, 0, flows.Recording, flows.Filing) || c.Uploads[string(side)] != "" || photo == nil {
		return nil
	}
	jpeg, leave, err := w.loadPicture(ctx, j.Case, photo)
	if flows.IsNotFound(err) {
		return w.failed(ctx, j, flows.StepUpload, failure.Details{Class: failure.Refused, Code: string(flows.StopPhotoLost)})
	}
	if err != nil {
		return err
	}
	defer leave()
	// The name says which side it is and nothing about whom.
	name := "idcard-" + string(side) + "-" + strings.ReplaceAll(photo.ID, "-", "")[20:] + ".jpg"
	told := esign.Waiting(ctx, func(err error) {
		w.logFailedCall(j.Case, failure.Of(err, false), "job", j.Kind, "step", flows.StepUpload)
	})
	id, err := w.EvidenceClient.UploadFile(told, name, jpeg)
	if err != nil {
		t := failure.Of(err, false)
		if t.Class == failure.FileLost {
			t.Class, t.Code = failure.Retry, failure.CodeUnavailable // a fresh upload makes a fresh file
		}
		return w.failed(ctx, j, flows.StepUpload, t)
	}
	_, _, err = w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.PhotoUploaded, Side: string(side), ID: id})
	return flows.IgnoreNotFound(err)
}

// fileEvidence creates the evidence point from what is on record, or says what is missing.
func (w *Workers) fileEvidence(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if !awaitsStep(c, 0, flows.Filing) || c.Evidence != nil && c.Evidence.State == flows.WriteDone {
		return nil
	}
	if intent := c.Evidence; intent != nil && intent.State == flows.WriteStarted && intent.Job == j.Key {
		return w.reportUnknownOutcome(ctx, j, flows.StepEvidence, failure.Details{})
	}
	if cause, is := c.Evidence.FromBackup(); is {
		return w.reportUnknownOutcome(ctx, j, flows.StepEvidence, failure.Details{Upstream: cause})
	}
	point := EvidenceOf(c)
	if missing := missingEvidence(c); missing != "" {
		return w.failed(ctx, j, flows.StepEvidence, failure.Details{Class: failure.Refused,
			Code: string(flows.StopIncomplete), Upstream: missing})
	}
	_, begun, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.EvidenceStarted, Job: j.Key})
	if err != nil || !begun {
		return flows.IgnoreNotFound(err)
	}
	id, err := w.EvidenceClient.CreatePersonPoint(ctx, point)
	if err == nil {
		_, _, err = w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.EvidenceFiled, ID: id})
		return flows.IgnoreNotFound(err)
	}
	t := failure.Of(err, true)
	switch t.Class {
	case failure.Unknown:
		return w.reportUnknownOutcome(ctx, j, flows.StepEvidence, t)
	case failure.FileLost:
		// The uploads bring a job of their own for the evidence; a third loss is HR's to look at.
		if c.Evidence == nil || c.Evidence.Attempt < 3 {
			if _, again, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.UploadsLost}); err != nil || again {
				w.logFailedCall(j.Case, t, "job", j.Kind, "step", flows.StepEvidence)
				return flows.IgnoreNotFound(err)
			}
		}
	case failure.Retry:
		if _, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.WriteFailed,
			Step: flows.StepEvidence}); err != nil {
			return flows.IgnoreNotFound(err)
		}
	}
	return w.failed(ctx, j, flows.StepEvidence, t)
}
