package workers_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// look puts a case before HR and presses 查看原件.
func look(w *workerstest.Harness) *flows.Case {
	w.T.Helper()
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActPeek, "peek_reason", "name_check"), "peek_sent")
	return c
}

// withPhotos returns the messages to the admin whose card has photos, and that were not recalled.
func withPhotos(w *workerstest.Harness) (n int) {
	recalled := strings.Join(w.Messenger.Recalled, " ")
	for _, m := range w.Messenger.SentTo("ou_hr1") {
		if strings.Contains(m.Current(), `"img_key"`) && !strings.Contains(recalled, m.ID) {
			n++
		}
	}
	return n
}

// told counts the cards to a receiver with a notice.
func told(w *workerstest.Harness, id, notice string) (n int) {
	for _, m := range w.Messenger.SentTo(id) {
		if workerstest.Shows(m.Current(), "notice."+notice) {
			n++
		}
	}
	return n
}

func refused(code string) error { return &workerstest.UpstreamError{Class: "gone", Code: code} }

// TestRecallOfOriginals: how a look ends, by what Feishu says to the recall.
func TestRecallOfOriginals(t *testing.T) {
	for _, c := range []struct {
		name         string
		says         []error // to the recalls, in order
		patch        error
		audit        string
		group        string // notice in the review group
		photosRemain bool
	}{
		{name: "recalled", audit: flows.EventOriginalRecalled},
		{name: "recalled already", says: []error{refused("230110")}, audit: flows.EventOriginalRecalled},
		{name: "outage", says: []error{workerstest.RetryLater(), workerstest.RetryLater()},
			audit: flows.EventOriginalRecalled},
		{name: "no permission for now", says: []error{workerstest.NoScope()}, audit: flows.EventOriginalRecalled},
		{name: "too old", says: []error{refused("230009")}, audit: flows.EventOriginalKept,
			group: flows.NoticeOriginalEmptied},
		{name: "too old, and not to be changed", says: []error{refused("230009")}, patch: refused("230031"),
			audit: flows.EventOriginalKept, group: flows.NoticeOriginalKept, photosRemain: true},
		{name: "not ours", says: []error{&workerstest.UpstreamError{Class: "bug", Code: "230026"}},
			audit: flows.EventOriginalKept, group: flows.NoticeOriginalEmptied},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			says := c.says
			w.Messenger.RecallFunc = func(_ context.Context, id string) error {
				if len(says) == 0 {
					return nil
				}
				err := says[0]
				says = says[1:]
				if strings.Contains(c.name, "already") {
					w.Messenger.Recalled = append(w.Messenger.Recalled, id)
				}
				return err
			}
			if c.patch != nil {
				w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return c.patch }
			}
			of := look(w)
			w.RunJobs(flows.JobOriginal)
			if n := withPhotos(w); n != 1 || len(w.Messenger.Uploaded) != 2 {
				t.Fatalf("%d messages with photos and %d uploads, want 1 and both sides", n, len(w.Messenger.Uploaded))
			}
			for range 5 {
				w.Advance(flows.LookFor)
				w.RunJobs(flows.JobRecall, flows.JobReply)
			}
			if n := withPhotos(w); (n > 0) != c.photosRemain {
				t.Errorf("%d messages with photos are left, want some: %t", n, c.photosRemain)
			}
			if n := w.CountAudits(of.ID, flows.Kind(c.audit)); n != 1 {
				t.Errorf("%d audit rows %s, want 1", n, c.audit)
			}
			for _, notice := range []string{flows.NoticeOriginalKept, flows.NoticeOriginalEmptied} {
				if got := told(w, "oc_hr", notice); got > 1 || (got == 1) != (notice == c.group) {
					t.Errorf("HR was told %s %d times, want: %t", notice, got, notice == c.group)
				}
			}
			if n := len(w.Waiting(flows.JobRecall)); n != 0 {
				t.Errorf("%d recalls are left, want none", n)
			}
		})
	}
}

// TestInterruptedLook: between the sending of a message and the storing of its id a process may die. Its message is
// found by the uuid.
func TestInterruptedLook(t *testing.T) {
	for _, c := range []struct {
		name  string
		posts bool // the message was posted before the process died
		later time.Duration
		end   func(w *workerstest.Harness, c *flows.Case)
		audit string
	}{
		{name: "posted, then the time is over", posts: true, later: flows.LookFor, audit: flows.EventOriginalRecalled},
		{name: "posted, then decided", posts: true, later: time.Minute, audit: flows.EventOriginalRecalled,
			end: func(w *workerstest.Harness, c *flows.Case) { w.Click("ou_hr2", c, cards.ActApprove) }},
		{name: "not posted", later: flows.LookFor, audit: flows.EventOriginalRecalled},
		{name: "posted, and nobody was there for two hours", posts: true, later: 2 * time.Hour,
			audit: flows.EventOriginalKept},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			w.Messenger.SendFunc = func(
				_ context.Context, to flows.Receiver, card json.RawMessage, uuid string,
			) (string, error) {
				if c.posts {
					w.Messenger.Post(to, card, uuid)
				}
				return "", &workerstest.UpstreamError{Class: "retry", Code: "504", IsTemporary: true, MayHaveApplied: true}
			}
			of := look(w)
			if err := w.Run(t.Context(), w.TakeJob(flows.JobOriginal)); err == nil {
				t.Fatal("got no error, want the call's")
			}
			w.Messenger.SendFunc = nil
			w.Advance(c.later)
			if c.end != nil {
				c.end(w, of)
			}
			w.RunJobs(flows.JobRecall, flows.JobReply)
			lost := c.audit == flows.EventOriginalKept
			if n := withPhotos(w); (n > 0) != lost {
				t.Errorf("%d messages with photos are left, want some: %t", n, lost)
			}
			if n := w.CountAudits(of.ID, flows.Kind(c.audit)); n != 1 {
				t.Errorf("%d audit rows %s, want 1", n, c.audit)
			}
			if got := told(w, "oc_hr", flows.NoticeOriginalKept); (got == 1) != lost {
				t.Errorf("HR was told %d times, want: %t", got, lost)
			}
		})
	}
}

// TestLookThatIsNotShown: photos that cannot be sent are tried while the look lasts, and then the admin is told.
func TestLookThatIsNotShown(t *testing.T) {
	for _, c := range []struct {
		name  string
		says  error
		tries bool // more than one upload
		after time.Duration
		told  int
	}{
		{name: "no permission", says: workerstest.NoScope(), tries: true, after: flows.LookFor, told: 1},
		{name: "outage", says: workerstest.RetryLater(), tries: true, after: flows.LookFor, told: 1},
		{name: "refused", says: &workerstest.UpstreamError{Class: "bug", Code: "234011"}, told: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := workerstest.New(t)
			uploads := 0
			w.Messenger.UploadFunc = func(context.Context, []byte) (string, error) {
				uploads++
				return "", c.says
			}
			of := look(w)
			for range 10 {
				w.RunJobs(flows.JobOriginal, flows.JobRecall, flows.JobReply)
				w.Advance(c.after / 9)
			}
			w.RunJobs(flows.JobOriginal, flows.JobRecall, flows.JobReply)
			if (uploads > 1) != c.tries || withPhotos(w) != 0 {
				t.Errorf("%d uploads and %d messages, want more than one: %t, and none", uploads, withPhotos(w), c.tries)
			}
			if got := told(w, "ou_hr1", flows.NoticeOriginalNotShown); got != c.told {
				t.Errorf("the admin was told %d times, want %d", got, c.told)
			}
			if n := w.CountAudits(of.ID, flows.EventOriginalNotShown); n != 1 {
				t.Errorf("%d audit rows, want 1", n)
			}
			w.CheckAnswer(w.Click("ou_hr1", of, cards.ActPeek, "peek_reason", "other"), "peek_sent")
		})
	}
}

// TestDecidedBeforeTheLook: photos that are not sent yet when the case is decided are never sent.
func TestDecidedBeforeTheLook(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := look(w)
	w.Click("ou_hr2", c, cards.ActApprove)
	w.RunJobs(flows.JobOriginal, flows.JobRecall, flows.JobReply)
	w.Advance(flows.LookFor)
	w.RunJobs(flows.JobOriginal, flows.JobRecall, flows.JobReply)
	if n := len(w.Messenger.SentTo("ou_hr1")); n != 0 {
		t.Errorf("%d messages to the admin, want none", n)
	}
	if n := w.CountAudits(c.ID, flows.EventOriginalNotShown); n != 1 {
		t.Errorf("%d audit rows, want 1", n)
	}
}
