package workers_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// unreachableGroup lists failures that say that a group cannot be reached.
var unreachableGroup = []error{
	&workerstest.UpstreamError{Class: "receiver", Code: "230002"},
	&workerstest.UpstreamError{Class: "receiver", Code: "232009"},
}

// refuseGroups makes every message to a group fail.
func refuseGroups(w *workerstest.Harness, err error) {
	send := func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		if to.Type == "chat_id" {
			return "", err
		}
		return w.Messenger.Post(to, card, uuid), nil
	}
	w.Messenger.SendFunc = send
}

// TestReviewGroupIsGone: if the review group cannot be reached, each admin gets the card, and it is kept up to date.
func TestReviewGroupIsGone(t *testing.T) {
	t.Parallel()
	for _, gone := range unreachableGroup {
		w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.AnnounceChat = "" })
		refuseGroups(w, gone)
		c := w.Walk("ou_1", flows.SampleNumber, flows.AwaitingReview)
		for _, admin := range []string{"ou_hr1", "ou_hr2"} {
			if sent := w.Messenger.SentTo(admin); len(sent) != 1 || !workerstest.Shows(sent[0].Current(), "review.title") {
				t.Fatalf("%v: %d cards to %s, want 1", gone, len(sent), admin)
			}
		}
		w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
		w.RunJobs()
		for _, admin := range []string{"ou_hr1", "ou_hr2"} {
			if sent := w.Messenger.SentTo(admin); len(sent) != 1 || !workerstest.Shows(sent[0].Current(), "stage.done_filed") {
				t.Errorf("%v: %s sees %s", gone, admin, sent[0].Current())
			}
		}
	}
}

// TestListsWithoutReviewGroup: HR's lists go to each admin once if the group is gone, without the admin's own case,
// also when another admin cannot be reached.
func TestListsWithoutReviewGroup(t *testing.T) {
	t.Parallel()
	for _, gone := range unreachableGroup {
		w := workerstest.New(t)
		w.PutCase(flows.AwaitingReview, "ou_1")
		own := w.PutCase(flows.NeedsAttention, "ou_hr2", withUnknownEvidence)
		askReconcile(w, "对账") // also queues the nightly job
		runNight(w)
		refused := 0
		w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
			switch {
			case to.Type == "chat_id":
				return "", gone
			case to.ID == "ou_hr1" && refused < 5:
				refused++
				return "", &workerstest.UpstreamError{Class: "config", Code: "230035"}
			}
			return w.Messenger.Post(to, card, uuid), nil
		}
		before := len(w.Messenger.SentTo("ou_hr1"))
		w.QueueJob(flows.Reply(flows.ReplyDigest).ToHR().Of(own.ID))
		sendMorningCards(w)
		if n := len(w.Messenger.SentTo("ou_hr2")); n != 2 {
			t.Errorf("%v: lists to the admin who can be reached: got %d, want 2", gone, n)
		}
		for range 5 {
			w.Advance(flows.ProbeEvery)
			w.RunJobs(flows.JobReply)
		}
		for admin, titles := range map[string]map[string]int{"ou_hr1": {}, "ou_hr2": {}} {
			t.Run(admin, func(t *testing.T) {
				skip := 0
				if admin == "ou_hr1" {
					skip = before
				}
				for _, m := range w.Messenger.SentTo(admin)[skip:] {
					switch {
					case workerstest.Shows(m.Current(), "pending.title"):
						titles["pending"]++
						if strings.Contains(m.Current(), own.ID) != (admin != own.OpenID) {
							t.Errorf("%v: the list of %s: %s", gone, admin, m.Current())
						}
					case workerstest.Shows(m.Current(), "reconcile.title"):
						titles["reconcile"]++
					}
				}
				if titles["pending"] != 1 || titles["reconcile"] != 1 {
					t.Errorf("%v: %s got %v", gone, admin, titles)
				}
			})
		}
	}
}

// TestNoAdminNamed: the notice distinguishes a tenant without an admin from an only admin who is the applicant.
func TestNoAdminNamed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		admins []string
		group  string
		says   string
	}{
		"no admin":                 {[]string{"another/ou_hr1"}, "", "notice.no_admin"},
		"only himself":             {[]string{workerstest.Tenant + "/ou_1"}, "", "notice.no_reviewer"},
		"only himself, group gone": {[]string{workerstest.Tenant + "/ou_1"}, "oc_hr", "notice.no_reviewer"},
	} {
		t.Run(name, func(t *testing.T) {
			w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) {
				d.Policy.Admins, d.ReviewChat, d.Marketplace = tt.admins, tt.group, true
			})
			refuseGroups(w, &workerstest.UpstreamError{Class: "receiver", Code: "232009"})
			w.Walk("ou_1", flows.SampleNumber, flows.AwaitingReview)
			w.RunJobs()
			told := 0
			for _, m := range w.Messenger.SentTo("ou_1") {
				if workerstest.Shows(m.Current(), tt.says) {
					told++
				}
			}
			if told != 1 {
				t.Errorf("told %d times, want 1", told)
			}
		})
	}
}
