package engine_test

import (
	"fmt"
	"testing"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestRestoredWritesNothingByItself: after a restore no identity and no evidence is written before HR has decided,
// whatever state the case was in. HR's decisions lead to the end of the case.
func TestRestoredWritesNothingByItself(t *testing.T) {
	for _, tt := range []struct {
		at              flows.State
		identity, filed bool // what happened after the copy was made
		writes          int  // outside writes that are left to be made
	}{
		{flows.AwaitingConfirmation, false, false, 2},
		{flows.AwaitingCode, true, false, 1},
		{flows.AwaitingReview, true, true, 0},
		{flows.AwaitingReview, false, false, 2},
		{flows.Recording, true, true, 0},
		{flows.Recording, false, false, 2},
		{flows.Recording, true, false, 1},
	} {
		t.Run(fmt.Sprintf("%s, identity %t, filed %t", tt.at, tt.identity, tt.filed), func(t *testing.T) {
			w := workerstest.New(t)
			stopped := walkTo(w, "ou_1", tt.at)
			_, did, err := w.Report(t.Context(), stopped.ID, flows.Event{Kind: flows.Restored, ID: "2026-06-01T02:00:00Z"})
			w.Must(err)
			if !did {
				t.Fatal("nothing was noted")
			}
			if _, again, err := w.Report(t.Context(), stopped.ID,
				flows.Event{Kind: flows.Restored, ID: "2026-06-01T02:00:00Z"}); err != nil || again {
				t.Errorf("a second time: %v, %v", again, err)
			}
			walkToWrites(w, "ou_1")
			for _, ask := range []struct {
				step    flows.Step
				written bool
				resolve []string
			}{{"identity", tt.identity, nil}, {"evidence", tt.filed, []string{"evi_point_id", "P123"}}} {
				t.Run(fmt.Sprint(ask.step), func(t *testing.T) {
					c := w.InState(stopped.ID, flows.NeedsAttention)
					if a := c.Attention; a.Step != ask.step || a.Code != "unknown_outcome" ||
						a.Upstream != "copy_of/2026-06-01T02:00:00Z" {
						t.Fatalf("HR is asked about %+v, want %s", a, ask.step)
					}
					if ask.written {
						w.Click("ou_hr1", c, cards.ActResolve, ask.resolve...)
					} else {
						w.Click("ou_hr1", c, cards.ActRetry)
					}
					w.RunJobs()
				})
			}
			w.InState(stopped.ID, flows.Done)
			if got := w.IdentityRecorder.Calls + w.EvidenceClient.Calls; got != tt.writes {
				t.Errorf("outside writes: got %d, want %d", got, tt.writes)
			}
		})
	}
}

// walkTo registers a person until the state. It stops before the bot has made its writes.
func walkTo(w *workerstest.Harness, who string, at flows.State) *flows.Case {
	w.T.Helper()
	if at != flows.Recording {
		return w.Walk(who, flows.SampleNumber, at)
	}
	c := w.Walk(who, flows.SampleNumber, flows.AwaitingReview)
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
	return w.InState(c.ID, flows.Recording)
}

// walkToWrites goes on until the bot wants to write, and lets it try.
func walkToWrites(w *workerstest.Harness, who string) {
	w.T.Helper()
	for {
		w.RunJobs()
		c := w.LatestCase(who)
		switch c.State {
		case flows.AwaitingConfirmation:
			w.CheckAnswer(w.Click(who, c, cards.ActConfirm, workerstest.SampleForm()...), "saved")
		case flows.AwaitingCode:
			w.CheckAnswer(w.Click(who, c, cards.ActSubmitCode, "sms_code", w.Verifier.Code()), "saved")
		case flows.AwaitingReview:
			w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
		default:
			return
		}
	}
}

// TestRestoredDuringAnotherStop: HR's retry of another stop does not decide on the write.
func TestRestoredDuringAnotherStop(t *testing.T) {
	w := workerstest.New(t)
	c := walkTo(w, "ou_1", flows.Recording)
	stop := &flows.Attention{Step: "identity", Code: "permission", Upstream: "99991672"}
	_, _, err := w.Report(t.Context(), c.ID, flows.Event{Kind: flows.StepStopped, Stop: stop})
	w.Must(err)
	_, _, err = w.Report(t.Context(), c.ID, flows.Event{Kind: flows.Restored, ID: "2026-06-01T02:00:00Z"})
	w.Must(err)
	w.Click("ou_hr1", w.InState(c.ID, flows.NeedsAttention), cards.ActRetry)
	w.RunJobs()
	if a := w.InState(c.ID, flows.NeedsAttention).Attention; a.Code != "unknown_outcome" || a.Step != "identity" ||
		w.IdentityRecorder.Calls != 0 {
		t.Errorf("%+v after %d calls, want 0", a, w.IdentityRecorder.Calls)
	}
}
