package workers_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workday"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// TestInvitationsKeepThePace: each minute has its share of them, evenly, and nobody gets two.
func TestInvitationsKeepThePace(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t, func(d *engine.Deps, _ *workers.Deps) { d.Policy.Campaign.PerMinute = 6 })
	ids := people(15)
	of := c.invites("ou_hr1", ids...)
	c.confirms(of)
	sent := func() (n int) {
		for _, id := range ids {
			n += c.got(id, "invitation.why")
		}
		return n
	}
	for i, want := range []int{1, 4, 7, 10, 13, 15, 15} { // after i half minutes
		if got := sent(); got != want {
			t.Errorf("after %d half minutes: got %d invitations, want %d", i, got, want)
		}
		c.pass(30*time.Second, 10*time.Second)
	}
	for _, id := range ids {
		if p := c.person(of, id); p.SentAt.IsZero() || p.MessageID == "" {
			t.Errorf("%s: got %+v, want it on record as sent", id, p)
		}
	}
}

// TestKilledWhileSending: a process that dies after the call has left, and before its answer is stored, sends nobody a
// second invitation and leaves nobody out. After more than the hour for which Feishu keeps messages apart the
// invitation is not repeated, and HR sees that nobody knows whether it has arrived.
func TestKilledWhileSending(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]time.Duration{"at once": time.Second, "for two hours": 2 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCampaigns(t)
			ids := people(4)
			of := c.invites("ou_hr1", ids...)
			died := map[string]int{}
			c.Messenger.SendFunc = func(
				_ context.Context, to flows.Receiver, card json.RawMessage, uuid string,
			) (string, error) {
				if died[to.ID]++; slices.Contains(ids, to.ID) && died[to.ID] == 1 {
					c.Messenger.Post(to, card, uuid)
					return "", context.Canceled
				}
				return c.Messenger.Post(to, card, uuid), nil
			}
			c.confirms(of)
			c.pass(3*time.Second, time.Second/2)
			c.Advance(away)
			c.pass(15*time.Minute, time.Minute)
			for _, id := range ids {
				p := c.person(of, id)
				if got := c.got(id, "invitation.why"); got != 1 || p.SentAt.IsZero() {
					t.Errorf("%s: got %d invitations, sent %s, want 1 on record", id, got, p.SentAt)
				}
				if calls := died[id]; calls > 2 {
					t.Errorf("%s: got %d calls, want the one that died and at most one more", id, calls)
				}
			}
		})
	}
	t.Run("before any answer", func(t *testing.T) {
		t.Parallel()
		c := newCampaigns(t)
		of := c.invites("ou_hr1", "ou_p000")
		c.Messenger.SendFunc = func(
			_ context.Context, to flows.Receiver, card json.RawMessage, uuid string,
		) (string, error) {
			if to.ID == "ou_p000" {
				return "", context.DeadlineExceeded
			}
			return c.Messenger.Post(to, card, uuid), nil
		}
		c.confirms(of)
		c.pass(2*time.Hour, 5*time.Minute)
		if p := c.person(of, "ou_p000"); p.Code != flows.CodeUnsure || p.SentAt.IsZero() || p.Status != flows.PersonInvite {
			t.Errorf("got %+v, want an invitation of which nobody knows", p)
		}
		a := c.press("ou_hr1", of, cards.ActCampaign, "main")
		if funnel := a.Card.(cards.Campaign).Funnel; funnel.Unsure != 1 {
			t.Errorf("got %+v, want one unsure on the card", funnel)
		}
	})
}

// TestWhomFeishuRefuses: each documented code of a person is noted as its reason, and the others are invited.
func TestWhomFeishuRefuses(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]flows.PersonCode{
		"230013": flows.CodeOutside, "230029": flows.CodeLeft, "230053": flows.CodeBlocked, "230035": flows.CodeBlocked,
		"230034": flows.CodeUnknownID, "99992351": flows.CodeUnknownID, "99992361": flows.CodeUnknownID,
		"230038": flows.CodeRefused,
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			c := newCampaigns(t)
			of := c.invites("ou_hr1", "ou_p000", "ou_p001")
			c.Messenger.SendFunc = func(
				_ context.Context, to flows.Receiver, card json.RawMessage, uuid string,
			) (string, error) {
				if to.ID == "ou_p000" {
					class := "receiver"
					if code == "99992361" {
						class = "config"
					}
					return "", &workerstest.UpstreamError{Class: class, Code: code}
				}
				return c.Messenger.Post(to, card, uuid), nil
			}
			c.confirms(of)
			c.pass(2*time.Minute, 30*time.Second)
			if p := c.person(of, "ou_p000"); p.Status != flows.PersonUnreachable || p.Code != want {
				t.Errorf("got %s %s, want unreachable %s", p.Status, p.Code, want)
			}
			if c.got("ou_p001", "invitation.why") != 1 {
				t.Error("the other person got no invitation")
			}
			c.state(of, flows.CampaignRunning, "")
		})
	}
}

// TestCampaignPausesByItself: what keeps the bot from writing to anybody pauses the campaign and tells HR. After the
// repair and HR's tap everybody is invited once, a month later as well.
func TestCampaignPausesByItself(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		class, code string
		why         flows.CampaignReason
	}{
		"permission": {"permission", "230027", flows.WhyPermission},
		"quota":      {"quota", "99991403", flows.WhyQuota},
		"app off":    {"config", "99991662", flows.WhyPlatform},
		"no app":     {"config", "11210", flows.WhyPlatform},
		"card":       {"card", "230099", flows.WhyPlatform},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCampaigns(t)
			ids := people(8)
			of := c.invites("ou_hr1", ids...)
			broken := true
			c.Messenger.SendFunc = func(
				_ context.Context, to flows.Receiver, card json.RawMessage, uuid string,
			) (string, error) {
				if broken && slices.Contains(ids, to.ID) && to.ID != ids[0] {
					return "", &workerstest.UpstreamError{Class: tt.class, Code: tt.code}
				}
				return c.Messenger.Post(to, card, uuid), nil
			}
			before := len(c.Messenger.SentTo("ou_hr1"))
			c.confirms(of)
			c.pass(2*time.Minute, 10*time.Second)
			c.state(of, flows.CampaignPaused, tt.why)
			if got := c.Messenger.SentTo("ou_hr1"); len(got) <= before ||
				!workerstest.Shows(got[len(got)-1].Current(), "campaign_why."+string(tt.why)) {
				t.Error("HR got no card that says why")
			}
			broken = false
			c.pass(31*24*time.Hour, 12*time.Hour)
			c.state(of, flows.CampaignPaused, tt.why)
			c.CheckAnswer(c.press("ou_hr1", of, cards.ActPause, cards.ToResume), "campaign_started")
			c.RunJobs()
			c.pass(2*time.Minute, 10*time.Second)
			for _, id := range ids {
				if got := c.got(id, "invitation.why"); got != 1 {
					t.Errorf("%s: got %d invitations, want 1", id, got)
				}
			}
		})
	}
}

// TestPauseByHR: what was planned is not sent, and the same people are invited after the pause.
func TestPauseByHR(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t, func(d *engine.Deps, _ *workers.Deps) { d.Policy.Campaign.PerMinute = 6 })
	ids := people(6)
	of := c.invites("ou_hr1", ids...)
	c.confirms(of)
	c.CheckAnswer(c.press("ou_hr2", of, cards.ActPause, ""), "done")
	c.pass(5*time.Minute, 10*time.Second)
	if got := c.got(ids[0], "invitation.why") + c.got(ids[1], "invitation.why"); got != 1 {
		t.Errorf("got %d invitations of the first two while it is paused, want the first one's", got)
	}
	if a, err := c.Engine.Click(t.Context(), flows.CardAction{
		EventID: c.NextID(), TenantKey: workerstest.Tenant, OpenID: "ou_hr1", At: c.Now(),
		Action: cards.Action{V: 1, Act: cards.ActPause, Case: of.ID, Rev: of.Shown()},
	}); err != nil || a.Toast == nil || *a.Toast != cards.NewToast("campaign_changed", nil) {
		t.Errorf("a button of an older card: got %+v, %v, want that it has changed", a.Toast, err)
	}
	c.press("ou_hr1", of, cards.ActPause, cards.ToResume)
	c.pass(2*time.Minute, 10*time.Second)
	for _, id := range ids {
		if got := c.got(id, "invitation.why"); got != 1 {
			t.Errorf("%s: got %d invitations, want 1", id, got)
		}
	}
}

// TestTwoAdminsInviteTheSame: the second one gets the card of the first one's campaign.
func TestTwoAdminsInviteTheSame(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t)
	first := c.invites("ou_hr1", "ou_p000", "ou_p001")
	second := c.invites("ou_hr2", "ou_p000", "ou_p001")
	if first.ID != second.ID {
		t.Fatalf("got campaigns %s and %s, want one", first.ID, second.ID)
	}
	if !slices.Equal(second.Viewers, []string{"ou_hr1", "ou_hr2"}) || second.By != "ou_hr1" {
		t.Errorf("got %v by %s, want both to have the card of ou_hr1's", second.Viewers, second.By)
	}
	if last := c.Messenger.SentTo("ou_hr2"); !slices.ContainsFunc(last, func(m *workerstest.Message) bool {
		return workerstest.Shows(m.Current(), "campaign.title")
	}) {
		t.Error("the second admin has no card of the campaign")
	}
}

// TestNobodyIsInvitedTwiceAWeek: who was invited by one campaign is left out of another for a week, also if both were
// previewed before.
func TestNobodyIsInvitedTwiceAWeek(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t)
	one := c.invites("ou_hr1", "ou_p000", "ou_p001")
	two := c.invites("ou_hr2", "ou_p001", "ou_p002")
	if p := c.person(two, "ou_p001"); p.Status != flows.PersonInvite {
		t.Errorf("before anybody is invited: got %s, want invite", p.Status)
	}
	c.confirms(one)
	c.confirms(two)
	c.pass(time.Minute, 30*time.Second)
	if p := c.person(two, "ou_p001"); p.Status != flows.PersonRecent || c.got("ou_p001", "invitation.why") != 1 {
		t.Errorf("got %s and %d invitations, want recent and 1", p.Status, c.got("ou_p001", "invitation.why"))
	}
	c.Advance(6 * 24 * time.Hour)
	if p := c.person(c.invites("ou_hr1", "ou_p001", "ou_p003"), "ou_p001"); p.Status != flows.PersonRecent {
		t.Errorf("after six days: got %s, want recent", p.Status)
	}
	c.Advance(2 * 24 * time.Hour)
	if p := c.person(c.invites("ou_hr1", "ou_p001", "ou_p004"), "ou_p001"); p.Status != flows.PersonInvite {
		t.Errorf("after eight days: got %s, want invite", p.Status)
	}
}

// workingHours gives the policy working days from 9 to 18.
func workingHours(d *engine.Deps, _ *workers.Deps) {
	hours := workday.Hours{Begin: 9 * time.Hour, End: 18 * time.Hour}
	d.Policy.Work = workday.Schedule{Calendar: workday.Mainland(), Hours: hours}
}

// TestInvitationsKeepWorkingHours: what is left at the end of the day goes out on the next working day.
func TestInvitationsKeepWorkingHours(t *testing.T) {
	t.Parallel()
	c := newCampaigns(t, workingHours, func(d *engine.Deps, _ *workers.Deps) { d.Policy.Campaign.PerMinute = 6 })
	friday := time.Date(2026, 6, 5, 17, 59, 30, 0, flows.ChinaTime)
	c.Advance(friday.Sub(c.Now()))
	ids := people(6)
	of := c.invites("ou_hr1", ids...)
	c.confirms(of)
	c.pass(2*time.Minute, 10*time.Second)
	count := func() (n int) {
		for _, id := range ids {
			n += c.got(id, "invitation.why")
		}
		return n
	}
	if got := count(); got != 3 {
		t.Errorf("on Friday: got %d invitations, want the 3 of the last half minute", got)
	}
	monday := time.Date(2026, 6, 8, 8, 59, 0, 0, flows.ChinaTime)
	c.pass(monday.Sub(c.Now()), time.Hour)
	if got := count(); got != 3 {
		t.Errorf("at the weekend: got %d invitations, want no more than 3", got)
	}
	c.pass(2*time.Minute, 10*time.Second)
	if got := count(); got != 6 {
		t.Errorf("on Monday: got %d invitations, want all 6", got)
	}
}
