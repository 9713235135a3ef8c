package workers_test

import (
	"context"
	"testing"
	"time"

	"shiming/cards"
	"shiming/esign"
	"shiming/flows"
	"shiming/verify"
	"shiming/workers/workerstest"
)

// runAndDie runs a job whose process dies during the call.
func runAndDie(w *workerstest.Harness, j flows.Job) {
	w.T.Helper()
	defer func() {
		if recover() == nil {
			w.T.Errorf("%s made no call", j.Kind)
		}
	}()
	_ = w.Run(w.T.Context(), j)
}

const killed = "killed"

// TestKilledDuringWrite: a write whose process died before the answer is unknown. It is not repeated until HR decides.
func TestKilledDuringWrite(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"identity", "evidence"} {
		for _, found := range []bool{true, false} {
			w := workerstest.New(t)
			state, kind := flows.Recording, flows.JobIdentity
			w.IdentityRecorder.RecordFunc = func(context.Context, string, string, string, string) (string, error) {
				panic(killed)
			}
			if step == "evidence" {
				state, kind = flows.Filing, flows.JobEvidence
				w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) { panic(killed) }
			}
			c := w.PutCase(state, "ou_1", func(c *flows.Case) {
				if step == "identity" {
					c.Identity = nil
				}
				c.Evidence = nil
			})
			calls := func() int {
				if step == "identity" {
					return w.IdentityRecorder.Calls
				}
				return w.EvidenceClient.Calls
			}
			j := w.QueueJob(flows.Job{Kind: kind, Case: c.ID})
			w.TakeJob(kind)
			runAndDie(w, j)
			w.InState(c.ID, state)
			// Another job, as of a second instance, makes no call while the first job may be running.
			w.Must(w.Run(t.Context(), flows.Job{Kind: kind, Case: c.ID, Key: "another"}))
			if calls() != 1 {
				t.Fatalf("%s: %d calls, want 1", step, calls())
			}
			for range 3 {
				w.Must(w.Run(t.Context(), j))
			}
			now := w.InState(c.ID, flows.NeedsAttention)
			if now.Attention.Code != "unknown_outcome" || string(now.Attention.Step) != step || calls() != 1 {
				t.Fatalf("%s: %+v after %d calls, want 1", step, now.Attention, calls())
			}
			w.IdentityRecorder.RecordFunc, w.EvidenceClient.PointFunc = nil, nil
			if found {
				w.CheckAnswer(w.Click("ou_hr1", now, cards.ActResolve, "evi_point_id", "P77"), "resolved")
			} else {
				// The platform may still be applying the request of the dead process.
				w.Advance(20 * time.Second)
				a := w.Click("ou_hr1", now, cards.ActRetry)
				w.CheckAnswer(a, "write_quiet", "seconds", "40")
				if again := w.CaseNow(c.ID); a.Card != nil || again.Version != now.Version || len(w.Waiting(kind)) != 0 {
					t.Errorf("%s: a retry that came too soon did something: %+v", step, again.Attention)
				}
				w.Advance(40 * time.Second)
				w.CheckAnswer(w.Click("ou_hr1", now, cards.ActRetry), "retried")
			}
			w.RunJobs()
			done := w.InState(c.ID, flows.Done)
			want := 1
			if !found {
				want = 2
			}
			if calls() != want {
				t.Errorf("%s, found %v: %d calls, want %v", step, found, calls(), want)
			}
			if step == "evidence" && found && done.Evidence.ID != "P77" {
				t.Errorf("evidence %s", done.Evidence.ID)
			}
		}
	}
}

// TestShutdownDuringWrite: the same when the program is stopped during the call.
func TestShutdownDuringWrite(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Recording, "ou_1", func(c *flows.Case) { c.Identity = nil })
	j := w.QueueJob(flows.Job{Kind: flows.JobIdentity, Case: c.ID})
	ctx, stop := context.WithCancel(t.Context())
	w.IdentityRecorder.RecordFunc = func(ctx context.Context, _, _, _, _ string) (string, error) {
		stop()
		return "", ctx.Err()
	}
	if err := w.Run(ctx, j); err == nil {
		t.Error("the job ended as if all were well")
	}
	w.InState(c.ID, flows.Recording)
	w.Must(w.Run(t.Context(), j))
	now := w.InState(c.ID, flows.NeedsAttention)
	if now.Attention.Code != "unknown_outcome" || w.IdentityRecorder.Calls != 1 {
		t.Errorf("%+v after %d calls, want 1", now.Attention, w.IdentityRecorder.Calls)
	}
}

// TestKilledWhileSendingCode: a code whose process died during the call counts as sent, and can be typed.
func TestKilledWhileSendingCode(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.Walk("ou_1", flows.SampleNumber, flows.AwaitingConfirmation)
	w.Verifier.SendFunc = func(context.Context, string, string) (verify.SMSReceipt, error) { panic(killed) }
	w.Click("ou_1", c, cards.ActConfirm, workerstest.SampleForm()...)
	j := w.TakeJob(flows.JobSendCode)
	runAndDie(w, j)
	for range 3 {
		w.Must(w.Run(t.Context(), j))
	}
	now := w.InState(c.ID, flows.AwaitingCode)
	if now.Code.State != "unknown" || len(w.Verifier.Codes) != 1 {
		t.Fatalf("%+v after %d calls, want 1", now.Code, len(w.Verifier.Codes))
	}
	w.CheckAnswer(w.Click("ou_1", now, cards.ActSubmitCode, "sms_code", w.Verifier.Code()), "saved")
	w.InState(c.ID, flows.Checking)
}

// TestConcurrentWrites: two jobs at the same moment make one write.
func TestConcurrentWrites(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Recording, "ou_1", func(c *flows.Case) { c.Identity = nil })
	both := make(chan error, 2)
	entered, proceed := make(chan struct{}, 2), make(chan struct{})
	w.IdentityRecorder.RecordFunc = func(context.Context, string, string, string, string) (string, error) {
		entered <- struct{}{}
		<-proceed
		return "", nil
	}
	for _, key := range []string{"a", "b"} {
		go func() { both <- w.Run(t.Context(), flows.Job{Kind: flows.JobIdentity, Case: c.ID, Key: key}) }()
	}
	<-entered
	if err := <-both; err != nil { // the other job ends without waiting
		t.Error(err)
	}
	close(proceed)
	if err := <-both; err != nil {
		t.Error(err)
	}
	if w.IdentityRecorder.Calls != 1 || w.InState(c.ID, flows.Filing).Identity.Attempt != 1 {
		t.Errorf("calls: got %d, want 1", w.IdentityRecorder.Calls)
	}
}
