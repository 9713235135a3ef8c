package engine_test

import (
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestUndoAtTheLastMoment: a decision at the desk can be undone until the end of its time, to the nanosecond, and then
// does not come back. After the end it has taken effect, and the undo says so.
func TestUndoAtTheLastMoment(t *testing.T) {
	t.Parallel()
	const undo = 10 * time.Second
	for name, how := range map[string]struct {
		decide, undo func(w *workerstest.Harness) flows.Answer
		undone       string
		args         []string
	}{
		"one case": {
			decide: func(w *workerstest.Harness) flows.Answer {
				press(w, "ou_hr1", cards.Action{Act: cards.ActNext, To: cards.ToOpen, Case: "case-00000"})
				return press(w, "ou_hr1", cards.Action{Act: cards.ActApprove, Case: "case-00000", Rev: w.CaseNow("case-00000").Rev})
			},
			undo: func(w *workerstest.Harness) flows.Answer {
				return press(w, "ou_hr1", cards.Action{Act: cards.ActUndo, Case: "case-00000", Rev: w.CaseNow("case-00000").Rev})
			},
			undone: "undone",
		},
		"several": {
			decide: func(w *workerstest.Harness) flows.Answer {
				press(w, "ou_hr1", cards.Action{Act: cards.ActBulk})
				return press(w, "ou_hr1", cards.Action{Act: cards.ActBulk, To: cards.ToConfirm})
			},
			undo: func(w *workerstest.Harness) flows.Answer {
				return press(w, "ou_hr1", cards.Action{Act: cards.ActBulk, To: cards.ToUndo})
			},
			undone: "bulk_undone",
			args:   []string{"n", "2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := atDesk(t, 2, func(int) flows.Level { return flows.LevelPassed })
			w.Engine.Policy.Undo = undo
			how.decide(w)
			w.InState("case-00000", flows.Decided)
			w.Advance(undo - time.Nanosecond)
			w.RunJobs()
			w.CheckAnswer(how.undo(w), how.undone, how.args...)
			w.InState("case-00000", flows.AwaitingReview)
			w.Advance(undo)
			w.RunJobs()
			w.InState("case-00000", flows.AwaitingReview)

			how.decide(w)
			w.InState("case-00000", flows.Decided)
			w.Advance(undo)
			w.RunJobs(flows.JobTakeEffect)
			if s := w.CaseNow("case-00000").State; s == flows.Decided || s == flows.AwaitingReview {
				t.Errorf("at the end of the time the case is %s, want the decision in effect", s)
			}
			if how.undo(w).Toast.Type == "success" {
				t.Error("undone after the end, want a refusal")
			}
			if s := w.CaseNow("case-00000").State; s == flows.AwaitingReview {
				t.Error("the case is back in the review after the end")
			}
		})
	}
}
