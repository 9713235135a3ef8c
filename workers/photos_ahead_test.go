package workers_test

import (
	"fmt"
	"testing"
	"time"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestPhotosAhead: a person who waits behind many photos is told how many.
func TestPhotosAhead(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for i := range 25 {
		w.PutCase(flows.AwaitingPhotos, fmt.Sprint("ou_", i), func(c *flows.Case) {
			c.Photos[1].At = flows.SampleTime.Add(-time.Minute)
		})
	}
	for _, tt := range []struct {
		who  string
		at   time.Time // of the photo
		want int
	}{{"ou_last", flows.SampleTime, 25}, {"ou_first", flows.SampleTime.Add(-time.Hour), 0}} {
		t.Run(tt.who, func(t *testing.T) {
			c := w.PutCase(flows.AwaitingPhotos, tt.who, func(c *flows.Case) { c.Photos[1].At = tt.at })
			w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: tt.who})
			w.RunJobs(flows.JobShow)
			want := flows.ApplicantCard(c, flows.ViewContext{Now: w.Now(), Policy: flows.SamplePolicy(), Ahead: tt.want})
			workerstest.RequireCard(t, tt.who+"'s card", w.Messenger.SentTo(tt.who)[0].Current(), want)
		})
	}
	// Tenants of a marketplace app do not wait for each other, so that the card gives no number.
	w.Marketplace = true
	c := w.PutCase(flows.AwaitingPhotos, "ou_tenant", func(c *flows.Case) { c.Photos[1].At = flows.SampleTime })
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: c.OpenID})
	w.RunJobs(flows.JobShow)
	workerstest.RequireCard(t, "the tenant's card", w.Messenger.SentTo(c.OpenID)[0].Current(),
		flows.ApplicantCard(c, flows.ViewContext{Now: w.Now(), Policy: flows.SamplePolicy()}))
}
