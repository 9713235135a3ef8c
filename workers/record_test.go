package workers_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/esign"
	"shiming/failure"
	"shiming/flows"
	"shiming/verify"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// dies runs a job whose process dies during the call.
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

// A write whose process died between intent and answer is unknown, and is never made again by
// itself; HR's word settles it either way.
func TestAProcessThatDiesDuringAWrite(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"identity", "evidence"} {
		for _, found := range []bool{true, false} {
			w := workerstest.New(t)
			state, kind := flows.Recording, flows.JobIdentity
			w.IdentityRecorder.RecordFunc = func(context.Context, string, string, string, string) (string, error) { panic(killed) }
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
			// Another job, as of a second instance, keeps away while the first may be alive.
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
				// The platform may still be applying what the dead process has sent.
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

// The same holds when the bot is stopped in the middle of a call.
func TestAShutdownDuringAWrite(t *testing.T) {
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
	if now := w.InState(c.ID, flows.NeedsAttention); now.Attention.Code != "unknown_outcome" || w.IdentityRecorder.Calls != 1 {
		t.Errorf("%+v after %d calls, want 1", now.Attention, w.IdentityRecorder.Calls)
	}
}

// A code whose sending died is taken as sent, and typed like any other.
func TestAProcessThatDiesWhileACodeIsSent(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.Walk("ou_1", flows.SampleNumber, flows.AwaitingConfirmation)
	w.Verifier.SendFunc = func(context.Context, string, string) (verify.SMSReceipt, error) { panic(killed) }
	w.Click("ou_1", c, cards.ActConfirm, "identity_name", flows.SampleName, "identity_code", flows.SampleNumber, "mobile",
		flows.SampleMobile)
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

// Two jobs at the same moment make one write.
func TestTwoJobsMakeOneWrite(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Recording, "ou_1", func(c *flows.Case) { c.Identity = nil })
	both := make(chan error, 2)
	entered, leave := make(chan struct{}, 2), make(chan struct{})
	w.IdentityRecorder.RecordFunc = func(context.Context, string, string, string, string) (string, error) {
		entered <- struct{}{}
		<-leave
		return "", nil
	}
	for _, key := range []string{"a", "b"} {
		go func() { both <- w.Run(t.Context(), flows.Job{Kind: flows.JobIdentity, Case: c.ID, Key: key}) }()
	}
	<-entered
	if err := <-both; err != nil { // the other one keeps away without waiting
		t.Error(err)
	}
	close(leave)
	if err := <-both; err != nil {
		t.Error(err)
	}
	if w.IdentityRecorder.Calls != 1 || w.InState(c.ID, flows.Filing).Identity.Attempt != 1 {
		t.Errorf("%d calls, want 1", w.IdentityRecorder.Calls)
	}
}

// A job whose case has moved on does nothing at all.
func TestJobsOfAnotherState(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	calls := func() int {
		return w.Messenger.Downloads + w.IDCardReader.Calls + w.IdentityRecorder.Calls + w.EvidenceClient.Calls + w.EvidenceClient.Uploads + len(w.Verifier.Codes) + w.Verifier.Checks
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
	// Nor does one whose case or revision is not there.
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
		t.Errorf("%d calls, want 0", calls())
	}
	if w.Run(t.Context(), flows.Job{Kind: "nonsense"}) == nil {
		t.Error("a kind that nobody knows went unnoticed")
	}
}

// The clocks' jobs belong to a revision, and to a case that is there.
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
	if now := w.CaseNow(c.ID); !now.Personal.Empty() || now.PhotosGoneAt.IsZero() || now.Erased.IsZero() {
		t.Errorf("after the grace period: %+v", now)
	}
}

// A photo that is no longer there is HR's to settle, not a crash.
func TestAPhotoThatIsLost(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Recording, "ou_1")
	w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
		_, err := tx.DeletePictures(t.Context(), c.ID, c.Photos[0].ID)
		return err
	}))
	w.Must(w.Run(t.Context(), flows.UploadPhoto("front").Of(c.ID)))
	if a := w.InState(c.ID, flows.NeedsAttention).Attention; a.Code != "photo_lost" || a.Incident != "" {
		t.Errorf("attention %+v", a)
	}
}

// Evidence that lacks something is not filed, and the card says what.
func TestIncompleteEvidenceIsNotFiled(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Filing, "ou_1", func(c *flows.Case) { c.Evidence, c.Personal.SMSCode = nil, "" })
	w.Must(w.Run(t.Context(), flows.Job{Kind: flows.JobEvidence, Case: c.ID, Key: "k"}))
	if a := w.InState(c.ID, flows.NeedsAttention).Attention; a.Code != "incomplete" || a.Upstream != "sms_code" ||
		w.EvidenceClient.Calls != 0 {
		t.Errorf("attention %+v, %d calls, want 0", a, w.EvidenceClient.Calls)
	}
}

// When e签宝 has lost the photos, they are uploaded again, also when that comes to light while
// the case is parked.
func TestLostUploads(t *testing.T) {
	t.Parallel()
	notFound := &esign.Error{
		Op:         "CreatePersonPoint",
		Kind:       esign.KindNotFound,
		HTTPStatus: 200,
		Code:       "1430608",
	}
	w := workerstest.New(t)
	lost := 1
	w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
		if lost--; lost >= 0 {
			return "", notFound
		}
		return "", nil
	}
	c := w.Walk("ou_1", flows.SampleNumber, flows.Done)
	if w.EvidenceClient.Uploads != 4 || len(w.EvidenceClient.Points) != 1 || w.EvidenceClient.Points[0].CardPortrait != c.Uploads["front"] {
		t.Errorf("%d uploads, %d points, want 4, 1", w.EvidenceClient.Uploads, len(w.EvidenceClient.Points))
	}

	w = workerstest.New(t)
	quota := true
	w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
		if quota {
			return "", &esign.Error{
				Op:         "CreatePersonPoint",
				Kind:       esign.KindQuota,
				HTTPStatus: 200,
				Code:       "1435404",
			}
		}
		return "", notFound
	}
	c = w.PutCase(flows.Filing, "ou_1", func(c *flows.Case) { c.Evidence = nil })
	w.QueueJob(flows.Job{Kind: flows.JobEvidence, Case: c.ID})
	w.RunJobs(flows.JobEvidence)
	w.InState(c.ID, flows.NeedsAttention)
	quota = false
	w.Advance(flows.ProbeEvery)
	w.RunJobs(flows.JobEvidence, flows.JobUpload)
	now := w.InState(c.ID, flows.NeedsAttention)
	if now.Evidence.State == flows.WriteStarted {
		t.Fatalf("the evidence is left %s: nobody could ever try again", now.Evidence.State)
	}
	w.EvidenceClient.PointFunc = nil
	w.CheckAnswer(w.Click("ou_hr1", now, cards.ActRetry), "retried")
	w.RunJobs()
	w.InState(c.ID, flows.Done)
	if w.EvidenceClient.Uploads != 2 {
		t.Errorf("%d uploads, want 2", w.EvidenceClient.Uploads)
	}
}

// Metrics see every effect with what became of it.
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
}

type observer struct {
	effects map[string]int
	moves   map[flows.State]int
}

func (o *observer) Moved(_, to flows.State, _, _ time.Duration) { o.moves[to]++ }
func (o *observer) CallFailed(operation string, class failure.Class) {
	o.effects[operation+" "+string(class)]++
}
func (o *observer) Effect(kind flows.JobKind, outcome string, _ time.Duration) {
	o.effects[string(kind)+" "+outcome]++
}
