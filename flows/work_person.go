package flows

import (
	"context"
	"strconv"

	"shiming/verify"

	"shiming/failure"
)

// codeMAC is what a code is known as until it is typed.
func (e *Engine) codeMAC(caseID string, seq int, digits string) []byte {
	return e.Store.MAC("sms_code", caseID, strconv.Itoa(seq), digits)
}

// sendCode makes a code, stores its keyed hash, and has it sent: in this order, so that a
// code that was sent is always known, and no code is sent twice.
func (w *Workers) sendCode(ctx context.Context, j Job) error {
	c, err := w.engine.caseOf(ctx, j.Case)
	if err != nil {
		return lost(err)
	}
	if !wants(c, 0, AwaitingCode) || c.Code == nil || int64(c.Code.Seq) != j.Rev || c.Code.State != "sending" {
		return nil
	}
	if c.Code.MAC != nil {
		// An earlier run got as far as the intent and died: the message may be on its way.
		_, _, err := w.engine.Report(ctx, j.Case, Event{Kind: CodeUnknown, Seq: j.Rev})
		return lost(err)
	}
	digits := w.NewCode()
	c, prepared, err := w.engine.Report(ctx, j.Case, Event{Kind: CodePrepared, Seq: j.Rev,
		MAC: w.engine.codeMAC(j.Case, int(j.Rev), digits), Supplier: verify.SupplierTencent})
	if err != nil || !prepared {
		return lost(err)
	}
	receipt, err := w.Verifier.SendCode(ctx, c.Personal.Mobile, digits, w.engine.Policy.CodeTTL)
	if err == nil {
		serial := receipt.Serial
		if serial == "" {
			serial = receipt.RequestID
		}
		_, _, err = w.engine.Report(ctx, j.Case, Event{Kind: CodeSent, Seq: j.Rev, Serial: serial, At: receipt.At})
		return lost(err)
	}
	t := failure.Of(err, true)
	switch t.Class {
	case failure.Unknown:
		w.callFailed(j.Case, t, "job", j.Kind, "step", "code")
		_, _, err = w.engine.Report(ctx, j.Case, Event{Kind: CodeUnknown, Seq: j.Rev})
		return lost(err)
	case failure.Person:
		w.callFailed(j.Case, t, "job", j.Kind, "step", "code")
		_, _, err = w.engine.Report(ctx, j.Case, Event{Kind: CodeFailed, Seq: j.Rev, Problem: t.Reason})
		return lost(err)
	}
	// Certainly not sent: forget the digits, so that the next attempt makes new ones.
	if _, _, err := w.engine.Report(ctx, j.Case, Event{Kind: CodeDropped, Seq: j.Rev}); err != nil {
		return lost(err)
	}
	return w.failed(ctx, j, "code", t)
}

// checkPerson asks the supplier whether name, number and mobile are one person's.
func (w *Workers) checkPerson(ctx context.Context, j Job) error {
	c, err := w.engine.caseOf(ctx, j.Case)
	if err != nil {
		return lost(err)
	}
	if !wants(c, j.Rev, Checking) {
		return nil
	}
	p := c.Personal
	r, err := w.Verifier.CheckThreeElements(ctx, p.Name, p.Number, p.Mobile)
	if err != nil {
		t := failure.Of(err, false)
		if field := fieldOf[t.Reason]; field != "" {
			w.callFailed(j.Case, t, "job", j.Kind, "step", "check")
			_, _, err = w.engine.Report(ctx, j.Case, Event{Kind: CheckRefused, Field: field, Rev: revOf(c, j.Rev)})
			return lost(err)
		}
		switch {
		case t.Reason == string(verify.ReasonTooManyChecks):
			t.Class, t.Code = failure.Refused, "too_many_checks"
		case t.Class == failure.Person:
			t.Class, t.Code = failure.Refused, "supplier_refused"
		}
		return w.failed(ctx, j, "check", t)
	}
	_, _, err = w.engine.Report(ctx, j.Case, Event{Kind: PersonChecked, Rev: revOf(c, j.Rev), At: r.At, Check: &Check{
		Outcome: string(r.Outcome), Detail: r.Detail, Supplier: r.Supplier, Serial: r.Serial, At: r.At}})
	return lost(err)
}

// fieldOf names the field of the form that a supplier does not take.
var fieldOf = map[string]string{
	string(verify.ReasonMobileInvalid): "mobile", string(verify.ReasonMobileBlocked): "mobile", string(verify.ReasonMobileUnsupported): "mobile",
	string(verify.ReasonIDInvalid): "identity_code", string(verify.ReasonNameInvalid): "identity_name",
}

// revOf is the revision that a step's result must meet: the one in which the step began,
// or that of the parked case.
func revOf(c *Case, began int64) *int64 {
	if c.State == NeedsAttention {
		rev := c.Rev
		return &rev
	}
	return &began
}
