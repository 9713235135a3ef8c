package workers

import (
	"bytes"
	"context"

	"shiming/export"
	"shiming/flows"
)

// writeCampaign writes the file of a campaign: its people page by page, then its numbers. It returns what writeExport
// does. Listed are the people who have a case; of the others the file holds the open_id alone.
func (w *Workers) writeCampaign(
	ctx context.Context, x *flows.Export, out *bytes.Buffer,
) (listed []listedCase, people int, sum string, err error) {
	var most int
	err = w.engine.Store.View(ctx, func(v flows.View) (err error) {
		most, err = v.CountCampaignPeople(ctx, x.Filter.Campaign, flows.PersonFilter{})
		return err
	})
	if err != nil {
		return nil, 0, "", err
	}
	out.Grow(roomFor(most))
	file, err := export.NewCampaignFile(out, x.Language)
	if err != nil {
		return nil, 0, "", err
	}
	names := map[string]string{}
	for last := false; !last; {
		var rows []export.CampaignRow
		err := w.engine.Store.View(ctx, func(v flows.View) (err error) {
			rows, err = campaignRows(ctx, v, x, people, names)
			return err
		})
		if err != nil {
			return nil, 0, "", err
		}
		if err := file.Add(rows...); err != nil {
			return nil, 0, "", err
		}
		for _, r := range rows {
			if r.Case.CaseID == "" {
				continue
			}
			if listed, err = listCase(listed, r.Case); err != nil {
				return nil, 0, "", err
			}
		}
		people += len(rows)
		last = len(rows) < exportPage
	}
	var counts []flows.CampaignCount
	err = w.engine.Store.View(ctx, func(v flows.View) (err error) {
		counts, err = v.CampaignCounts(ctx, x.Filter.Campaign)
		return err
	})
	if err != nil {
		return nil, 0, "", err
	}
	sum, err = file.Close(counts, names)
	return listed, people, sum, err
}

// campaignRows reads a page of the people of a campaign. It adds the names of their departments to names.
func campaignRows(
	ctx context.Context, v flows.View, x *flows.Export, offset int, names map[string]string,
) ([]export.CampaignRow, error) {
	people, err := v.CampaignPeople(ctx, x.Filter.Campaign, flows.PersonFilter{}, exportPage, offset)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(people))
	for _, p := range people {
		ids = append(ids, p.OpenID)
	}
	found, err := v.ExportCases(ctx, x.TenantKey, ids, x.AskedAt)
	if err != nil {
		return nil, err
	}
	byPerson := make(map[string]flows.ExportRow, len(found))
	for _, c := range found {
		byPerson[c.OpenID] = c
	}
	rows := make([]export.CampaignRow, 0, len(people))
	for _, p := range people {
		name, known := names[p.Department]
		if !known {
			if name, err = v.DepartmentName(ctx, x.TenantKey, p.Department); err != nil {
				return nil, err
			}
			names[p.Department] = name
		}
		rows = append(rows, export.CampaignRow{CampaignPerson: p, Department: name, Case: byPerson[p.OpenID]})
	}
	return rows, nil
}
