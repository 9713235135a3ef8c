package workers

import (
	"context"
	"crypto/rand"
	"math/big"

	"shiming/failure"
	"shiming/flows"
	"shiming/verify"
)

// sendCode makes a code, stores its keyed hash, and has it sent, in this order: a code that arrives is always known,
// and no code is sent twice.
func (w *Workers) sendCode(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if !awaitsStep(c, 0, flows.AwaitingCode) || c.Code == nil || int64(c.Code.Seq) != j.CodeSeq() ||
		c.Code.State != flows.CodeStateSending {
		return nil
	}
	if c.Code.MAC != nil {
		// An earlier run stored the hash and died, or its answer was lost. The message may be on its way.
		return w.report(ctx, j.Case, flows.Event{Kind: flows.CodeUnknown, Seq: j.CodeSeq()})
	}
	digits := w.NewCode()
	key, mac := w.engine.NewCodeMAC(j.Case, int(j.CodeSeq()), digits)
	c, prepared, err := w.engine.Report(ctx, j.Case, flows.Event{
		Kind:     flows.CodePrepared,
		Seq:      j.CodeSeq(),
		CodeKey:  key,
		MAC:      mac,
		Supplier: w.engine.Policy.Agreement.Supplier,
	})
	if err != nil || !prepared {
		return flows.IgnoreNotFound(err)
	}
	receipt, err := w.Verifier.SendCode(ctx, c.Personal.Mobile, digits, w.engine.Policy.CodeTTL)
	if err != nil {
		return w.codeFailed(ctx, j, failure.Of(err, true))
	}
	serial := receipt.Serial
	if serial == "" {
		serial = receipt.RequestID
	}
	return w.report(ctx, j.Case, flows.Event{
		Kind:   flows.CodeSent,
		Seq:    j.CodeSeq(),
		Serial: serial,
		At:     receipt.At,
	})
}

// codeFailed reports what became of a code whose sending failed. Unless the code may have been sent, its hash is
// dropped, so that the next attempt makes new digits.
func (w *Workers) codeFailed(ctx context.Context, j flows.Job, d failure.Details) error {
	switch d.Class {
	case failure.Unknown:
		w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepCode)
		return w.report(ctx, j.Case, flows.Event{Kind: flows.CodeUnknown, Seq: j.CodeSeq()})
	case failure.Person:
		w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepCode)
		return w.report(ctx, j.Case, flows.Event{Kind: flows.CodeFailed, Seq: j.CodeSeq(), Problem: d.Reason})
	}
	dropped := flows.Event{Kind: flows.CodeDropped, Seq: j.CodeSeq()}
	if _, _, err := w.engine.Report(ctx, j.Case, dropped); err != nil {
		return flows.IgnoreNotFound(err)
	}
	return w.failed(ctx, j, flows.StepCode, d)
}

// checkPerson asks the supplier whether the elements of the case's method belong to one person. Asking twice changes
// nothing at the supplier, but it may be billed twice.
func (w *Workers) checkPerson(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if !awaitsStep(c, j.Revision(), flows.Checking) {
		return nil
	}
	p := c.Personal
	var result verify.CheckResult
	if c.Method == flows.BankCardFour {
		result, err = w.Verifier.CheckFourElements(ctx, p.Name, p.Number, p.Mobile, p.BankCard)
	} else {
		result, err = w.Verifier.CheckThreeElements(ctx, p.Name, p.Number, p.Mobile)
	}
	if err != nil {
		return w.checkFailed(ctx, j, c, failure.Of(err, false))
	}
	return w.report(ctx, j.Case, flows.Event{
		Kind: flows.PersonChecked,
		Rev:  expectedRevision(c, j.Revision()),
		At:   result.At,
		Check: &flows.Check{
			Method:   c.Method,
			Outcome:  flows.CheckOutcome(result.Outcome),
			Detail:   result.Detail,
			Supplier: result.Supplier,
			Serial:   result.Serial,
			At:       result.At,
		},
	})
}

// checkFailed returns the form to the applicant if the supplier refused one of its fields. Other refusals suspend the
// case with a code of their own, because the applicant cannot do anything about them.
func (w *Workers) checkFailed(ctx context.Context, j flows.Job, c *flows.Case, d failure.Details) error {
	if field := formFieldByReason[d.Reason]; field != "" {
		w.logFailedCall(j.Case, d, "job", j.Kind, "step", flows.StepCheck)
		refused := flows.Event{Kind: flows.CheckRefused, Field: field, Rev: expectedRevision(c, j.Revision())}
		if field == "bank_card" {
			refused.Problem = d.Reason // a text of the form of the bank card
		}
		return w.report(ctx, j.Case, refused)
	}
	switch {
	case d.Reason == string(verify.ReasonTooManyChecks):
		d.Class, d.Code = failure.Refused, string(flows.StopTooManyChecks)
	case d.Class == failure.Person:
		d.Class, d.Code = failure.Refused, string(flows.StopSupplierRefused)
	}
	return w.failed(ctx, j, flows.StepCheck, d)
}

// formFieldByReason names the field of the form that the supplier refuses for a reason.
var formFieldByReason = map[string]string{
	string(verify.ReasonMobileInvalid):     "mobile",
	string(verify.ReasonMobileBlocked):     "mobile",
	string(verify.ReasonMobileUnsupported): "mobile",
	string(verify.ReasonIDInvalid):         "identity_code",
	string(verify.ReasonIDUnsupported):     "identity_code",
	string(verify.ReasonCardInvalid):       "bank_card",
	string(verify.ReasonCardUnusable):      "bank_card",
	string(verify.ReasonNameInvalid):       "identity_name",
}

// expectedRevision is the revision that the case must have for the result of a step to apply: the revision in which the
// step began, or the present one if the case is suspended.
func expectedRevision(c *flows.Case, began int64) *int64 {
	if c.State == flows.NeedsAttention {
		return new(c.Rev)
	}
	return &began
}

// randomCode draws one of 000000 … 999999, each with the same probability.
func randomCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the system gives no random numbers
	}
	s := n.String()
	return "000000"[len(s):] + s
}
