package workers

import (
	"context"
	"crypto/rand"
	"math/big"

	"shiming/failure"
	"shiming/flows"
	"shiming/verify"
)

// sendCode makes a code, stores its keyed hash, and has it sent: in this order, so that a
// code that was sent is always known, and no code is sent twice.
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
		// An earlier run got as far as the intent and died: the message may be on its way.
		_, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.CodeUnknown, Seq: j.CodeSeq()})
		return flows.IgnoreNotFound(err)
	}
	digits := w.NewCode()
	c, prepared, err := w.engine.Report(ctx, j.Case, flows.Event{
		Kind:     flows.CodePrepared,
		Seq:      j.CodeSeq(),
		MAC:      w.engine.CodeMAC(j.Case, int(j.CodeSeq()), digits),
		Supplier: verify.SupplierTencent,
	})
	if err != nil || !prepared {
		return flows.IgnoreNotFound(err)
	}
	receipt, err := w.Verifier.SendCode(ctx, c.Personal.Mobile, digits, w.engine.Policy.CodeTTL)
	if err == nil {
		serial := receipt.Serial
		if serial == "" {
			serial = receipt.RequestID
		}
		_, _, err = w.engine.Report(ctx, j.Case, flows.Event{
			Kind:   flows.CodeSent,
			Seq:    j.CodeSeq(),
			Serial: serial,
			At:     receipt.At,
		})
		return flows.IgnoreNotFound(err)
	}
	t := failure.Of(err, true)
	switch t.Class {
	case failure.Unknown:
		w.logFailedCall(j.Case, t, "job", j.Kind, "step", flows.StepCode)
		_, _, err = w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.CodeUnknown, Seq: j.CodeSeq()})
		return flows.IgnoreNotFound(err)
	case failure.Person:
		w.logFailedCall(j.Case, t, "job", j.Kind, "step", flows.StepCode)
		_, _, err = w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.CodeFailed, Seq: j.CodeSeq(), Problem: t.Reason})
		return flows.IgnoreNotFound(err)
	}
	// Certainly not sent: forget the digits, so that the next attempt makes new ones.
	if _, _, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.CodeDropped, Seq: j.CodeSeq()}); err != nil {
		return flows.IgnoreNotFound(err)
	}
	return w.failed(ctx, j, flows.StepCode, t)
}

// checkPerson asks the supplier whether name, number and mobile are one person's.
func (w *Workers) checkPerson(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if !awaitsStep(c, j.Revision(), flows.Checking) {
		return nil
	}
	p := c.Personal
	r, err := w.Verifier.CheckThreeElements(ctx, p.Name, p.Number, p.Mobile)
	if err != nil {
		t := failure.Of(err, false)
		if field := formFieldByReason[t.Reason]; field != "" {
			w.logFailedCall(j.Case, t, "job", j.Kind, "step", flows.StepCheck)
			_, _, err = w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.CheckRefused, Field: field,
				Rev: expectedRevision(c, j.Revision())})
			return flows.IgnoreNotFound(err)
		}
		switch {
		case t.Reason == string(verify.ReasonTooManyChecks):
			t.Class, t.Code = failure.Refused, string(flows.StopTooManyChecks)
		case t.Class == failure.Person:
			t.Class, t.Code = failure.Refused, string(flows.StopSupplierRefused)
		}
		return w.failed(ctx, j, flows.StepCheck, t)
	}
	_, _, err = w.engine.Report(ctx, j.Case, flows.Event{
		Kind: flows.PersonChecked,
		Rev:  expectedRevision(c, j.Revision()),
		At:   r.At,
		Check: &flows.Check{
			Outcome:  flows.CheckOutcome(r.Outcome),
			Detail:   r.Detail,
			Supplier: r.Supplier,
			Serial:   r.Serial,
			At:       r.At,
		},
	})
	return flows.IgnoreNotFound(err)
}

// fieldOf names the field of the form that a supplier does not take.
var formFieldByReason = map[string]string{
	string(verify.ReasonMobileInvalid): "mobile", string(verify.ReasonMobileBlocked): "mobile",
	string(verify.ReasonMobileUnsupported): "mobile",
	string(verify.ReasonIDInvalid):         "identity_code", string(verify.ReasonNameInvalid): "identity_name",
}

// revOf is the revision that a step's result must meet: the one in which the step began,
// or that of the parked case.
func expectedRevision(c *flows.Case, began int64) *int64 {
	if c.State == flows.NeedsAttention {
		rev := c.Rev
		return &rev
	}
	return &began
}

// sixDigits draws from 000000 … 999999, each equally likely.
func randomCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the system has no randomness
	}
	s := n.String()
	return "000000"[len(s):] + s
}
