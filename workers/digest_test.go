package workers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestDigestOncePerPeriod: HR gets one list per reminder period, however many cases are due.
func TestDigestOncePerPeriod(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for i := range 5 {
		c := w.PutCase(flows.AwaitingReview, fmt.Sprintf("ou_%d", i))
		w.QueueJob(flows.Remind(c.Rev, time.Time{}).Of(c.ID))
	}
	w.RunJobs(flows.JobRemind, flows.JobReply)
	digests := func() []*workerstest.Message { return w.Messenger.SentTo("oc_hr") }
	if n := len(digests()); n != 1 || !workerstest.Shows(digests()[0].Current(), "pending.title") {
		t.Fatalf("digests: got %d, want 1", n)
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
		t.Errorf("digests in two periods: got %d, want 2", n)
	}
	// A digest that could not be sent is sent again under the same uuid.
	w.Advance(flows.SamplePolicy().ReminderAfter)
	digest(0, "third")
	var uuids []string
	failures := []error{
		fmt.Errorf("limit: %w", &flows.RetryLater{In: time.Second, Snooze: true}),
		workerstest.RetryLater(),
	}
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
		t.Errorf("digests in three periods: got %d, want 3", n)
	}
	// When no case waits any more, no digest is sent.
	for i := range 5 {
		c := w.LatestCase(fmt.Sprintf("ou_%d", i))
		w.CheckAnswer(w.Click("ou_hr1", c, cards.ActReject, "reason", "duplicate"), "rejected")
	}
	w.Advance(flows.SamplePolicy().ReminderAfter)
	digest(0, "fourth")
	w.RunJobs(flows.JobReply)
	if n := len(digests()); n != 3 {
		t.Errorf("digests although nothing waits: got %d, want 3", n)
	}
}
