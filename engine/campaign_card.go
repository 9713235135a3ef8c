package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// maxPreviewLines is how many numbers of lines a preview names of each code.
const maxPreviewLines = 12

// CampaignCard returns what an admin's card of a campaign shows now.
func (e *Engine) CampaignCard(
	ctx context.Context, v flows.View, c *flows.Campaign, admin string,
) (cards.Card, error) {
	may, err := e.IsAdmin(ctx, v, c.TenantKey, admin)
	if err != nil {
		return nil, err
	}
	if !may {
		return closedDesk, nil
	}
	panel, err := loadPanel(ctx, v, c, admin)
	if err != nil {
		return nil, err
	}
	counts, err := v.CampaignCounts(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	if panel.Part != "" && c.State.Confirmed() {
		return e.campaignPeople(ctx, v, c, counts, panel)
	}
	last := c.LastMove()
	card := cards.Campaign{
		Ref:           campaignRef(c),
		Target:        campaignTarget(c),
		By:            c.By,
		State:         string(c.State),
		Since:         c.Since,
		LastBy:        last.By,
		Why:           string(c.Why),
		Code:          c.Code,
		UserGroups:    c.UserGroups,
		Funnel:        flows.FunnelOf(counts),
		ChasesAllowed: e.Policy.Campaign.Chases,
		ChasesItself:  e.Policy.Campaign.AutoChase,
		At:            e.Now(),
	}
	switch c.State {
	case flows.CampaignResolving:
		for _, n := range counts {
			card.Found += n.N
		}
		for _, choice := range c.Choices {
			card.Choices = append(card.Choices, cards.CampaignChoice{ID: choice.ID, Name: choice.Name})
		}
	case flows.CampaignPreview:
		err = e.addPreview(ctx, v, c, counts, &card)
	case flows.CampaignDiscarded:
	default:
		err = e.addProgress(ctx, v, c, counts, &card)
	}
	return card, err
}

// addPreview adds what was found of the target.
func (e *Engine) addPreview(
	ctx context.Context, v flows.View, c *flows.Campaign, counts []flows.CampaignCount, card *cards.Campaign,
) error {
	lines, err := v.CountLines(ctx, c.ID)
	if err != nil {
		return err
	}
	card.Preview = flows.PreviewOf(counts, lines)
	for i := range card.Preview.Lines {
		l := &card.Preview.Lines[i]
		list, err := v.CampaignLines(ctx, c.ID, []flows.PersonCode{flows.PersonCode(l.Code)}, 0, maxPreviewLines)
		if err != nil {
			return err
		}
		for _, line := range list {
			l.Lines = append(l.Lines, line.Line)
			if line.Code == flows.CodeAmbiguous {
				card.Preview.Namesakes = append(card.Preview.Namesakes,
					cards.Namesakes{Line: line.Line, People: line.Candidates})
			}
		}
	}
	if card.Funnel.Invited >= flows.MinAnnounced {
		chat, err := e.groupFor(ctx, v, c.TenantKey, flows.SettingAnnounceChat)
		if err != nil {
			return err
		}
		card.Announced = chat != ""
	}
	return e.addForecast(ctx, v, c, card)
}

func (e *Engine) addForecast(ctx context.Context, v flows.View, c *flows.Campaign, card *cards.Campaign) error {
	f, err := e.forecastOf(ctx, v, c, card.Funnel)
	if err != nil {
		return err
	}
	card.Forecast = cards.CampaignForecast{SentBy: f.SentBy, DoneBy: f.DoneBy, Known: f.Known}
	left, known, err := e.ocrLeft(ctx, v, c.TenantKey)
	if known {
		card.Forecast.Short = max(flows.PagesFor(card.Funnel.Invited-card.Funnel.Submitted)-left, 0)
	}
	return err
}

// addProgress adds how far the people have come.
func (e *Engine) addProgress(
	ctx context.Context, v flows.View, c *flows.Campaign, counts []flows.CampaignCount, card *cards.Campaign,
) error {
	names, err := e.departmentNames(ctx, v, c.TenantKey, counts)
	if err != nil {
		return err
	}
	card.Departments = flows.CampaignDepartmentsOf(counts, names)
	card.Chasing = !c.ChaseAsked.IsZero()
	if c.State != flows.CampaignRunning {
		return nil
	}
	if e.Policy.Campaign.Chases > 0 {
		if card.MayChase, err = v.CountCampaignPeople(ctx, c.ID, e.chaseFilter()); err != nil {
			return err
		}
		if card.MayChase == 0 {
			since, err := v.NextChase(ctx, c.ID, e.Policy.Campaign.Chases)
			if err != nil {
				return err
			}
			if !since.IsZero() {
				card.ChaseFrom = e.Policy.NextInvite(since.Add(e.Policy.Campaign.ChaseEvery))
			}
		}
	}
	if card.Funnel.Waiting == 0 {
		return nil
	}
	return e.addForecast(ctx, v, c, card)
}

// departmentNames returns the names of the departments that are known.
func (e *Engine) departmentNames(
	ctx context.Context, v flows.View, tenantKey string, counts []flows.CampaignCount,
) (map[string]string, error) {
	names := map[string]string{}
	for _, n := range counts {
		if _, known := names[n.Department]; known {
			continue
		}
		name, err := v.DepartmentName(ctx, tenantKey, n.Department)
		if err != nil {
			return nil, err
		}
		names[n.Department] = name
	}
	return names, nil
}

// campaignPeople is the list of a part of the people.
func (e *Engine) campaignPeople(
	ctx context.Context, v flows.View, c *flows.Campaign, counts []flows.CampaignCount, panel campaignPanel,
) (cards.Card, error) {
	names, err := e.departmentNames(ctx, v, c.TenantKey, counts)
	if err != nil {
		return nil, err
	}
	filter := flows.PersonFilter{Part: panel.Part, Department: panel.Department}
	total, err := v.CountCampaignPeople(ctx, c.ID, filter)
	if err != nil {
		return nil, err
	}
	pages := max((total+cards.CampaignPage-1)/cards.CampaignPage, 1)
	page := min(panel.Page, pages-1)
	shown, err := v.CampaignPeople(ctx, c.ID, filter, cards.CampaignPage, page*cards.CampaignPage)
	if err != nil {
		return nil, err
	}
	card := cards.CampaignPeople{
		Ref:        campaignRef(c),
		Target:     campaignTarget(c),
		State:      string(c.State),
		Part:       string(panel.Part),
		Total:      total,
		Page:       page,
		Department: panel.Department,
		ReadKnown:  flows.FunnelOf(counts).ReadKnown,
		Lead: panel.Department != "" && panel.Part == flows.PartMissing && total > 0 &&
			c.State == flows.CampaignRunning,
		At: e.Now(),
	}
	if e.Policy.Campaign.Chases > 0 && c.State == flows.CampaignRunning && c.ChaseAsked.IsZero() {
		card.ChasesAllowed = e.Policy.Campaign.Chases
		if card.MayChase, err = v.CountCampaignPeople(ctx, c.ID, e.chaseFilter()); err != nil {
			return nil, err
		}
	}
	for _, d := range flows.CampaignDepartmentsOf(counts, names) {
		card.Departments = append(card.Departments, cards.DeskDepartment{ID: d.ID, Name: d.Name, Count: d.Sent - d.Started})
	}
	for _, p := range shown {
		row := cards.CampaignRow{
			OpenID: p.OpenID, Sent: p.SentAt, Read: !p.ReadAt.IsZero(), Chases: p.Chases, Started: p.StartedAt,
		}
		switch p.Status {
		case flows.PersonTakenOut:
			row.Code = string(p.Status)
		case flows.PersonUnreachable:
			row.Code = string(p.Code)
		}
		card.Rows = append(card.Rows, row)
	}
	return card, nil
}

func campaignRef(c *flows.Campaign) cards.Ref { return cards.Ref{Case: c.ID, Rev: c.Shown()} }

func campaignTarget(c *flows.Campaign) cards.CampaignTarget {
	name := c.Target.Name
	if name == "" {
		name = c.Target.Query
	}
	return cards.CampaignTarget{Kind: string(c.Target.Kind), Name: name}
}

// CampaignMenu returns the card that answers 邀请.
func (e *Engine) CampaignMenu(ctx context.Context, v flows.View, tenantKey string) (cards.Card, error) {
	all, err := v.Campaigns(ctx, tenantKey, menuCampaigns)
	if err != nil {
		return nil, err
	}
	menu := cards.CampaignMenu{PerMinute: e.Policy.Campaign.PerMinute}
	for _, c := range all {
		link := cards.CampaignLink{
			Ref: campaignRef(c), Target: campaignTarget(c), State: string(c.State), By: c.By, At: c.MadeAt,
		}
		switch {
		case c.State.Live():
			menu.Live = append(menu.Live, link)
		case c.State.Confirmed():
			menu.Past = append(menu.Past, link)
		}
	}
	return menu, nil
}

// menuCampaigns is how many campaigns the menu looks at.
const menuCampaigns = 50
