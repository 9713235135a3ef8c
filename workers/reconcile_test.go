package workers_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/esign"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestReconcileTooEarly: a job that comes too early, because the clock of the database is ahead, waits. A repeated job
// begins no second run.
func TestReconcileTooEarly(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.Say("ou_1", "实名")
	j := w.TakeJob(flows.JobReconcile)
	again, ok := w.Run(t.Context(), j).(*flows.RetryLater)
	if !ok || !again.Snooze || again.In != 14*time.Hour+30*time.Minute {
		t.Fatalf("%+v", again)
	}
	w.Advance(again.In)
	for range 3 {
		w.Must(w.Run(t.Context(), j)) // the same job may run more than once
	}
	if n := len(w.Waiting(flows.JobReconcile)); n != 1 {
		t.Errorf("jobs of one night: got %d, want 1", n)
	}
}

// TestReconcile: a run over many pages compares each case once and finds everything that differs, also when the process
// dies in the middle. HR is told in the morning.
func TestReconcile(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	askReconcile(w, "对账")
	for i := range 50 {
		w.PutCase(flows.Done, fmt.Sprintf("ou_done%d", i), withEvidence)
	}
	for i := range 7 {
		w.PutCase(flows.AwaitingPhotos, fmt.Sprintf("ou_open%d", i))
	}
	lost := w.PutCase(flows.Done, "ou_lost", withEvidence, func(c *flows.Case) {
		c.Uploads = map[string]string{"front": "gone", "back": "f2"}
	})
	notOurs := w.PutCase(flows.Done, "ou_theirs", withEvidence, func(c *flows.Case) {
		c.Uploads = map[string]string{"front": "f1", "back": "theirs"}
	})
	bad := w.PutCase(flows.Done, "ou_bad", withEvidence, func(c *flows.Case) {
		c.Uploads = map[string]string{"front": "bad", "back": "f2"}
	})
	left := w.PutCase(flows.AwaitingReview, "ou_left")
	gone := w.PutCase(flows.AwaitingReview, "ou_gone")
	unknown := w.PutCase(flows.NeedsAttention, "ou_unknown", withUnknownEvidence)
	w.PutCase(flows.Rejected, "ou_old")
	w.EvidenceClient.StatusFunc = func(_ context.Context, id string) (esign.FileStatus, error) {
		switch id {
		case "gone":
			return esign.FileStatus{}, &esign.Error{
				Op:         "FileStatus",
				Kind:       esign.KindNotFound,
				HTTPStatus: 200,
				Code:       "1430608",
			}
		case "theirs":
			return esign.FileStatus{}, &esign.Error{
				Op:         "FileStatus",
				Kind:       esign.KindPermission,
				HTTPStatus: 200,
				Code:       "1430802",
			}
		case "bad":
			return esign.FileStatus{FileID: id, Status: 3}, nil
		}
		return esign.FileStatus{FileID: id, Status: 2}, nil
	}
	looked := map[string]int{}
	w.Messenger.ContactFunc = func(_ context.Context, openID string) (flows.Contact, error) {
		looked[openID]++
		switch openID {
		case "ou_left":
			return flows.Contact{Left: true}, nil
		case "ou_gone":
			return flows.Contact{}, &workerstest.UpstreamError{Class: "permission", Code: "41050"}
		}
		return flows.Contact{}, nil
	}

	w.Advance(w.Waiting(flows.JobReconcile)[0].At.Sub(w.Now()))
	first := w.TakeJob(flows.JobReconcile)
	w.Must(w.Run(t.Context(), first))
	w.Must(w.Run(t.Context(), first)) // the page is done already
	dead, cancel := context.WithCancel(t.Context())
	second := w.TakeJob(flows.JobReconcile)
	for second.RunDate() != first.RunDate() { // the job of the next night is queued as well
		w.QueueJob(second)
		second = w.TakeJob(flows.JobReconcile)
	}
	asked := 0
	statuses := w.EvidenceClient.StatusFunc
	w.EvidenceClient.StatusFunc = func(ctx context.Context, id string) (esign.FileStatus, error) {
		if asked++; asked == 5 {
			cancel()
			return esign.FileStatus{}, context.Canceled
		}
		return statuses(ctx, id)
	}
	if err := w.Run(dead, second); err == nil {
		t.Fatal("a run that was torn apart is done")
	}
	w.QueueJob(second) // after a restart the job comes again
	w.RunJobs(flows.JobReconcile)

	for _, c := range []*flows.Case{left, gone, unknown, lost, notOurs, bad} {
		if n := looked[c.OpenID]; n < 1 || n > 2 { // twice if the interrupted page had asked
			t.Errorf("%s was looked up %d times", c.OpenID, n)
		}
	}
	if looked["ou_old"] != 0 {
		t.Error("somebody with no record was looked up")
	}
	if len(reconcileCards(w)) != 0 {
		t.Error("HR was woken")
	}
	sendMorningCards(w)
	if n := len(reconcileCards(w)); n != 1 {
		t.Fatalf("reports: got %d, want 1", n)
	}
	card := reconcileCards(w)[0].Current()
	for _, c := range []*flows.Case{left, gone, unknown, lost, notOurs, bad} {
		if strings.Count(card, c.ID) == 0 {
			t.Errorf("the card does not name the case of %s", c.OpenID)
		}
	}
	for _, text := range []string{"diff.evidence_unknown", "diff.photo_lost", "diff.person_gone", "reconcile.unasked"} {
		if !workerstest.Shows(card, text) {
			t.Errorf("the card does not say %s", text)
		}
	}
	for _, text := range []string{"diff.stalled", "diff.chain", "diff.identity_missing", "reconcile.agree",
		"reconcile.running"} {
		if workerstest.Shows(card, text) {
			t.Errorf("the card says %s", text)
		}
	}
	// 53 done, 10 open and the rejected one.
	if want := "64 件"; !strings.Contains(card, want) {
		t.Errorf("the card does not say %s: %s", want, card)
	}
	if strings.Contains(card, flows.SampleName) || strings.Contains(card, flows.SampleNumber) || len(card) > 30*1024 {
		t.Error("the card shows too much")
	}
	if got := askReconcile(w, "reconcile"); got != card {
		t.Error("the word shows something else")
	}
}

// TestReconcileWithoutUpstream: a platform without an answer is left out of the run, which the card says. The next run
// asks it again.
func TestReconcileWithoutUpstream(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		failure error
		calls   int
	}{
		"outage": {&esign.Error{
			Op:         "FileStatus",
			Kind:       esign.KindPermission,
			HTTPStatus: 403,
			Code:       "403",
		}, 1},
		"credentials": {&esign.Error{
			Op:         "FileStatus",
			Kind:       esign.KindAuth,
			HTTPStatus: 401,
			Code:       "401",
		}, 1},
		"deadline": {context.DeadlineExceeded, 8},
	} {
		t.Run(name, func(t *testing.T) {
			w := workerstest.New(t)
			askReconcile(w, "对账")
			for i := range 3 {
				w.PutCase(flows.Done, fmt.Sprintf("ou_%d", i), withEvidence, func(c *flows.Case) {
					c.Uploads = map[string]string{"front": "gone", "back": "f2"}
				})
			}
			w.EvidenceClient.StatusFunc = func(context.Context, string) (esign.FileStatus, error) {
				return esign.FileStatus{}, tt.failure
			}
			runNight(w)
			for range 10 {
				w.Advance(5 * time.Minute)
				w.RunJobs(flows.JobReconcile)
			}
			if n := len(w.EvidenceClient.Asked); n != tt.calls {
				t.Errorf("%d calls, want %v", n, tt.calls)
			}
			if card := askReconcile(w, "对账"); !strings.Contains(card, "没有答复（") || !strings.Contains(card, "对过 3 件") {
				t.Errorf("the card says %s, want %q in it, %q in it", card, "没有答复（", "对过 3 件")
			}
			w.EvidenceClient.StatusFunc = func(context.Context, string) (esign.FileStatus, error) {
				return esign.FileStatus{}, &esign.Error{
					Op:         "FileStatus",
					Kind:       esign.KindNotFound,
					HTTPStatus: 200,
					Code:       "1430608",
				}
			}
			runNight(w)
			sendMorningCards(w)
			if n := len(reconcileCards(w)); n != 1 || !workerstest.Shows(reconcileCards(w)[0].Current(), "diff.photo_lost") ||
				strings.Contains(reconcileCards(w)[0].Current(), "没有答复（") {
				t.Errorf("%d reports of what was asked for a night later, want 1", n)
			}
		})
	}
}
