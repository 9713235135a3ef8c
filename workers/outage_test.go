package workers_test

import (
	"context"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestOutage: when a platform is out for long, the applicant is told soon and HR after half an hour. The step goes on
// by itself.
func TestOutage(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	out := true
	w.IdentityRecorder.RecordFunc = func(context.Context, string, string, string, string) (string, error) {
		if out {
			return "", workerstest.RetryLater()
		}
		return "", nil
	}
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
	told, begin := time.Duration(0), w.Now()
	for n := 1; n <= 14; n++ {
		w.RunJobs()
		now := w.CaseNow(c.ID)
		if n >= 3 && n < 12 && now.Delayed != "identity" {
			t.Fatalf("attempt %d: the applicant is not told", n)
		}
		if n < 3 && now.Delayed != "" {
			t.Fatalf("attempt %d: the applicant is told already", n)
		}
		if now.State == flows.NeedsAttention && told == 0 {
			told = w.Now().Sub(begin)
			if now.Attention.Code != "unavailable" {
				t.Errorf("attention %+v", now.Attention)
			}
		}
		probes := w.Waiting(flows.JobIdentity)
		if len(probes) != 1 {
			t.Fatalf("attempt %d: %d jobs, want 1", n, len(probes))
		}
		w.Advance(probes[0].At.Sub(w.Now()))
	}
	if told < 20*time.Minute || told > 40*time.Minute {
		t.Errorf("HR was told after %v", told)
	}
	out = false
	w.RunJobs()
	w.InState(c.ID, flows.Done)
	if w.IdentityRecorder.Recorded["ou_1"] != 1 {
		t.Errorf("identities %v", w.IdentityRecorder.Recorded)
	}
}
