package workers

import (
	"context"

	"shiming/cards"
	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
	"shiming/idcard"
)

// eraseLeaver deletes what is kept of somebody who has left, when the retention is over: unless the person has come back.
func (w *Workers) eraseLeaver(ctx context.Context, j flows.Job) error {
	tenantKey, openID := j.Args[flows.ArgTenant], j.Args[flows.ArgPerson]
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		works, err := tx.EmploymentForUpdate(ctx, tenantKey, openID)
		if err != nil || !works.LeftAt.Equal(j.LeftAt()) {
			return err
		}
		if early := works.LeftAt.Add(w.engine.Policy.LeaverRetention).Sub(w.engine.Now()); early > 0 {
			// The setting is longer than it was, or the clocks of database and process differ.
			return &flows.RetryLater{In: early, Snooze: true, Code: "erase_leaver:early"}
		}
		all, err := tx.CasesOf(ctx, tenantKey, openID)
		if err != nil {
			return err
		}
		for _, c := range all {
			if _, err := w.endForGood(ctx, tx, c, flows.OutcomeLeft, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// compareName compares a person's name in the directory with the recorded identity. It asks HR about a difference, and
// changes nothing by itself. The names stay in this process: neither job, log nor card has one in clear.
func (w *Workers) compareName(ctx context.Context, j flows.Job) error {
	tenantKey, openID := j.Args[flows.ArgTenant], j.Args[flows.ArgPerson]
	recorded, err := w.recordedIdentity(ctx, tenantKey, openID)
	if recorded == nil || err != nil {
		return err
	}
	if err := w.engine.Store.Wait(ctx, w.callLimit(ctx, apiDirectory)); err != nil {
		return err
	}
	contact, err := w.Messenger.Contact(ctx, openID)
	if err != nil {
		d := failure.Of(err, false)
		w.logFailedCall(recorded.ID, d, "job", j.Kind, "attempt", j.Attempt)
		if d.Class == failure.Retry && j.Attempt < escalateAttempt {
			return &flows.RetryLater{In: failure.Backoff(j.Attempt, d.After), Code: "name:" + d.Upstream}
		}
		return nil // the nightly comparison and HR's eyes are left
	}
	if idcard.NameKey(contact.Name) == "" || idcard.SameName(contact.Name, recorded.Personal.Name) {
		return nil
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		if seen, err := tx.InsertEventKeys(ctx, w.engine.Now(), "renamed:"+j.Key); seen || err != nil {
			return err
		}
		works, err := tx.EmploymentForUpdate(ctx, tenantKey, openID)
		if err != nil || !works.LeftAt.IsZero() || works.NameCheck == flows.NameDiffers {
			return err
		}
		works.NameCheck = flows.NameDiffers
		if err := tx.PutEmployment(ctx, works); err != nil {
			return err
		}
		to, err := w.engine.AdminReceivers(ctx, tx, tenantKey, openID)
		if err != nil {
			return err
		}
		return w.enqueueForEach(ctx, tx, tenantKey, j.Key, flows.Reply(flows.ReplyRenamed).Of(recorded.ID), to)
	})
}

// renamedCard asks HR about a difference of names; nil if it was decided or the person has left meanwhile.
func (w *Workers) renamedCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil {
		return nil, flows.IgnoreNotFound(err)
	}
	works, err := v.Employment(ctx, c.TenantKey, c.OpenID)
	if err != nil || works.NameCheck != flows.NameDiffers {
		return nil, err
	}
	return engine.RenamedCard(c, works, ""), nil
}

// recordedIdentity returns the person's last case of which an identity is recorded and its name is still kept; nil
// without one. A case that is open will be compared by HR anyway.
func (w *Workers) recordedIdentity(ctx context.Context, tenantKey, openID string) (found *flows.Case, err error) {
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		all, err := v.CasesOf(ctx, tenantKey, openID)
		for _, c := range all {
			if c.State == flows.Done && c.Personal.Name != "" {
				found = c
				return nil
			}
		}
		return err
	})
	return found, err
}
