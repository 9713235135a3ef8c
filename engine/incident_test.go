package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/esign"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestIncidentHasOneCard: HR gets one card for a cause that many cases share, and one retry retries all of them.
func TestIncidentHasOneCard(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	quota := true
	w.IdentityRecorder.RecordFunc = func(context.Context, string, string, string, string) (string, error) {
		if quota {
			return "", &workerstest.UpstreamError{Class: "quota", Code: "99991403"}
		}
		return "", nil
	}
	var ids []string
	for i := range 6 {
		c := w.PutCase(flows.Recording, fmt.Sprintf("ou_%d", i), func(c *flows.Case) {
			c.Identity, c.Review, c.Uploads = nil, &flows.Review{What: "approved"},
				map[string]string{"front": "f1", "back": "f2"}
		})
		ids = append(ids, c.ID)
		w.QueueJob(flows.Job{Kind: flows.JobIdentity, Case: c.ID})
	}
	w.RunJobs()
	for _, id := range ids {
		if a := w.InState(id, flows.NeedsAttention).Attention; a.Incident != "identity/quota/99991403" || a.Code != "quota" {
			t.Errorf("attention %+v", a)
		}
	}
	hr := w.Messenger.SentTo("oc_hr")
	if len(hr) != 1 || !workerstest.Shows(hr[0].Current(), "trouble.quota") {
		t.Fatalf("cards to HR: got %d, want 1", len(hr))
	}
	// Until the repair the jobs try again every ProbeEvery, and HR gets no further card.
	calls := w.IdentityRecorder.Calls
	w.Advance(flows.ProbeEvery)
	w.RunJobs()
	if len(w.Messenger.SentTo("oc_hr")) != 1 || w.IdentityRecorder.Calls != calls+6 {
		t.Errorf("%d cards to HR, %d calls more, want 1", len(w.Messenger.SentTo("oc_hr")), w.IdentityRecorder.Calls-calls)
	}
	// A retry before the repair tries each case once and suspends it again.
	calls = w.IdentityRecorder.Calls
	w.CheckAnswer(w.Click("ou_hr1", w.CaseNow(ids[0]), cards.ActRetry), "retried")
	w.RunJobs()
	if got := w.IdentityRecorder.Calls - calls; got != 6 {
		t.Errorf("%d calls after a vain retry of 6, want 6", got)
	}
	quota = false
	parked := ids[slices.IndexFunc(ids, func(id string) bool { return w.CaseNow(id).State == flows.NeedsAttention })]
	w.CheckAnswer(w.Click("ou_hr2", w.CaseNow(parked), cards.ActRetry), "retried")
	w.RunJobs()
	for _, id := range ids {
		w.InState(id, flows.Done)
	}
	for who, n := range w.IdentityRecorder.Recorded {
		if n != 1 {
			t.Errorf("%d identities of %s, want 1", n, who)
		}
	}
	if len(w.EvidenceClient.Points) != 6 {
		t.Errorf("points: got %d, want 6", len(w.EvidenceClient.Points))
	}
}

// TestIncidentResumesByItself: the cases go on without HR after the cause is gone.
func TestIncidentResumesByItself(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	forbidden := true
	w.EvidenceClient.UploadFunc = func(context.Context, string, []byte) (string, error) {
		if forbidden {
			return "", &esign.Error{
				Op:         "UploadURL",
				Kind:       esign.KindForbidden,
				HTTPStatus: 403,
				Code:       "403",
			}
		}
		return "", nil
	}
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
	w.RunJobs()
	w.InState(c.ID, flows.NeedsAttention)
	for range 5 {
		w.Advance(flows.ProbeEvery)
		w.RunJobs()
	}
	w.InState(c.ID, flows.NeedsAttention)
	forbidden = false
	w.Advance(flows.ProbeEvery)
	w.RunJobs()
	now := w.InState(c.ID, flows.Done)
	if now.Resolution == nil || now.Resolution.Kind != "resumed" {
		t.Errorf("resolution: got %+v, want resumed", now.Resolution)
	}
	if identities, points := w.IdentityRecorder.Calls, len(w.EvidenceClient.Points); identities != 1 || points != 1 {
		t.Errorf("got %d identities and %d points, want 1 and 1", identities, points)
	}
	if hr := w.Messenger.SentTo("oc_hr"); len(hr) != 1 {
		t.Errorf("cards to HR: got %d, want 1", len(hr))
	}
}

// TestIncidentIsHandedOver: when the case of HR's card ends otherwise, HR gets the card of another case.
func TestIncidentIsHandedOver(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	var ids []string
	for i := range 3 {
		c := w.PutCase(flows.Checking, fmt.Sprint("ou_", i))
		stop := &flows.Attention{Step: "check", Code: "supplier", Incident: "check/supplier/x"}
		w.MustReport(c.ID, flows.Event{Kind: flows.StepStopped, Stop: stop})
		ids = append(ids, c.ID)
		w.Advance(time.Second)
	}
	w.RunJobs()
	if n := len(w.Messenger.SentTo("oc_hr")); n != 1 {
		t.Fatalf("cards: got %d, want 1", n)
	}
	w.Say("ou_0", "取消")
	w.InState(ids[0], flows.Withdrawn)
	w.RunJobs()
	hr := w.Messenger.SentTo("oc_hr")
	if len(hr) != 2 || !workerstest.Shows(hr[1].Current(), "trouble.supplier") ||
		!workerstest.Shows(hr[0].Current(), "did.withdrawn") {
		t.Errorf("cards: got %d, want 2", len(hr))
	}
	// A case that resumes by itself hands nothing over, because the cause is gone.
	w.MustReport(ids[1], flows.Event{Kind: flows.PersonChecked, Check: &flows.Check{Outcome: "match", Serial: "s"}})
	w.RunJobs(flows.JobShow)
	stopped := 0
	for _, m := range w.Messenger.SentTo("oc_hr") {
		if workerstest.Shows(m.Current(), "attention.title") {
			stopped++
		}
	}
	if stopped != 0 {
		t.Errorf("cards still ask: got %d, want 0", stopped)
	}
}

// TestIncidentCardCounts: the card says how many cases wait for the same cause. It is redrawn every 30 s at most.
func TestIncidentCardCounts(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.IDCardReader.ReadFunc = func(context.Context, []byte) (flows.CardText, error) {
		return flows.CardText{}, &workerstest.UpstreamError{Class: "quota", Code: "2110003"}
	}
	stop := func(i int) {
		c := w.PutCase(flows.AwaitingPhotos, fmt.Sprintf("ou_%d", i))
		w.QueueJob(flows.Job{Kind: flows.JobReadPhotos, Case: c.ID})
	}
	settle := func() string {
		w.Advance(30 * time.Second)
		w.RunJobs(flows.JobRecount, flows.JobShow)
		all := w.Messenger.SentTo("oc_hr")
		if len(all) != 1 {
			t.Fatalf("cards to HR: got %d, want 1", len(all))
		}
		return all[0].Current()
	}
	stop(0)
	w.RunJobs(flows.JobReadPhotos, flows.JobShow)
	if card := settle(); workerstest.Shows(card, "attention.others") {
		t.Error("one case is said to be many")
	}
	for i := range 9 {
		stop(i + 1)
	}
	w.RunJobs(flows.JobReadPhotos, flows.JobShow)
	if n := len(w.Waiting(flows.JobRecount)); n != 1 {
		t.Errorf("drawings for nine cases: got %d, want 1", n)
	}
	if card := settle(); !strings.Contains(card, "还有 9 件因为同样的原因停着") {
		t.Errorf("the card says %s, want %q in it", card, "还有 9 件因为同样的原因停着")
	}
	if c := w.LatestCase("ou_3"); c.State != flows.NeedsAttention {
		t.Fatalf("in %s, want %v", c.State, flows.NeedsAttention)
	}
	w.CheckAnswer(w.Click("ou_hr1", w.LatestCase("ou_3"), cards.ActClose), "shut")
	if card := settle(); !strings.Contains(card, "还有 8 件因为同样的原因停着") {
		t.Errorf("the card says %s, want %q in it", card, "还有 8 件因为同样的原因停着")
	}
}
