package bot

import (
	"context"
	"encoding/json"
	"strings"

	"shiming/flows"
)

// appStates gives the state that follows from the status of app_status_change (page "应用停启用").
var appStates = map[string]flows.AppState{
	"start_by_tenant":  flows.AppRunning,
	"stop_by_tenant":   flows.AppStopped,
	"stop_by_platform": flows.AppStopped,
}

// appUninstalled handles app_uninstalled (page "应用卸载"), which only a marketplace app gets. It has schema 1.0.
func (e *events) appUninstalled(ctx context.Context, in *envelope) (any, error) {
	return nil, e.appChange(ctx, in, func(string) (flows.AppState, bool) { return flows.AppUninstalled, true })
}

// appStatus handles app_status_change, an event of schema 1.0 of a marketplace app. A status that no page names is
// ignored.
func (e *events) appStatus(ctx context.Context, in *envelope) (any, error) {
	return nil, e.appChange(ctx, in, func(status string) (flows.AppState, bool) {
		state, known := appStates[status]
		return state, known
	})
}

// appChange hands a change on. A self-built app ignores it.
func (e *events) appChange(
	ctx context.Context, in *envelope, stateOf func(status string) (flows.AppState, bool),
) error {
	if e.tickets == nil {
		return nil
	}
	var event struct {
		TenantKey loose `json:"tenant_key"`
		Status    loose `json:"status"`
	}
	if json.Unmarshal(in.Event, &event) != nil || event.TenantKey == "" {
		return errShape
	}
	state, known := stateOf(string(event.Status))
	if !known {
		e.log.WarnContext(ctx, "app_status_change has an unknown status")
		return nil
	}
	seconds, _, _ := strings.Cut(string(in.TS), ".") // a number of seconds with a fraction
	return e.handler.AppChange(ctx, flows.AppChange{
		EventID:   string(in.UUID),
		TenantKey: string(event.TenantKey),
		State:     state,
		At:        unixTime(seconds),
	})
}
