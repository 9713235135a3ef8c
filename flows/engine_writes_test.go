package flows_test

import (
	"context"
	"testing"
	"time"

	"shiming/cards"
	"shiming/esign"
	"shiming/flows"
	"shiming/verify"

	"shiming/failure"
)

// dies runs a job whose process dies during the call.
func (w *world) dies(j flows.Job) {
	w.t.Helper()
	defer func() {
		if recover() == nil {
			w.t.Errorf("%s made no call", j.Kind)
		}
	}()
	_ = w.Run(w.t.Context(), j)
}

const killed = "killed"

// A write whose process died between intent and answer is unknown, and is never made again by
// itself; HR's word settles it either way.
func TestAProcessThatDiesDuringAWrite(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"identity", "evidence"} {
		for _, found := range []bool{true, false} {
			w := newWorld(t)
			state, kind := flows.Recording, flows.JobIdentity
			w.register.recordFunc = func(context.Context, string, string, string, string) (string, error) { panic(killed) }
			if step == "evidence" {
				state, kind = flows.Filing, flows.JobEvidence
				w.notary.pointFunc = func(context.Context, esign.PersonPoint) (string, error) { panic(killed) }
			}
			c := w.put(state, "ou_1", func(c *flows.Case) {
				if step == "identity" {
					c.Identity = nil
				}
				c.Evidence = nil
			})
			calls := func() int {
				if step == "identity" {
					return w.register.calls
				}
				return w.notary.calls
			}
			j := w.queue(flows.Job{Kind: kind, Case: c.ID})
			w.take(kind)
			w.dies(j)
			w.in(c.ID, state)
			// Another job, as of a second instance, keeps away while the first may be alive.
			w.must(w.Run(t.Context(), flows.Job{Kind: kind, Case: c.ID, Key: "another"}))
			if calls() != 1 {
				t.Fatalf("%s: %d calls", step, calls())
			}
			for range 3 {
				w.must(w.Run(t.Context(), j))
			}
			now := w.in(c.ID, flows.NeedsAttention)
			if now.Attention.Code != "unknown_outcome" || now.Attention.Step != step || calls() != 1 {
				t.Fatalf("%s: %+v after %d calls", step, now.Attention, calls())
			}
			w.register.recordFunc, w.notary.pointFunc = nil, nil
			if found {
				w.said(w.click("ou_hr1", now, cards.ActResolve, "evi_point_id", "P77"), "resolved")
			} else {
				// The platform may still be applying what the dead process has sent.
				w.pass(20 * time.Second)
				a := w.click("ou_hr1", now, cards.ActRetry)
				w.said(a, "write_quiet", "seconds", "40")
				if again := w.caseNow(c.ID); a.Card != nil || again.Version != now.Version || len(w.waiting(kind)) != 0 {
					t.Errorf("%s: a retry that came too soon did something: %+v", step, again.Attention)
				}
				w.pass(40 * time.Second)
				w.said(w.click("ou_hr1", now, cards.ActRetry), "retried")
			}
			w.run()
			done := w.in(c.ID, flows.Done)
			want := 1
			if !found {
				want = 2
			}
			if calls() != want {
				t.Errorf("%s, found %v: %d calls", step, found, calls())
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
	w := newWorld(t)
	c := w.put(flows.Recording, "ou_1", func(c *flows.Case) { c.Identity = nil })
	j := w.queue(flows.Job{Kind: flows.JobIdentity, Case: c.ID})
	ctx, stop := context.WithCancel(t.Context())
	w.register.recordFunc = func(ctx context.Context, _, _, _, _ string) (string, error) {
		stop()
		return "", ctx.Err()
	}
	if err := w.Run(ctx, j); err == nil {
		t.Error("the job ended as if all were well")
	}
	w.in(c.ID, flows.Recording)
	w.must(w.Run(t.Context(), j))
	if now := w.in(c.ID, flows.NeedsAttention); now.Attention.Code != "unknown_outcome" || w.register.calls != 1 {
		t.Errorf("%+v after %d calls", now.Attention, w.register.calls)
	}
}

// A code whose sending died is taken as sent, and typed like any other.
func TestAProcessThatDiesWhileACodeIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.walk("ou_1", flows.SampleNumber, flows.AwaitingConfirmation)
	w.verifier.sendFunc = func(context.Context, string, string) (verify.SMSReceipt, error) { panic(killed) }
	w.click("ou_1", c, cards.ActConfirm, "identity_name", flows.SampleName, "identity_code", flows.SampleNumber, "mobile", flows.SampleMobile)
	j := w.take(flows.JobSendCode)
	w.dies(j)
	for range 3 {
		w.must(w.Run(t.Context(), j))
	}
	now := w.in(c.ID, flows.AwaitingCode)
	if now.Code.State != "unknown" || len(w.verifier.codes) != 1 {
		t.Fatalf("%+v after %d calls", now.Code, len(w.verifier.codes))
	}
	w.said(w.click("ou_1", now, cards.ActSubmitCode, "sms_code", w.verifier.code()), "saved")
	w.in(c.ID, flows.Checking)
}

// Two jobs at the same moment make one write.
func TestTwoJobsMakeOneWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.Recording, "ou_1", func(c *flows.Case) { c.Identity = nil })
	both := make(chan error, 2)
	entered, leave := make(chan struct{}, 2), make(chan struct{})
	w.register.recordFunc = func(context.Context, string, string, string, string) (string, error) {
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
	if w.register.calls != 1 || w.in(c.ID, flows.Filing).Identity.Attempt != 1 {
		t.Errorf("%d calls", w.register.calls)
	}
}

// A job whose case has moved on does nothing at all.
func TestJobsOfAnotherState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	calls := func() int {
		return w.chat.downloads + w.reader.calls + w.register.calls + w.notary.calls + w.notary.uploads + len(w.verifier.codes) + w.verifier.checks
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
		c := w.put(s, "ou_"+string(s))
		for kind, at := range belongs {
			here := false
			for _, x := range at {
				here = here || x == s
			}
			if here {
				continue
			}
			tried++
			j := flows.Job{Kind: kind, Case: c.ID, Key: "k", Rev: 1, Ref: "front"}
			if kind == flows.JobFetchPhoto && len(c.Photos) > 0 {
				j.Ref = c.Photos[0].ID
			}
			if kind == flows.JobCheck {
				j.Rev = c.Rev
			}
			if err := w.Run(t.Context(), j); err != nil {
				t.Errorf("%s in %s: %v", kind, s, err)
			}
			if calls() != 0 {
				t.Fatalf("%s made a call in %s", kind, s)
			}
		}
		if now := w.caseNow(c.ID); now.Version != c.Version {
			t.Errorf("a job changed a case in %s", s)
		}
	}
	if tried < 50 {
		t.Errorf("only %d were tried", tried)
	}
	// Nor does one whose case or revision is not there.
	for kind := range belongs {
		w.must(w.Run(t.Context(), flows.Job{Kind: kind, Case: "01976f00-0000-7000-8000-0000000000ff", Key: "k", Ref: "front"}))
	}
	c := w.put(flows.Checking, "ou_old")
	w.must(w.Run(t.Context(), flows.Job{Kind: flows.JobCheck, Case: c.ID, Rev: c.Rev - 1}))
	c = w.put(flows.AwaitingCode, "ou_old2", func(c *flows.Case) { c.Code.State, c.Code.MAC = "sending", nil })
	w.must(w.Run(t.Context(), flows.Job{Kind: flows.JobSendCode, Case: c.ID, Rev: 9}))
	if calls() != 0 {
		t.Errorf("%d calls", calls())
	}
	if w.Run(t.Context(), flows.Job{Kind: "nonsense"}) == nil {
		t.Error("a kind that nobody knows went unnoticed")
	}
}

// The clocks' jobs belong to a revision, and to a case that is there.
func TestTimers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.AwaitingPhotos, "ou_1")
	for _, kind := range []flows.JobKind{flows.JobRemind, flows.JobExpire, flows.JobPurge} {
		w.must(w.Run(t.Context(), flows.Job{Kind: kind, Case: "01976f00-0000-7000-8000-0000000000ff", Ref: "all"}))
		w.must(w.Run(t.Context(), flows.Job{Kind: kind, Case: c.ID, Rev: c.Rev - 1, Ref: "all"}))
	}
	if now := w.caseNow(c.ID); now.Version != c.Version {
		t.Error("an old clock moved the case")
	}
	w.must(w.Run(t.Context(), flows.Job{Kind: flows.JobRemind, Case: c.ID, Rev: c.Rev}))
	if w.caseNow(c.ID).Reminders != 1 {
		t.Error("the clock did not remind")
	}
	w.must(w.Run(t.Context(), flows.Job{Kind: flows.JobExpire, Case: c.ID, Rev: c.Rev}))
	w.in(c.ID, flows.Expired)
	w.pass(flows.SamplePolicy().PhotoGrace)
	w.run(flows.JobPurge)
	if now := w.caseNow(c.ID); !now.Personal.Empty() || now.PhotosGoneAt.IsZero() || now.Erased.IsZero() {
		t.Errorf("after the grace period: %+v", now)
	}
}

// A photo that is no longer there is HR's to settle, not a crash.
func TestAPhotoThatIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.Recording, "ou_1")
	w.must(w.store.Tx(t.Context(), func(tx flows.Tx) error {
		_, err := tx.DeletePictures(t.Context(), c.ID, c.Photos[0].ID)
		return err
	}))
	w.must(w.Run(t.Context(), flows.Job{Kind: flows.JobUpload, Case: c.ID, Ref: "front"}))
	if a := w.in(c.ID, flows.NeedsAttention).Attention; a.Code != "photo_lost" || a.Incident != "" {
		t.Errorf("attention %+v", a)
	}
}

// Evidence that lacks something is not filed, and the card says what.
func TestIncompleteEvidenceIsNotFiled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.Filing, "ou_1", func(c *flows.Case) { c.Evidence, c.Personal.SMSCode = nil, "" })
	w.must(w.Run(t.Context(), flows.Job{Kind: flows.JobEvidence, Case: c.ID, Key: "k"}))
	if a := w.in(c.ID, flows.NeedsAttention).Attention; a.Code != "incomplete" || a.Upstream != "sms_code" || w.notary.calls != 0 {
		t.Errorf("attention %+v, %d calls", a, w.notary.calls)
	}
}

// When e签宝 has lost the photos, they are uploaded again, also when that comes to light while
// the case is parked.
func TestLostUploads(t *testing.T) {
	t.Parallel()
	notFound := &esign.Error{Op: "CreatePersonPoint", Kind: esign.KindNotFound, HTTPStatus: 200, Code: "1430608"}
	w := newWorld(t)
	lost := 1
	w.notary.pointFunc = func(context.Context, esign.PersonPoint) (string, error) {
		if lost--; lost >= 0 {
			return "", notFound
		}
		return "", nil
	}
	c := w.walk("ou_1", flows.SampleNumber, flows.Done)
	if w.notary.uploads != 4 || len(w.notary.points) != 1 || w.notary.points[0].CardPortrait != c.Uploads["front"] {
		t.Errorf("%d uploads, %d points", w.notary.uploads, len(w.notary.points))
	}

	w = newWorld(t)
	quota := true
	w.notary.pointFunc = func(context.Context, esign.PersonPoint) (string, error) {
		if quota {
			return "", &esign.Error{Op: "CreatePersonPoint", Kind: esign.KindQuota, HTTPStatus: 200, Code: "1435404"}
		}
		return "", notFound
	}
	c = w.put(flows.Filing, "ou_1", func(c *flows.Case) { c.Evidence = nil })
	w.queue(flows.Job{Kind: flows.JobEvidence, Case: c.ID})
	w.run(flows.JobEvidence)
	w.in(c.ID, flows.NeedsAttention)
	quota = false
	w.pass(flows.ProbeEvery)
	w.run(flows.JobEvidence, flows.JobUpload)
	now := w.in(c.ID, flows.NeedsAttention)
	if now.Evidence.State == flows.WriteStarted {
		t.Fatalf("the evidence is left %s: nobody could ever try again", now.Evidence.State)
	}
	w.notary.pointFunc = nil
	w.said(w.click("ou_hr1", now, cards.ActRetry), "retried")
	w.run()
	w.in(c.ID, flows.Done)
	if w.notary.uploads != 2 {
		t.Errorf("%d uploads", w.notary.uploads)
	}
}

// Metrics see every effect with what became of it.
func TestEffectsAreObserved(t *testing.T) {
	t.Parallel()
	seen := &observer{effects: map[string]int{}, moves: map[flows.State]int{}}
	w := newWorld(t, func(d *flows.Deps, _ *flows.WorkersDeps) { d.Observe, d.Log = seen, quiet })
	first := true
	w.register.recordFunc = func(context.Context, string, string, string, string) (string, error) {
		if first {
			first = false
			return "", retryLater()
		}
		return "", nil
	}
	c := w.put(flows.AwaitingReview, "ou_1")
	w.said(w.click("ou_hr1", c, cards.ActApprove), "approved")
	w.run()
	w.pass(time.Second)
	w.run()
	w.in(c.ID, flows.Done)
	if seen.effects["record_identity again"] != 1 || seen.effects["record_identity done"] != 1 || seen.effects["file_evidence done"] != 1 {
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
