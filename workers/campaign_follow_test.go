package workers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
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

// TestChase: HR's tap reminds those whose turn it is, a day apart, three times in all and each time in other words. Who
// begins, and whom HR takes out, gets no more.
func TestChase(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t, workingHours)
	of := c.invites("ou_hr1", "ou_p000", "ou_p001", "ou_p002")
	c.confirms(of)
	c.pass(time.Minute, 10*time.Second)
	c.CheckAnswer(c.press("ou_hr1", of, cards.ActChase, ""), "campaign_chase_none")
	chased := func(id string) (out []int) {
		for _, text := range []string{"invitation.chase1", "invitation.chase2", "invitation.chase3"} {
			out = append(out, c.got(id, text))
		}
		return out
	}
	want := func(when, id string, n ...int) {
		t.Helper()
		if got := chased(id); !slices.Equal(got, n) {
			t.Errorf("%s: %s got the reminders %v, want %v", when, id, got, n)
		}
	}
	tap := func(days int) {
		t.Helper()
		c.Advance(time.Duration(days) * 24 * time.Hour)
		c.RunJobs()
		c.press("ou_hr1", of, cards.ActChase, "")
		c.pass(5*time.Minute, 10*time.Second)
	}
	tap(1) // Tuesday 12:01
	for _, id := range []string{"ou_p000", "ou_p001", "ou_p002"} {
		want("first", id, 1, 0, 0)
	}
	c.Say("ou_p001", "实名")
	c.press("ou_hr2", of, cards.ActCampaign, "take_out", func(a *cards.Action) { a.Person = "ou_p002" })
	tap(0)
	want("at once again", "ou_p000", 1, 0, 0)
	tap(1)
	tap(1)
	for range 3 { // more than three
		tap(3)
	}
	want("at the end", "ou_p000", 1, 1, 1)
	want("who has begun", "ou_p001", 1, 0, 0)
	want("who was taken out", "ou_p002", 1, 0, 0)
}

// TestChaseKeepsTheNight: reminders that are asked for in the evening, or before a weekend, leave on the next working
// morning; by the setting they leave without a tap.
func TestChaseKeepsTheNight(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t, workingHours, func(d *engine.Deps, _ *workers.Deps) { d.Policy.Campaign.AutoChase = true })
	thursday := time.Date(2026, 6, 4, 17, 30, 0, 0, flows.ChinaTime)
	c.Advance(thursday.Sub(c.Now()))
	of := c.invites("ou_hr1", "ou_p000")
	c.confirms(of)
	c.pass(time.Date(2026, 6, 5, 17, 29, 0, 0, flows.ChinaTime).Sub(c.Now()), 10*time.Minute)
	if n := c.got("ou_p000", "invitation.chase1"); n != 0 {
		t.Errorf("before a day is over: got %d reminders, want none", n)
	}
	c.pass(2*time.Hour, 5*time.Minute) // Friday evening
	if n := c.got("ou_p000", "invitation.chase1"); n != 1 {
		t.Errorf("after a day: got %d reminders, want 1", n)
	}
	c.pass(time.Date(2026, 6, 8, 8, 59, 0, 0, flows.ChinaTime).Sub(c.Now()), 30*time.Minute)
	if n := c.got("ou_p000", "invitation.chase2"); n != 0 {
		t.Errorf("at the weekend: got %d reminders, want none", n)
	}
	c.pass(20*time.Minute, time.Minute)
	if n := c.got("ou_p000", "invitation.chase2"); n != 1 {
		t.Errorf("on Monday morning: got %d reminders, want 1", n)
	}
}

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

// TestFunnelAgreesWithTheRecord drives people of a campaign at random. Then it counts what the audit chains and the
// messages say, and compares it with the numbers on the card.
func TestFunnelAgreesWithTheRecord(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 16))
			c := newCampaigns(t)
			ids := people(12)
			blocked := ids[r.IntN(12)]
			c.Messenger.SendFunc = func(
				_ context.Context, to flows.Receiver, card json.RawMessage, uuid string,
			) (string, error) {
				if to.ID == blocked {
					return "", &workerstest.UpstreamError{Class: "receiver", Code: "230053"}
				}
				return c.Messenger.Post(to, card, uuid), nil
			}
			of := c.invites("ou_hr1", ids...)
			c.confirms(of)
			c.pass(time.Minute, 10*time.Second)
			states := []flows.State{"", flows.AwaitingConsent, flows.AwaitingPhotos, flows.AwaitingConfirmation,
				flows.AwaitingCode, flows.AwaitingReview, flows.Done}
			for i, id := range ids {
				to := states[r.IntN(len(states))]
				if to == "" || id == blocked {
					continue
				}
				at := c.Walk(id, numbers[i%len(numbers)], to)
				if !at.State.Terminal() && at.State.Turn() == flows.Applicant && r.IntN(2) == 0 {
					c.Say(id, "取消")
				}
				c.pass(time.Minute, 30*time.Second)
			}
			c.pass(time.Minute, 10*time.Second)
			want := recordedFunnel(c, of, ids)
			got := c.press("ou_hr1", of, cards.ActCampaign, "main").Card.(cards.Campaign).Funnel
			got.Unreachable, got.Missing, got.Waiting = nil, 0, 0
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("the card says %+v, the record %+v", got, want)
			}
		})
	}
}

// recordedFunnel counts what messages and audit chains say about people of a campaign.
func recordedFunnel(c campaigns, of *flows.Campaign, ids []string) (f cards.CampaignFunnel) {
	c.t.Helper()
	submitted := []flows.State{
		flows.Checking, flows.AwaitingReview, flows.Decided, flows.Recording, flows.Filing, flows.Done,
	}
	for _, id := range ids {
		if c.got(id, "invitation.why") == 0 {
			continue
		}
		f.Invited++
		f.Sent++
		var reached flows.StepReached
		c.Must(c.Store.View(c.t.Context(), func(v flows.View) error {
			all, err := v.CasesOf(c.t.Context(), workerstest.Tenant, id)
			for _, each := range all {
				rows, err := v.AuditOf(c.t.Context(), each.ID)
				if err != nil {
					return err
				}
				for _, row := range rows {
					reached = max(reached, flows.StepStarted)
					if slices.Contains(submitted, row.To) {
						reached = max(reached, flows.StepSubmitted)
					}
					if row.To == flows.Done {
						reached = flows.StepDone
					}
				}
			}
			return err
		}))
		for i, n := range []*int{&f.Started, &f.Submitted, &f.Done} {
			if int(reached) > i {
				*n++
			}
		}
	}
	return f
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
