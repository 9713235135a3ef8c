package workers_test

import (
	"context"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestContact: the directory fills the form in. Without it the form starts empty, and nothing waits.
func TestContact(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer func(n int) (flows.Contact, error)
		mobile string
		calls  int
		after  time.Duration
	}{
		{"known", func(int) (flows.Contact, error) {
			return flows.Contact{Name: "小样", Mobile: "+86" + flows.SampleMobile}, nil
		}, "+86" + flows.SampleMobile, 1, 0},
		{"no scope", func(int) (flows.Contact, error) { return flows.Contact{}, workerstest.NoScope() }, "", 1, 0},
		{"nothing to see", func(int) (flows.Contact, error) { return flows.Contact{}, nil }, "", 1, 0},
		{"busy at first", func(n int) (flows.Contact, error) {
			if n == 1 {
				return flows.Contact{}, workerstest.RetryLater()
			}
			return flows.Contact{Name: "小样", Mobile: flows.SampleMobile}, nil
		}, flows.SampleMobile, 2, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := workerstest.New(t)
			calls := 0
			w.Messenger.ContactFunc = func(context.Context, string) (flows.Contact, error) {
				calls++
				return tt.answer(calls)
			}
			w.Say("ou_1", "实名")
			w.RunJobs()
			if calls != 0 {
				t.Error("looked up before consent")
			}
			w.Click("ou_1", w.LatestCase("ou_1"), cards.ActConsent)
			w.RunJobs()
			w.Advance(tt.after)
			w.RunJobs()
			c := w.InState(w.LatestCase("ou_1").ID, flows.AwaitingPhotos)
			if calls != tt.calls || c.Personal.ContactMobile != tt.mobile {
				t.Errorf("%d calls, mobile known: %v, want %v", calls, c.Personal.ContactMobile != "", tt.calls)
			}
		})
	}
}
