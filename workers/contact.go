package workers

import (
	"context"

	"shiming/failure"
	"shiming/flows"
)

// lookUpContact fetches name and mobile from Feishu's directory, to fill in the form. It never suspends the case: if
// the directory gives no answer or the permission is missing, the form starts empty.
func (w *Workers) lookUpContact(ctx context.Context, j flows.Job) error {
	c, err := w.engine.CaseOf(ctx, j.Case)
	if err != nil {
		return flows.IgnoreNotFound(err)
	}
	if c.State.Terminal() || c.Consent == nil {
		return nil
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiDirectory)); err != nil {
		return err
	}
	contact, err := w.Messenger.Contact(ctx, c.OpenID)
	if err != nil {
		d := failure.Of(err, false)
		w.logFailedCall(j.Case, d, "job", j.Kind, "attempt", j.Attempt)
		if d.Class == failure.Retry && j.Attempt < escalateAttempt {
			return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "contact:" + d.Upstream}
		}
		return nil
	}
	if contact == (flows.Contact{}) {
		return nil
	}
	return w.report(ctx, j.Case, flows.Event{Kind: flows.ContactKnown, Contact: contact})
}
