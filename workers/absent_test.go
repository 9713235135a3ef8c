package workers_test

import (
	"errors"
	"testing"

	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// withoutSuppliers are workers whose settings have neither a supplier nor e签宝, as with the method none.
func withoutSuppliers(_ *engine.Deps, d *workers.Deps) { d.Verifier, d.EvidenceClient = nil, nil }

// TestSupplierThatIsNotSetUp: a case that began under a method goes to HR with the reason when the settings have no
// account for it, and nothing irrevocable is written. The job waits, so that the case goes on by itself.
func TestSupplierThatIsNotSetUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		state   flows.State
		job     func(c *flows.Case) flows.Job
		step    flows.Step
		prepare func(c *flows.Case)
	}{
		{"code", flows.AwaitingCode, func(c *flows.Case) flows.Job { return flows.SendCode(c.Code.Seq, flows.SampleTime) },
			flows.StepCode, func(c *flows.Case) { c.Code = &flows.Code{Seq: 1, State: flows.CodeStateSending} }},
		{"check", flows.Checking, func(c *flows.Case) flows.Job { return flows.CheckPerson(c.Rev) }, flows.StepCheck, nil},
		{"check by bank card", flows.Checking, func(c *flows.Case) flows.Job { return flows.CheckPerson(c.Rev) },
			flows.StepCheck, func(c *flows.Case) { c.Method = flows.BankCardFour }},
		{"upload", flows.Recording, func(*flows.Case) flows.Job { return flows.UploadPhoto("front") }, flows.StepUpload,
			func(c *flows.Case) { c.Uploads = nil }},
		{"identity", flows.Recording, func(*flows.Case) flows.Job { return flows.RecordIdentity() }, flows.StepIdentity,
			func(c *flows.Case) { c.Identity = nil }},
		{"evidence", flows.Filing, func(*flows.Case) flows.Job { return flows.FileEvidence() }, flows.StepEvidence,
			func(c *flows.Case) { c.Evidence = nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := workerstest.New(t, withoutSuppliers)
			change := tt.prepare
			if change == nil {
				change = func(*flows.Case) {}
			}
			c := w.PutCase(tt.state, "ou_1", change)
			j := tt.job(c).Of(c.ID)
			j.Key = "k"
			err := w.Run(t.Context(), j)
			if later, ok := errors.AsType[*flows.RetryLater](err); !ok || !later.Snooze || later.In != flows.ProbeEvery {
				t.Errorf("got %v, want a probe", err)
			}
			a := w.InState(c.ID, flows.NeedsAttention).Attention
			if a.Step != tt.step || a.Code != flows.StopNotSetUp || a.Incident == "" {
				t.Errorf("got the stop %+v", a)
			}
			if w.IdentityRecorder.Calls != 0 {
				t.Error("an identity was written that can have no evidence")
			}
		})
	}
	t.Run("bank", func(t *testing.T) {
		w := workerstest.New(t, withoutSuppliers)
		c := w.PutCase(flows.AwaitingBankCard, "ou_1", func(c *flows.Case) {
			c.BankCard = &flows.BankCard{Seq: 1, State: flows.BankAsking}
		})
		w.Must(w.Run(t.Context(), flows.LookUpBank(1).Of(c.ID)))
		if got := w.InState(c.ID, flows.AwaitingBankCard).BankCard.State; got != flows.BankUnasked {
			t.Errorf("the bank is %q, want to be named by the applicant", got)
		}
	})
}

// TestSupplierThatIsSetUpAgain: the waiting job of a stopped case finds the supplier after a restart.
func TestSupplierThatIsSetUpAgain(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	without := workers.New(workers.Deps{
		Engine:           w.Engine,
		Messenger:        w.Messenger,
		IDCardReader:     w.IDCardReader,
		IdentityRecorder: w.IdentityRecorder,
	})
	w.ProveFiling()
	c := w.PutCase(flows.Recording, "ou_1", func(c *flows.Case) { c.Identity = nil })
	j := flows.RecordIdentity().Of(c.ID)
	j.Key = "k"
	if _, ok := errors.AsType[*flows.RetryLater](without.Run(t.Context(), j)); !ok {
		t.Fatal("the job has ended")
	}
	w.InState(c.ID, flows.NeedsAttention)
	w.Must(w.Run(t.Context(), j))
	if got := w.InState(c.ID, flows.Filing); !got.IdentityDone() || w.IdentityRecorder.Calls != 1 {
		t.Errorf("got %d identities", w.IdentityRecorder.Calls)
	}
}
