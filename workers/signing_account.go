package workers

import (
	"cmp"
	"context"
	"time"

	"shiming/esign"
	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
)

// accountProbe is how often an account is tried again that waits for the service or the operator.
const accountProbe = 30 * time.Minute

// openSigningAccount opens an account for the person at e签宝's SDK 3.0 service. It asks for an account of the number
// first, each time: an account that is there is taken, and a call without an answer is not repeated until the service
// has said for certain that there is none.
func (w *Workers) openSigningAccount(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if w.Accounts == nil || c.Account == nil || c.AccountDone() {
		return nil
	}
	if c.Personal.Number == "" {
		return w.stopAccount(ctx, j, failure.Details{Code: string(flows.StopAccountErased)})
	}
	found, err := w.Accounts.FindPerson(ctx, c.Personal.Number, idNoType(c))
	switch {
	case err != nil:
		return w.accountFailed(ctx, j, failure.Of(err, false))
	case found.ID != "" && found.Name != "" && found.Name != c.Personal.Name:
		return w.stopAccount(ctx, j, failure.Details{Code: string(flows.StopAccountOther)})
	case found.ID != "":
		return w.report(ctx, j.Case, flows.Event{Kind: flows.AccountOpened, ID: found.ID})
	}
	if intent := c.Account.Write; intent != nil && intent.State != flows.WriteRefused {
		if quiet := intent.Started.Add(w.engine.Policy.WriteQuiet).Sub(w.engine.Now()); quiet > 0 {
			return &flows.RetryLater{In: quiet, Snooze: true, Code: "account:quiet"}
		}
		if !found.Certain {
			return w.accountUnknown(ctx, j, failure.Details{Upstream: found.Code})
		}
	}
	return w.addPerson(ctx, j)
}

// idNoType returns the kind of number: the service checks those of resident identity cards by their form, and takes
// those of residence permits as they are.
func idNoType(c *flows.Case) string {
	if c.DocumentKind() == idcard.ResidentID {
		return esign.IDMainland
	}
	return esign.IDOther
}

// addPerson opens the account, behind an intent.
func (w *Workers) addPerson(ctx context.Context, j flows.Job) error {
	c, begun, err := w.engine.Report(ctx, j.Case, flows.Event{Kind: flows.AccountStarted, Job: j.Key})
	if err != nil || !begun {
		return flows.IgnoreNotFound(err)
	}
	id, err := w.Accounts.AddPerson(ctx, esign.SDKPerson{
		Name:       c.Personal.Name,
		IDNo:       c.Personal.Number,
		IDNoType:   idNoType(c),
		EviPointID: c.Evidence.ID,
	})
	if err == nil {
		return w.report(ctx, j.Case, flows.Event{Kind: flows.AccountOpened, ID: id})
	}
	d := failure.Of(err, true)
	if d.Class == failure.Unknown {
		w.logFailedCall(j.Case, d, "job", j.Kind, "attempt", j.Attempt)
		if err := w.report(ctx, j.Case, flows.Event{Kind: flows.AccountUnknown}); err != nil {
			return err
		}
		return &flows.RetryLater{In: w.engine.Policy.WriteQuiet, Code: "account:" + d.Code}
	}
	if err := w.report(ctx, j.Case, flows.Event{Kind: flows.AccountFailed}); err != nil {
		return err
	}
	return w.accountFailed(ctx, j, d)
}

// accountUnknown stops because the service says neither that the account exists nor that it does not.
func (w *Workers) accountUnknown(ctx context.Context, j flows.Job, d failure.Details) error {
	if err := w.report(ctx, j.Case, flows.Event{Kind: flows.AccountUnknown}); err != nil {
		return err
	}
	d.Class, d.Code = failure.Unknown, failure.CodeUnknownOutcome
	return w.stopAccount(ctx, j, d)
}

// accountFailed decides what follows a failed call: another attempt soon, now and then, or none.
func (w *Workers) accountFailed(ctx context.Context, j flows.Job, d failure.Details) error {
	w.logFailedCall(j.Case, d, "job", j.Kind, "attempt", j.Attempt)
	code := "account:" + cmp.Or(d.Upstream, d.Code)
	switch {
	case d.Class == failure.Retry && j.Attempt < escalateAttempt:
		return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: code}
	case d.Class == failure.Retry || d.Class == failure.Operator:
		if err := w.stopAccount(ctx, j, d); err != nil {
			return err
		}
		return &flows.RetryLater{In: max(accountProbe, d.After), Snooze: true, Code: code}
	}
	return w.stopAccount(ctx, j, d)
}

// stopAccount reports why the account is not opened.
func (w *Workers) stopAccount(ctx context.Context, j flows.Job, d failure.Details) error {
	return w.report(ctx, j.Case, flows.Event{
		Kind: flows.AccountStopped,
		Stop: &flows.Attention{Code: flows.StopCode(d.Code), Upstream: d.Upstream},
	})
}
