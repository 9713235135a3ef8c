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

// TestChaseThatCannotLeave: a reminder that Feishu does not take for hours leaves afterwards and counts once. One of
// which nobody knows whether it has left counts, and is not sent again. One that the working hours overtake is not
// counted, and leaves on the next morning.
func TestChaseThatCannotLeave(t *testing.T) {
	t.Parallel()
	busy := &workerstest.UpstreamError{Class: "retry", IsTemporary: true}
	unknown := &workerstest.UpstreamError{Class: "retry", IsTemporary: true, MayHaveApplied: true}
	for name, tt := range map[string]struct {
		says         *workerstest.UpstreamError
		hours        int // for which Feishu says it, from 12:00
		sent, counts int
	}{
		"busy for three hours":   {busy, 3, 1, 1},
		"unknown":                {unknown, 3, 0, 1},
		"busy until the night":   {busy, 7, 0, 0},
		"busy until the morning": {busy, 20, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCampaigns(t, workingHours)
			of := c.invites("ou_hr1", "ou_p000")
			c.confirms(of)
			c.pass(24*time.Hour, time.Hour)
			ends := c.Now().Add(time.Duration(tt.hours) * time.Hour)
			c.Messenger.SendFunc = func(
				_ context.Context, to flows.Receiver, card json.RawMessage, uuid string,
			) (string, error) {
				if to.ID == "ou_p000" && c.Now().Before(ends) {
					return "", tt.says
				}
				return c.Messenger.Post(to, card, uuid), nil
			}
			c.CheckAnswer(c.press("ou_hr1", of, cards.ActChase, ""), "campaign_chase")
			c.pass(ends.Sub(c.Now())+time.Hour, 5*time.Minute)
			if got := c.got("ou_p000", "invitation.chase1"); got != tt.sent {
				t.Errorf("got %d reminders, want %d", got, tt.sent)
			}
			if got := c.person(of, "ou_p000").Chases; got != tt.counts {
				t.Errorf("got %d counted, want %d", got, tt.counts)
			}
		})
	}
}
