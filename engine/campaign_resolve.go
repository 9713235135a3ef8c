package engine

import (
	"context"

	"shiming/flows"
)

// CampaignRequest is whom an admin wants to ask.
type CampaignRequest struct {
	TenantKey, By string
	Target        flows.CampaignTarget
	Former        []flows.CampaignTarget // the same target, named before a rotation of the keys
	Lines         []flows.CampaignLine   // of TargetList
	Position      string                 // where the resolver begins; "" for a list that is in Lines
	// Cause derives the keys of the jobs; see Enqueue.
	Cause string
}

// BeginCampaign inserts a campaign and queues the job that finds its people. If the tenant has a live one of the same
// target, that is the campaign: existed is true. Its card goes to the admin in any case.
func (e *Engine) BeginCampaign(
	ctx context.Context, tx flows.Tx, r CampaignRequest,
) (c *flows.Campaign, existed bool, err error) {
	for _, target := range append([]flows.CampaignTarget{r.Target}, r.Former...) {
		c, err = tx.LiveCampaign(ctx, r.TenantKey, target.Key())
		if err == nil {
			return c, true, e.sendCampaignCard(ctx, tx, c, r.By, r.Cause)
		}
		if !flows.IsNotFound(err) {
			return nil, false, err
		}
	}
	now := e.Now()
	c = &flows.Campaign{
		ID:        e.NewID(),
		TenantKey: r.TenantKey,
		State:     flows.CampaignResolving,
		By:        r.By,
		Target:    r.Target,
		Position:  r.Position,
		MadeAt:    now,
		Since:     now,
		Moves:     []flows.CampaignMove{{At: now, By: r.By, To: flows.CampaignResolving}},
	}
	if err := tx.InsertCampaign(ctx, c); err != nil {
		return nil, false, err
	}
	if err := tx.PutLines(ctx, c.ID, r.Lines); err != nil {
		return nil, false, err
	}
	if err := e.Enqueue(ctx, tx, "campaign/"+c.ID+"/resolve", flows.ResolveCampaign(c.TenantKey, c.ID)); err != nil {
		return nil, false, err
	}
	return c, false, e.sendCampaignCard(ctx, tx, c, r.By, r.Cause)
}

// CampaignToResolve returns a campaign whose people are to be found, or nil if nobody waits for that any more.
func (e *Engine) CampaignToResolve(ctx context.Context, id string) (c *flows.Campaign, err error) {
	err = e.Store.View(ctx, func(v flows.View) error {
		var err error
		c, err = v.Campaign(ctx, id)
		return flows.IgnoreNotFound(err)
	})
	if c == nil || err != nil || c.State != flows.CampaignResolving {
		return nil, err
	}
	return c, nil
}

// Resolved is a page of what the resolver has found.
type Resolved struct {
	From     string // the position at which the page begins: that of the stored campaign, or nothing is taken up
	Position string // the position behind the page
	// People of the target. Their Status is PersonInvite, or PersonUnreachable with a code: the engine finds out who is
	// registered, has begun, or was invited a short while ago.
	People []ResolvedPerson
	Lines  []flows.CampaignLine // lines that name no single person, with their codes
	Drop   []int                // lines that are none, such as headings
	// Departments are those of the people, as far as their names are known.
	Departments []flows.Department
	// Target replaces that of the campaign, once the department or group of a name is known. Choices stop the resolving
	// until HR has chosen.
	Target  *flows.CampaignTarget
	Choices []flows.CampaignChoice
	// UserGroups is how many groups of users the app's range names; 0 leaves what was stored.
	UserGroups int
}

// ResolvedPerson is a person of the target.
type ResolvedPerson struct {
	flows.CampaignPerson
	Line int // the line of the list that names the person, 0 for none
}

// AddResolved stores a page of people. It returns false if the campaign does not wait for it: it is not being resolved
// any more, has come farther already, or its target is one of which there is another campaign.
func (e *Engine) AddResolved(ctx context.Context, id string, r Resolved) (ok bool, err error) {
	err = e.Store.Tx(ctx, func(tx flows.Tx) error {
		ok = false
		c, err := tx.Campaign(ctx, id)
		if err != nil || c.State != flows.CampaignResolving || c.Position != r.From {
			return flows.IgnoreNotFound(err)
		}
		if err := e.addPeople(ctx, tx, c, r.People); err != nil {
			return err
		}
		for _, d := range r.Departments {
			if err := tx.PutDepartment(ctx, c.TenantKey, d); err != nil {
				return err
			}
		}
		if err := tx.DeleteLines(ctx, c.ID, r.Drop...); err != nil {
			return err
		}
		if err := tx.PutLines(ctx, c.ID, r.Lines); err != nil {
			return err
		}
		c.Position, c.Choices = r.Position, r.Choices
		c.UserGroups = max(c.UserGroups, r.UserGroups)
		if r.Target != nil && r.Target.Key() != c.Target.Key() {
			other, err := tx.LiveCampaign(ctx, c.TenantKey, r.Target.Key())
			if err == nil {
				return e.joinCampaign(ctx, tx, c, other)
			}
			if !flows.IsNotFound(err) {
				return err
			}
			c.Target = *r.Target
		}
		ok = true
		if err := tx.UpdateCampaign(ctx, c); err != nil {
			return err
		}
		return e.drawCampaign(ctx, tx, c)
	})
	return ok, err
}

// addPeople inserts people as what they are for the campaign.
func (e *Engine) addPeople(ctx context.Context, tx flows.Tx, c *flows.Campaign, found []ResolvedPerson) error {
	var ids []string
	for _, p := range found {
		ids = append(ids, p.OpenID)
	}
	known, err := tx.KnownPeople(ctx, c.TenantKey, ids)
	if err != nil {
		return err
	}
	recent, err := tx.InvitedSince(ctx, c.TenantKey, c.ID, ids, e.Now().Add(-flows.InvitedEvery))
	if err != nil {
		return err
	}
	var people []flows.CampaignPerson
	lineOf := map[string]int{}
	for _, p := range found {
		_, twice := lineOf[p.OpenID]
		if p.Line > 0 {
			_, err := tx.CampaignPerson(ctx, c.ID, p.OpenID)
			if err != nil && !flows.IsNotFound(err) {
				return err
			}
			if err == nil || twice {
				if err := tx.PutLines(ctx, c.ID, []flows.CampaignLine{{Line: p.Line, Code: flows.CodeDuplicate}}); err != nil {
					return err
				}
				continue
			}
			if err := tx.DeleteLines(ctx, c.ID, p.Line); err != nil {
				return err
			}
		}
		if twice {
			continue
		}
		lineOf[p.OpenID] = p.Line
		switch {
		case p.Status != flows.PersonInvite:
		case known[p.OpenID] == flows.StepDone:
			p.Status = flows.PersonRegistered
		case known[p.OpenID] == flows.StepStarted:
			p.Status = flows.PersonBegun
		case recent[p.OpenID]:
			p.Status = flows.PersonRecent
		}
		people = append(people, p.CampaignPerson)
	}
	_, err = tx.PutCampaignPeople(ctx, c, people)
	return err
}

// joinCampaign discards a campaign whose target turns out to be that of another one, and shows the other one instead.
func (e *Engine) joinCampaign(ctx context.Context, tx flows.Tx, c, other *flows.Campaign) error {
	c.Move(flows.CampaignFailed, "", flows.WhySame, e.Now())
	if err := tx.UpdateCampaign(ctx, c); err != nil {
		return err
	}
	if err := e.drawCampaign(ctx, tx, c); err != nil {
		return err
	}
	for _, admin := range c.Viewers {
		if err := e.sendCampaignCard(ctx, tx, other, admin, "campaign/"+c.ID+"/same/"+admin); err != nil {
			return err
		}
	}
	return nil
}

// EndResolving makes the campaign a preview. why and code say why its people could not be found; why is "" if they
// were.
func (e *Engine) EndResolving(ctx context.Context, id string, why flows.CampaignReason, code string) error {
	return e.Store.Tx(ctx, func(tx flows.Tx) error {
		c, err := tx.Campaign(ctx, id)
		if err != nil || c.State != flows.CampaignResolving {
			return flows.IgnoreNotFound(err)
		}
		if why == "" {
			why, err = e.whyNoPreview(ctx, tx, c)
			if err != nil {
				return err
			}
		}
		event := flows.CampaignFound
		if why != "" {
			event = flows.CampaignFailed
		}
		c.Move(event, "", why, e.Now())
		c.Code = code
		if err := tx.UpdateCampaign(ctx, c); err != nil {
			return err
		}
		if why == flows.WhyList && c.By != "" && templateHelps[code] {
			template := flows.SendListTemplate(c.TenantKey, c.ID, c.By)
			if err := e.Enqueue(ctx, tx, "campaign/"+c.ID+"/template", template); err != nil {
				return err
			}
		}
		if c.State == flows.CampaignPreview {
			forget := flows.RunCampaign(c.TenantKey, c.ID, c.Run, e.Now().Add(flows.PreviewFor))
			if err := e.Enqueue(ctx, tx, "campaign/"+c.ID+"/forget", forget); err != nil {
				return err
			}
		}
		return e.drawCampaignNow(ctx, tx, c)
	})
}

// templateHelps are the codes of lists (sheet.Code) whose sender is helped by a file with the right columns.
var templateHelps = map[string]bool{
	"empty": true, "no_column": true, "two_columns": true, "too_wide": true, "unreadable": true, "old_format": true,
	"bad_character": true,
}

// whyNoPreview returns why there is nothing to preview, "" if there is.
func (e *Engine) whyNoPreview(ctx context.Context, v flows.View, c *flows.Campaign) (flows.CampaignReason, error) {
	counts, err := v.CampaignCounts(ctx, c.ID)
	if err != nil {
		return "", err
	}
	lines, err := v.CountLines(ctx, c.ID)
	if err != nil {
		return "", err
	}
	people := 0
	for _, n := range counts {
		people += n.N
	}
	switch {
	case people > flows.MaxCampaignPeople:
		return flows.WhyTooMany, nil
	case people == 0 && len(lines) == 0:
		return flows.WhyNobody, nil
	}
	return "", nil
}
