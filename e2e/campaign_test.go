package e2e

import (
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim/feishu"
)

// withCampaigns are settings under which invitations leave at once, on working days that do not depend on the date.
func withCampaigns(t *testing.T, settings ...string) harness.Setup {
	s := harness.Setup{Settings: map[string]string{
		"review.calendar":     weekdaysOnly(t),
		"campaign.per_minute": "900",
	}}
	for i := 0; i+1 < len(settings); i += 2 {
		s.Settings[settings[i]] = settings[i+1]
	}
	return s
}

// campaignTest is an admin who invites people.
type campaignTest struct {
	*harness.Harness
	hr harness.Admin
}

func startCampaigns(t *testing.T, s harness.Setup) campaignTest {
	h := harness.Start(t, s)
	return campaignTest{h, h.Admin(0)}
}

// card waits for the newest card of a campaign that says the words.
func (c campaignTest) card(words ...string) harness.CardView {
	c.Helper()
	return c.cardOf(c.hr, words...)
}

func (c campaignTest) cardOf(a harness.Admin, words ...string) harness.CardView {
	c.Helper()
	return c.Find(a.Chat(), "a campaign that says "+strings.Join(words, ", "), func(s harness.CardView) bool {
		return s.Msg.FromBot && s.Card != nil && s.Card.Title() == "实名邀请" && s.Says(words...)
	})
}

// press presses a button of the campaign with a target.
func (c campaignTest) press(s harness.CardView, act, to string) string {
	c.Helper()
	return c.Click(c.hr.OpenID, s, act+"/"+to, func(b feishu.Button) bool {
		is, _ := b.Value["to"].(string)
		return b.Act == act && is == to
	}, nil)
}

// invites pastes a list of people and confirms the preview.
func (c campaignTest) invites(people []harness.Person, more ...string) {
	c.Helper()
	lines := []string{"邀请"}
	for _, p := range people {
		lines = append(lines, p.OpenID)
	}
	c.hr.Say(strings.Join(append(lines, more...), "\n"))
	preview := c.card("等你确认")
	if toast := c.ClickOn(c.hr.OpenID, preview, "invite", nil); toast != "开始邀请了" {
		c.Errorf("toast %q, want that it begins", toast)
	}
}

// invitation waits for a person's invitation.
func (c campaignTest) invitation(p harness.Person, words ...string) harness.CardView {
	c.Helper()
	return c.Find(c.World.Feishu.P2PChat(p.OpenID), "an invitation", func(s harness.CardView) bool {
		return s.Msg.FromBot && s.Card != nil && s.Says(words...)
	})
}

// campaign returns the tenant's newest campaign and its people by open_id.
func (c campaignTest) campaign() (out *flows.Campaign, people map[string]flows.CampaignPerson) {
	c.Helper()
	c.ReadStore(func(v flows.View) error {
		people = map[string]flows.CampaignPerson{}
		all, err := v.Campaigns(c.Ctx, harness.Tenant, 1)
		if err != nil || len(all) == 0 {
			return err
		}
		out = all[0]
		list, err := v.CampaignPeople(c.Ctx, out.ID, flows.PersonFilter{}, 1000, 0)
		for _, p := range list {
			people[p.OpenID] = p
		}
		return err
	})
	return out, people
}

// TestCampaign: HR pastes a list, looks at the preview, confirms once, and follows three people to the end: the numbers
// on the card are those of what has happened, and the campaign ends by itself.
func TestCampaign(t *testing.T) {
	c := startCampaigns(t, withCampaigns(t))
	people := c.HireAll(5)
	registered, begun := people[3], people[4]
	registered.ToReview()
	c.hr.Decides(registered, "approve", nil)
	c.InState(registered.OpenID, flows.Done)
	begun.ToPhotos()

	c.invites(people, people[0].OpenID, "=cmd|' /C calc'!A0", "")
	for _, p := range people[:3] {
		c.invitation(p, "请你完成实名登记")
	}
	c.card("进行中", "已发 3", "开始 0")
	for _, p := range people[3:] {
		if n := cardsThat(c.Harness, c.World.Feishu.P2PChat(p.OpenID), "请你完成实名登记"); n != 0 {
			t.Errorf("got %d invitations of somebody who is registered or has begun, want none", n)
		}
	}

	first := c.invitation(people[0], "请你完成实名登记")
	c.ClickOn(people[0].OpenID, first, "start", nil)
	c.invitation(people[0], "已经开始了")
	waitIdle(c.Harness)
	c.Advance(time.Minute)
	c.card("开始 1", "提交 0")

	for _, p := range people[:3] {
		p.ToReview()
	}
	waitIdle(c.Harness)
	c.Advance(time.Minute)
	c.card("开始 3", "提交 3", "完成 0")
	for _, p := range people[:3] {
		c.hr.Decides(p, "approve", nil)
		c.InState(p.OpenID, flows.Done)
	}
	waitIdle(c.Harness)
	c.Advance(time.Minute)
	c.card("已完成", "开始 3", "提交 3", "完成 3")
	c.invitation(people[0], "办完了")

	campaign, rows := c.campaign()
	if campaign.State != flows.CampaignEnded || campaign.LastMove().By != "" {
		t.Errorf("got the campaign %s, want it ended by itself", campaign.State)
	}
	for i, want := range []flows.PersonStatus{
		flows.PersonInvite, flows.PersonInvite, flows.PersonInvite, flows.PersonRegistered, flows.PersonBegun,
	} {
		if got := rows[people[i].OpenID].Status; got != want {
			t.Errorf("person %d: got %s, want %s", i, got, want)
		}
	}
}

// TestCampaignGoesOn: the program is stopped and started again while invitations go out. Everybody gets one. HR sees
// who has read and who has not begun, takes somebody out, and a day later reminds the rest.
func TestCampaignGoesOn(t *testing.T) {
	c := startCampaigns(t, withCampaigns(t, "campaign.per_minute", "60"))
	people := c.HireAll(8)
	c.invites(people)
	c.invitation(people[0], "请你完成实名登记")
	c.StopBot()
	c.StartBot()
	for range 2 {
		waitIdle(c.Harness)
		c.Advance(time.Minute)
	}
	c.card("已发 8", "已读 未知")
	invitations := func(p harness.Person) int {
		return cardsThat(c.Harness, c.World.Feishu.P2PChat(p.OpenID), "请完成实名登记")
	}
	for i, p := range people {
		if n := invitations(p); n != 1 {
			t.Errorf("person %d: got %d invitations, want 1", i, n)
		}
	}
	for _, p := range people[:3] {
		_, err := c.World.Feishu.Read(c.Ctx, p.OpenID)
		if err != nil {
			t.Fatal(err)
		}
	}
	people[0].ToPhotos()
	waitIdle(c.Harness)
	c.Advance(time.Minute)
	numbers := c.card("已发 8", "已读 3", "开始 1")

	c.press(numbers, "campaign", "missing")
	list := c.Find(c.hr.Chat(), "the people who are missing", func(s harness.CardView) bool {
		return s.Msg.FromBot && s.Says("邀请的人", "还没开始")
	})
	shown := string(list.Msg.Card)
	if strings.Contains(shown, people[0].OpenID) || !strings.Contains(shown, people[7].OpenID) {
		t.Error("the list does not hold exactly those who have not begun")
	}
	out := people[7].OpenID
	c.Click(c.hr.OpenID, list, "take_out", func(b feishu.Button) bool {
		return b.Value["to"] == "take_out" && b.Value["person"] == out
	}, nil)
	c.press(c.Find(c.hr.Chat(), "the list without one", func(s harness.CardView) bool {
		return s.Says("邀请的人") && !strings.Contains(string(s.Msg.Card), out)
	}), "campaign", "main")
	waitIdle(c.Harness)
	c.Advance(24 * time.Hour)
	c.ClickOn(c.hr.OpenID, c.card("有 6 人可以催了"), "chase", nil)
	waitIdle(c.Harness)
	c.Advance(time.Minute)
	for i, p := range people {
		want := 1
		if i == 0 || i == 7 {
			want = 0
		}
		c.Until("the reminders", func() bool {
			return cardsThat(c.Harness, c.World.Feishu.P2PChat(p.OpenID), "实名登记还没开始") == want
		})
		if n := invitations(p); n != 1 {
			t.Errorf("person %d: got %d invitations in the end, want 1", i, n)
		}
	}
}
