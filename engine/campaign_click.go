package engine

import (
	"context"
	"strings"

	"shiming/cards"
	"shiming/flows"
)

// campaignActs are the buttons of campaigns. All of them are HR's.
var campaignActs = map[cards.Act]bool{
	cards.ActInvite: true, cards.ActPause: true, cards.ActStop: true, cards.ActChase: true, cards.ActCampaign: true,
}

// clickOnCampaign handles a button of a campaign, or of the menu that begins one.
func (e *Engine) clickOnCampaign(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	admin, err := e.IsAdmin(ctx, tx, k.TenantKey, k.OpenID)
	if err != nil {
		return flows.Answer{}, err
	}
	if !admin {
		return flows.Answer{Toast: flows.NewToast("not_allowed", nil)}, nil
	}
	if k.Action.Case == "" {
		return e.beginByCard(ctx, tx, k)
	}
	c, err := tx.Campaign(ctx, k.Action.Case)
	if flows.IsNotFound(err) || err == nil && c.TenantKey != k.TenantKey {
		return flows.Answer{}, errNoCase
	}
	if err != nil {
		return flows.Answer{}, err
	}
	switch {
	case k.Action.Act == cards.ActCampaign && k.Action.To == cards.ToCard:
		return e.openCampaign(ctx, tx, k, c)
	case k.Action.Act == cards.ActCampaign && k.Action.To == cards.ToMenu:
		return e.replyByCard(ctx, tx, k, flows.Reply(flows.ReplyCampaigns))
	}
	var toast *cards.Toast
	switch changes := changesCampaign(k.Action); {
	case k.repeated && changes:
		toast = flows.NewToast("already", nil)
	case k.Action.Rev != c.Shown() && changes:
		toast = flows.NewToast("campaign_changed", nil)
	default:
		if toast, err = e.actOnCampaign(ctx, tx, k, c); err != nil {
			return flows.Answer{}, err
		}
	}
	return e.answerCampaign(ctx, tx, k, c, toast)
}

// changesCampaign reports whether a button does more than show another part of the card.
func changesCampaign(a cards.Action) bool {
	if a.Act != cards.ActCampaign {
		return true
	}
	switch a.To {
	case cards.ToDiscard, cards.ToTakeOut, cards.ToPick, cards.ToChoose:
		return true
	}
	return false
}

// openCampaign sends an admin the card of a campaign.
func (e *Engine) openCampaign(ctx context.Context, tx flows.Tx, k click, c *flows.Campaign) (flows.Answer, error) {
	if k.repeated {
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	}
	if err := savePanel(ctx, tx, c, k.OpenID, campaignPanel{}); err != nil {
		return flows.Answer{}, err
	}
	err := e.sendCampaignCard(ctx, tx, c, k.OpenID, "click/"+k.EventID)
	return flows.Answer{Toast: flows.NewToast("opened", nil)}, err
}

// answerCampaign answers a click with the campaign as it is now, if the clicked message is the admin's card of it.
func (e *Engine) answerCampaign(
	ctx context.Context, tx flows.Tx, k click, c *flows.Campaign, toast *cards.Toast,
) (flows.Answer, error) {
	if toast == nil {
		toast = flows.NewToast("opened", nil)
	}
	id := flows.CampaignCardID(c.ID, k.OpenID)
	if err := e.redrawCurrent(ctx, tx, k, "", id); err != nil {
		return flows.Answer{}, err
	}
	card, err := e.CampaignCard(ctx, tx, c, k.OpenID)
	return flows.Answer{Toast: toast, Card: card}, err
}

// actOnCampaign does what a button asks for. It returns the toast; nil for one that only shows another part.
func (e *Engine) actOnCampaign(
	ctx context.Context, tx flows.Tx, k click, c *flows.Campaign,
) (*cards.Toast, error) {
	switch k.Action.Act {
	case cards.ActInvite:
		return e.confirmCampaign(ctx, tx, k, c)
	case cards.ActPause:
		event := flows.CampaignPause
		if k.Action.To == cards.ToResume {
			event = flows.CampaignResume
		}
		return e.moveByHR(ctx, tx, k, c, event)
	case cards.ActStop:
		return e.moveByHR(ctx, tx, k, c, flows.CampaignStop)
	case cards.ActChase:
		return e.askToChase(ctx, tx, k, c)
	}
	switch to := k.Action.To; to {
	case cards.ToDiscard:
		return e.moveByHR(ctx, tx, k, c, flows.CampaignDiscard)
	case cards.ToTakeOut:
		return e.takeOut(ctx, tx, k, c)
	case cards.ToPick:
		return e.pickNamesake(ctx, tx, k, c)
	case cards.ToChoose:
		return e.chooseTarget(ctx, tx, k, c)
	case cards.ToMain, "":
		return nil, savePanel(ctx, tx, c, k.OpenID, campaignPanel{})
	default:
		panel := campaignPanel{
			Part: flows.PersonPart(to), Department: k.Action.Department, Page: int(min(k.Action.Page, flows.MaxCampaignPeople)),
		}
		return nil, savePanel(ctx, tx, c, k.OpenID, panel)
	}
}

// moveByHR changes the state of a campaign as an admin wants.
func (e *Engine) moveByHR(
	ctx context.Context, tx flows.Tx, k click, c *flows.Campaign, event flows.CampaignEvent,
) (*cards.Toast, error) {
	if !c.Move(event, k.OpenID, "", e.Now()) {
		return flows.NewToast("campaign_changed", nil), nil
	}
	if c.State != flows.CampaignRunning {
		if err := tx.UnqueueInvitations(ctx, c.ID); err != nil {
			return nil, err
		}
		return flows.NewToast("done", nil), e.moveCampaign(ctx, tx, c)
	}
	if err := e.moveCampaign(ctx, tx, c); err != nil {
		return nil, err
	}
	return flows.NewToast("campaign_started", nil), e.runNow(ctx, tx, c)
}

// runNow queues the next run for now.
func (e *Engine) runNow(ctx context.Context, tx flows.Tx, c *flows.Campaign) error {
	return e.nextRun(ctx, tx, c, e.Now())
}

// confirmCampaign begins to invite. The forecast is kept as HR saw it.
func (e *Engine) confirmCampaign(
	ctx context.Context, tx flows.Tx, k click, c *flows.Campaign,
) (*cards.Toast, error) {
	if c.State != flows.CampaignPreview {
		return flows.NewToast("campaign_changed", nil), nil
	}
	funnel, err := e.funnelOf(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	if funnel.Invited == 0 {
		return flows.NewToast("campaign_changed", nil), nil
	}
	if c.Forecast, err = e.forecastOf(ctx, tx, c, funnel); err != nil {
		return nil, err
	}
	return e.moveByHR(ctx, tx, k, c, flows.CampaignConfirm)
}

// forecastOf says when those will be through who have not been invited yet.
func (e *Engine) forecastOf(
	ctx context.Context, v flows.View, c *flows.Campaign, funnel cards.CampaignFunnel,
) (flows.Forecast, error) {
	spans, err := v.LastSpans(ctx, c.TenantKey, forecastCases)
	return flows.ForecastOf(&e.Policy, funnel.Waiting, spans, e.Now()), err
}

// forecastCases is of how many people the forecast uses the times.
const forecastCases = 100

// askToChase notes that HR wants those chased whose turn it is, or that the lead of a department is told.
func (e *Engine) askToChase(
	ctx context.Context, tx flows.Tx, k click, c *flows.Campaign,
) (*cards.Toast, error) {
	if c.State != flows.CampaignRunning {
		return flows.NewToast("campaign_changed", nil), nil
	}
	if k.Action.To == cards.ToLead {
		return e.askLead(ctx, tx, k, c)
	}
	due, err := tx.CampaignPeople(ctx, c.ID, e.chaseFilter(), 1, 0)
	if err != nil {
		return nil, err
	}
	if len(due) == 0 {
		return flows.NewToast("campaign_chase_none", nil), nil
	}
	c.ChaseAsked, c.ChaseBy = e.Now(), k.OpenID
	return flows.NewToast("campaign_chase", nil), e.runNow(ctx, tx, c)
}

// takeOut takes a person out of a campaign: nothing more is sent, and nobody waits for the person.
func (e *Engine) takeOut(ctx context.Context, tx flows.Tx, k click, c *flows.Campaign) (*cards.Toast, error) {
	p, err := tx.CampaignPerson(ctx, c.ID, k.Action.Person)
	if flows.IsNotFound(err) || err == nil && p.Status != flows.PersonInvite {
		return flows.NewToast("campaign_changed", nil), nil
	}
	if err != nil {
		return nil, err
	}
	p.Status = flows.PersonTakenOut
	if err := tx.UpdateCampaignPerson(ctx, c.ID, p); err != nil {
		return nil, err
	}
	e.Log.Info("taken out of a campaign", "campaign", c.ID, "by", k.OpenID)
	return flows.NewToast("campaign_taken_out", nil), e.drawCampaign(ctx, tx, c)
}

// pickNamesake adds the one of several people of a name whom HR means. Action.Page is the number of the line.
func (e *Engine) pickNamesake(ctx context.Context, tx flows.Tx, k click, c *flows.Campaign) (*cards.Toast, error) {
	if c.State != flows.CampaignPreview {
		return flows.NewToast("campaign_changed", nil), nil
	}
	number := int(min(k.Action.Page, flows.MaxCampaignPeople))
	lines, err := tx.CampaignLines(ctx, c.ID, []flows.PersonCode{flows.CodeAmbiguous}, number-1, 1)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		for _, id := range l.Candidates {
			if l.Line == number && id == k.Action.Person {
				p := ResolvedPerson{Line: l.Line}
				p.OpenID, p.Status = id, flows.PersonInvite
				return nil, e.addPeople(ctx, tx, c, []ResolvedPerson{p})
			}
		}
	}
	return flows.NewToast("campaign_changed", nil), nil
}

// chooseTarget makes one of several departments or groups of a name the target, and goes on to find its people.
func (e *Engine) chooseTarget(ctx context.Context, tx flows.Tx, k click, c *flows.Campaign) (*cards.Toast, error) {
	for _, choice := range c.Choices {
		if c.State != flows.CampaignResolving || choice.ID != k.Action.Department {
			continue
		}
		target := flows.CampaignTarget{Kind: choice.Kind, ID: choice.ID, Name: choice.Name}
		other, err := tx.LiveCampaign(ctx, c.TenantKey, target.Key())
		if err == nil {
			return flows.NewToast("campaign_exists", nil), e.joinCampaign(ctx, tx, c, other)
		}
		if !flows.IsNotFound(err) {
			return nil, err
		}
		c.Target, c.Choices, c.Position = target, nil, ""
		if err := tx.UpdateCampaign(ctx, c); err != nil {
			return nil, err
		}
		return nil, e.Enqueue(ctx, tx, "campaign/"+c.ID+"/chosen", flows.ResolveCampaign(c.TenantKey, c.ID))
	}
	return flows.NewToast("campaign_changed", nil), nil
}

// beginByCard begins the campaign that the menu's form or button asks for.
func (e *Engine) beginByCard(ctx context.Context, tx flows.Tx, k click) (flows.Answer, error) {
	if k.repeated {
		return flows.Answer{Toast: flows.NewToast("already", nil)}, nil
	}
	r := CampaignRequest{TenantKey: k.TenantKey, By: k.OpenID, Cause: "click/" + k.EventID}
	name, list := trimmed(k.Form.TargetName), trimmed(k.Form.Targets)
	if k.Action.Person != "" { // the answer about one person
		name, list = "", k.Action.Person
	}
	switch {
	case k.Action.To == cards.ToEveryone:
		r.Target = flows.CampaignTarget{Kind: flows.TargetEveryone}
	case name != "" && list != "":
		return flows.Answer{Toast: flows.NewToast("campaign_two_targets", nil)}, nil
	case name != "":
		r.Target = flows.CampaignTarget{Kind: flows.TargetNamed, Query: name}
	case list != "":
		var ok bool
		if r, ok = e.withList(r, list); !ok {
			return flows.Answer{Toast: flows.NewToast("campaign_list_long", nil)}, nil
		}
	default:
		return flows.Answer{Toast: flows.NewToast("campaign_no_target", nil)}, nil
	}
	toast, err := e.begin(ctx, tx, r)
	return flows.Answer{Toast: toast}, err
}

func (e *Engine) begin(ctx context.Context, tx flows.Tx, r CampaignRequest) (*cards.Toast, error) {
	_, existed, err := e.BeginCampaign(ctx, tx, r)
	if existed {
		return flows.NewToast("campaign_exists", nil), err
	}
	return flows.NewToast("campaign_begun", nil), err
}

// withList makes the lines of a text the target. Its id is a keyed hash: the same list again is the same target.
func (e *Engine) withList(r CampaignRequest, text string) (CampaignRequest, bool) {
	lines, ok := flows.ParseList(text)
	return e.WithLines(r, lines), ok
}

func trimmed(s *string) string {
	if s == nil {
		return ""
	}
	return strings.TrimSpace(*s)
}
