package workers

import (
	"context"
	"time"

	"shiming/failure"
	"shiming/flows"
)

// departmentTTL is how long the name of a department is used without asking again. Somebody who is renamed sees the new
// name at most so much later.
const departmentTTL = time.Hour

// departmentOf returns a department of the case's tenant with its name. It asks the directory once an hour for each
// department. Without an answer the department has no name, and nobody waits for it; the next person's look-up asks
// again.
func (w *Workers) departmentOf(ctx context.Context, c *flows.Case, id string) (flows.Department, error) {
	return w.namedDepartment(ctx, c.TenantKey, c.ID, id)
}

// namedDepartment is departmentOf without a case: caseID is for the log only, "" if there is none.
func (w *Workers) namedDepartment(ctx context.Context, tenantKey, caseID, id string) (flows.Department, error) {
	d := flows.Department{ID: id}
	if id == "" {
		return d, nil
	}
	key := tenantKey + "/" + id
	if name, ok := w.departments.Get(key); ok {
		d.Name = name.(string)
		return d, nil
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiDepartment)); err != nil {
		return d, err
	}
	known, err := w.Messenger.Department(ctx, id)
	if err != nil {
		w.logFailedCall(caseID, failure.Of(err, false), "department", id)
		return d, nil
	}
	w.departments.SetDefault(key, known.Name)
	d.Name = known.Name
	return d, nil
}

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
	if contact.Department, err = w.departmentOf(ctx, c, contact.Department.ID); err != nil {
		return err
	}
	return w.report(ctx, j.Case, flows.Event{Kind: flows.ContactKnown, Contact: contact})
}
