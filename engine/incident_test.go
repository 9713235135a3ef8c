package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"shiming/cards"
	"shiming/esign"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// A cause that many cases share is told to HR once, and one word of HR's tries all again.
func TestOneIncidentIsOneCard(t *testing.T) {
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
		t.Fatalf("%d cards to HR, want 1", len(hr))
	}
	// While nothing is repaired, the steps try again by themselves now and then, quietly.
	calls := w.IdentityRecorder.Calls
	w.Advance(flows.ProbeEvery)
	w.RunJobs()
	if len(w.Messenger.SentTo("oc_hr")) != 1 || w.IdentityRecorder.Calls != calls+6 {
		t.Errorf("%d cards to HR, %d calls more, want 1", len(w.Messenger.SentTo("oc_hr")), w.IdentityRecorder.Calls-calls)
	}
	// HR's retry before the repair stops them once more, each once.
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
		t.Errorf("%d points, want 6", len(w.EvidenceClient.Points))
	}
}

// Without anybody's word the cases go on by themselves once the cause is gone.
func TestAnIncidentHealsByItself(t *testing.T) {
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
	if now.Resolution == nil || now.Resolution.Kind != "resumed" || w.IdentityRecorder.Calls != 1 || len(w.EvidenceClient.Points) != 1 {
		t.Errorf("settled %+v, %d identities, %d points, want 1, 1", now.Resolution, w.IdentityRecorder.Calls, len(w.EvidenceClient.Points))
	}
	if hr := w.Messenger.SentTo("oc_hr"); len(hr) != 1 {
		t.Errorf("%d cards to HR, want 1", len(hr))
	}
}

// An upstream that is out for long: the applicant is told soon, HR after half an hour, and
// the step goes on by itself.
func TestAnOutage(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	out := true
	w.IdentityRecorder.RecordFunc = func(context.Context, string, string, string, string) (string, error) {
		if out {
			return "", workerstest.RetryLater()
		}
		return "", nil
	}
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
	told, begin := time.Duration(0), w.Now()
	for n := 1; n <= 14; n++ {
		w.RunJobs()
		now := w.CaseNow(c.ID)
		if n >= 3 && n < 12 && now.Delayed != "identity" {
			t.Fatalf("attempt %d: the applicant is not told", n)
		}
		if n < 3 && now.Delayed != "" {
			t.Fatalf("attempt %d: the applicant is told already", n)
		}
		if now.State == flows.NeedsAttention && told == 0 {
			told = w.Now().Sub(begin)
			if now.Attention.Code != "unavailable" {
				t.Errorf("attention %+v", now.Attention)
			}
		}
		probes := w.Waiting(flows.JobIdentity)
		if len(probes) != 1 {
			t.Fatalf("attempt %d: %d jobs, want 1", n, len(probes))
		}
		w.Advance(probes[0].At.Sub(w.Now()))
	}
	if told < 20*time.Minute || told > 40*time.Minute {
		t.Errorf("HR was told after %v", told)
	}
	out = false
	w.RunJobs()
	w.InState(c.ID, flows.Done)
	if w.IdentityRecorder.Recorded["ou_1"] != 1 {
		t.Errorf("identities %v", w.IdentityRecorder.Recorded)
	}
}

// HR is reminded of what waits in one message a period, however many cases are due.
func TestTheDigestComesOnceAPeriod(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for i := range 5 {
		c := w.PutCase(flows.AwaitingReview, fmt.Sprintf("ou_%d", i))
		w.QueueJob(flows.Remind(c.Rev, time.Time{}).Of(c.ID))
	}
	w.RunJobs(flows.JobRemind, flows.JobReply)
	digests := func() []*workerstest.Message { return w.Messenger.SentTo("oc_hr") }
	if n := len(digests()); n != 1 || !workerstest.Shows(digests()[0].Current(), "pending.title") {
		t.Fatalf("%d digests, want 1", n)
	}
	w.Advance(flows.SamplePolicy().ReminderAfter)
	digest := func(i int, key string) {
		digest := flows.Reply(flows.ReplyDigest).ToHR().Of(w.LatestCase(fmt.Sprintf("ou_%d", i)).ID)
		digest.Key = key
		w.QueueJob(digest)
	}
	for i := range 5 {
		digest(i, fmt.Sprint("second", i))
	}
	w.RunJobs(flows.JobReply)
	if n := len(digests()); n != 2 {
		t.Errorf("%d digests in two periods, want 2", n)
	}
	// A digest that could not be sent, or had to wait for its turn, comes again under its own name.
	w.Advance(flows.SamplePolicy().ReminderAfter)
	digest(0, "third")
	var uuids []string
	failures := []error{fmt.Errorf("limit: %w", &flows.RetryLater{In: time.Second, Snooze: true}),
		workerstest.RetryLater()}
	w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		uuids = append(uuids, uuid)
		if len(uuids) <= len(failures) {
			return "", failures[len(uuids)-1]
		}
		return w.Messenger.Post(to, card, uuid), nil
	}
	for range len(failures) + 1 {
		w.RunJobs(flows.JobReply)
		w.Advance(time.Second)
	}
	if len(slices.Compact(uuids)) != 1 {
		t.Errorf("sent under %q", uuids)
	}
	if n := len(digests()); n != 3 {
		t.Errorf("%d digests in three periods, want 3", n)
	}
	// When nothing waits any more there is nothing to say.
	for i := range 5 {
		w.CheckAnswer(w.Click("ou_hr1", w.LatestCase(fmt.Sprintf("ou_%d", i)), cards.ActReject, "reason", "duplicate"),
			"rejected")
	}
	w.Advance(flows.SamplePolicy().ReminderAfter)
	digest(0, "fourth")
	w.RunJobs(flows.JobReply)
	if n := len(digests()); n != 3 {
		t.Errorf("%d digests although nothing waits, want 3", n)
	}
}
