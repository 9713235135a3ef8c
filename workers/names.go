package workers

import (
	"context"
	"slices"
	"strings"
	"time"

	"shiming/engine"
	"shiming/flows"
)

// RefreshNames keeps the admins' display names known to the engine until ctx ends, and who of them has left the
// company. The answer to a late click names the colleague who was faster, and there is no time then to look the name up.
func (w *Workers) RefreshNames(ctx context.Context) {
	for retry := engine.NameRetryInterval; ; retry = min(2*retry, engine.NameRefreshInterval) {
		pause := engine.NameRefreshInterval
		if !w.WarmNames(ctx) {
			pause = retry
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// WarmNames looks up in the directory how the admins are called and whether they have left the company. It reports
// whether it found all of them.
func (w *Workers) WarmNames(ctx context.Context) (all bool) {
	all = true
	for _, admin := range slices.Concat(w.engine.Policy.Admins, w.engine.Policy.StandIns) {
		tenantKey, id, ok := strings.Cut(admin, "/")
		if !ok {
			tenantKey, id = "", admin
		}
		c, err := w.Messenger.Contact(flows.WithTenant(ctx, tenantKey), id)
		if err != nil {
			w.engine.Log.Info("name of an admin is not known yet", "open_id", id, "error", err)
			all = false
			continue
		}
		w.engine.RememberName(id, c.Name)
		err = w.engine.NoteStaffMember(ctx, tenantKey, id, c.Left)
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return false // the program stops
		default:
			w.engine.Log.Error("whether an admin has left the company could not be stored", "open_id", id, "error", err)
			all = false
		}
	}
	return all
}
