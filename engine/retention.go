package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// EnsureRetention queues the tenant's daily deletion if none is queued, as ensureNightly does with the nightly job.
func (e *Engine) EnsureRetention(ctx context.Context, tx flows.Tx, tenantKey string) error {
	queued, err := e.isQueued(ctx, tx, &e.retentionQueuedUntil, tenantKey, flows.SettingRetention)
	if queued || err != nil {
		return err
	}
	return e.QueueRetention(ctx, tx, tenantKey, flows.RetentionAfter(e.Now()))
}

// EnsureRetentionOf queues the daily deletion of each tenant. Without it a database of an older version, in which nobody
// registers any more, would keep what it has.
func (e *Engine) EnsureRetentionOf(ctx context.Context, tenants []string) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		for _, tenantKey := range tenants {
			if err := e.EnsureRetention(ctx, tx, tenantKey); err != nil {
				return err
			}
		}
		return nil
	})
}

// QueueRetention queues the first page of the tenant's daily deletion for at, and notes in a setting that it is queued.
func (e *Engine) QueueRetention(ctx context.Context, tx flows.Tx, tenantKey string, at time.Time) error {
	if err := tx.PutSetting(ctx, tenantKey, flows.SettingRetention, at.Format(time.RFC3339)); err != nil {
		return err
	}
	day := flows.RunDateOf(at)
	return e.Enqueue(ctx, tx, "retention/"+tenantKey+"/"+day, flows.Retention(tenantKey, day, "", at))
}

// Deletions returns what has to be deleted of a case and when, by the settings of today and by who has left.
func (e *Engine) Deletions(ctx context.Context, v flows.View, c *flows.Case) ([]flows.Deletion, error) {
	works, err := v.Employment(ctx, c.TenantKey, c.OpenID)
	if err != nil {
		return nil, err
	}
	uninstalled, err := e.UninstalledAt(ctx, v, c.TenantKey)
	if err != nil {
		return nil, err
	}
	return e.Policy.Deletions(c, flows.Departure{Left: works.LeftAt, Uninstalled: uninstalled}), nil
}

// DeleteOverdue deletes what is due of a case. It returns what was deleted, and what is due later.
func (e *Engine) DeleteOverdue(
	ctx context.Context, tx flows.Tx, c *flows.Case,
) (done, later []flows.Deletion, err error) {
	all, err := e.Deletions(ctx, tx, c)
	if err != nil {
		return nil, nil, err
	}
	now := e.Now()
	for _, d := range all {
		if d.At.After(now) {
			later = append(later, d)
			continue
		}
		out, err := e.DecideAndPersist(ctx, tx, c, flows.Event{
			Kind:     flows.PhotosPurged,
			At:       now,
			Field:    string(d.Scope),
			Deletion: d.Rule,
		})
		if err != nil {
			return nil, nil, err
		}
		if out.Changed() {
			done = append(done, flows.Deletion{Scope: d.Scope, Rule: d.Rule, At: now})
		}
		c = out.Case
	}
	return done, later, nil
}

// Overdue returns ids of cases of which something is due now, in their order and after one.
func (e *Engine) Overdue(
	ctx context.Context, v flows.View, tenantKey, after string, limit int,
) ([]string, error) {
	uninstalled, err := e.UninstalledAt(ctx, v, tenantKey)
	if err != nil {
		return nil, err
	}
	return v.OverdueCases(ctx, tenantKey, e.Policy.OverdueAt(e.Now(), uninstalled), after, limit)
}

// ForgetLeavers deletes what is kept beside the cases of people who have left, and of a company that has uninstalled the
// app, once the retention is over and nothing of their cases is kept any more, and what is on record of copies of
// people whose cases are deleted. It returns the number of rows.
func (e *Engine) ForgetLeavers(ctx context.Context, tx flows.Tx, tenantKey string, limit int) (rows int, err error) {
	uninstalled, err := e.UninstalledAt(ctx, tx, tenantKey)
	if err != nil {
		return 0, err
	}
	o := e.Policy.OverdueAt(e.Now(), uninstalled)
	if o.Tenant {
		kept, err := tx.KeepsCases(ctx, tenantKey)
		if kept || err != nil {
			return 0, err
		}
		return tx.ForgetTenant(ctx, tenantKey, settingAppState, settingAppState+settingMadeAt, flows.SettingRetention)
	}
	if rows, err = tx.ForgetCopies(ctx, tenantKey); err != nil || o.Left.IsZero() {
		return rows, err
	}
	gone, err := tx.LeaversBefore(ctx, tenantKey, o.Left, limit)
	if err != nil {
		return rows, err
	}
	for _, openID := range gone {
		if err := e.forgetAbsence(ctx, tx, tenantKey, openID); err != nil {
			return rows, err
		}
		n, err := tx.ForgetPerson(ctx, tenantKey, openID, e.settingsOf(tenantKey, openID)...)
		if err != nil {
			return rows, err
		}
		rows += n
	}
	return rows, e.forgetFormerStaff(ctx, tx, tenantKey)
}

// settingsOf returns the keys of the settings that are about one person, without those that end with /open_id.
func (e *Engine) settingsOf(tenantKey, openID string) []string {
	return append(greetedKeys(e.Store, tenantKey, openID).all(),
		flows.SettingAbsences+"/"+openID+settingMadeAt,
	)
}

// greetedKeys is the setting that keeps that a person was greeted, by a keyed hash.
func greetedKeys(s flows.Store, tenantKey, openID string) keyed {
	return keyedHash(s, "greeted/", purposeGreeted, tenantKey, openID)
}

// maxLeavers bounds CountLeavers.
const maxLeavers = 1_000_000

// CountLeavers counts the people of whom ForgetLeavers would delete something now.
func (e *Engine) CountLeavers(ctx context.Context, v flows.View, tenantKey string) (int, error) {
	o := e.Policy.OverdueAt(e.Now(), time.Time{})
	if o.Left.IsZero() {
		return 0, nil
	}
	gone, err := v.LeaversBefore(ctx, tenantKey, o.Left, maxLeavers)
	return len(gone), err
}
