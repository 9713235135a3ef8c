package workers_test

import (
	"context"
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

// TestCampaignIsAnnounced: the group hears at the start, at half and at the end, each once, with numbers and nobody's
// name or picture.
func TestCampaignIsAnnounced(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t)
	ids := people(4)
	of := c.invites("ou_hr1", ids...)
	boards := func() (shown []string) {
		for _, m := range c.Messenger.SentTo("oc_all") {
			for _, milestone := range []string{"start", "half", "end"} {
				if workerstest.Shows(m.Cards[0], "board_campaign."+milestone) {
					shown = append(shown, milestone)
				}
			}
		}
		return shown
	}
	c.confirms(of)
	c.pass(2*time.Minute, 10*time.Second)
	for i, id := range ids {
		c.Walk(id, numbers[i], flows.Done)
		c.pass(time.Minute, 10*time.Second)
	}
	c.pass(2*time.Minute, 10*time.Second)
	if got := boards(); !slices.Equal(got, []string{"start", "half", "end"}) {
		t.Errorf("got the announcements %v, want each milestone once", got)
	}
	c.state(of, flows.CampaignEnded, "")
	for _, m := range c.Messenger.SentTo("oc_all") {
		for _, card := range m.Cards {
			for _, id := range ids {
				if strings.Contains(card, id) {
					t.Errorf("the board names %s", id)
				}
			}
		}
	}
}

// numbers are valid ID numbers of a region that does not exist.
var numbers = []string{flows.SampleNumber, flows.OtherNumber, "899000199003070317", "899000199003070333"}

// TestPreviewIsForgotten: a preview that nobody confirms within a day is given up, and the lines of its list are gone.
func TestPreviewIsForgotten(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t)
	of := c.invites("ou_hr1", "ou_p000", "张三")
	if of.State != flows.CampaignPreview {
		t.Fatalf("got the campaign %s, want its preview", of.State)
	}
	c.Advance(flows.PreviewFor + time.Minute)
	c.RunJobs()
	c.state(of, flows.CampaignDiscarded, flows.WhyForgotten)
	c.Must(c.Store.View(t.Context(), func(v flows.View) error {
		lines, err := v.CountLines(t.Context(), of.ID)
		if len(lines) > 0 {
			t.Errorf("got the lines %v, want none", lines)
		}
		return err
	}))
	c.CheckAnswer(c.press("ou_hr1", of, cards.ActInvite, ""), "campaign_changed")
}

// TestOCRQuota: a campaign pauses before it invites somebody whose card could not be read any more.
func TestOCRQuota(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t, func(d *engine.Deps, _ *workers.Deps) { d.Policy.Campaign.OCRQuota = 14 })
	c.Walk("ou_before", flows.OtherNumber, flows.AwaitingReview) // reads two pages
	ids := people(8)
	of := c.invites("ou_hr1", ids...)
	a := c.press("ou_hr1", of, cards.ActCampaign, "main")
	if got := a.Card.(cards.Campaign).Forecast.Short; got != flows.PagesFor(8)-12 {
		t.Errorf("the preview lacks %d pages, want %d", got, flows.PagesFor(8)-12)
	}
	c.confirms(of)
	c.pass(3*time.Minute, 10*time.Second)
	c.state(of, flows.CampaignPaused, flows.WhyOCRQuota)
	sent := 0
	for _, id := range ids {
		sent += c.got(id, "invitation.why")
	}
	if sent != 12/flows.PagesFor(1) {
		t.Errorf("got %d invitations, want those whose cards can be read, %d", sent, 12/flows.PagesFor(1))
	}
}

// TestForecast: the forecast at the confirmation is within 15 % of when the last invitation leaves, and of when the
// last person is done who begins at once and takes as long as those before.
func TestForecast(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t, func(d *engine.Deps, _ *workers.Deps) { d.Policy.Campaign.PerMinute = 2 })
	for i := range 4 { // cases that took ten minutes each
		c.PutCase(flows.Done, fmt.Sprintf("ou_before%d", i), func(done *flows.Case) {
			done.CreatedAt = c.Now().Add(-70 * time.Minute)
			done.EnteredAt = c.Now().Add(-time.Hour)
		})
	}
	ids := people(60)
	of := c.invites("ou_hr1", ids...)
	begin := c.Now()
	c.confirms(of)
	forecast := c.newest().Forecast
	var last time.Time
	for c.Now().Sub(begin) < 40*time.Minute {
		c.Advance(30 * time.Second)
		c.RunJobs()
		for _, id := range ids {
			if p := c.person(of, id); p.SentAt.After(last) {
				last = p.SentAt
			}
		}
	}
	through := last.Add(10 * time.Minute)
	for what, of := range map[string][2]time.Time{
		"sent": {forecast.SentBy, last}, "done": {forecast.DoneBy, through},
	} {
		said, was := of[0].Sub(begin), of[1].Sub(begin)
		if said < was*85/100 || said > was*115/100 {
			t.Errorf("%s: the forecast was %s, it took %s, want within 15 %%", what, said, was)
		}
	}
}

// TestLeadIsToldByHR: the lead of a department hears of those who have not begun by HR's tap only, once a day, and
// never of anybody else; without a lead HR reads why.
func TestLeadIsToldByHR(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t)
	lead := "ou_lead"
	c.Messenger.DepartmentFunc = func(_ context.Context, id string) (flows.Department, error) {
		return flows.Department{ID: id, Name: "研发部", Lead: lead}, nil
	}
	for _, id := range []string{"ou_p000", "ou_p001"} {
		c.Directory.Staff = append(c.Directory.Staff, flows.DirectoryPerson{OpenID: id, Departments: []string{"od_1"}})
	}
	of := c.invites("ou_hr1", "ou_p000", "ou_p001", "ou_p002")
	c.confirms(of)
	c.pass(time.Minute, 10*time.Second)
	c.Say("ou_p001", "实名")
	c.pass(time.Minute, 10*time.Second)
	if n := len(c.Messenger.SentTo(lead)); n != 0 {
		t.Errorf("before HR's tap: got %d messages to the lead, want none", n)
	}
	tap := func() flows.Answer {
		return c.press("ou_hr1", of, cards.ActChase, cards.ToLead, func(a *cards.Action) { a.Department = "od_1" })
	}
	c.CheckAnswer(tap(), "campaign_lead")
	c.CheckAnswer(tap(), "campaign_lead_told")
	c.RunJobs()
	got := c.Messenger.SentTo(lead)
	if len(got) != 1 {
		t.Fatalf("got %d messages to the lead, want 1", len(got))
	}
	if card := got[0].Current(); !strings.Contains(card, "ou_p000") || strings.Contains(card, "ou_p001") ||
		strings.Contains(card, "ou_p002") {
		t.Errorf("got the card %s, want the one who is missing of this department", card)
	}
	lead = ""
	c.Advance(24 * time.Hour)
	c.CheckAnswer(tap(), "campaign_lead")
	c.RunJobs()
	if hr := c.Messenger.SentTo("ou_hr1"); !slices.ContainsFunc(hr, func(m *workerstest.Message) bool {
		return workerstest.Shows(m.Current(), "notice.campaign_no_lead")
	}) {
		t.Error("HR does not read that there is no lead")
	}
}
