package engine

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// askLead has the lead of a department told who of it has not begun, once a day. Nobody is told without HR's tap.
func (e *Engine) askLead(ctx context.Context, tx flows.Tx, k click, c *flows.Campaign) (*cards.Toast, error) {
	department := k.Action.Department
	key := "campaign_lead:" + c.ID + ":" + department + ":" + flows.RunDateOf(e.Now())
	told, err := tx.InsertEventKeys(ctx, e.Now(), key)
	if err != nil {
		return nil, err
	}
	if told || department == "" {
		return flows.NewToast("campaign_lead_told", nil), nil
	}
	e.Log.Info("the lead of a department is told", "campaign", c.ID, "department", department, "by", k.OpenID)
	lead := flows.Reply(flows.ReplyCampaignLead).
		With(flows.ArgCampaign, c.ID).
		With(flows.ArgDepartment, department).
		For(k.TenantKey, k.OpenID)
	return flows.NewToast("campaign_lead", nil), e.Enqueue(ctx, tx, "click/"+k.EventID+"/lead", lead)
}

// CampaignLeadCard returns the card for the lead of a department; nil if nobody of it is missing any more.
func (e *Engine) CampaignLeadCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.Campaign(ctx, j.Args[flows.ArgCampaign])
	if err != nil || c.State != flows.CampaignRunning {
		return nil, err
	}
	department := j.Args[flows.ArgDepartment]
	filter := flows.PersonFilter{Part: flows.PartMissing, Department: department}
	missing, err := v.CountCampaignPeople(ctx, c.ID, filter)
	if err != nil || missing == 0 {
		return nil, err
	}
	people, err := v.CampaignPeople(ctx, c.ID, filter, leadPeople, 0)
	if err != nil {
		return nil, err
	}
	counts, err := v.CampaignCounts(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	card := cards.CampaignLead{By: j.Args[flows.ArgAbout], Missing: missing, At: e.Now()}
	if card.Department, err = v.DepartmentName(ctx, c.TenantKey, department); err != nil {
		return nil, err
	}
	for _, n := range counts {
		if n.Department == department && n.Status == flows.PersonInvite {
			card.Sent += n.Sent
			card.Done += n.Done
		}
	}
	for _, p := range people {
		card.People = append(card.People, p.OpenID)
	}
	return card, nil
}

// leadPeople is how many people a lead sees.
const leadPeople = 20
