package workers

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// exportCard offers an admin the choices for a file; nil for somebody who is none any more.
func (w *Workers) exportCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	tenantKey := j.Args[flows.ArgTenant]
	admin, err := w.engine.IsAdmin(ctx, v, tenantKey, j.Args[flows.ArgWho])
	if err != nil || !admin {
		return nil, err
	}
	return w.engine.ExportCard(ctx, v, tenantKey, j.Args[flows.ArgLang], j.Args[flows.ArgCampaign])
}

// exportedCard tells what the file holds that stands in the chat; nil if it does not any more.
func exportedCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	x, err := v.Export(ctx, j.Args[flows.ArgExport])
	if err != nil || x.State != flows.ExportSent {
		return nil, flows.IgnoreNotFound(err)
	}
	if x.IsCopy() {
		return cards.CopySent{Until: x.SentAt.Add(flows.ExportKept)}, nil
	}
	out := cards.Exported{Rows: x.Rows, Until: x.SentAt.Add(flows.ExportKept)}
	if x.Filter.Campaign != "" {
		c, err := v.Campaign(ctx, x.Filter.Campaign)
		if err != nil {
			return nil, err
		}
		out.Campaign = cards.CampaignTarget{Kind: string(c.Target.Kind), Name: c.Target.Name}
		return out, nil
	}
	out.People = x.Filter.People
	out.Department, err = v.DepartmentName(ctx, x.TenantKey, x.Filter.Department)
	return out, err
}
