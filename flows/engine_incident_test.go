package flows_test

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
)

// A cause that many cases share is told to HR once, and one word of HR's tries all again.
func TestOneIncidentIsOneCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	quota := true
	w.register.recordFunc = func(context.Context, string, string, string, string) (string, error) {
		if quota {
			return "", &upstreamError{class: "quota", code: "99991403"}
		}
		return "", nil
	}
	var ids []string
	for i := range 6 {
		c := w.put(flows.Recording, fmt.Sprintf("ou_%d", i), func(c *flows.Case) {
			c.Identity, c.Review, c.Uploads = nil, &flows.Review{What: "approved"}, map[string]string{"front": "f1", "back": "f2"}
		})
		ids = append(ids, c.ID)
		w.queue(flows.Job{Kind: flows.JobIdentity, Case: c.ID})
	}
	w.run()
	for _, id := range ids {
		if a := w.in(id, flows.NeedsAttention).Attention; a.Incident != "identity/quota/99991403" || a.Code != "quota" {
			t.Errorf("attention %+v", a)
		}
	}
	hr := w.chat.sentTo("oc_hr")
	if len(hr) != 1 || !shows(hr[0].now(), "trouble.quota") {
		t.Fatalf("%d cards to HR", len(hr))
	}
	// While nothing is repaired, the steps try again by themselves now and then, quietly.
	calls := w.register.calls
	w.pass(flows.ProbeEvery)
	w.run()
	if len(w.chat.sentTo("oc_hr")) != 1 || w.register.calls != calls+6 {
		t.Errorf("%d cards to HR, %d calls more", len(w.chat.sentTo("oc_hr")), w.register.calls-calls)
	}
	// HR's retry before the repair stops them once more, each once.
	calls = w.register.calls
	w.said(w.click("ou_hr1", w.caseNow(ids[0]), cards.ActRetry), "retried")
	w.run()
	if got := w.register.calls - calls; got != 6 {
		t.Errorf("%d calls after a vain retry of 6", got)
	}
	quota = false
	parked := ids[slices.IndexFunc(ids, func(id string) bool { return w.caseNow(id).State == flows.NeedsAttention })]
	w.said(w.click("ou_hr2", w.caseNow(parked), cards.ActRetry), "retried")
	w.run()
	for _, id := range ids {
		w.in(id, flows.Done)
	}
	for who, n := range w.register.recorded {
		if n != 1 {
			t.Errorf("%d identities of %s", n, who)
		}
	}
	if len(w.notary.points) != 6 {
		t.Errorf("%d points", len(w.notary.points))
	}
}

// Without anybody's word the cases go on by themselves once the cause is gone.
func TestAnIncidentHealsByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	forbidden := true
	w.notary.uploadFunc = func(context.Context, string, []byte) (string, error) {
		if forbidden {
			return "", &esign.Error{Op: "UploadURL", Kind: esign.KindForbidden, HTTPStatus: 403, Code: "403"}
		}
		return "", nil
	}
	c := w.put(flows.AwaitingReview, "ou_1")
	w.said(w.click("ou_hr1", c, cards.ActApprove), "approved")
	w.run()
	w.in(c.ID, flows.NeedsAttention)
	for range 5 {
		w.pass(flows.ProbeEvery)
		w.run()
	}
	w.in(c.ID, flows.NeedsAttention)
	forbidden = false
	w.pass(flows.ProbeEvery)
	w.run()
	now := w.in(c.ID, flows.Done)
	if now.Settled == nil || now.Settled.What != "resumed" || w.register.calls != 1 || len(w.notary.points) != 1 {
		t.Errorf("settled %+v, %d identities, %d points", now.Settled, w.register.calls, len(w.notary.points))
	}
	if hr := w.chat.sentTo("oc_hr"); len(hr) != 1 {
		t.Errorf("%d cards to HR", len(hr))
	}
}

// An upstream that is out for long: the applicant is told soon, HR after half an hour, and
// the step goes on by itself.
func TestAnOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out := true
	w.register.recordFunc = func(context.Context, string, string, string, string) (string, error) {
		if out {
			return "", retryLater()
		}
		return "", nil
	}
	c := w.put(flows.AwaitingReview, "ou_1")
	w.said(w.click("ou_hr1", c, cards.ActApprove), "approved")
	told, begin := time.Duration(0), w.now()
	for n := 1; n <= 14; n++ {
		w.run()
		now := w.caseNow(c.ID)
		if n >= 3 && n < 12 && now.Delayed != "identity" {
			t.Fatalf("attempt %d: the applicant is not told", n)
		}
		if n < 3 && now.Delayed != "" {
			t.Fatalf("attempt %d: the applicant is told already", n)
		}
		if now.State == flows.NeedsAttention && told == 0 {
			told = w.now().Sub(begin)
			if now.Attention.Code != "unavailable" {
				t.Errorf("attention %+v", now.Attention)
			}
		}
		probes := w.waiting(flows.JobIdentity)
		if len(probes) != 1 {
			t.Fatalf("attempt %d: %d jobs", n, len(probes))
		}
		w.pass(probes[0].at.Sub(w.now()))
	}
	if told < 20*time.Minute || told > 40*time.Minute {
		t.Errorf("HR was told after %v", told)
	}
	out = false
	w.run()
	w.in(c.ID, flows.Done)
	if w.register.recorded["ou_1"] != 1 {
		t.Errorf("identities %v", w.register.recorded)
	}
}

// HR is reminded of what waits in one message a period, however many cases are due.
func TestTheDigestComesOnceAPeriod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		c := w.put(flows.AwaitingReview, fmt.Sprintf("ou_%d", i))
		w.queue(flows.Job{Kind: flows.JobRemind, Case: c.ID, Rev: c.Rev})
	}
	w.run(flows.JobRemind, flows.JobReply)
	digests := func() []*message { return w.chat.sentTo("oc_hr") }
	if n := len(digests()); n != 1 || !shows(digests()[0].now(), "pending.title") {
		t.Fatalf("%d digests", n)
	}
	w.pass(flows.SamplePolicy().ReminderAfter)
	digest := func(i int, key string) {
		w.queue(flows.Job{Kind: flows.JobReply, Ref: flows.ReplyDigest, To: "hr", Case: w.caseOf(fmt.Sprintf("ou_%d", i)).ID, Key: key})
	}
	for i := range 5 {
		digest(i, fmt.Sprint("second", i))
	}
	w.run(flows.JobReply)
	if n := len(digests()); n != 2 {
		t.Errorf("%d digests in two periods", n)
	}
	// A digest that could not be sent, or had to wait for its turn, comes again under its own name.
	w.pass(flows.SamplePolicy().ReminderAfter)
	digest(0, "third")
	var uuids []string
	failures := []error{fmt.Errorf("limit: %w", &flows.Again{In: time.Second, Snooze: true}), retryLater()}
	w.chat.sendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		uuids = append(uuids, uuid)
		if len(uuids) <= len(failures) {
			return "", failures[len(uuids)-1]
		}
		return w.chat.post(to, card, uuid), nil
	}
	for range len(failures) + 1 {
		w.run(flows.JobReply)
		w.pass(time.Second)
	}
	if len(slices.Compact(uuids)) != 1 {
		t.Errorf("sent under %q", uuids)
	}
	if n := len(digests()); n != 3 {
		t.Errorf("%d digests in three periods", n)
	}
	// When nothing waits any more there is nothing to say.
	for i := range 5 {
		w.said(w.click("ou_hr1", w.caseOf(fmt.Sprintf("ou_%d", i)), cards.ActReject, "reason", "duplicate"), "rejected")
	}
	w.pass(flows.SamplePolicy().ReminderAfter)
	digest(0, "fourth")
	w.run(flows.JobReply)
	if n := len(digests()); n != 3 {
		t.Errorf("%d digests although nothing waits", n)
	}
}
