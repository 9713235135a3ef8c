package flows

import (
	"context"
	"strings"

	"shiming/esign"
	"shiming/idcard"

	"shiming/failure"
)

// recordIdentity writes the identity to Feishu. The intent is stored first; a call whose
// outcome is not known is never repeated by itself.
func (w *Workers) recordIdentity(ctx context.Context, j Job) error {
	c, err := w.engine.caseOf(ctx, j.Case)
	if err != nil {
		return lost(err)
	}
	if !wants(c, 0, Recording) || c.identityDone() {
		return nil
	}
	if intent := c.Identity; intent != nil && intent.State == WriteStarted && intent.Job == j.Key {
		return w.unknown(ctx, j, "identity", failure.Details{}) // our earlier run died between intent and answer
	}
	if cause, is := c.Identity.inCopy(); is {
		return w.unknown(ctx, j, "identity", failure.Details{Upstream: cause})
	}
	c, begun, err := w.engine.Report(ctx, j.Case, Event{Kind: IdentityStarted, Job: j.Key})
	if err != nil || !begun {
		return lost(err)
	}
	p := c.Personal
	uid, err := w.Registrar.RecordIdentity(ctx, c.OpenID, p.Name, p.Number, p.Mobile)
	if err == nil {
		_, _, err = w.engine.Report(ctx, j.Case, Event{Kind: IdentityRecorded, ID: uid})
		return lost(err)
	}
	t := failure.Of(err, true)
	switch t.Class {
	case failure.Unknown:
		return w.unknown(ctx, j, "identity", t)
	case failure.Mismatch:
		w.callFailed(j.Case, t, "job", j.Kind, "step", "identity")
		_, _, err = w.engine.Report(ctx, j.Case, Event{Kind: IdentityMismatch, Field: t.Field})
		return lost(err)
	case failure.Retry:
		if _, _, err := w.engine.Report(ctx, j.Case, Event{Kind: WriteFailed, Step: "identity"}); err != nil {
			return lost(err)
		}
	}
	return w.failed(ctx, j, "identity", t)
}

// unknown parks the case until HR says what became of a write.
func (w *Workers) unknown(ctx context.Context, j Job, step string, t failure.Details) error {
	t.Class, t.Code = failure.Unknown, "unknown_outcome"
	w.callFailed(j.Case, t, "job", j.Kind, "step", step)
	_, _, err := w.engine.Report(ctx, j.Case, Event{Kind: StepStopped, Stop: &Attention{
		Step: step, Code: "unknown_outcome", Upstream: t.Upstream, LogID: t.LogID}})
	return lost(err)
}

// uploadPhoto hands one side to e签宝. Repeating it is harmless: a file that no evidence
// point names has no meaning.
func (w *Workers) uploadPhoto(ctx context.Context, j Job) error {
	c, err := w.engine.caseOf(ctx, j.Case)
	if err != nil {
		return lost(err)
	}
	side := idcard.Side(j.Ref)
	photo := c.side(side)
	if !wants(c, 0, Recording, Filing) || c.Uploads[j.Ref] != "" || photo == nil {
		return nil
	}
	jpeg, leave, err := w.picture(ctx, j.Case, photo)
	if isNotFound(err) {
		return w.failed(ctx, j, "upload", failure.Details{Class: failure.Refused, Code: "photo_lost"})
	}
	if err != nil {
		return err
	}
	defer leave()
	// The name says which side it is and nothing about whom.
	name := "idcard-" + string(side) + "-" + strings.ReplaceAll(photo.ID, "-", "")[20:] + ".jpg"
	told := esign.Waiting(ctx, func(err error) { w.callFailed(j.Case, failure.Of(err, false), "job", j.Kind, "step", "upload") })
	id, err := w.Notary.UploadFile(told, name, jpeg)
	if err != nil {
		t := failure.Of(err, false)
		if t.Class == failure.FileLost {
			t.Class, t.Code = failure.Retry, "unavailable" // a fresh upload makes a fresh file
		}
		return w.failed(ctx, j, "upload", t)
	}
	_, _, err = w.engine.Report(ctx, j.Case, Event{Kind: PhotoUploaded, Side: j.Ref, ID: id})
	return lost(err)
}

// fileEvidence creates the evidence point from what is on record, or says what is missing.
func (w *Workers) fileEvidence(ctx context.Context, j Job) error {
	c, err := w.engine.caseOf(ctx, j.Case)
	if err != nil {
		return lost(err)
	}
	if !wants(c, 0, Filing) || c.Evidence != nil && c.Evidence.State == WriteDone {
		return nil
	}
	if intent := c.Evidence; intent != nil && intent.State == WriteStarted && intent.Job == j.Key {
		return w.unknown(ctx, j, "evidence", failure.Details{})
	}
	if cause, is := c.Evidence.inCopy(); is {
		return w.unknown(ctx, j, "evidence", failure.Details{Upstream: cause})
	}
	point := EvidenceOf(c)
	if missing := incomplete(c); missing != "" {
		return w.failed(ctx, j, "evidence", failure.Details{Class: failure.Refused, Code: "incomplete", Upstream: missing})
	}
	_, begun, err := w.engine.Report(ctx, j.Case, Event{Kind: EvidenceStarted, Job: j.Key})
	if err != nil || !begun {
		return lost(err)
	}
	id, err := w.Notary.CreatePersonPoint(ctx, point)
	if err == nil {
		_, _, err = w.engine.Report(ctx, j.Case, Event{Kind: EvidenceFiled, ID: id})
		return lost(err)
	}
	t := failure.Of(err, true)
	switch t.Class {
	case failure.Unknown:
		return w.unknown(ctx, j, "evidence", t)
	case failure.FileLost:
		// The uploads bring a job of their own for the evidence; a third loss is HR's to look at.
		if c.Evidence == nil || c.Evidence.Attempt < 3 {
			if _, again, err := w.engine.Report(ctx, j.Case, Event{Kind: UploadsLost}); err != nil || again {
				w.callFailed(j.Case, t, "job", j.Kind, "step", "evidence")
				return lost(err)
			}
		}
	case failure.Retry:
		if _, _, err := w.engine.Report(ctx, j.Case, Event{Kind: WriteFailed, Step: "evidence"}); err != nil {
			return lost(err)
		}
	}
	return w.failed(ctx, j, "evidence", t)
}

// incomplete names what did not happen although the evidence would have to say that it did.
func incomplete(c *Case) string {
	switch {
	case c.Check == nil || c.Check.Outcome != "match" || c.Check.Serial == "":
		return "verification"
	case c.Code == nil || c.Code.PassedAt.IsZero() || c.Personal.SMSCode == "":
		return "sms_code"
	case c.Uploads["front"] == "" || c.Uploads["back"] == "":
		return "photos"
	}
	return ""
}

// EvidenceOf builds the evidence point. Every field comes from something that is on record.
func EvidenceOf(c *Case) esign.PersonPoint {
	if incomplete(c) != "" {
		return esign.PersonPoint{}
	}
	p := c.Personal
	return esign.PersonPoint{
		EviName:            "员工实名认证 " + c.Confirmed.In(china).Format("2006-01-02"),
		CustomBizID:        c.ID,
		Method:             esign.MethodThreeElements,
		CompletedAt:        c.Check.At,
		Name:               p.Name,
		CardNo:             p.Number,
		CardType:           esign.CardResidentID,
		CardPortrait:       c.Uploads["front"],
		CardNationalEmblem: c.Uploads["back"],
		ThreeElements: &esign.ThreeElements{
			InfoVerifySupplier: c.Check.Supplier,
			VerifyTime:         c.Check.At,
			VerifySerialNumber: c.Check.Serial,
			Mobile:             p.Mobile,
			SMSCode:            p.SMSCode,
			SMSSupplier:        c.Code.Supplier,
		},
	}
}
