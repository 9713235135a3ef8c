package workers

import (
	"context"

	"shiming/failure"
	"shiming/flows"
	"shiming/verify"
)

// lookUpBank asks which bank has issued the applicant's card. It never suspends the case: without an answer the
// applicant names the bank.
func (w *Workers) lookUpBank(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if c.State != flows.AwaitingBankCard || c.BankCard == nil || int64(c.BankCard.Seq) != j.BankSeq() ||
		c.BankCard.State != flows.BankAsking {
		return nil
	}
	found := flows.BankFound{}
	bank, err := w.Verifier.LookUpBank(ctx, c.Personal.BankCard)
	if err != nil {
		d := failure.Of(err, false)
		w.logFailedCall(j.Case, d, "job", j.Kind, "attempt", j.Attempt)
		switch {
		case d.Reason == string(verify.ReasonCardInvalid):
			found.Problem = d.Reason
		case d.Class == failure.Retry && j.Attempt < escalateAttempt:
			return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "bank:" + d.Upstream}
		default:
			found.Problem = "unasked"
		}
	} else {
		found.Name, found.Kind, found.At = bank.Name, flows.CardKind(bank.Kind), bank.At
	}
	return w.report(ctx, j.Case, flows.Event{Kind: flows.BankKnown, Seq: j.BankSeq(), Bank: &found})
}
