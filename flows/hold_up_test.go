package flows

import (
	"testing"
	"time"

	"shiming/idcard"
)

// TestHoldUpOnce: a first look may be wrong, so that it holds up nobody twice.
func TestHoldUpOnce(t *testing.T) {
	fine := idcard.Look{Found: true, Score: 1.1, Light: 200, Width: 900, Chroma: 12, Side: idcard.Front, SideFit: 0.3}
	glare := fine
	glare.Glare = 0.2
	rules := PhotoRules{HoldUp: true, Limits: idcard.DefaultLookLimits}
	for _, tt := range []struct {
		name    string
		prepare func(c *Case, rules *PhotoRules)
		look    idcard.Look
		held    bool
	}{
		{"a certain fault", func(*Case, *PhotoRules) {}, glare, true},
		{"no fault", func(*Case, *PhotoRules) {}, fine, false},
		{"no card found", func(*Case, *PhotoRules) {}, idcard.Look{Light: 200}, false},
		{"a measured fault on no card", func(*Case, *PhotoRules) {}, idcard.Look{Light: 200, Glare: 0.9, Blur: 99}, false},
		{"sent again", func(c *Case, _ *PhotoRules) { c.HeldUpAt = c.Photos[0].At }, glare, false},
		{"sent long after", func(c *Case, _ *PhotoRules) { c.HeldUpAt = c.Photos[0].At.Add(-time.Hour) }, glare, false},
		{"sent with the one that was held up", func(c *Case, _ *PhotoRules) {
			c.HeldUpAt = c.Photos[0].At.Add(time.Second)
		}, glare, true},
		{"switched off", func(_ *Case, r *PhotoRules) { r.HoldUp = false }, glare, false},
		{"another document", func(c *Case, _ *PhotoRules) { c.Personal.Document = idcard.Passport }, glare, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := SampleCase(AwaitingPhotos)
			c.Photos = []Photo{{ID: "p1", MessageID: "om_1", State: PhotoWaiting, At: SampleTime.Add(-time.Minute)}}
			r := rules
			tt.prepare(c, &r)
			fetched := Event{Kind: PhotoFetched, PhotoID: "p1", Look: tt.look, SHA256: "ab"}
			d := decide(t, c, fetched, func(p *Policy) { p.Photos = r })
			photo := d.Case.PhotoByID("p1")
			if held := photo.State == PhotoRefused; held != tt.held {
				t.Fatalf("got the photo %s (%s), want held up: %v", photo.State, photo.Problem, tt.held)
			}
			if !tt.held {
				d.wantJobs(JobReadPhotos)
				return
			}
			d.wantJobs(JobReply)
			want := c.HeldUpAt
			if want.IsZero() {
				want = SampleTime
			}
			if !d.Case.HeldUpAt.Equal(want) {
				t.Errorf("got %v, want the time of the first one noted", d.Case.HeldUpAt)
			}
			if photo.Problem != "held_glare" || photo.Side != idcard.Front {
				t.Errorf("got %s of side %q, want held_glare of the front", photo.Problem, photo.Side)
			}
		})
	}
}
