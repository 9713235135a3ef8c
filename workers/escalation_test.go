package workers_test

import (
	"testing"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestEscalation: after MaxReminders the list of waiting cases goes to each admin in private as well, again and again.
func TestEscalation(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	w.QueueJob(flows.Remind(c.Rev, w.Now()).Of(c.ID))
	lists := func(to string) (n int) {
		for _, m := range w.Messenger.SentTo(to) {
			if workerstest.Shows(m.Current(), "pending.title") {
				n++
			}
		}
		return n
	}
	const rounds = flows.MaxReminders + 3
	for n := 1; n <= rounds; n++ {
		w.RunJobs(flows.JobRemind, flows.JobReply)
		if got := lists("oc_hr"); got != n {
			t.Fatalf("reminder %d: %d lists in the review group, want %d", n, got, n)
		}
		for _, admin := range []string{"ou_hr1", "ou_hr2"} {
			if got, want := lists(admin), max(0, n-flows.MaxReminders); got != want {
				t.Errorf("reminder %d: %d lists to %s, want %d", n, got, admin, want)
			}
		}
		next := w.Waiting(flows.JobRemind)[0].At
		if !flows.Awake(next) {
			next = flows.NextMorning(next)
		}
		w.Advance(next.Sub(w.Now()))
	}
	w.InState(c.ID, flows.AwaitingReview)
}
