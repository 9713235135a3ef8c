package workers_test

import (
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestDeletionWaitsForHR: a deletion that is asked for while the outcome of an evidence point is not known waits
// until HR has settled it, and is carried out then. The point is kept as proof, and nothing of the person.
func TestDeletionWaitsForHR(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Filing, "ou_1", func(c *flows.Case) {
		c.Evidence = &flows.Write{State: flows.WriteStarted, Job: "job", Attempt: 1}
	})
	_, _, err := w.Engine.Report(t.Context(), c.ID, flows.Event{Kind: flows.StepStopped,
		Stop: &flows.Attention{Step: flows.StepEvidence, Code: flows.StopUnknownOutcome}})
	w.Must(err)
	stopped := w.InState(c.ID, flows.NeedsAttention)
	w.Click("ou_1", stopped, cards.ActDeleteData)
	for range 3 {
		w.RunJobs(flows.JobEraseRequested)
		lastRequest(w, "ou_1", flows.RequestDelete, flows.RequestOpen)
		w.Advance(time.Hour)
	}
	w.CheckAnswer(w.Click("ou_hr1", w.CaseNow(c.ID), cards.ActResolve, "evi_point_id", "P77"), "resolved")
	w.InState(c.ID, flows.Done)
	w.Advance(time.Hour)
	w.RunJobs(flows.JobEraseRequested)
	lastRequest(w, "ou_1", flows.RequestDelete, flows.RequestFulfilled)
	now := w.CaseNow(c.ID)
	if now.Erased.IsZero() || !now.Personal.Empty() || now.Evidence == nil || now.Evidence.ID != "P77" {
		t.Errorf("got %+v, want everything personal deleted and the point on record", now.Evidence)
	}
	w.Must(w.Store.VerifyChain(t.Context(), c.ID))
}

// TestSameNumberAfterADeletion: when one of two people with the same number has everything deleted, HR's card of the
// other does not name that person any more, and a third person's number is not compared with it.
func TestSameNumberAfterADeletion(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	first := w.Walk("ou_1", flows.SampleNumber, flows.Done)
	w.Advance(2 * time.Minute)
	second := w.Walk("ou_2", flows.SampleNumber, flows.AwaitingReview)
	named := func(c *flows.Case) (named bool) {
		w.Must(w.Store.View(t.Context(), func(v flows.View) error {
			vc, err := w.Engine.HRView(t.Context(), v, w.CaseNow(c.ID))
			named = strings.Contains(string(flows.HRCard(w.CaseNow(c.ID), vc).JSON()), "ou_1")
			return err
		}))
		return named
	}
	if !named(second) {
		t.Fatal("HR's card does not name the other person")
	}
	w.Click("ou_1", w.CaseNow(first.ID), cards.ActWithdraw)
	if named(second) {
		t.Error("HR's card names somebody whose data is deleted")
	}
	w.Advance(2 * time.Minute)
	if third := w.Walk("ou_3", flows.SampleNumber, flows.AwaitingReview); len(third.SameNumberCases) != 1 ||
		third.SameNumberCases[0] != second.ID {
		t.Errorf("got the cases %v with the same number, want the one that is kept", third.SameNumberCases)
	}
}

// TestRequestOfALeaverInTheShell: a request that a command carries in follows the rules of those in the chat, and HR's
// answer is sent to nobody, since the account is gone.
func TestRequestOfALeaverInTheShell(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Done, "ou_1")
	staffChange(w, "ou_1", flows.StaffLeft)
	hr := engine.OnBehalf{By: "ou_hr1", Reason: "letter, ID card seen"}
	asked := w.Now()
	r, err := w.Engine.AskOnBehalf(t.Context(), c.ID, flows.RequestObject, "no third parties", hr)
	w.Must(err)
	if want := w.Engine.Policy.RequestDue(asked); !r.DueAt.Equal(want) {
		t.Errorf("got the deadline %v, want %v", r.DueAt, want)
	}
	w.RunJobs(flows.JobReply)
	if got := lastCard(w, "ou_hr1"); !strings.Contains(got, "no third parties") {
		t.Errorf("HR's card is %s, want the objection", got)
	}
	for _, tt := range []struct {
		o    engine.OnBehalf
		want error
	}{
		{engine.OnBehalf{By: "ou_2", Reason: hr.Reason}, engine.ErrNotAdmin},
		{engine.OnBehalf{By: "ou_1", Reason: hr.Reason}, engine.ErrNotAdmin},
		{engine.OnBehalf{By: "ou_hr1"}, engine.ErrNoManner},
	} {
		if _, err := w.Engine.AnswerOnBehalf(t.Context(), r.ID, flows.RequestFulfilled, "", tt.o); err != tt.want {
			t.Errorf("%+v: got %v, want %v", tt.o, err, tt.want)
		}
	}
	own := w.PutCase(flows.Done, "ou_hr2")
	self := engine.OnBehalf{By: "ou_hr2", Reason: hr.Reason}
	_, err = w.Engine.AskOnBehalf(t.Context(), own.ID, flows.RequestCopy, "", self)
	if err != engine.ErrOwnData {
		t.Errorf("got %v for an admin's own data, want %v", err, engine.ErrOwnData)
	}
	before := len(w.Messenger.SentTo("ou_1"))
	_, err = w.Engine.AnswerOnBehalf(t.Context(), r.ID, flows.RequestFulfilled, "done", hr)
	w.Must(err)
	w.RunJobs(flows.JobReply)
	if got := len(w.Messenger.SentTo("ou_1")); got != before {
		t.Errorf("got %d messages to a leaver, want none", got-before)
	}
	if _, err := w.Engine.AnswerOnBehalf(t.Context(), r.ID, flows.RequestDeclined, "no", hr); err != engine.ErrEnded {
		t.Errorf("got %v for an answer to an answered one, want %v", err, engine.ErrEnded)
	}
	w.Must(w.Store.VerifyChain(t.Context(), c.ID))
}
