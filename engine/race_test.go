package engine_test

import (
	"fmt"
	"sync"
	"testing"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// runTogether runs fn n times at the same moment.
func runTogether(n int, fn func(i int)) {
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			fn(i)
		})
	}
	close(begin)
	wg.Wait()
}

// TestConcurrentMessages: one message delivered many times, or many messages of one person, make one case.
func TestConcurrentMessages(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	runTogether(8, func(int) {
		if err := w.Message(t.Context(), flows.Message{
			EventID:   "e",
			MessageID: "om",
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_1",
			Private:   true,
			Photos:    []flows.PhotoRef{{FileKey: "k", Kind: "image"}},
		}); err != nil {
			t.Error(err)
		}
	})
	if c := w.LatestCase("ou_1"); len(c.Photos) != 1 || w.CountAudits(c.ID, flows.PhotoReceived) != 1 {
		t.Errorf("photos: got %d, want 1", len(c.Photos))
	}
	runTogether(8, func(i int) {
		if err := w.Message(t.Context(), flows.Message{
			EventID:   fmt.Sprint("e", i),
			MessageID: fmt.Sprint("om", i),
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_2",
			Private:   true,
			Photos:    []flows.PhotoRef{{FileKey: "k", Kind: "image"}},
		}); err != nil {
			t.Error(err)
		}
	})
	c := w.LatestCase("ou_2")
	if len(c.Photos) != 8 {
		t.Errorf("photos: got %d, want 8", len(c.Photos))
	}
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		all, err := v.CasesOf(t.Context(), workerstest.Tenant, "ou_2")
		if len(all) != 1 {
			t.Errorf("cases: got %d, want 1", len(all))
		}
		return err
	}))
	w.Must(w.Store.VerifyChain(t.Context(), c.ID))
}

// TestConcurrentDecisions: of two admins who press at the same moment one decides, and the other is told.
func TestConcurrentDecisions(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for round := range 5 {
		c := w.PutCase(flows.AwaitingReview, fmt.Sprint("ou_", round))
		reason := "duplicate"
		answers := make([]flows.Answer, 2)
		runTogether(2, func(i int) {
			k := flows.CardAction{
				EventID:   fmt.Sprint("e", round, i),
				TenantKey: workerstest.Tenant,
				OpenID:    []string{"ou_hr1", "ou_hr2"}[i],
				Action:    cards.Action{Act: []cards.Act{cards.ActApprove, cards.ActReject}[i], Case: c.ID, Rev: c.Rev},
				Form:      cards.Form{Reason: &reason},
			}
			a, err := w.Engine.Click(t.Context(), k)
			if err != nil {
				t.Error(err)
			}
			answers[i] = a
		})
		now := w.CaseNow(c.ID)
		decided := map[flows.State]int{flows.Recording: 0, flows.Rejected: 1}
		first, known := decided[now.State]
		if !known || now.Rev != c.Rev+1 {
			t.Fatalf("the case is in %s at revision %d, want %v", now.State, now.Rev, c.Rev+1)
		}
		w.CheckAnswer(answers[first], []string{"approved", "rejected"}[first])
		w.CheckAnswer(answers[1-first], "late", "what", string(now.Review.What), "when", "06-01 12:00", "who", "")
		for _, a := range answers {
			if card, ok := a.Card.(cards.Review); !ok || card.Decision == nil || card.Decision.What != string(now.Review.What) {
				t.Errorf("an admin sees %+v", a.Card)
			}
		}
	}
}
