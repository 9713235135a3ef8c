package engine_test

import (
	"context"
	"testing"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestRefusedClicks: a click is refused if it is malformed, names a foreign case, or comes from a person without the
// right.
func TestRefusedClicks(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	for _, tt := range []struct {
		name  string
		click flows.CardAction
		toast string
	}{
		{"malformed", flows.CardAction{
			EventID:   "m",
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_1",
			Malformed: true,
		}, "bad_request"},
		{"an unknown case", flows.CardAction{
			EventID:   "u",
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_hr1",
			Action:    cards.Action{Act: cards.ActApprove, Case: "01976f00-0000-7000-8000-0000000000ff", Rev: c.Rev},
		}, "bad_request"},
		{"a foreign tenant's admin", flows.CardAction{
			EventID:   "f",
			TenantKey: "tenant-2",
			OpenID:    "ou_hr1",
			Action:    cards.Action{Act: cards.ActApprove, Case: c.ID, Rev: c.Rev},
		}, "bad_request"},
		{"a foreign tenant's applicant", flows.CardAction{
			EventID:   "g",
			TenantKey: "tenant-2",
			OpenID:    "ou_1",
			Action:    cards.Action{Act: cards.ActCancel, Case: c.ID, Rev: c.Rev},
		}, "bad_request"},
		{"an act without a meaning here", flows.CardAction{
			EventID:   "a",
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_hr1",
			Action:    cards.Action{Act: "of a later version", Case: c.ID, Rev: c.Rev},
		}, "bad_request"},
		{"somebody else's case", flows.CardAction{
			EventID:   "s",
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_2",
			Action:    cards.Action{Act: cards.ActCancel, Case: c.ID, Rev: c.Rev},
		}, "not_yours"},
		{"somebody else's case, as HR", flows.CardAction{
			EventID:   "h",
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_hr1",
			Action:    cards.Action{Act: cards.ActWithdraw, Case: c.ID, Rev: c.Rev},
		}, "not_yours"},
		{"no admin", flows.CardAction{
			EventID:   "n",
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_2",
			Action:    cards.Action{Act: cards.ActApprove, Case: c.ID, Rev: c.Rev},
		}, "not_allowed"},
		{"no admin, on his own case", flows.CardAction{
			EventID:   "o",
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_1",
			Action:    cards.Action{Act: cards.ActApprove, Case: c.ID, Rev: c.Rev},
		}, "not_allowed"},
		{"no admin, the next case", flows.CardAction{
			EventID:   "p",
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_2",
			Action:    cards.Action{Act: cards.ActNext},
		}, "not_allowed"},
		{"no admin, reminding all", flows.CardAction{
			EventID:   "q",
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_2",
			Action:    cards.Action{Act: cards.ActRemind},
		}, "not_allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := w.Engine.Click(t.Context(), tt.click)
			if err != nil {
				t.Fatalf("%v", err)
			}
			if a.Card != nil {
				t.Error("got a card")
			}
			w.CheckAnswer(a, tt.toast)
		})
	}
	if now := w.CaseNow(c.ID); now.Version != c.Version {
		t.Error("one of them changed the case")
	}
	if n := len(w.Waiting(flows.JobReply)); n != 0 {
		t.Errorf("one of them got %d replies, want 0", n)
	}
}

// TestClickIsHandledOnce: a click that comes again changes nothing and is answered with the present card.
func TestClickIsHandledOnce(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingCode, "ou_1", func(c *flows.Case) { c.Code.MAC = nil })
	w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
		c.Code.MAC = w.Store.MAC("sms_code", c.ID, "1", "123456")
		return tx.UpdateCase(t.Context(), c)
	}))
	wrong := "000000"
	k := flows.CardAction{
		EventID:   "e1",
		TenantKey: workerstest.Tenant,
		OpenID:    "ou_1",
		Action:    cards.Action{Act: cards.ActSubmitCode, Case: c.ID, Rev: c.Rev},
		Form:      cards.Form{SMSCode: &wrong},
	}
	for i, toast := range []string{"code_wrong", "already", "already"} {
		a, err := w.Engine.Click(t.Context(), k)
		w.Must(err)
		if i == 0 {
			w.CheckAnswer(a, toast, "left", "4")
		} else {
			w.CheckAnswer(a, toast)
		}
		if card, ok := a.Card.(cards.Code); !ok || card.TriesLeft != 4 {
			t.Errorf("click %d shows %+v", i, a.Card)
		}
	}
	if n := w.CaseNow(c.ID).Code.Tries; n != 1 {
		t.Errorf("tries: got %d, want 1", n)
	}
	for _, act := range []cards.Act{cards.ActStart, cards.ActMyData} {
		k := flows.CardAction{
			EventID:   "once-" + string(act),
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_1",
			Action:    cards.Action{Act: act},
		}
		for range 2 {
			_, err := w.Engine.Click(t.Context(), k)
			w.Must(err)
		}
	}
	if n := len(w.Waiting(flows.JobReply)); n != 1 {
		t.Errorf("answers to one wish for the data: got %d, want 1", n)
	}
}

// TestLateClickShowsPresentCard: a click on an outdated card is answered with the present card and says who did what
// when.
func TestLateClickShowsPresentCard(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.Messenger.ContactFunc = nil
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
	a := w.Click("ou_hr2", c, cards.ActReject, "reason", "not_employee")
	w.CheckAnswer(a, "late", "what", "approved", "when", "06-01 12:00", "who", "")
	if card, ok := a.Card.(cards.Review); !ok || card.Decision == nil || card.Decision.By != "ou_hr1" ||
		card.Decision.Stage != "recording" {
		t.Errorf("HR's card is %+v", a.Card)
	}
	a = w.Click("ou_1", c, cards.ActCancel) // the outdated card still had the button
	w.CheckAnswer(a, "late", "what", "approved", "when", "06-01 12:00", "who", "")
	if card, ok := a.Card.(cards.Progress); !ok || card.Stage != "recording" || card.CanCancel {
		t.Errorf("the applicant's card is %+v", a.Card)
	}
	over := w.PutCase(flows.Expired, "ou_2")
	a = w.Click("ou_2", over, cards.ActConfirm)
	w.CheckAnswer(a, "closed")
	if card, ok := a.Card.(cards.Closed); !ok || card.Outcome != "expired" {
		t.Errorf("the card of the ended case is %+v", a.Card)
	}
	old := w.PutCase(flows.AwaitingConfirmation, "ou_3")
	seen := *old
	seen.Rev--
	a = w.Click("ou_3", &seen, cards.ActConfirm, workerstest.SampleForm()...)
	w.CheckAnswer(a, "already")
	if card, ok := a.Card.(cards.Confirm); !ok || card.Rev != old.Rev {
		t.Errorf("the form is %+v", a.Card)
	}
	w.InState(old.ID, flows.AwaitingConfirmation)
}

// TestLateClickNamesColleague: the answer to a late click names the colleague, once the names are known.
func TestLateClickNamesColleague(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	asked := 0
	w.Messenger.ContactFunc = func(_ context.Context, openID string) (flows.Contact, error) {
		if asked++; openID == "ou_hr2" {
			return flows.Contact{}, workerstest.NoScope()
		}
		return flows.Contact{Name: "人事甲"}, nil
	}
	w.WarmNames(t.Context())
	if asked != 2 {
		t.Errorf("names were looked up: got %d, want 2", asked)
	}
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActApprove), "approved")
	w.CheckAnswer(w.Click("ou_hr2", c, cards.ActApprove), "late", "what", "approved", "when", "06-01 12:00", "who", "人事甲")
}

// TestStartButton: the button opens a case, or brings the card of the open case to the bottom.
func TestStartButton(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	start := func(who string) flows.Answer {
		a, err := w.Engine.Click(t.Context(), flows.CardAction{
			EventID:   w.NextID(),
			TenantKey: workerstest.Tenant,
			OpenID:    who,
			ChatID:    "oc",
			Action:    cards.Action{Act: cards.ActStart},
		})
		w.Must(err)
		return a
	}
	w.CheckAnswer(start("ou_1"), "working")
	c := w.InState(w.LatestCase("ou_1").ID, flows.AwaitingConsent)
	w.RunJobs()
	w.CheckAnswer(start("ou_1"), "working") // brings the card to the bottom
	w.RunJobs()
	if n := len(w.Messenger.SentTo("ou_1")); n != 2 || w.LatestCase("ou_1").ID != c.ID {
		t.Errorf("cards: got %d, want 2", n)
	}
	// After the end of a case the button opens a new one, unless the person is registered (open_test.go).
	w.PutCase(flows.Withdrawn, "ou_2")
	w.CheckAnswer(start("ou_2"), "working")
	w.InState(w.LatestCase("ou_2").ID, flows.AwaitingConsent)
}

// TestResume: the button of a reminder brings the card to the bottom; with ToForm it opens the form on the card itself.
func TestResume(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingCode, "ou_1")
	a := w.Click("ou_1", c, cards.ActResume)
	w.CheckAnswer(a, "working")
	if a.Card != nil {
		t.Errorf("the reminder became %+v", a.Card)
	}
	w.RunJobs()
	if n := len(w.Messenger.SentTo("ou_1")); n != 1 {
		t.Errorf("cards at the bottom: got %d, want 1", n)
	}
	// The button of an outdated reminder works as well.
	seen := *c
	seen.Rev -= 3
	w.CheckAnswer(w.Click("ou_1", &seen, cards.ActResume), "working")
	// With ToForm the button opens the form on the card itself.
	a = w.Click("ou_1", w.CaseNow(c.ID), cards.ActResume, "to", cards.ToForm)
	if card, ok := a.Card.(cards.Confirm); !ok || card.Mobile != flows.SampleMobile {
		t.Errorf("the form is %+v", a.Card)
	}
	w.InState(c.ID, flows.AwaitingConfirmation)
	a = w.Click("ou_1", c, cards.ActResume, "to", cards.ToForm)
	w.CheckAnswer(a, "already")
	if _, ok := a.Card.(cards.Confirm); !ok {
		t.Errorf("the second click shows %+v", a.Card)
	}
}

// TestClickWithoutCase: a form that was submitted without its value is about the case that the message shows.
func TestClickWithoutCase(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
		return tx.PutSurface(t.Context(), &flows.Surface{
			ID:        "case/" + c.ID + "/hr/oc",
			CaseID:    c.ID,
			Audience:  flows.AudienceHR,
			To:        flows.Receiver{Type: "chat_id", ID: "oc"},
			MessageID: "om_review",
		})
	}))
	press := func(who, message string, act cards.Act, rev int64) flows.Answer {
		t.Helper()
		reason := "other"
		a, err := w.Engine.Click(t.Context(), flows.CardAction{
			EventID:   w.NextID(),
			TenantKey: workerstest.Tenant,
			OpenID:    who,
			MessageID: message,
			ChatID:    "oc",
			Action:    cards.Action{V: 1, Act: act, Rev: rev},
			Form:      cards.Form{Reason: &reason},
		})
		w.Must(err)
		return a
	}
	w.CheckAnswer(press("ou_hr1", "om_nowhere", cards.ActReject, c.Rev), "card_unknown")
	w.CheckAnswer(press("ou_hr1", "", cards.ActReject, c.Rev), "card_unknown")
	w.CheckAnswer(press("ou_2", "om_review", cards.ActReject, c.Rev), "not_allowed")
	w.CheckAnswer(press("ou_2", "om_nowhere", cards.ActConfirm, c.Rev), "card_unknown")
	if now := w.CaseNow(c.ID); now.State != flows.AwaitingReview {
		t.Errorf("got the case in %s, want it untouched", now.State)
	}
	w.CheckAnswer(press("ou_hr1", "om_review", cards.ActReject, c.Rev), "rejected")
}
