package workers_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// lastHead returns the tenant's newest head, nil if there is none.
func lastHead(w *workerstest.Harness) (h *flows.PublishedHead) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		if h, err = v.LastHead(w.T.Context(), workerstest.Tenant); err != nil {
			h = nil
		}
		return flows.IgnoreNotFound(err)
	}))
	return h
}

// TestHeadIsPublishedDaily: each morning the head over the chains goes to the review group and to the data-protection
// officer; a second run of the job publishes nothing; a day without changes has a head as well, which says so.
func TestHeadIsPublishedDaily(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) {
		d.ReviewChat, d.Policy.DPOs = "oc_review", []string{"ou_dpo"}
	})
	heads := func(to string) (n int) {
		for _, card := range cardsTo(w, to) {
			if workerstest.Shows(card, "audit_head.title") {
				n++
			}
		}
		return n
	}
	w.Say("ou_1", "实名")
	w.RunJobs()
	w.Advance(flows.HeadAfter(w.Now()).Sub(w.Now()) - time.Second)
	w.RunJobs(flows.JobPublishHead, flows.JobReply)
	if lastHead(w) != nil {
		t.Fatal("a head before its time")
	}
	w.Advance(time.Second)
	job := w.DueJob(flows.JobPublishHead)
	if job == nil {
		t.Fatal("got no job for the head")
	}
	w.Must(w.Run(t.Context(), job.Job))
	first := lastHead(w)
	if first == nil || first.Chains != 1 {
		t.Fatalf("got the head %+v, want one over one chain", first)
	}
	w.Must(w.Run(t.Context(), job.Job))
	w.RunJobs(flows.JobReply)
	for _, to := range []string{"oc_review", "ou_dpo"} {
		if got := heads(to); got != 1 {
			t.Fatalf("%s got %d heads after two runs, want one", to, got)
		}
	}
	if card := lastCard(w, "ou_dpo"); !strings.Contains(card, hex.EncodeToString(first.Hash)) ||
		strings.Contains(card, "ou_1") {
		t.Errorf("got %s, want the hash and nobody", card)
	}
	w.Advance(24 * time.Hour)
	w.RunJobs(flows.JobPublishHead, flows.JobReply)
	quiet := lastHead(w)
	if got := heads("oc_review"); got != 2 || quiet.Chains != 0 || string(quiet.Previous) != string(first.Hash) {
		t.Errorf("got %d heads, the last %+v, after a day without a change; want another one over no chain", got, quiet)
	}
	if card := lastCard(w, "oc_review"); !workerstest.Shows(card, "audit_head.quiet") {
		t.Errorf("got %s, want it to say that nothing has happened", card)
	}
	w.Say("ou_2", "实名")
	w.RunJobs(flows.JobReply)
	w.Advance(24 * time.Hour)
	w.RunJobs(flows.JobPublishHead, flows.JobReply)
	if third := lastHead(w); string(third.Previous) != string(quiet.Hash) || third.Chains != 1 {
		t.Errorf("got the head %+v, want one over the new chain, after the second", third)
	}
	if got := heads("oc_review"); got != 3 {
		t.Errorf("got %d heads, want three", got)
	}
}
