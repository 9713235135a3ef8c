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
	return w.engine.ExportCard(ctx, v, tenantKey, j.Args[flows.ArgLang])
}

// exportedCard tells what the file holds that stands in the chat; nil if it does not any more.
func exportedCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	x, err := v.Export(ctx, j.Args[flows.ArgExport])
	if err != nil || x.State != flows.ExportSent {
		return nil, flows.IgnoreNotFound(err)
	}
	department, err := v.DepartmentName(ctx, x.TenantKey, x.Filter.Department)
	return cards.Exported{
		Rows:       x.Rows,
		People:     x.Filter.People,
		Department: department,
		Until:      x.SentAt.Add(flows.ExportKept),
	}, err
}
