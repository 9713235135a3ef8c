package workers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// campaigns is a harness with what tests of campaigns share.
type campaigns struct {
	*workerstest.Harness
	t *testing.T
}

func newCampaigns(t *testing.T, adjust ...func(*engine.Deps, *workers.Deps)) campaigns {
	return campaigns{workerstest.New(t, adjust...), t}
}

// people returns open_ids.
func people(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("ou_p%03d", i))
	}
	return ids
}

// invites pastes a list as an admin, and returns the campaign in its preview.
func (c campaigns) invites(admin string, ids ...string) *flows.Campaign {
	c.t.Helper()
	for _, id := range ids {
		isHere := func(p flows.DirectoryPerson) bool { return p.OpenID == id }
		if strings.HasPrefix(id, "ou_") && !slices.ContainsFunc(c.Directory.Staff, isHere) {
			c.Directory.Staff = append(c.Directory.Staff, flows.DirectoryPerson{OpenID: id})
		}
	}
	c.Say(admin, "邀请\n"+strings.Join(ids, "\n"))
	c.RunJobs()
	return c.newest()
}

// newest returns the tenant's newest campaign.
func (c campaigns) newest() (out *flows.Campaign) {
	c.t.Helper()
	c.Must(c.Store.View(c.t.Context(), func(v flows.View) error {
		all, err := v.Campaigns(c.t.Context(), workerstest.Tenant, 1)
		if err != nil || len(all) == 0 {
			return err
		}
		out = all[0]
		return nil
	}))
	return out
}

// press presses a button of the campaign as it is now.
func (c campaigns) press(
	admin string, of *flows.Campaign, act cards.Act, to string, more ...func(*cards.Action),
) flows.Answer {
	c.t.Helper()
	var now *flows.Campaign
	c.Must(c.Store.View(c.t.Context(), func(v flows.View) (err error) {
		now, err = v.Campaign(c.t.Context(), of.ID)
		return err
	}))
	k := flows.CardAction{
		EventID: c.NextID(), TenantKey: workerstest.Tenant, OpenID: admin, At: c.Now(),
		Action: cards.Action{V: 1, Act: act, Case: of.ID, Rev: now.Shown(), To: to},
	}
	for _, m := range more {
		m(&k.Action)
	}
	a, err := c.Engine.Click(c.t.Context(), k)
	c.Must(err)
	return a
}

// confirms confirms the preview and sends what is due at once.
func (c campaigns) confirms(of *flows.Campaign) {
	c.t.Helper()
	c.CheckAnswer(c.press("ou_hr1", of, cards.ActInvite, ""), "campaign_started")
	c.RunJobs()
}

// pass lets time pass in steps, and runs what is due at each.
func (c campaigns) pass(d, step time.Duration) {
	c.t.Helper()
	for end := c.Now().Add(d); c.Now().Before(end); {
		c.Advance(min(step, end.Sub(c.Now())))
		c.RunJobs()
	}
}

func (c campaigns) person(of *flows.Campaign, id string) (p flows.CampaignPerson) {
	c.t.Helper()
	c.Must(c.Store.View(c.t.Context(), func(v flows.View) (err error) {
		p, err = v.CampaignPerson(c.t.Context(), of.ID, id)
		return err
	}))
	return p
}

// got counts the messages to a person that show a text.
func (c campaigns) got(id, textID string) (n int) {
	for _, m := range c.Messenger.SentTo(id) {
		if workerstest.Shows(m.Cards[0], textID) {
			n++
		}
	}
	return n
}

// state fails the test unless the campaign is in a state for a reason.
func (c campaigns) state(of *flows.Campaign, want flows.CampaignState, why flows.CampaignReason) {
	c.t.Helper()
	c.Must(c.Store.View(c.t.Context(), func(v flows.View) error {
		now, err := v.Campaign(c.t.Context(), of.ID)
		if err == nil && (now.State != want || now.Why != why) {
			c.t.Errorf("got the campaign %s %q, want %s %q", now.State, now.Why, want, why)
		}
		return err
	}))
}
