package workers_test

import (
	"time"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// runNight moves the clock to the tenant's next run and runs it, up to the report.
func runNight(w *workerstest.Harness) {
	w.T.Helper()
	jobs := w.Waiting(flows.JobReconcile)
	if len(jobs) != 1 {
		w.T.Fatalf("nightly jobs are queued: got %d, want 1", len(jobs))
	}
	w.Advance(jobs[0].At.Sub(w.Now()))
	w.RunJobs(flows.JobReconcile)
}

// sendMorningCards moves the clock from 02:30 to 09:00 and sends what is due.
func sendMorningCards(w *workerstest.Harness) {
	w.T.Helper()
	w.Advance(6*time.Hour + 30*time.Minute)
	w.RunJobs(flows.JobReply)
}

// reconcileCards lists the reconciliation cards in the review group.
func reconcileCards(w *workerstest.Harness) (out []*workerstest.Message) {
	for _, m := range w.Messenger.SentTo("oc_hr") {
		if workerstest.Shows(m.Current(), "reconcile.title") {
			out = append(out, m)
		}
	}
	return out
}

// askReconcile returns the card that HR gets for 对账.
func askReconcile(w *workerstest.Harness, word string) string {
	w.T.Helper()
	before := len(w.Messenger.SentTo("ou_hr1"))
	w.Say("ou_hr1", word)
	w.RunJobs(flows.JobReply)
	all := w.Messenger.SentTo("ou_hr1")
	if len(all) != before+1 {
		w.T.Fatalf("%d answers to %s", len(all)-before, word)
	}
	return all[before].Current()
}

// withEvidence completes a case: identity recorded, evidence filed.
func withEvidence(c *flows.Case) {
	c.Evidence = &flows.Write{State: flows.WriteDone, ID: "P1", At: flows.SampleTime}
	c.Identity.At = flows.SampleTime
}

// withUnknownEvidence suspends a case with an evidence point whose outcome is unknown.
func withUnknownEvidence(c *flows.Case) {
	c.Identity.State, c.Identity.ID = flows.WriteDone, "uid"
	c.Uploads = map[string]string{"front": "f1", "back": "f2"}
	c.Evidence = &flows.Write{State: flows.WriteUnknown, Attempt: 1, Started: flows.SampleTime}
	c.Attention = &flows.Attention{
		Step:   "evidence",
		Return: flows.Filing,
		Rev:    6,
		Code:   "unknown_outcome",
		Since:  flows.SampleTime,
	}
}
