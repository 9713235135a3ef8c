package engine_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// together runs fn n times at the same moment.
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

// The same message delivered many times at once, and many messages of one person at once,
// make one case.
func TestManyDeliveriesAtOnce(t *testing.T) {
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
		t.Errorf("%d photos, want 1", len(c.Photos))
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
		t.Errorf("%d photos, want 8", len(c.Photos))
	}
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		all, err := v.CasesOf(t.Context(), workerstest.Tenant, "ou_2")
		if len(all) != 1 {
			t.Errorf("%d cases, want 1", len(all))
		}
		return err
	}))
	w.Must(w.Store.VerifyChain(t.Context(), c.ID))
}

// Of two admins at the same moment one decides, and the other is told.
func TestTwoAdminsAtOnce(t *testing.T) {
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

// When the only admin registers himself there is nobody to review, and he is told.
func TestNobodyIsThereToReview(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) {
		d.ReviewChat, d.Policy.Admins = "", []string{"ou_hr1"}
	})
	w.Walk("ou_hr1", flows.SampleNumber, flows.AwaitingReview)
	w.RunJobs()
	told := false
	for _, m := range w.Messenger.SentTo("ou_hr1") {
		told = told || workerstest.Shows(m.Current(), "notice.no_reviewer")
	}
	if !told {
		t.Error("he waits for ever without a word")
	}
}

// When the case on HR's card ends otherwise, HR is shown another of the same cause.
func TestAnIncidentIsPassedOn(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	var ids []string
	for i := range 3 {
		c := w.PutCase(flows.Checking, fmt.Sprint("ou_", i))
		w.MustReport(c.ID, flows.Event{Kind: flows.StepStopped, Stop: &flows.Attention{Step: "check", Code: "supplier",
			Incident: "check/supplier/x"}})
		ids = append(ids, c.ID)
		w.Advance(time.Second)
	}
	w.RunJobs()
	if n := len(w.Messenger.SentTo("oc_hr")); n != 1 {
		t.Fatalf("%d cards, want 1", n)
	}
	w.Say("ou_0", "取消")
	w.InState(ids[0], flows.Withdrawn)
	w.RunJobs()
	hr := w.Messenger.SentTo("oc_hr")
	if len(hr) != 2 || !workerstest.Shows(hr[1].Current(), "trouble.supplier") ||
		!workerstest.Shows(hr[0].Current(), "did.withdrawn") {
		t.Errorf("%d cards, want 2", len(hr))
	}
	// Going on by itself is no such end: the others follow.
	w.MustReport(ids[1], flows.Event{Kind: flows.PersonChecked, Check: &flows.Check{Outcome: "match", Serial: "s"}})
	w.RunJobs(flows.JobShow)
	stopped := 0
	for _, m := range w.Messenger.SentTo("oc_hr") {
		if workerstest.Shows(m.Current(), "attention.title") {
			stopped++
		}
	}
	if stopped != 0 {
		t.Errorf("%d cards still ask, want 0", stopped)
	}
}

// People who wait behind many others are told how many.
func TestHowManyAreAhead(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for i := range 25 {
		w.PutCase(flows.AwaitingPhotos, fmt.Sprint("ou_", i), func(c *flows.Case) {
			c.Photos[1].At = flows.SampleTime.Add(-time.Minute)
		})
	}
	for _, tt := range []struct {
		who  string
		at   time.Time // of the photo
		want int
	}{{"ou_last", flows.SampleTime, 25}, {"ou_first", flows.SampleTime.Add(-time.Hour), 0}} {
		t.Run(tt.who, func(t *testing.T) {
			c := w.PutCase(flows.AwaitingPhotos, tt.who, func(c *flows.Case) { c.Photos[1].At = tt.at })
			w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: tt.who})
			w.RunJobs(flows.JobShow)
			want := flows.ApplicantCard(c, flows.ViewContext{Now: w.Now(), Policy: flows.SamplePolicy(), Ahead: tt.want})
			workerstest.RequireCard(t, tt.who+"'s card", w.Messenger.SentTo(tt.who)[0].Current(), want)
		})
	}
	// Tenants of a marketplace app do not wait for each other, so that nobody is told of others' photos.
	w.Marketplace = true
	c := w.PutCase(flows.AwaitingPhotos, "ou_tenant", func(c *flows.Case) { c.Photos[1].At = flows.SampleTime })
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: c.OpenID})
	w.RunJobs(flows.JobShow)
	workerstest.RequireCard(t, "the tenant's card", w.Messenger.SentTo(c.OpenID)[0].Current(),
		flows.ApplicantCard(c, flows.ViewContext{Now: w.Now(), Policy: flows.SamplePolicy()}))
}
