package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/workday"
)

// TestCampaignTable: every pair of state and event either leads to a state or changes nothing, and a state that is over
// is never left.
func TestCampaignTable(t *testing.T) {
	states := []CampaignState{CampaignResolving, CampaignPreview, CampaignRunning, CampaignPaused, CampaignEnded,
		CampaignStopped, CampaignDiscarded}
	events := []CampaignEvent{CampaignFound, CampaignFailed, CampaignConfirm, CampaignDiscard, CampaignForgotten,
		CampaignPause, CampaignResume, CampaignStop, CampaignEnd}
	for _, s := range states {
		for _, ev := range events {
			c := Campaign{State: s, Run: 3}
			moved := c.Move(ev, "ou_hr", "", SampleTime)
			_, known := campaignTable[s][ev]
			switch {
			case moved != known:
				t.Errorf("%s, %s: moved %t, want %t", s, ev, moved, known)
			case moved && (!s.Live() || c.Run != 4 || c.LastMove().To != c.State || c.Shown() != 1):
				t.Errorf("%s, %s: got %+v, want a move of a live campaign on record", s, ev, c)
			case !moved && c.State != s:
				t.Errorf("%s, %s: got %s, want no change", s, ev, c.State)
			}
		}
	}
}

// TestListBehindTheWord: what stands on the lines below the word is the list; the numbers are those of its lines.
func TestListBehindTheWord(t *testing.T) {
	for text, want := range map[string]string{
		"邀请": "", "邀请\n": "", "invite\nou_1\n\nou_2": "1:ou_1 3:ou_2", "邀请：\r\n张三\r\n": "1:张三",
	} {
		if got := ParseCommand(text); got != CommandInvite {
			t.Errorf("%q: got the command %q, want invite", text, got)
		}
		lines, ok := ParseList(ListOf(text))
		var shown []string
		for _, l := range lines {
			shown = append(shown, fmt.Sprintf("%d:%s", l.Line, l.Text))
		}
		if got := strings.Join(shown, " "); got != want || !ok {
			t.Errorf("%q: got the list %q %t, want %q", text, got, ok, want)
		}
	}
	if got := ParseCommand("我想邀请\n张三"); got == CommandInvite {
		t.Error("a text that only contains the word is taken for it")
	}
	if lines, ok := ParseList(strings.Repeat("x\n", MaxCampaignPeople+1)); ok || lines != nil {
		t.Errorf("got %d lines of a list that is too long, want none", len(lines))
	}
}

// TestForecastOfCampaign: the pace of the invitations, the OCR's pace and the nights bound the forecast.
func TestForecastOfCampaign(t *testing.T) {
	p := SamplePolicy()
	hours := workday.Hours{Begin: 9 * time.Hour, End: 18 * time.Hour}
	p.Work = workday.Schedule{Calendar: workday.Mainland(), Hours: hours}
	monday := time.Date(2026, 6, 1, 10, 0, 0, 0, ChinaTime)
	tuesday := time.Date(2026, 6, 2, 9, 0, 0, 0, ChinaTime)
	spans := slices.Repeat([]time.Duration{10 * time.Minute}, 100)
	for name, tt := range map[string]struct {
		now            time.Time
		people, second int
		sent, done     time.Time
	}{
		"a morning": {monday, 1200, 10, monday.Add(10 * time.Minute), monday.Add(20 * time.Minute)},
		"over night": {monday.Add(7*time.Hour + 55*time.Minute), 1200, 10, tuesday.Add(5 * time.Minute),
			tuesday.Add(15 * time.Minute)},
		"slow OCR": {monday, 1200, 1, monday.Add(10 * time.Minute), monday.Add(50 * time.Minute)},
		"nobody":   {monday, 0, 10, time.Time{}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			p.Campaign.OCRPerSecond = tt.second
			got := ForecastOf(p, tt.people, spans, tt.now)
			if !got.SentBy.Equal(tt.sent) || !got.DoneBy.Equal(tt.done) {
				t.Errorf("got sent %s, done %s, want %s, %s", got.SentBy, got.DoneBy, tt.sent, tt.done)
			}
		})
	}
	if got := ForecastOf(p, 10, nil, monday); !got.DoneBy.IsZero() || got.SentBy.IsZero() {
		t.Errorf("without anybody's times: got %+v, want no end", got)
	}
}

// TestMayInvite: people are written to in working hours, and never at night, whatever the working hours are.
func TestMayInvite(t *testing.T) {
	p := SamplePolicy()
	friday := time.Date(2026, 6, 5, 20, 59, 0, 0, ChinaTime)
	if !p.MayInvite(friday) || p.MayInvite(friday.Add(time.Minute)) {
		t.Error("without working hours: want the day until 21:00")
	}
	p.Work = workday.Schedule{Calendar: workday.Mainland(), Hours: workday.Hours{End: 24 * time.Hour}}
	monday := time.Date(2026, 6, 8, 9, 0, 0, 0, ChinaTime)
	if got := p.NextInvite(friday.Add(time.Minute)); !got.Equal(monday) {
		t.Errorf("after Friday 21:00: got %s, want Monday 09:00", got)
	}
	if at := p.Spread(friday, friday.Add(time.Minute), 1000); len(at) != p.Campaign.PerMinute {
		t.Errorf("got %d moments in a minute, want %d", len(at), p.Campaign.PerMinute)
	}
}

// TestMilestones: each is told after the ones before, and nothing of a small campaign.
func TestMilestones(t *testing.T) {
	counts := func(n, sent, done int) []CampaignCount {
		return []CampaignCount{{Status: PersonInvite, N: n, Sent: sent, Started: done, Submitted: done, Done: done}}
	}
	for _, tt := range []struct {
		state         CampaignState
		n, sent, done int
		want          Milestone
	}{
		{CampaignRunning, 10, 0, 0, ""},
		{CampaignRunning, 10, 1, 0, MilestoneStart},
		{CampaignRunning, 10, 10, 4, MilestoneStart},
		{CampaignPaused, 10, 10, 5, MilestoneHalf},
		{CampaignEnded, 10, 10, 10, MilestoneEnd},
		{CampaignEnded, MinAnnounced - 1, 2, 2, ""},
	} {
		if got := MilestoneOf(tt.state, FunnelOf(counts(tt.n, tt.sent, tt.done))); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt, got, tt.want)
		}
	}
	if MilestoneStart.Follows(MilestoneHalf) || !MilestoneEnd.Follows("") || MilestoneHalf.Follows(MilestoneHalf) {
		t.Error("the order of the milestones is wrong")
	}
}
