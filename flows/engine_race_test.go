package flows_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// together runs fn n times at the same moment.
func together(n int, fn func(i int)) {
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
	w := newWorld(t)
	together(8, func(int) {
		if err := w.Message(t.Context(), flows.Message{EventID: "e", MessageID: "om", TenantKey: tenant, OpenID: "ou_1", Private: true,
			Photos: []flows.PhotoRef{{FileKey: "k", Kind: "image"}}}); err != nil {
			t.Error(err)
		}
	})
	if c := w.caseOf("ou_1"); len(c.Photos) != 1 || w.audits(c.ID, flows.PhotoReceived) != 1 {
		t.Errorf("%d photos", len(c.Photos))
	}
	together(8, func(i int) {
		if err := w.Message(t.Context(), flows.Message{EventID: fmt.Sprint("e", i), MessageID: fmt.Sprint("om", i), TenantKey: tenant, OpenID: "ou_2", Private: true,
			Photos: []flows.PhotoRef{{FileKey: "k", Kind: "image"}}}); err != nil {
			t.Error(err)
		}
	})
	c := w.caseOf("ou_2")
	if len(c.Photos) != 8 {
		t.Errorf("%d photos", len(c.Photos))
	}
	w.must(w.store.View(t.Context(), func(v flows.View) error {
		all, err := v.CasesOf(t.Context(), tenant, "ou_2")
		if len(all) != 1 {
			t.Errorf("%d cases", len(all))
		}
		return err
	}))
	w.must(w.store.VerifyChain(t.Context(), c.ID))
}

// Of two admins at the same moment one decides, and the other is told.
func TestTwoAdminsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round := range 5 {
		c := w.put(flows.AwaitingReview, fmt.Sprint("ou_", round))
		reason := "duplicate"
		answers := make([]flows.Answer, 2)
		together(2, func(i int) {
			k := flows.Click{EventID: fmt.Sprint("e", round, i), TenantKey: tenant, OpenID: []string{"ou_hr1", "ou_hr2"}[i],
				Action: cards.Action{Act: []cards.Act{cards.ActApprove, cards.ActReject}[i], Case: c.ID, Rev: c.Rev}, Form: cards.Form{Reason: &reason}}
			a, err := w.Click(t.Context(), k)
			if err != nil {
				t.Error(err)
			}
			answers[i] = a
		})
		now := w.caseNow(c.ID)
		decided := map[flows.State]int{flows.Recording: 0, flows.Rejected: 1}
		first, known := decided[now.State]
		if !known || now.Rev != c.Rev+1 {
			t.Fatalf("the case is in %s at revision %d", now.State, now.Rev)
		}
		w.said(answers[first], []string{"approved", "rejected"}[first])
		w.said(answers[1-first], "late", "what", now.Review.What, "when", "06-01 12:00", "who", "")
		for _, a := range answers {
			if card, ok := a.Card.(cards.Review); !ok || card.Decision == nil || card.Decision.What != now.Review.What {
				t.Errorf("an admin sees %+v", a.Card)
			}
		}
	}
}

// When the only admin registers himself there is nobody to review, and he is told.
func TestNobodyIsThereToReview(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *flows.Deps, _ *flows.WorkersDeps) { d.ReviewChat, d.Policy.Admins = "", []string{"ou_hr1"} })
	w.walk("ou_hr1", flows.SampleNumber, flows.AwaitingReview)
	w.run()
	told := false
	for _, m := range w.chat.sentTo("ou_hr1") {
		told = told || shows(m.now(), "notice.no_reviewer")
	}
	if !told {
		t.Error("he waits for ever without a word")
	}
}

// When the case on HR's card ends otherwise, HR is shown another of the same cause.
func TestAnIncidentIsPassedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []string
	for i := range 3 {
		c := w.put(flows.Checking, fmt.Sprint("ou_", i))
		w.change(c.ID, flows.Event{Kind: flows.StepStopped, Stop: &flows.Attention{Step: "check", Code: "supplier", Incident: "check/supplier/x"}})
		ids = append(ids, c.ID)
		w.pass(time.Second)
	}
	w.run()
	if n := len(w.chat.sentTo("oc_hr")); n != 1 {
		t.Fatalf("%d cards", n)
	}
	w.say("ou_0", "取消")
	w.in(ids[0], flows.Withdrawn)
	w.run()
	hr := w.chat.sentTo("oc_hr")
	if len(hr) != 2 || !shows(hr[1].now(), "trouble.supplier") || !shows(hr[0].now(), "did.withdrawn") {
		t.Errorf("%d cards", len(hr))
	}
	// Going on by itself is no such end: the others follow.
	w.change(ids[1], flows.Event{Kind: flows.PersonChecked, Check: &flows.Check{Outcome: "match", Serial: "s"}})
	w.run(flows.JobShow)
	stopped := 0
	for _, m := range w.chat.sentTo("oc_hr") {
		if shows(m.now(), "attention.title") {
			stopped++
		}
	}
	if stopped != 0 {
		t.Errorf("%d cards still ask", stopped)
	}
}

// People who wait behind many others are told how many.
func TestHowManyAreAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 25 {
		w.put(flows.AwaitingPhotos, fmt.Sprint("ou_", i), func(c *flows.Case) { c.Photos[1].At = flows.SampleTime.Add(-time.Minute) })
	}
	for _, tt := range []struct {
		who  string
		at   time.Time // of the photo
		want int
	}{{"ou_last", flows.SampleTime, 25}, {"ou_first", flows.SampleTime.Add(-time.Hour), 0}} {
		c := w.put(flows.AwaitingPhotos, tt.who, func(c *flows.Case) { c.Photos[1].At = tt.at })
		w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: tt.who})
		w.run(flows.JobShow)
		want := flows.ApplicantCard(c, flows.Scene{Now: w.now(), Policy: flows.SamplePolicy(), Ahead: tt.want})
		same(t, tt.who+"'s card", w.chat.sentTo(tt.who)[0].now(), want)
	}
	// Tenants of a marketplace app do not wait for each other, so that nobody is told of others' photos.
	w.Marketplace = true
	c := w.put(flows.AwaitingPhotos, "ou_tenant", func(c *flows.Case) { c.Photos[1].At = flows.SampleTime })
	w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: c.OpenID})
	w.run(flows.JobShow)
	same(t, "the tenant's card", w.chat.sentTo(c.OpenID)[0].now(), flows.ApplicantCard(c, flows.Scene{Now: w.now(), Policy: flows.SamplePolicy()}))
}
