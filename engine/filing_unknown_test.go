package engine_test

import (
	"context"
	"slices"
	"testing"

	"shiming/cards"
	"shiming/esign"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestUnknownFirstFiling: nobody knows whether e签宝 has taken the first filing. It is the only identity at risk until HR
// has found out, however long that takes: HR's card says that the others wait, and what HR finds decides what follows.
func TestUnknownFirstFiling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		act   cards.Act
		form  []string
		toast string
		ended flows.State // of the first case
	}{
		{"it has", cards.ActResolve, []string{"evi_point_id", "P77"}, "resolved", flows.Done},
		{"it has not", cards.ActRetry, nil, "retried", flows.Done},
		{"given up", cards.ActClose, nil, "shut", flows.Rejected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			down := true
			w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
				if down {
					return "", workerstest.UnknownOutcome()
				}
				return "", nil
			}
			first := approveAll(w, 0, 1)[0]
			w.RunJobs()
			w.InState(first, flows.NeedsAttention)
			behind := approveAll(w, 1, 3)
			for range 3 {
				w.RunJobs()
				w.Advance(flows.ProbeEvery)
			}
			requireHeld(w, behind, flows.LeadFirst)
			sent := w.Messenger.SentTo("oc_hr")
			if !slices.ContainsFunc(sent, func(m *workerstest.Message) bool {
				return workerstest.Shows(m.Current(), "attention.holds")
			}) || len(w.IdentityRecorder.Recorded) != 1 {
				t.Errorf("got %d identities, want 1 and HR's card to say that the others wait", len(w.IdentityRecorder.Recorded))
			}
			down = false
			w.CheckAnswer(w.Click("ou_hr1", w.CaseNow(first), tt.act, tt.form...), tt.toast)
			w.RunJobs() // they are woken, and do not wait for their time
			w.InState(first, tt.ended)
			for _, id := range behind {
				w.InState(id, flows.Done)
			}
			if n := len(w.IdentityRecorder.Recorded); n != 4 {
				t.Errorf("got %d identities, want 4", n)
			}
		})
	}
}
