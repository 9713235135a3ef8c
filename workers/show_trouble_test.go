package workers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// A message that can no longer be changed is replaced when somebody is waited for, and left
// alone when nobody is.
func TestCardsThatAreTooOld(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	var old *workerstest.Message
	w.Messenger.PatchFunc = func(_ context.Context, id string, card json.RawMessage) error {
		if id == old.ID {
			return workerstest.TooOld()
		}
		w.Messenger.Replace(id, card)
		return nil
	}
	c, first := w.PutShownCase(flows.Checking, "ou_1")
	old = first
	w.MustReport(c.ID, workerstest.Delayed("check"))
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 2 || !workerstest.Shows(sent[1].Current(), "progress_delayed") || len(sent[0].Cards) != 1 {
		t.Fatalf("%d cards, want 2", len(sent))
	}
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.Unreachable || s.MessageID != sent[1].ID || s.OldID != "" {
		t.Errorf("the surface is %+v", s)
	}
	// Nobody is waited for: nothing new is sent, and no job tries again.
	c, _ = w.PutShownCase(flows.Checking, "ou_2")
	w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return workerstest.TooOld() }
	w.MustReport(c.ID, flows.Event{Kind: flows.Cancelled, Role: flows.Applicant, Actor: "ou_2"})
	w.RunJobs(flows.JobShow)
	if n := len(w.Messenger.SentTo("ou_2")); n != 1 || !w.Surface(workerstest.ApplicantSurface(c)).Unreachable ||
		len(w.Waiting(flows.JobShow)) != 0 {
		t.Errorf("%d cards, surface %+v, want 1", n, w.Surface(workerstest.ApplicantSurface(c)))
	}
}

// The pointer to the new card is a courtesy: when the old message is gone, nothing is lost.
func TestAnOldCardThatIsGone(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, _ := w.PutShownCase(flows.Checking, "ou_1")
	w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return workerstest.TooOld() }
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.RunJobs(flows.JobShow)
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.SentGeneration != 2 || s.OldID != "" || s.Unreachable {
		t.Errorf("the surface is %+v", s)
	}
	// When it is only busy, it is tried again, and nothing is sent twice.
	w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return workerstest.RetryLater() }
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.RunJobs(flows.JobShow)
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.SentGeneration != 3 || s.OldID == "" {
		t.Errorf("the surface is %+v", s)
	}
	w.Messenger.PatchFunc = nil
	w.Advance(time.Second)
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 3 || !workerstest.Shows(sent[1].Current(), "superseded.title") ||
		w.Surface(workerstest.ApplicantSurface(c)).OldID != "" {
		t.Errorf("%d cards, the second shows %s, want 3", len(sent), sent[1].Current())
	}
}

// A card that Feishu will not take is not tried again, but what others left to the job that
// drew it is still shown.
func TestARefusedCardDoesNotSwallowTheNext(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	w.Messenger.PatchFunc = func(_ context.Context, id string, card json.RawMessage) error {
		if w.CaseNow(c.ID).State == flows.Checking {
			w.MustReport(c.ID, flows.Event{Kind: flows.PersonChecked, Check: &flows.Check{Outcome: "mismatch", Serial: "s"}})
			w.Must(w.Run(t.Context(), w.TakeJob(flows.JobShow))) // leaves a mark
			return &workerstest.UpstreamError{Class: "card", Code: "230099/200621"}
		}
		w.Messenger.Replace(id, card)
		return nil
	}
	w.MustReport(c.ID, workerstest.Delayed("check"))
	w.RunJobs(flows.JobShow)
	w.Advance(time.Second)
	w.RunJobs(flows.JobShow)
	if !workerstest.Shows(m.Current(), "confirm.title") {
		t.Errorf("the card shows %s", m.Current())
	}
	if n := len(w.Waiting(flows.JobShow)); n != 0 {
		t.Errorf("%d jobs go on, want 0", n)
	}
}

// The tenant's data-loss prevention gets a form without clear values.
func TestTheFormThatMayNotBeClear(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingConfirmation, "ou_1")
	w.MustReport(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		if !w.CaseNow(c.ID).MaskedForm {
			return "", &workerstest.UpstreamError{Class: "dlp", Code: "230028"}
		}
		return w.Messenger.Post(to, card, uuid), nil
	}
	w.RunJobs(flows.JobShow)
	sent := w.Messenger.SentTo("ou_1")
	if len(sent) != 1 || !workerstest.Shows(sent[0].Current(), "confirm.ask_masked") {
		t.Fatalf("%d forms, want 1", len(sent))
	}
	// A masked card that is refused as well is left alone; the case stays.
	w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error {
		return &workerstest.UpstreamError{Class: "dlp", Code: "230028"}
	}
	w.Click("ou_1", w.CaseNow(c.ID), cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "1")
	w.RunJobs(flows.JobShow)
	w.InState(c.ID, flows.AwaitingConfirmation)
	if n := len(w.Waiting(flows.JobShow)); n != 0 {
		t.Errorf("%d jobs go on, want 0", n)
	}
}

// Whatever is booked out or in the operator's way is waited for, without using attempts up.
func TestCardsThatHaveToWait(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, m := w.PutShownCase(flows.Checking, "ou_1")
	w.MustReport(c.ID, workerstest.Delayed("check"))
	for _, tt := range []struct {
		fail   func()
		in     time.Duration
		snooze bool
	}{
		{func() {
			w.Store.WaitFunc = func(context.Context, []flows.BurstLimit) error {
				return fmt.Errorf("booked out: %w", &flows.RetryLater{In: 40 * time.Second, Snooze: true, Code: "rate"})
			}
		}, 40 * time.Second, true},
		{func() {
			w.Store.WaitFunc = nil
			w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error { return workerstest.NoScope() }
		}, flows.ProbeEvery, true},
		{func() {
			w.Messenger.PatchFunc = func(context.Context, string, json.RawMessage) error {
				return &workerstest.UpstreamError{
					Class:       "retry",
					Code:        "99991400",
					IsTemporary: true,
					RetryIn:     7 * time.Second,
				}
			}
		}, 7 * time.Second, false},
	} {
		t.Run(tt.in.String(), func(t *testing.T) {
			tt.fail()
			j := w.TakeJob(flows.JobShow)
			err := w.Run(t.Context(), j)
			again, ok := errors.AsType[*flows.RetryLater](err)
			if !ok || again.In != tt.in || again.Snooze != tt.snooze {
				t.Errorf("%v, want again in %v", err, tt.in)
			}
			if s := w.Surface(workerstest.ApplicantSurface(c)); s.LeaseOwner != "" || s.Unreachable {
				t.Errorf("the surface is left as %+v", s)
			}
			w.QueueJob(j)
		})
	}
	w.Messenger.PatchFunc = nil
	w.RunJobs(flows.JobShow)
	if !workerstest.Shows(m.Current(), "progress_delayed") {
		t.Errorf("the card shows %s", m.Current())
	}
}

// When the review group cannot be reached, each admin gets the card, and it is kept up to date.
func TestTheReviewGroupIsGone(t *testing.T) {
	t.Parallel()
	for _, gone := range []error{&workerstest.UpstreamError{Class: "config", Code: "230002"},
		&workerstest.UpstreamError{Class: "gone", Code: "232009"}} {
		w := workerstest.New(t)
		w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
			if to.Type == "chat_id" {
				return "", gone
			}
			return w.Messenger.Post(to, card, uuid), nil
		}
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

// What HR is told from time to time goes to each admin as well when the group is gone: once to each,
// also when one of them cannot be reached, and never with his own case.
func TestHRsListsWhenTheReviewGroupIsGone(t *testing.T) {
	t.Parallel()
	for _, gone := range []error{&workerstest.UpstreamError{Class: "config", Code: "230002"},
		&workerstest.UpstreamError{Class: "gone", Code: "232009"}} {
		w := workerstest.New(t)
		w.PutCase(flows.AwaitingReview, "ou_1")
		own := w.PutCase(flows.NeedsAttention, "ou_hr2", withUnknownEvidence)
		askReconcile(w, "对账") // which also begins the nights
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
			t.Errorf("%v: %d lists to the admin behind the one who cannot be reached", gone, n)
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

// A tenant for which no admin is named is told so, and not that the applicant is the only one.
func TestNobodyIsNamed(t *testing.T) {
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
			w.Messenger.SendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
				if to.Type == "chat_id" {
					return "", &workerstest.UpstreamError{Class: "gone", Code: "232009"}
				}
				return w.Messenger.Post(to, card, uuid), nil
			}
			w.Walk("ou_1", flows.SampleNumber, flows.AwaitingReview)
			w.RunJobs()
			told := 0
			for _, m := range w.Messenger.SentTo("ou_1") {
				if workerstest.Shows(m.Current(), tt.says) {
					told++
				}
			}
			if told != 1 {
				t.Errorf("%s: told %d times, want 1", name, told)
			}
		})
	}
}

// The announcement of a day stays that day's, also when it is drawn after midnight.
func TestTheBoardAtMidnight(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.Advance(11*time.Hour + 59*time.Minute + 58*time.Second) // 23:59:58
	c := w.PutCase(flows.Filing, "ou_1")
	w.MustReport(c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "P1"})
	w.Advance(4 * time.Second)
	w.RunJobs(flows.JobShow)
	board := w.Messenger.SentTo("oc_all")
	if len(board) != 1 || !workerstest.Shows(board[0].Current(), "board.title") {
		t.Fatalf("%d announcements, want 1", len(board))
	}
	if s := w.Surface("board/oc_all/2026-06-01"); s.MessageID != board[0].ID {
		t.Errorf("the board is %+v", s)
	}
	want := cards.Board{
		Day:       "2026-06-01",
		DoneToday: 1,
		DoneTotal: 1,
		People:    []string{"ou_1"},
		At:        w.Now(),
	}.JSON()
	if board[0].Current() != string(want) {
		t.Errorf("the board shows %s\nwant %s", board[0].Current(), want)
	}
	// The next day has an announcement of its own.
	c = w.PutCase(flows.Filing, "ou_2")
	w.MustReport(c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "P2"})
	w.RunJobs(flows.JobShow)
	if n := len(w.Messenger.SentTo("oc_all")); n != 2 {
		t.Errorf("%d announcements, want 2", n)
	}
}

// Many jobs and many changes at once: whatever the order, the screen ends with the last state.
func TestTheLastStateWins(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c, _ := w.PutShownCase(flows.Checking, "ou_1")
	ctx := t.Context()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 5 {
				if i == 7 && n == 4 {
					_, _, err := w.Report(ctx, c.ID, flows.Event{Kind: flows.PersonChecked,
						Check: &flows.Check{Outcome: "mismatch", Serial: "s"}})
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
		t.Errorf("%d cards, want 1", len(sent))
	}
	if !workerstest.Shows(sent[0].Current(), "confirm.title") {
		t.Errorf("the card shows %s", sent[0].Current())
	}
	if s := w.Surface(workerstest.ApplicantSurface(c)); s.LeaseOwner != "" || s.Dirty {
		t.Errorf("the surface is left as %+v", s)
	}
}
