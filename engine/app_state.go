package engine

import (
	"context"
	"time"

	"shiming/flows"
)

// settingAppState is the key of what a tenant has done with a marketplace app, a flows.AppState; "" is AppRunning. The
// time of it, by Feishu's clock, stands beside it; see madeBeforeSetting.
const settingAppState = "app_state"

// AppChange notes that a tenant has stopped, started or uninstalled a marketplace app. While it is stopped its jobs
// wait. When it is uninstalled everything open ends, and what is kept is deleted after the retention, unless the app is
// started again before.
func (e *Engine) AppChange(ctx context.Context, n flows.AppChange) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		if seen, err := tx.InsertEventKeys(ctx, e.Now(), onceKey("event", n.EventID)); seen || err != nil {
			return err
		}
		at := n.At
		if at.IsZero() {
			at = e.Now().Truncate(time.Second)
		}
		last, err := keptTime(ctx, tx, n.TenantKey, settingAppState+settingMadeAt)
		if err != nil || at.Before(last) {
			return err
		}
		was, err := e.AppState(ctx, tx, n.TenantKey)
		if err != nil || was == n.State || was == flows.AppUninstalled && n.State == flows.AppStopped {
			return err
		}
		if err := keepTime(ctx, tx, n.TenantKey, settingAppState+settingMadeAt, at); err != nil {
			return err
		}
		if err := tx.PutSetting(ctx, n.TenantKey, settingAppState, string(n.State)); err != nil {
			return err
		}
		e.Log.Info("the app of a tenant has changed", "tenant", n.TenantKey, "from", was, "to", n.State)
		if n.State != flows.AppUninstalled {
			return nil
		}
		jobs := []flows.Job{flows.EndTenant(n.TenantKey, at, false, 0, time.Time{})}
		if keep := e.Policy.LeaverRetention; keep > 0 {
			jobs = append(jobs, flows.EndTenant(n.TenantKey, at, true, 0, at.Add(keep)))
		}
		return e.Enqueue(ctx, tx, "uninstalled/"+n.TenantKey+"/"+at.UTC().Format(time.RFC3339), jobs...)
	})
}

// AppState returns what a tenant has done with a marketplace app.
func (e *Engine) AppState(ctx context.Context, v flows.View, tenantKey string) (flows.AppState, error) {
	raw, err := v.Setting(ctx, tenantKey, settingAppState)
	if raw == "" {
		return flows.AppRunning, err
	}
	return flows.AppState(raw), err
}

// UninstalledAt returns when a tenant has uninstalled the app; zero if it has not, or has started it again.
func (e *Engine) UninstalledAt(ctx context.Context, v flows.View, tenantKey string) (time.Time, error) {
	state, err := e.AppState(ctx, v, tenantKey)
	if err != nil || state != flows.AppUninstalled {
		return time.Time{}, err
	}
	return keptTime(ctx, v, tenantKey, settingAppState+settingMadeAt)
}
