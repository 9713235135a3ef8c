package engine_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"shiming/cards"
	"shiming/engine"
	"shiming/esign"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// refusal is what e签宝 answers to every evidence point.
func refusal(kind esign.Kind, status int, code string) *esign.Error {
	return &esign.Error{Op: "CreatePersonPoint", Kind: kind, HTTPStatus: status, Code: code}
}

// approveAll has HR approve new cases of n people, whose jobs are queued and have not run.
func approveAll(w *workerstest.Harness, from, n int) (ids []string) {
	w.T.Helper()
	for i := range n {
		c := w.PutCase(flows.AwaitingReview, fmt.Sprintf("ou_%d", from+i))
		w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
		ids = append(ids, c.ID)
	}
	return ids
}

// requireHeld fails the test unless none of the identities was written and the cards say so.
func requireHeld(w *workerstest.Harness, ids []string, why flows.LeadReason) {
	w.T.Helper()
	for _, id := range ids {
		c := w.InState(id, flows.Recording)
		if c.Identity != nil || c.Hold == nil || c.Hold.Why != why || w.IdentityRecorder.Recorded[c.OpenID] != 0 {
			w.T.Errorf("%s: got identity %+v, hold %+v, want it to wait (%s)", c.OpenID, c.Identity, c.Hold, why)
		}
		mine := w.Messenger.SentTo(c.OpenID)
		if !workerstest.Shows(mine[len(mine)-1].Current(), "progress_held."+string(why)) {
			w.T.Errorf("%s: the applicant sees %s", c.OpenID, mine[len(mine)-1].Current())
		}
	}
}

// attentionCards counts HR's cards that ask.
func attentionCards(w *workerstest.Harness) (n int) {
	for _, m := range w.Messenger.SentTo("oc_hr") {
		if workerstest.Shows(m.Current(), "attention.title") {
			n++
		}
	}
	return n
}

// TestRefusedFirstFiling: e签宝 refuses the first filing for the set-up. The ten cases behind it wait before their
// identities are written, HR gets one card, and all go on by themselves after the repair.
func TestRefusedFirstFiling(t *testing.T) {
	t.Parallel()
	field := refusal(esign.KindParameter, 200, "1435002")
	field.Field = "certAgreementReadTitle"
	for name, answer := range map[string]*esign.Error{
		"field":       field,
		"entitlement": refusal(esign.KindPermission, 200, "1436001"),
		"quota":       refusal(esign.KindQuota, 200, "1435404"),
		"application": refusal(esign.KindAuth, 401, "401"),
		"allow list":  refusal(esign.KindForbidden, 403, "403"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			broken := true
			w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
				if broken {
					return "", answer
				}
				return "", nil
			}
			first := approveAll(w, 0, 1)[0]
			w.RunJobs()
			c := w.InState(first, flows.NeedsAttention)
			if c.Lead != flows.LeadRefused || !c.IdentityDone() || c.Attention.Field != answer.Field {
				t.Fatalf("got lead %q, identity %+v, stop %+v, want the first to go ahead", c.Lead, c.Identity, c.Attention)
			}
			behind := approveAll(w, 1, 10)
			for range 3 {
				w.RunJobs()
				w.Advance(flows.ProbeEvery)
			}
			w.RunJobs()
			requireHeld(w, behind, flows.LeadRefused)
			if n := attentionCards(w); n != 1 || len(w.IdentityRecorder.Recorded) != 1 {
				t.Errorf("got %d cards that ask HR, %d identities, want 1, 1", n, len(w.IdentityRecorder.Recorded))
			}
			broken = false
			w.Advance(flows.ProbeEvery)
			w.RunJobs()
			for _, id := range append(behind, first) {
				w.InState(id, flows.Done)
			}
			for who, n := range w.IdentityRecorder.Recorded {
				if n != 1 {
					t.Errorf("%s: got %d identities, want 1", who, n)
				}
			}
			if n := len(w.EvidenceClient.Points); n != 11 || attentionCards(w) != 0 {
				t.Errorf("got %d points, %d cards that ask, want 11, 0", n, attentionCards(w))
			}
		})
	}
}

// TestFirstFilingGoesAhead: of cases that are approved together one goes ahead; HR's cards say which, and when e签宝 has
// taken its evidence the others follow at once.
func TestFirstFilingGoesAhead(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	var ids []string
	for who, number := range map[string]string{"ou_0": flows.SampleNumber, "ou_1": flows.OtherNumber} {
		ids = append(ids, w.Walk(who, number, flows.AwaitingReview).ID)
	}
	for _, id := range ids {
		w.CheckAnswer(w.Click("ou_hr1", w.CaseNow(id), cards.ActApprove), "approved")
	}
	w.RunJobs(flows.JobUpload)
	w.RunJobs(flows.JobIdentity, flows.JobShow)
	ahead := ""
	for _, id := range ids {
		if c := w.CaseNow(id); c.State == flows.Filing && c.Lead == flows.LeadFirst && ahead == "" {
			ahead = id
		} else if c.State != flows.Recording || c.Hold == nil || c.Hold.Behind != ahead {
			t.Errorf("got %s with hold %+v, want one ahead and the other behind it", c.State, c.Hold)
		}
	}
	shown := map[string]int{}
	for _, m := range w.Messenger.SentTo("oc_hr") {
		for _, order := range []string{"order.first", "order.held_first"} {
			if workerstest.Shows(m.Current(), order) {
				shown[order]++
			}
		}
	}
	if shown["order.first"] != 1 || shown["order.held_first"] != 1 {
		t.Errorf("HR's cards: got %v, want one that is first and one that waits", shown)
	}
	w.RunJobs()
	for _, id := range ids {
		w.InState(id, flows.Done)
	}
	// From now on nobody waits.
	more := approveAll(w, 3, 2)
	w.RunJobs(flows.JobUpload)
	w.RunJobs(flows.JobIdentity)
	for _, id := range more {
		w.InState(id, flows.Filing)
	}
}

// TestStuckFirstFiling: a first case that stops for a reason of its own, or is closed, does not hold the others for
// ever.
func TestStuckFirstFiling(t *testing.T) {
	t.Parallel()
	stop := func(a flows.Attention) func(*workerstest.Harness, *flows.Case) {
		return func(w *workerstest.Harness, c *flows.Case) {
			w.MustReport(c.ID, flows.Event{Kind: flows.StepStopped, Stop: &a})
		}
	}
	for _, tt := range []struct {
		name string
		end  func(*workerstest.Harness, *flows.Case)
	}{
		{"Feishu refuses the person", stop(flows.Attention{Step: flows.StepIdentity, Code: "bound_mobile"})},
		{"Feishu refuses the app", stop(flows.Attention{
			Step:     flows.StepIdentity,
			Code:     "permission",
			Incident: "identity/permission/x",
		})},
		{"unknown identity", stop(flows.Attention{Step: flows.StepIdentity, Code: flows.StopUnknownOutcome})},
		{"closed by HR", func(w *workerstest.Harness, c *flows.Case) {
			stop(flows.Attention{
				Step:     flows.StepEvidence,
				Code:     "evidence_field",
				Incident: "evidence/evidence_field/1435002",
			})(w, c)
			w.RunJobs(flows.JobIdentity) // whoever asks now has to wait
			w.CheckAnswer(w.Click("ou_hr1", w.CaseNow(c.ID), cards.ActClose), "shut")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			first := w.CaseNow(approveAll(w, 0, 1)[0])
			w.RunJobs(flows.JobUpload)
			w.RunJobs(flows.JobIdentity)
			behind := approveAll(w, 1, 2)
			w.RunJobs(flows.JobUpload)
			w.RunJobs(flows.JobIdentity)
			for _, id := range behind {
				if c := w.InState(id, flows.Recording); c.Hold == nil {
					t.Fatalf("got identity %+v, want it to wait", c.Identity)
				}
			}
			for len(w.Waiting(flows.JobEvidence)) > 0 {
				w.TakeJob(flows.JobEvidence) // of the first case, whose end the row plays
			}
			tt.end(w, first)
			w.Advance(flows.ProbeEvery)
			w.RunJobs(flows.JobIdentity)
			if n := len(w.IdentityRecorder.Recorded); n != 2 {
				t.Fatalf("got %d identities, want the first and the next", n)
			}
			w.RunJobs()
			for _, id := range behind {
				w.InState(id, flows.Done)
			}
		})
	}
}

// TestClosingOneOfTwoRefusedKeepsTheOthersWaiting: e签宝 refused two filings; the case that remains goes ahead.
func TestClosingOneOfTwoRefusedKeepsTheOthersWaiting(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.ProveFiling()
	w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
		return "", refusal(esign.KindQuota, 200, "1435404")
	}
	refused := approveAll(w, 0, 2)
	w.RunJobs(flows.JobUpload)
	w.RunJobs(flows.JobIdentity)
	w.RunJobs(flows.JobEvidence)
	behind := approveAll(w, 2, 1)
	w.RunJobs()
	requireHeld(w, behind, flows.LeadRefused)
	for _, id := range refused { // whichever of them goes ahead
		w.CheckAnswer(w.Click("ou_hr1", w.CaseNow(id), cards.ActClose), "shut")
		w.Advance(flows.ProbeEvery)
		w.RunJobs(flows.JobIdentity, flows.JobShow)
		if id == refused[0] {
			requireHeld(w, behind, flows.LeadRefused)
		}
	}
	if c := w.CaseNow(behind[0]); !c.IdentityDone() || c.Lead != flows.LeadRefused {
		t.Errorf("got identity %+v, lead %q, want the next case to try", c.Identity, c.Lead)
	}
}

// TestSetUpThatDiffersBeginsAnew: another application or revision has to prove itself, also after a restart, and a
// refusal outlives one.
func TestSetUpThatDiffersBeginsAnew(t *testing.T) {
	t.Parallel()
	var d engine.Deps
	var out workers.Deps
	w := workerstest.New(t, func(e *engine.Deps, o *workers.Deps) { e.FilingApp, d, out = "app", *e, *o })
	d.FilingApp = "app"
	w.ProveFiling()
	restart := func(setup string) {
		e := d
		e.FilingApp = setup
		w.Engine = engine.New(e)
		o := out
		o.Engine = w.Engine
		w.Workers = workers.New(o)
	}
	restart("other")
	ids := approveAll(w, 0, 2)
	w.RunJobs(flows.JobUpload)
	w.RunJobs(flows.JobIdentity)
	if n := len(w.IdentityRecorder.Recorded); n != 1 {
		t.Fatalf("got %d identities under another application, want 1", n)
	}
	w.EvidenceClient.PointFunc = func(context.Context, esign.PersonPoint) (string, error) {
		return "", refusal(esign.KindParameter, 200, "1435002")
	}
	w.RunJobs(flows.JobEvidence)
	restart("other")
	w.Advance(flows.ProbeEvery)
	w.RunJobs()
	if n := len(w.IdentityRecorder.Recorded); n != 1 {
		t.Fatalf("got %d identities after the restart, want 1", n)
	}
	w.EvidenceClient.PointFunc = nil
	restart("other")
	w.Advance(flows.ProbeEvery)
	w.RunJobs()
	for _, id := range ids {
		w.InState(id, flows.Done)
	}
}

// TestOneGoesAheadAcrossInstances: of identities that begin at the same moment on several instances one is written.
func TestOneGoesAheadAcrossInstances(t *testing.T) {
	t.Parallel()
	const n = 8
	keys, dsn := keyset.New(), pgtest.DSN(t)
	var engines []*engine.Engine
	for range 2 {
		s, err := store.Open(t.Context(), store.Config{DSN: dsn, Keyset: keys})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		engines = append(engines, engine.New(engine.Deps{
			Store:     s,
			Policy:    *flows.SamplePolicy(),
			FilingApp: "app",
			Shared:    true,
		}))
	}
	var ids []string
	for i := range n {
		c := flows.SampleCase(flows.Recording)
		c.ID, c.OpenID, c.TenantKey, c.Identity = uuid.Must(uuid.NewV7()).String(), fmt.Sprint("ou_", i), "t", nil
		insert := func(tx flows.Tx) error { return tx.InsertCase(t.Context(), c) }
		if err := engines[0].Store.Tx(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	begun, held := 0, 0
	var mu sync.Mutex
	runTogether(n, func(i int) {
		c, _, err := engines[i%2].Report(t.Context(), ids[i], flows.Event{Kind: flows.IdentityStarted, Job: ids[i]})
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil:
			t.Error(err)
		case c.Identity != nil:
			begun++
		case c.Hold != nil:
			held++
		}
	})
	if begun != 1 || held != n-1 {
		t.Errorf("got %d identities begun and %d held, want 1 and %d", begun, held, n-1)
	}
}
