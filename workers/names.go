package workers

import (
	"context"
	"strings"
	"time"

	"shiming/engine"
	"shiming/flows"
)

// KeepNames keeps the admins' names known until ctx ends, so that a late click can be told who was first.
func (w *Workers) KeepNames(ctx context.Context) {
	for soon := engine.NameRetryInterval; ; soon = min(2*soon, engine.NameRefreshInterval) {
		pause := engine.NameRefreshInterval
		if !w.WarmNames(ctx) {
			pause = soon
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// WarmNames looks up the admins' names and reports whether all are known.
func (w *Workers) WarmNames(ctx context.Context) (all bool) {
	all = true
	for _, entry := range w.engine.Policy.Admins {
		tenantKey, id, ok := strings.Cut(entry, "/")
		if !ok {
			tenantKey, id = "", entry
		}
		c, err := w.Messenger.Contact(flows.WithTenant(ctx, tenantKey), id)
		if err != nil {
			w.engine.Log.Info("name of an admin is not known yet", "open_id", id, "error", err)
			all = false
			continue
		}
		w.engine.RememberName(id, c.Name)
	}
	return all
}
