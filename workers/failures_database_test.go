package workers_test

import (
	"context"
	"errors"
	"testing"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestDatabaseErrorDropsNoCard: an error of the database says nothing about the card. The job comes again.
func TestDatabaseErrorDropsNoCard(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	locked := errors.New("database is locked")
	trouble := func(on bool) {
		w.Store.Mu.Lock()
		defer w.Store.Mu.Unlock()
		w.Store.WaitFunc = nil
		if on {
			w.Store.WaitFunc = func(context.Context, []flows.BurstLimit) error { return locked }
		}
	}
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	w.MustReport(c.ID, workerstest.Delayed("check"))
	show := w.DueJob(flows.JobShow)
	to := flows.Receiver{Type: "open_id", ID: "ou_1"}
	reply := flows.Reply(flows.ReplyGreeting).Towards(to).For(workerstest.Tenant, "ou_1")
	reply.Key, reply.Attempt = "k", 1
	trouble(true)
	for _, j := range []flows.Job{show.Job, reply} {
		if err := w.Run(t.Context(), j); !errors.Is(err, locked) {
			t.Errorf("%s ends with %v and does not come again", j.Kind, err)
		}
	}
	if workerstest.Shows(m.Current(), "progress_delayed") || len(w.Messenger.SentTo("ou_1")) != 1 {
		t.Error("something was shown")
	}
	trouble(false)
	for _, j := range []flows.Job{show.Job, reply} {
		w.Must(w.Run(t.Context(), j))
	}
	if !workerstest.Shows(m.Current(), "progress_delayed") || len(w.Messenger.SentTo("ou_1")) != 2 {
		t.Errorf("%d cards, the first shows %s, want 2", len(w.Messenger.SentTo("ou_1")), m.Current())
	}
}
