package workers_test

import (
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestKnownDifferencesAreNotReported: HR is told once of what nobody can change, and every morning of what waits.
func TestKnownDifferencesAreNotReported(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	askReconcile(w, "对账")
	w.PutCase(flows.Done, "ou_1", withEvidence, func(c *flows.Case) { c.Evidence = nil })
	unknown := w.PutCase(flows.NeedsAttention, "ou_2", withUnknownEvidence)
	for range 2 {
		runNight(w)
		sendMorningCards(w)
	}
	if n := len(reconcileCards(w)); n != 2 {
		t.Fatalf("reports while an outcome is unknown: got %d, want 2", n)
	}
	runNight(w)
	w.CheckAnswer(w.Click("ou_hr1", unknown, cards.ActResolve, "evi_point_id", "P77"), "resolved")
	sendMorningCards(w)
	last := reconcileCards(w)[len(reconcileCards(w))-1].Current()
	if workerstest.Shows(last, "diff.evidence_unknown") || !workerstest.Shows(last, "diff.evidence_missing") {
		t.Error("the card shows what was dealt with since the night, or not what stays")
	}
	before := len(reconcileCards(w))
	runNight(w)
	sendMorningCards(w)
	if n := len(reconcileCards(w)); n != before {
		t.Errorf("%d more reports of what HR knows", n-before)
	}
	if card := askReconcile(w, "对账"); !workerstest.Shows(card, "diff.evidence_missing") ||
		workerstest.Shows(card, "reconcile.agree") {
		t.Error("the word does not show what still differs")
	}
}

// TestNoReportForResolvedDifferences: no report is sent if everything was resolved before the morning.
func TestNoReportForResolvedDifferences(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	askReconcile(w, "对账")
	c := w.PutCase(flows.NeedsAttention, "ou_2", withUnknownEvidence)
	runNight(w)
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActResolve, "evi_point_id", "P77"), "resolved")
	sendMorningCards(w)
	if n := len(reconcileCards(w)); n != 0 {
		t.Errorf("reports: got %d, want 0", n)
	}
	if card := askReconcile(w, "对账"); !workerstest.Shows(card, "reconcile.agree") {
		t.Error("the word says that something differs")
	}
}

// TestStalledCase: a case without a job is suspended in the morning, and HR's retry lets it go on.
func TestStalledCase(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	askReconcile(w, "对账")
	idle := w.PutCase(flows.Filing, "ou_idle", func(c *flows.Case) { c.Evidence = nil })
	busy := w.PutCase(flows.Filing, "ou_busy", func(c *flows.Case) { c.Evidence = nil })
	job := flows.Job{Kind: flows.JobEvidence, Case: busy.ID, Key: "busy"}
	w.Store.Queue = append(w.Store.Queue, &workerstest.Queued{Job: job, At: w.Now().Add(240 * time.Hour)})
	runNight(w)
	w.InState(idle.ID, flows.Filing) // the case is suspended in the morning only
	sendMorningCards(w)
	w.RunJobs(flows.JobShow)
	if n := len(reconcileCards(w)); n != 1 || !strings.Contains(reconcileCards(w)[0].Current(), idle.ID) ||
		strings.Contains(reconcileCards(w)[0].Current(), busy.ID) {
		t.Fatalf("reports: got %d, want 1", n)
	}
	now := w.InState(idle.ID, flows.NeedsAttention)
	if now.Attention.Code != "stalled" || now.Attention.Step != "evidence" {
		t.Errorf("%+v", now.Attention)
	}
	w.InState(busy.ID, flows.Filing)
	own := func() (n int) {
		for _, m := range w.Messenger.SentTo("oc_hr") {
			if workerstest.Shows(m.Current(), "trouble.stalled") {
				n++
			}
		}
		return n
	}
	if own() != 1 {
		t.Errorf("cards of the case itself: got %d, want 1", own())
	}
	// The button of the list brings the case's own card to the bottom.
	before := len(w.Messenger.SentTo("oc_hr"))
	w.CheckAnswer(w.Click("ou_hr2", now, cards.ActNext, "to", cards.ToBottom), "brought")
	w.RunJobs(flows.JobShow)
	if all := w.Messenger.SentTo("oc_hr"); len(all) != before+1 ||
		!workerstest.Shows(all[before].Current(), "trouble.stalled") || own() != 1 {
		t.Errorf("%d messages more, %d cards of the case, want 1", len(all)-before, own())
	}
	if w.CountAudits(idle.ID, "look") != 1 {
		t.Error("the look is not on record")
	}
	w.CheckAnswer(w.Click("ou_hr1", now, cards.ActRetry), "retried")
	w.RunJobs(flows.JobEvidence)
	w.InState(idle.ID, flows.Done)
	w.CheckAnswer(w.Click("ou_hr1", now, cards.ActNext, "to", cards.ToBottom), "late", "what", "approved", "when",
		"06-01 11:59", "who", "")
}

// TestOnlyHRRepostsCards: only an admin may bring a card down, and not that of the own case.
func TestOnlyHRRepostsCards(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingReview, "ou_hr2")
	w.CheckAnswer(w.Click("ou_1", c, cards.ActNext, "to", cards.ToBottom), "not_allowed")
	w.CheckAnswer(w.Click("ou_hr2", c, cards.ActNext, "to", cards.ToBottom), "self_review")
	c.ID = "01976f00-0000-7000-8000-00000000ffff"
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActNext, "to", cards.ToBottom), "bad_request")
	if len(w.Messenger.SentTo("oc_hr")) != 0 {
		t.Error("a card was sent")
	}
}
