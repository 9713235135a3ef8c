package workers

import (
	"context"
	"strconv"

	"shiming/engine"
	"shiming/flows"
)

// resolvePage is how many lines of a list are looked at in one transaction.
const resolvePage = 200

// resolveCampaign finds the people of a campaign's target, page by page. A job that was killed goes on where the last
// page was stored.
func (w *Workers) resolveCampaign(ctx context.Context, j flows.Job) error {
	for {
		c, err := w.engine.CampaignToResolve(ctx, j.CampaignID())
		if c == nil || err != nil {
			return err
		}
		if c.Target.Kind != flows.TargetList {
			return w.engine.EndResolving(ctx, c.ID, flows.WhyNoTarget, "")
		}
		more, err := w.resolveLines(ctx, c)
		if err != nil {
			return err
		}
		if !more {
			return w.engine.EndResolving(ctx, c.ID, "", "")
		}
	}
}

// resolveLines looks at the next lines of a list, and reports whether there are more.
func (w *Workers) resolveLines(ctx context.Context, c *flows.Campaign) (more bool, err error) {
	var lines []flows.CampaignLine
	err = w.engine.Store.View(ctx, func(v flows.View) error {
		var err error
		lines, err = v.CampaignLines(ctx, c.ID, []flows.PersonCode{""}, 0, resolvePage)
		return err
	})
	if len(lines) == 0 || err != nil {
		return false, err
	}
	page := engine.Resolved{From: c.Position, Position: strconv.Itoa(lines[len(lines)-1].Line)}
	for _, l := range lines {
		id := flows.OpenIDIn(l.Text)
		if id == "" {
			l.Code, l.Text = flows.CodeNoDirectory, ""
			page.Lines = append(page.Lines, l)
			continue
		}
		p := engine.ResolvedPerson{Line: l.Line}
		p.OpenID, p.Status = id, flows.PersonInvite
		page.People = append(page.People, p)
	}
	_, err = w.engine.AddResolved(ctx, c.ID, page)
	return true, err
}
