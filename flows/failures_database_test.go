package flows_test

import (
	"context"
	"errors"
	"testing"

	"shiming/flows"
)

// A database that is locked or full while a card is on its way says nothing about the card: it comes later.
func TestADatabaseInTroubleCostsNoCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	locked := errors.New("database is locked")
	trouble := func(on bool) {
		w.store.mu.Lock()
		defer w.store.mu.Unlock()
		w.store.waitFunc = nil
		if on {
			w.store.waitFunc = func(context.Context, []flows.Limit) error { return locked }
		}
	}
	c, m := w.shown(flows.Checking, "ou_1")
	w.change(c.ID, delayed("check"))
	show := w.due(flows.JobShow)
	reply := flows.Job{Kind: flows.JobReply, Ref: flows.ReplyGreeting, To: "ou_1", ToType: "open_id", Key: "k", Attempt: 1, Args: map[string]string{"tenant": tenant, "who": "ou_1"}}
	trouble(true)
	for _, j := range []flows.Job{show.Job, reply} {
		if err := w.Run(t.Context(), j); !errors.Is(err, locked) {
			t.Errorf("%s ends with %v and does not come again", j.Kind, err)
		}
	}
	if shows(m.now(), "progress_delayed") || len(w.chat.sentTo("ou_1")) != 1 {
		t.Error("something was shown")
	}
	trouble(false)
	for _, j := range []flows.Job{show.Job, reply} {
		w.must(w.Run(t.Context(), j))
	}
	if !shows(m.now(), "progress_delayed") || len(w.chat.sentTo("ou_1")) != 2 {
		t.Errorf("%d cards, the first shows %s", len(w.chat.sentTo("ou_1")), m.now())
	}
}
