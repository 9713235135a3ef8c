package workers

import (
	"context"
	"time"

	"shiming/flows"
)

// A company may stop a marketplace app, or uninstall it. Its jobs then wait, since every call would be refused; those
// that only delete or end something go on.

// appStopped is how long a job waits before it looks again.
const appStopped = 10 * time.Minute

// whileStopped lists the jobs that run while the app is stopped.
var whileStopped = map[flows.JobKind]bool{
	flows.JobPurge:       true,
	flows.JobExpire:      true,
	flows.JobEndHold:     true,
	flows.JobEraseLeaver: true,
	flows.JobEndTenant:   true,
	flows.JobRetention:   true,
}

// awaitApp puts a job off while its tenant has stopped or uninstalled the app. ctx has the tenant.
func (w *Workers) awaitApp(ctx context.Context, j flows.Job) error {
	tenantKey := flows.TenantOf(ctx)
	if !w.engine.Marketplace || tenantKey == "" || whileStopped[j.Kind] {
		return nil
	}
	var state flows.AppState
	err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
		state, err = w.engine.AppState(ctx, v, tenantKey)
		return err
	})
	if err != nil {
		return err
	}
	if state == flows.AppRunning {
		return nil
	}
	return &flows.RetryLater{In: appStopped, Snooze: true, Code: "app:" + string(state)}
}

// endTenantPage is how many cases endTenant handles in one job.
const endTenantPage = 100

// endTenant ends what is open of a tenant that has uninstalled the app, or deletes what is kept when the retention is
// over. Each page is a job, and a page that runs again does nothing twice.
func (w *Workers) endTenant(ctx context.Context, j flows.Job) error {
	tenantKey := j.Args[flows.ArgTenant]
	since, err := time.Parse(time.RFC3339Nano, j.Args[flows.ArgSince])
	if err != nil {
		return err
	}
	due := since.Add(w.engine.Policy.LeaverRetention)
	if early := due.Sub(w.engine.Now()); j.EndsRetention() && early > 0 { // the setting is longer than it was
		return &flows.RetryLater{In: early, Snooze: true, Code: "end_tenant:early"}
	}
	states := openStates
	if j.EndsRetention() {
		states = flows.States
	}
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error {
		at, err := w.engine.UninstalledAt(ctx, tx, tenantKey)
		if err != nil || !at.Equal(since) {
			return err // installed again
		}
		// A case that ends enters its last state now, so that it moves to the end of the order or leaves it. Those that
		// stay are behind the page.
		list, err := tx.InState(ctx, tenantKey, states, endTenantPage, int(j.Page()))
		if err != nil {
			return err
		}
		stayed := j.Page()
		for _, c := range list {
			wasOpen := !c.State.Terminal()
			ended, err := w.endForGood(ctx, tx, c, flows.OutcomeUninstalled, j.EndsRetention())
			if err != nil {
				return err
			}
			if !wasOpen || !ended {
				stayed++
			}
		}
		if len(list) < endTenantPage {
			w.engine.Log.Info("a tenant that has uninstalled the app", "tenant", tenantKey, "retention_over", j.EndsRetention())
			return nil
		}
		next := flows.EndTenant(tenantKey, since, j.EndsRetention(), stayed, time.Time{})
		return w.engine.Enqueue(ctx, tx, j.Key+"/next", next)
	})
}

// endForGood ends an open case, and with last deletes what is kept of a case. It reports whether the case is not open
// any more.
func (w *Workers) endForGood(
	ctx context.Context, tx flows.Tx, c *flows.Case, outcome string, last bool,
) (ended bool, err error) {
	if !c.State.Terminal() {
		out, err := w.engine.DecideAndPersist(ctx, tx, c, flows.Event{
			Kind:  flows.ApplicantLeft,
			At:    w.engine.Now(),
			Role:  flows.Bot,
			Field: outcome,
			Final: last,
		})
		if err != nil {
			return false, err
		}
		c = out.Case
	}
	if !last || !c.State.Terminal() || !c.Erased.IsZero() {
		return c.State.Terminal(), nil
	}
	return true, w.engine.Apply(ctx, tx, c, flows.Event{
		Kind:     flows.PhotosPurged,
		At:       w.engine.Now(),
		Field:    string(flows.PurgeAll),
		Deletion: leaverRules[outcome],
	})
}

// leaverRules names the rule by which the data of somebody who has left is deleted.
var leaverRules = map[string]flows.DeletionRule{
	flows.OutcomeLeft:        flows.RuleLeaver,
	flows.OutcomeUninstalled: flows.RuleUninstalled,
}

// openStates lists the states of an open case.
var openStates = func() (open []flows.State) {
	for _, s := range flows.States {
		if !s.Terminal() {
			open = append(open, s)
		}
	}
	return open
}()
