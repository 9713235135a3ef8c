package workers_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestChaseThatCannotLeave: a reminder that Feishu does not take for hours leaves afterwards and counts once. One of which
// nobody knows whether it has left counts, and is not sent again. One that the working hours overtake is not counted, and
// leaves on the next morning.
func TestChaseThatCannotLeave(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		says         *workerstest.UpstreamError
		hours        int // for which Feishu says it, from 12:00
		sent, counts int
	}{
		"busy for three hours":   {&workerstest.UpstreamError{Class: "retry", IsTemporary: true}, 3, 1, 1},
		"unknown":                {&workerstest.UpstreamError{Class: "retry", IsTemporary: true, MayHaveApplied: true}, 3, 0, 1},
		"busy until the night":   {&workerstest.UpstreamError{Class: "retry", IsTemporary: true}, 7, 0, 0},
		"busy until the morning": {&workerstest.UpstreamError{Class: "retry", IsTemporary: true}, 20, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCampaigns(t, workingHours)
			of := c.invites("ou_hr1", "ou_p000")
			c.confirms(of)
			c.pass(24*time.Hour, time.Hour)
			ends := c.Now().Add(time.Duration(tt.hours) * time.Hour)
			c.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
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
