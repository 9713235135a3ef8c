package workers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestCardIsPatched: a change patches the message. A card that is shown already is not sent again.
func TestCardIsPatched(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	w.MustReport(c.ID, workerstest.Delayed("check"))
	settled := ""
	w.Messenger.BeforePatch = func(_ context.Context, id string) { settled = id }
	w.RunJobs(flows.JobShow)
	if n := len(w.Messenger.SentTo("ou_1")); n != 1 || !workerstest.Shows(m.Current(), "progress_delayed") {
		t.Errorf("%d cards, the first shows %s, want 1", n, m.Current())
	}
	if settled != m.ID {
		t.Error("the patch did not wait for a click to be answered")
	}
	for key, want := range map[string]int{"message/create": 1, "to/ou_1": 1, "message/patch": 1, "patch/" + m.ID: 1} {
		t.Run(key, func(t *testing.T) {
			if got := w.Store.CountWaits(key); got != want {
				t.Errorf("limit %s was asked %d times, want %d", key, got, want)
			}
		})
	}
	// A card that is shown already is not sent again.
	w.QueueJob(flows.ShowSurface(c.ID, workerstest.ApplicantSurface(c)))
	w.RunJobs(flows.JobShow)
	if w.Messenger.Patches != 1 {
		t.Errorf("patches: got %d, want 1", w.Messenger.Patches)
	}
}

// TestOneJobDraws: while one job draws, another marks the surface dirty, and the last state is shown.
func TestOneJobDraws(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	w.MustReport(c.ID, workerstest.Delayed("check"))
	during := false
	w.Messenger.PatchFunc = func(_ context.Context, id string, card json.RawMessage) error {
		if !during { // the case changes while the first patch is on its way
			during = true
			w.MustReport(c.ID, flows.Event{Kind: flows.Cancelled, Role: flows.Applicant, Actor: "ou_1"})
			if err := w.Run(t.Context(), w.TakeJob(flows.JobShow)); err != nil {
				t.Errorf("the second job: %v", err)
			}
			if s := w.Surface(workerstest.ApplicantSurface(c)); !s.Dirty {
				t.Error("the second job left no mark")
			}
		}
		w.Messenger.Replace(id, card)
		return nil
	}
	w.Must(w.Run(t.Context(), w.TakeJob(flows.JobShow)))
	if !workerstest.Shows(m.Current(), "closed_title.withdrawn") {
		t.Errorf("the card shows %s", m.Current())
	}
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.LeaseOwner != "" || s.Dirty {
		t.Errorf("the surface is left as %+v", s)
	}
}

// TestLeaseOfDeadJob: the lease of a dead job ends after its time. The same job gets it back at once.
func TestLeaseOfDeadJob(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	s := w.Surface(workerstest.ApplicantSurface(c))
	s.LeaseOwner, s.LeaseUntil = "dead", w.Now().Add(45*time.Second)
	hold := func() {
		w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error { return tx.PutSurface(t.Context(), s) }))
	}
	hold()
	w.MustReport(c.ID, workerstest.Delayed("check"))
	w.RunJobs(flows.JobShow)
	if w.Messenger.Patches != 0 || !w.Surface(s.ID).Dirty {
		t.Error("another job drew, or left no mark")
	}
	again := flows.ShowSurface(c.ID, s.ID)
	again.Key, again.Attempt = "dead", 2
	w.Must(w.Run(t.Context(), again))
	if w.Messenger.Patches != 1 || !workerstest.Shows(m.Current(), "progress_delayed") {
		t.Errorf("patches after the dead job came back: got %d, want 1", w.Messenger.Patches)
	}
	hold()
	w.MustReport(c.ID, workerstest.Delayed("other"))
	w.MustReport(c.ID, flows.Event{Kind: flows.PersonChecked, Check: &flows.Check{Outcome: "mismatch", Serial: "s"}})
	w.Advance(46 * time.Second)
	w.RunJobs(flows.JobShow)
	if !workerstest.Shows(m.Current(), "confirm.title") {
		t.Errorf("after the lease the card shows %s", m.Current())
	}
}

// TestLostLease: a job whose lease has run out does not overwrite what its successor has stored.
func TestLostLease(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Checking, "ou_1")
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	slow := true
	w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		id := w.Messenger.Post(to, card, uuid)
		if slow {
			slow = false
			w.Advance(time.Minute)
			w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
			w.Must(w.Run(t.Context(), w.TakeJob(flows.JobShow)))
		}
		return id, nil
	}
	w.Must(w.Run(t.Context(), w.TakeJob(flows.JobShow)))
	s := w.Surface(workerstest.ApplicantSurface(c))
	if s.WantedGeneration != 2 || s.SentGeneration != 2 || s.LeaseOwner != "" {
		t.Errorf("the surface is %+v", s)
	}
	if last := w.Messenger.SentTo("ou_1"); last[len(last)-1].ID != s.MessageID {
		t.Errorf("the surface points to %s of %d messages", s.MessageID, len(last))
	}
}

// The uuid of a message is the same in every attempt and another for every new message.
func TestMessagesAreSentOnce(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Checking, "ou_1")
	var uuids []string
	failing := 2
	w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		uuids = append(uuids, uuid)
		id := w.Messenger.Post(to, card, uuid)
		if failing--; failing >= 0 {
			return "", &workerstest.UpstreamError{
				Class:          "retry",
				Code:           "0",
				IsTemporary:    true,
				MayHaveApplied: true,
			} // it may have arrived
		}
		return id, nil
	}
	for range 2 {
		w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
		w.RunJobs(flows.JobShow)
		w.Advance(time.Second)
		w.RunJobs(flows.JobShow)
		w.Advance(2 * time.Second)
		w.RunJobs(flows.JobShow)
	}
	if len(uuids) != 4 || uuids[0] != uuids[1] || uuids[1] != uuids[2] || uuids[3] == uuids[0] || len(uuids[0]) > 50 {
		t.Errorf("uuids %v", uuids)
	}
	if n := len(w.Messenger.SentTo("ou_1")); n != 2 {
		t.Errorf("messages: got %d, want 2", n)
	}
	w.Say("ou_1", "help")
	j := w.TakeJob(flows.JobReply)
	uuids, failing = nil, 1
	if err := w.Run(t.Context(), j); err == nil {
		t.Error("a lost answer went unnoticed")
	}
	w.Must(w.Run(t.Context(), j))
	if len(uuids) != 2 || uuids[0] != uuids[1] {
		t.Errorf("uuids of the reply %v", uuids)
	}
}

// TestLastStateIsShown: after many concurrent jobs and changes the message shows the last state.
func TestLastStateIsShown(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, _ := w.PutShownCase(flows.Checking, "ou_1")
	ctx := t.Context()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 5 {
				if i == 7 && n == 4 {
					mismatch := &flows.Check{Outcome: "mismatch", Serial: "s"}
					_, _, err := w.Report(ctx, c.ID, flows.Event{Kind: flows.PersonChecked, Check: mismatch})
					if err != nil {
						t.Error(err)
					}
				} else if _, _, err := w.Report(ctx, c.ID, workerstest.Delayed(flows.Step(fmt.Sprint(i, n)))); err != nil {
					t.Error(err)
				}
				for q := w.DueJob(flows.JobShow); q != nil; q = w.DueJob(flows.JobShow) {
					if err := w.Run(ctx, q.Job); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 1 {
		t.Errorf("cards: got %d, want 1", len(sent))
	}
	if !workerstest.Shows(sent[0].Current(), "confirm.title") {
		t.Errorf("the card shows %s", sent[0].Current())
	}
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.LeaseOwner != "" || s.Dirty {
		t.Errorf("the surface is left as %+v", s)
	}
}
