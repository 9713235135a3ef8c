package workers

import (
	"context"
	"strings"

	"shiming/flows"
)

// redrawOutdated queues the drawing of cards of a case that were given up, as after an outage of more than a day. It
// leaves out a surface that a job still tries, one that Feishu has refused for good, and a look at originals.
func (w *Workers) redrawOutdated(ctx context.Context, j flows.Job, c *flows.Case) error {
	var jobs []flows.Job
	err := w.engine.Store.View(ctx, func(v flows.View) error {
		list, err := v.SurfacesOf(ctx, c.ID, "")
		for _, s := range list {
			if s.Audience != flows.AudienceOriginal && s.LeaseOwner == "" && s.Outdated() {
				jobs = append(jobs, flows.ShowSurface(c.ID, s.ID))
			}
		}
		return err
	})
	if err != nil || len(jobs) == 0 {
		return err
	}
	cause := strings.Join([]string{"outdated", c.ID, j.RunDate()}, "/")
	return w.engine.Store.Tx(ctx, func(tx flows.Tx) error { return w.engine.Enqueue(ctx, tx, cause, jobs...) })
}
