package engine_test

import (
	"strings"
	"testing"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestLongAnswer: of an answer HR sees the first 240 characters and that it goes on, and the employee is told.
func TestLongAnswer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ notice, kept string }{
		strings.Repeat("长", 240):        {"notice.answer_received", strings.Repeat("长", 240)},
		strings.Repeat("长", 240) + "\n": {"notice.answer_received", strings.Repeat("长", 240)},
		strings.Repeat("长", 241):        {"notice.answer_cut", strings.Repeat("长", 240) + "…"},
	} {
		w := workerstest.New(t)
		c := w.PutCase(flows.AwaitingReview, "ou_1")
		w.MustReport(c.ID, flows.Event{Kind: flows.Queried, Role: flows.HR, Actor: "ou_hr1", Preset: "mobile_owner"})
		w.Say("ou_1", text)
		w.RunJobs()
		exchanges := w.CaseNow(c.ID).Personal.Exchanges
		if got := exchanges[len(exchanges)-1].Text; got != want.kept {
			t.Errorf("kept %q of %d characters, want %q", got, len([]rune(text)), want.kept)
		}
		told := false
		for _, m := range w.Messenger.SentTo("ou_1") {
			told = told || workerstest.Shows(m.Current(), want.notice)
		}
		for _, m := range w.Messenger.SentTo("oc_p2p_ou_1") {
			told = told || workerstest.Shows(m.Current(), want.notice)
		}
		if !told {
			t.Errorf("the employee is not told %s of %d characters", want.notice, len([]rune(text)))
		}
	}
}
