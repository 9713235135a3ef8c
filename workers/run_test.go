package workers_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/failure"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// TestJobsOfAnotherState: a job whose case does not wait for it makes no call and changes nothing.
func TestJobsOfAnotherState(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	calls := func() int {
		feishu := w.Messenger.Downloads + w.IDCardReader.Calls + w.IdentityRecorder.Calls
		esign := w.EvidenceClient.Calls + w.EvidenceClient.Uploads
		return feishu + esign + len(w.Verifier.Codes) + w.Verifier.Checks
	}
	belongs := map[flows.JobKind][]flows.State{
		flows.JobFetchPhoto: {flows.AwaitingPhotos, flows.AwaitingConfirmation},
		flows.JobReadPhotos: {flows.AwaitingPhotos, flows.AwaitingConfirmation},
		flows.JobSendCode:   {flows.AwaitingCode},
		flows.JobCheck:      {flows.Checking},
		flows.JobIdentity:   {flows.Recording, flows.NeedsAttention},
		flows.JobUpload:     {flows.Recording, flows.Filing, flows.NeedsAttention},
		flows.JobEvidence:   {flows.Filing},
	}
	tried := 0
	for _, s := range flows.States {
		c := w.PutCase(s, "ou_"+string(s))
		for kind, at := range belongs {
			here := false
			for _, x := range at {
				here = here || x == s
			}
			if here {
				continue
			}
			tried++
			j := workerstest.StoredJob(kind, c.ID, "front", 1)
			j.Key = "k"
			if kind == flows.JobFetchPhoto && len(c.Photos) > 0 {
				j = flows.FetchPhoto(c.Photos[0].ID).Of(c.ID)
			}
			if kind == flows.JobCheck {
				j = flows.CheckPerson(c.Rev).Of(c.ID)
			}
			if err := w.Run(t.Context(), j); err != nil {
				t.Errorf("%s in %s: %v", kind, s, err)
			}
			if calls() != 0 {
				t.Fatalf("%s made a call in %s", kind, s)
			}
		}
		if now := w.CaseNow(c.ID); now.Version != c.Version {
			t.Errorf("a job changed a case in %s", s)
		}
	}
	if tried < 50 {
		t.Errorf("only %d were tried", tried)
	}
	// The same holds for a job whose case or revision does not exist.
	for kind := range belongs {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			w.Must(w.Run(t.Context(), workerstest.StoredJob(kind, "01976f00-0000-7000-8000-0000000000ff", "front", 0)))
		})
	}
	c := w.PutCase(flows.Checking, "ou_old")
	w.Must(w.Run(t.Context(), flows.CheckPerson(c.Rev-1).Of(c.ID)))
	c = w.PutCase(flows.AwaitingCode, "ou_old2", func(c *flows.Case) { c.Code.State, c.Code.MAC = "sending", nil })
	w.Must(w.Run(t.Context(), flows.SendCode(9, time.Time{}).Of(c.ID)))
	if calls() != 0 {
		t.Errorf("calls: got %d, want 0", calls())
	}
	if w.Run(t.Context(), flows.Job{Kind: "nonsense"}) == nil {
		t.Error("a kind that nobody knows went unnoticed")
	}
}

// TestTimers: reminder, expiry and purge belong to a revision, and to a case that exists.
func TestTimers(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingPhotos, "ou_1")
	for _, kind := range []flows.JobKind{flows.JobRemind, flows.JobExpire, flows.JobPurge} {
		w.Must(w.Run(t.Context(), workerstest.StoredJob(kind, "01976f00-0000-7000-8000-0000000000ff", "all", 0)))
		w.Must(w.Run(t.Context(), workerstest.StoredJob(kind, c.ID, "all", c.Rev-1)))
	}
	if now := w.CaseNow(c.ID); now.Version != c.Version {
		t.Error("an old clock moved the case")
	}
	w.Must(w.Run(t.Context(), flows.Remind(c.Rev, time.Time{}).Of(c.ID)))
	if w.CaseNow(c.ID).Reminders != 1 {
		t.Error("the clock did not remind")
	}
	w.Must(w.Run(t.Context(), flows.Expire(c.Rev, time.Time{}).Of(c.ID)))
	w.InState(c.ID, flows.Expired)
	w.Advance(flows.SamplePolicy().PhotoGrace)
	w.RunJobs(flows.JobPurge)
	if now := w.CaseNow(c.ID); now.Personal.Empty() || now.PhotosGoneAt.IsZero() || !now.Erased.IsZero() {
		t.Errorf("after the grace period: %+v, want the fields without the photos", now)
	}
	w.Advance(flows.SamplePolicy().UnfinishedRetention)
	w.RunJobs(flows.JobPurge)
	if now := w.CaseNow(c.ID); !now.Personal.Empty() || now.Erased.IsZero() {
		t.Errorf("after the retention of who did not finish: %+v", now)
	}
}

// TestEffectsAreObserved: every run of a job is counted with its outcome, and every change of state.
func TestEffectsAreObserved(t *testing.T) {
	t.Parallel()
	seen := &observer{effects: map[string]int{}, moves: map[flows.State]int{}}
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Observe, d.Log = seen, workerstest.Quiet })
	first := true
	w.IdentityRecorder.RecordFunc = func(context.Context, string, string, string, string) (string, error) {
		if first {
			first = false
			return "", workerstest.RetryLater()
		}
		return "", nil
	}
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
	w.RunJobs()
	w.Advance(time.Second)
	w.RunJobs()
	w.InState(c.ID, flows.Done)
	if seen.effects["record_identity again"] != 1 || seen.effects["record_identity done"] != 1 ||
		seen.effects["file_evidence done"] != 1 {
		t.Errorf("effects %v", seen.effects)
	}
	if seen.moves[flows.Recording] != 1 || seen.moves[flows.Filing] != 1 || seen.moves[flows.Done] != 1 {
		t.Errorf("moves %v", seen.moves)
	}
	_ = w.Run(t.Context(), flows.Job{Kind: "nonsense"})
	if seen.effects["nonsense error"] != 1 {
		t.Errorf("effects %v", seen.effects)
	}
	w.IdentityRecorder.RecordFunc = func(context.Context, string, string, string, string) (string, error) {
		panic("in a handler")
	}
	w.CheckAnswer(w.Click("ou_hr1", w.PutCase(flows.AwaitingReview, "ou_2"), cards.ActApprove), "approved")
	w.RunJobs(flows.JobUpload)
	j := w.TakeJob(flows.JobIdentity)
	func() {
		defer func() { _ = recover() }()
		_ = w.Run(t.Context(), j)
	}()
	if got := seen.effects["record_identity error"]; got != 1 {
		t.Errorf("got %d failed runs for a handler that panics, want 1", got)
	}
}

type observer struct {
	effects map[string]int
	moves   map[flows.State]int
}

func (o *observer) ApprovedByPolicy(bool)            {}
func (o *observer) SampleLooked(flows.SampleOutcome) {}

func (o *observer) Deleted(flows.PurgeScope, flows.DeletionRule) {}
func (o *observer) Moved(_, to flows.State, _, _ time.Duration)  { o.moves[to]++ }
func (o *observer) CallFailed(operation string, class failure.Class) {
	o.effects[operation+" "+string(class)]++
}
func (o *observer) Effect(kind flows.JobKind, outcome string, _ time.Duration) {
	o.effects[string(kind)+" "+outcome]++
}
