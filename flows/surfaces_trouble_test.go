package flows_test

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
	"shiming/flows"
)

// A message that can no longer be changed is replaced when somebody is waited for, and left
// alone when nobody is.
func TestCardsThatAreTooOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var old *message
	w.chat.patchFunc = func(_ context.Context, id string, card json.RawMessage) error {
		if id == old.id {
			return tooOld()
		}
		w.chat.change(id, card)
		return nil
	}
	c, first := w.shown(flows.Checking, "ou_1")
	old = first
	w.change(c.ID, delayed("check"))
	w.run(flows.JobShow)
	sent := w.chat.sentTo("ou_1")
	if len(sent) != 2 || !shows(sent[1].now(), "progress_delayed") || len(sent[0].cards) != 1 {
		t.Fatalf("%d cards", len(sent))
	}
	if s := w.surface(applicantSurface(c)); s.Dead || s.MessageID != sent[1].id || s.OldID != "" {
		t.Errorf("the surface is %+v", s)
	}
	// Nobody is waited for: nothing new is sent, and no job tries again.
	c, _ = w.shown(flows.Checking, "ou_2")
	w.chat.patchFunc = func(context.Context, string, json.RawMessage) error { return tooOld() }
	w.change(c.ID, flows.Event{Kind: flows.Cancelled, Role: flows.Applicant, Actor: "ou_2"})
	w.run(flows.JobShow)
	if n := len(w.chat.sentTo("ou_2")); n != 1 || !w.surface(applicantSurface(c)).Dead || len(w.waiting(flows.JobShow)) != 0 {
		t.Errorf("%d cards, surface %+v", n, w.surface(applicantSurface(c)))
	}
}

// The pointer to the new card is a courtesy: when the old message is gone, nothing is lost.
func TestAnOldCardThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, _ := w.shown(flows.Checking, "ou_1")
	w.chat.patchFunc = func(context.Context, string, json.RawMessage) error { return tooOld() }
	w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.run(flows.JobShow)
	if s := w.surface(applicantSurface(c)); s.Sent != 2 || s.OldID != "" || s.Dead {
		t.Errorf("the surface is %+v", s)
	}
	// When it is only busy, it is tried again, and nothing is sent twice.
	w.chat.patchFunc = func(context.Context, string, json.RawMessage) error { return retryLater() }
	w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.run(flows.JobShow)
	if s := w.surface(applicantSurface(c)); s.Sent != 3 || s.OldID == "" {
		t.Errorf("the surface is %+v", s)
	}
	w.chat.patchFunc = nil
	w.pass(time.Second)
	w.run(flows.JobShow)
	sent := w.chat.sentTo("ou_1")
	if len(sent) != 3 || !shows(sent[1].now(), "superseded.title") || w.surface(applicantSurface(c)).OldID != "" {
		t.Errorf("%d cards, the second shows %s", len(sent), sent[1].now())
	}
}

// A card that Feishu will not take is not tried again, but what others left to the job that
// drew it is still shown.
func TestARefusedCardDoesNotSwallowTheNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, m := w.shown(flows.Checking, "ou_1")
	w.chat.patchFunc = func(_ context.Context, id string, card json.RawMessage) error {
		if w.caseNow(c.ID).State == flows.Checking {
			w.change(c.ID, flows.Event{Kind: flows.PersonChecked, Check: &flows.Check{Outcome: "mismatch", Serial: "s"}})
			w.must(w.Run(t.Context(), w.take(flows.JobShow))) // leaves a mark
			return &upstreamError{class: "card", code: "230099/200621"}
		}
		w.chat.change(id, card)
		return nil
	}
	w.change(c.ID, delayed("check"))
	w.run(flows.JobShow)
	w.pass(time.Second)
	w.run(flows.JobShow)
	if !shows(m.now(), "confirm.title") {
		t.Errorf("the card shows %s", m.now())
	}
	if n := len(w.waiting(flows.JobShow)); n != 0 {
		t.Errorf("%d jobs go on", n)
	}
}

// The tenant's data-loss prevention gets a form without clear values.
func TestTheFormThatMayNotBeClear(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.AwaitingConfirmation, "ou_1")
	w.change(c.ID, flows.Event{Kind: flows.CardAsked, Role: flows.Applicant, Actor: "ou_1"})
	w.chat.sendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
		if !w.caseNow(c.ID).MaskedForm {
			return "", &upstreamError{class: "dlp", code: "230028"}
		}
		return w.chat.post(to, card, uuid), nil
	}
	w.run(flows.JobShow)
	sent := w.chat.sentTo("ou_1")
	if len(sent) != 1 || !shows(sent[0].now(), "confirm.ask_masked") {
		t.Fatalf("%d forms", len(sent))
	}
	// A masked card that is refused as well is left alone; the case stays.
	w.chat.patchFunc = func(context.Context, string, json.RawMessage) error {
		return &upstreamError{class: "dlp", code: "230028"}
	}
	w.click("ou_1", w.caseNow(c.ID), cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "1")
	w.run(flows.JobShow)
	w.in(c.ID, flows.AwaitingConfirmation)
	if n := len(w.waiting(flows.JobShow)); n != 0 {
		t.Errorf("%d jobs go on", n)
	}
}

// Whatever is booked out or in the operator's way is waited for, without using attempts up.
func TestCardsThatHaveToWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, m := w.shown(flows.Checking, "ou_1")
	w.change(c.ID, delayed("check"))
	for _, tt := range []struct {
		fail   func()
		in     time.Duration
		snooze bool
	}{
		{func() {
			w.store.waitFunc = func(context.Context, []flows.Limit) error {
				return fmt.Errorf("booked out: %w", &flows.Again{In: 40 * time.Second, Snooze: true, Code: "rate"})
			}
		}, 40 * time.Second, true},
		{func() {
			w.store.waitFunc = nil
			w.chat.patchFunc = func(context.Context, string, json.RawMessage) error { return noScope() }
		}, flows.ProbeEvery, true},
		{func() {
			w.chat.patchFunc = func(context.Context, string, json.RawMessage) error {
				return &upstreamError{class: "retry", code: "99991400", temporary: true, after: 7 * time.Second}
			}
		}, 7 * time.Second, false},
	} {
		tt.fail()
		j := w.take(flows.JobShow)
		err := w.Run(t.Context(), j)
		again, ok := errors.AsType[*flows.Again](err)
		if !ok || again.In != tt.in || again.Snooze != tt.snooze {
			t.Errorf("%v, want again in %v", err, tt.in)
		}
		if s := w.surface(applicantSurface(c)); s.Holder != "" || s.Dead {
			t.Errorf("the surface is left as %+v", s)
		}
		w.queue(j)
	}
	w.chat.patchFunc = nil
	w.run(flows.JobShow)
	if !shows(m.now(), "progress_delayed") {
		t.Errorf("the card shows %s", m.now())
	}
}

// When the review group cannot be reached, each admin gets the card, and it is kept up to date.
func TestTheReviewGroupIsGone(t *testing.T) {
	t.Parallel()
	for _, gone := range []error{&upstreamError{class: "config", code: "230002"}, &upstreamError{class: "gone", code: "232009"}} {
		w := newWorld(t)
		w.chat.sendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
			if to.Type == "chat_id" {
				return "", gone
			}
			return w.chat.post(to, card, uuid), nil
		}
		c := w.walk("ou_1", flows.SampleNumber, flows.AwaitingReview)
		for _, admin := range []string{"ou_hr1", "ou_hr2"} {
			if sent := w.chat.sentTo(admin); len(sent) != 1 || !shows(sent[0].now(), "review.title") {
				t.Fatalf("%v: %d cards to %s", gone, len(sent), admin)
			}
		}
		w.said(w.click("ou_hr1", c, cards.ActApprove), "approved")
		w.run()
		for _, admin := range []string{"ou_hr1", "ou_hr2"} {
			if sent := w.chat.sentTo(admin); len(sent) != 1 || !shows(sent[0].now(), "stage.done_filed") {
				t.Errorf("%v: %s sees %s", gone, admin, sent[0].now())
			}
		}
	}
}

// What HR is told from time to time goes to each admin as well when the group is gone: once to each,
// also when one of them cannot be reached, and never with his own case.
func TestHRsListsWhenTheReviewGroupIsGone(t *testing.T) {
	t.Parallel()
	for _, gone := range []error{&upstreamError{class: "config", code: "230002"}, &upstreamError{class: "gone", code: "232009"}} {
		w := newWorld(t)
		w.put(flows.AwaitingReview, "ou_1")
		own := w.put(flows.NeedsAttention, "ou_hr2", evidenceUnknown)
		w.asked("对账") // which also begins the nights
		w.toNight()
		refused := 0
		w.chat.sendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
			switch {
			case to.Type == "chat_id":
				return "", gone
			case to.ID == "ou_hr1" && refused < 5:
				refused++
				return "", &upstreamError{class: "config", code: "230035"}
			}
			return w.chat.post(to, card, uuid), nil
		}
		before := len(w.chat.sentTo("ou_hr1"))
		w.queue(flows.Job{Kind: flows.JobReply, Ref: flows.ReplyDigest, To: "hr", Case: own.ID})
		w.toMorning()
		if n := len(w.chat.sentTo("ou_hr2")); n != 2 {
			t.Errorf("%v: %d lists to the admin behind the one who cannot be reached", gone, n)
		}
		for range 5 {
			w.pass(flows.ProbeEvery)
			w.run(flows.JobReply)
		}
		for admin, titles := range map[string]map[string]int{"ou_hr1": {}, "ou_hr2": {}} {
			skip := 0
			if admin == "ou_hr1" {
				skip = before
			}
			for _, m := range w.chat.sentTo(admin)[skip:] {
				switch {
				case shows(m.now(), "pending.title"):
					titles["pending"]++
					if strings.Contains(m.now(), own.ID) != (admin != own.OpenID) {
						t.Errorf("%v: the list of %s: %s", gone, admin, m.now())
					}
				case shows(m.now(), "reconcile.title"):
					titles["reconcile"]++
				}
			}
			if titles["pending"] != 1 || titles["reconcile"] != 1 {
				t.Errorf("%v: %s got %v", gone, admin, titles)
			}
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
		"only himself":             {[]string{tenant + "/ou_1"}, "", "notice.no_reviewer"},
		"only himself, group gone": {[]string{tenant + "/ou_1"}, "oc_hr", "notice.no_reviewer"},
	} {
		w := newWorld(t, func(d *flows.Deps, _ *flows.WorkersDeps) {
			d.Policy.Admins, d.ReviewChat, d.Marketplace = tt.admins, tt.group, true
		})
		w.chat.sendFunc = func(_ context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
			if to.Type == "chat_id" {
				return "", &upstreamError{class: "gone", code: "232009"}
			}
			return w.chat.post(to, card, uuid), nil
		}
		w.walk("ou_1", flows.SampleNumber, flows.AwaitingReview)
		w.run()
		told := 0
		for _, m := range w.chat.sentTo("ou_1") {
			if shows(m.now(), tt.says) {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%s: told %d times", name, told)
		}
	}
}

// The announcement of a day stays that day's, also when it is drawn after midnight.
func TestTheBoardAtMidnight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pass(11*time.Hour + 59*time.Minute + 58*time.Second) // 23:59:58
	c := w.put(flows.Filing, "ou_1")
	w.change(c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "P1"})
	w.pass(4 * time.Second)
	w.run(flows.JobShow)
	board := w.chat.sentTo("oc_all")
	if len(board) != 1 || !shows(board[0].now(), "board.title") {
		t.Fatalf("%d announcements", len(board))
	}
	if s := w.surface("board/oc_all/2026-06-01"); s.MessageID != board[0].id {
		t.Errorf("the board is %+v", s)
	}
	want := cards.Board{Day: "2026-06-01", DoneToday: 1, DoneTotal: 1, People: []string{"ou_1"}, At: w.now()}.JSON()
	if board[0].now() != string(want) {
		t.Errorf("the board shows %s\nwant %s", board[0].now(), want)
	}
	// The next day has an announcement of its own.
	c = w.put(flows.Filing, "ou_2")
	w.change(c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "P2"})
	w.run(flows.JobShow)
	if n := len(w.chat.sentTo("oc_all")); n != 2 {
		t.Errorf("%d announcements", n)
	}
}

// Many jobs and many changes at once: whatever the order, the screen ends with the last state.
func TestTheLastStateWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, _ := w.shown(flows.Checking, "ou_1")
	ctx := t.Context()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 5 {
				if i == 7 && n == 4 {
					_, _, err := w.Report(ctx, c.ID, flows.Event{Kind: flows.PersonChecked, Check: &flows.Check{Outcome: "mismatch", Serial: "s"}})
					if err != nil {
						t.Error(err)
					}
				} else if _, _, err := w.Report(ctx, c.ID, delayed(fmt.Sprint(i, n))); err != nil {
					t.Error(err)
				}
				for q := w.due(flows.JobShow); q != nil; q = w.due(flows.JobShow) {
					if err := w.Run(ctx, q.Job); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	w.run(flows.JobShow)
	sent := w.chat.sentTo("ou_1")
	if len(sent) != 1 {
		t.Errorf("%d cards", len(sent))
	}
	if !shows(sent[0].now(), "confirm.title") {
		t.Errorf("the card shows %s", sent[0].now())
	}
	if s := w.surface(applicantSurface(c)); s.Holder != "" || s.Dirty {
		t.Errorf("the surface is left as %+v", s)
	}
}
