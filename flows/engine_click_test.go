package flows_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"shiming/cards"
	"shiming/flows"
)

func TestClicksThatAreNotOfOurMaking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.AwaitingReview, "ou_1")
	for _, tt := range []struct {
		name  string
		click flows.Click
		toast string
	}{
		{"malformed", flows.Click{EventID: "m", TenantKey: tenant, OpenID: "ou_1", Malformed: true}, "bad_request"},
		{"an unknown case", flows.Click{EventID: "u", TenantKey: tenant, OpenID: "ou_hr1", Action: cards.Action{Act: cards.ActApprove, Case: "01976f00-0000-7000-8000-0000000000ff", Rev: c.Rev}}, "bad_request"},
		{"a foreign tenant's admin", flows.Click{EventID: "f", TenantKey: "tenant-2", OpenID: "ou_hr1", Action: cards.Action{Act: cards.ActApprove, Case: c.ID, Rev: c.Rev}}, "bad_request"},
		{"a foreign tenant's applicant", flows.Click{EventID: "g", TenantKey: "tenant-2", OpenID: "ou_1", Action: cards.Action{Act: cards.ActCancel, Case: c.ID, Rev: c.Rev}}, "bad_request"},
		{"an act without a meaning here", flows.Click{EventID: "a", TenantKey: tenant, OpenID: "ou_hr1", Action: cards.Action{Act: cards.ActSubmitCard, Case: c.ID, Rev: c.Rev}}, "bad_request"},
		{"somebody else's case", flows.Click{EventID: "s", TenantKey: tenant, OpenID: "ou_2", Action: cards.Action{Act: cards.ActCancel, Case: c.ID, Rev: c.Rev}}, "not_yours"},
		{"somebody else's case, as HR", flows.Click{EventID: "h", TenantKey: tenant, OpenID: "ou_hr1", Action: cards.Action{Act: cards.ActWithdraw, Case: c.ID, Rev: c.Rev}}, "not_yours"},
		{"no admin", flows.Click{EventID: "n", TenantKey: tenant, OpenID: "ou_2", Action: cards.Action{Act: cards.ActApprove, Case: c.ID, Rev: c.Rev}}, "not_allowed"},
		{"no admin, on his own case", flows.Click{EventID: "o", TenantKey: tenant, OpenID: "ou_1", Action: cards.Action{Act: cards.ActApprove, Case: c.ID, Rev: c.Rev}}, "not_allowed"},
		{"no admin, the next case", flows.Click{EventID: "p", TenantKey: tenant, OpenID: "ou_2", Action: cards.Action{Act: cards.ActNext}}, "not_allowed"},
		{"no admin, reminding all", flows.Click{EventID: "q", TenantKey: tenant, OpenID: "ou_2", Action: cards.Action{Act: cards.ActRemind}}, "not_allowed"},
	} {
		a, err := w.Click(t.Context(), tt.click)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if a.Card != nil {
			t.Errorf("%s: got a card", tt.name)
		}
		w.said(a, tt.toast)
	}
	if now := w.caseNow(c.ID); now.Version != c.Version {
		t.Error("one of them changed the case")
	}
	if n := len(w.waiting(flows.JobReply)); n != 0 {
		t.Errorf("one of them got %d replies", n)
	}
}

// A click is taken once; when it comes again the answer is the card as it is now.
func TestClicksAreTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.AwaitingCode, "ou_1", func(c *flows.Case) { c.Code.MAC = nil })
	w.must(w.store.Tx(t.Context(), func(tx flows.Tx) error {
		c.Code.MAC = w.store.MAC("sms_code", c.ID, "1", "123456")
		return tx.UpdateCase(t.Context(), c)
	}))
	wrong := "000000"
	k := flows.Click{EventID: "e1", TenantKey: tenant, OpenID: "ou_1", Action: cards.Action{Act: cards.ActSubmitCode, Case: c.ID, Rev: c.Rev}, Form: cards.Form{SMSCode: &wrong}}
	for i, toast := range []string{"code_wrong", "already", "already"} {
		a, err := w.Click(t.Context(), k)
		w.must(err)
		if i == 0 {
			w.said(a, toast, "left", "4")
		} else {
			w.said(a, toast)
		}
		if card, ok := a.Card.(cards.Code); !ok || card.TriesLeft != 4 {
			t.Errorf("click %d shows %+v", i, a.Card)
		}
	}
	if n := w.caseNow(c.ID).Code.Tries; n != 1 {
		t.Errorf("%d tries", n)
	}
	for _, act := range []cards.Act{cards.ActStart, cards.ActMyData} {
		k := flows.Click{EventID: "once-" + string(act), TenantKey: tenant, OpenID: "ou_1", Action: cards.Action{Act: act}}
		for range 2 {
			_, err := w.Click(t.Context(), k)
			w.must(err)
		}
	}
	if n := len(w.waiting(flows.JobReply)); n != 1 {
		t.Errorf("%d answers to one wish for the data", n)
	}
}

// A click on a card that is out of date gets the present one, and who did what when.
func TestLateClicksGetThePresentCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chat.contactFunc = nil
	c := w.put(flows.AwaitingReview, "ou_1")
	w.said(w.click("ou_hr1", c, cards.ActApprove), "approved")
	a := w.click("ou_hr2", c, cards.ActReject, "reason", "not_employee")
	w.said(a, "late", "what", "approved", "when", "06-01 12:00", "who", "")
	if card, ok := a.Card.(cards.Review); !ok || card.Decision == nil || card.Decision.By != "ou_hr1" || card.Decision.Stage != "recording" {
		t.Errorf("HR's card is %+v", a.Card)
	}
	a = w.click("ou_1", c, cards.ActCancel) // it was still possible on the card that he saw
	w.said(a, "late", "what", "approved", "when", "06-01 12:00", "who", "")
	if card, ok := a.Card.(cards.Progress); !ok || card.Stage != "recording" || card.CanCancel {
		t.Errorf("the applicant's card is %+v", a.Card)
	}
	over := w.put(flows.Expired, "ou_2")
	a = w.click("ou_2", over, cards.ActConfirm)
	w.said(a, "closed")
	if card, ok := a.Card.(cards.Closed); !ok || card.Outcome != "expired" {
		t.Errorf("the card of the ended case is %+v", a.Card)
	}
	old := w.put(flows.AwaitingConfirmation, "ou_3")
	seen := *old
	seen.Rev--
	a = w.click("ou_3", &seen, cards.ActConfirm, "identity_name", flows.SampleName, "identity_code", flows.SampleNumber, "mobile", flows.SampleMobile)
	w.said(a, "already")
	if card, ok := a.Card.(cards.Confirm); !ok || card.Rev != old.Rev {
		t.Errorf("the form is %+v", a.Card)
	}
	w.in(old.ID, flows.AwaitingConfirmation)
}

// Once the admins' names are known, a late click is told who was first.
func TestLateClicksNameTheColleague(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := 0
	w.chat.contactFunc = func(_ context.Context, openID string) (flows.Contact, error) {
		if asked++; openID == "ou_hr2" {
			return flows.Contact{}, noScope()
		}
		return flows.Contact{Name: "人事甲"}, nil
	}
	w.WarmNames(t.Context())
	if asked != 2 {
		t.Errorf("%d names were looked up", asked)
	}
	c := w.put(flows.AwaitingReview, "ou_1")
	w.said(w.click("ou_hr1", c, cards.ActApprove), "approved")
	w.said(w.click("ou_hr2", c, cards.ActApprove), "late", "what", "approved", "when", "06-01 12:00", "who", "人事甲")
}

func TestStartButton(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start := func(who string) flows.Answer {
		a, err := w.Click(t.Context(), flows.Click{EventID: w.id(), TenantKey: tenant, OpenID: who, ChatID: "oc", Action: cards.Action{Act: cards.ActStart}})
		w.must(err)
		return a
	}
	w.said(start("ou_1"), "working")
	c := w.in(w.caseOf("ou_1").ID, flows.AwaitingConsent)
	w.run()
	w.said(start("ou_1"), "working") // brings the card down
	w.run()
	if n := len(w.chat.sentTo("ou_1")); n != 2 || w.caseOf("ou_1").ID != c.ID {
		t.Errorf("%d cards", n)
	}
	// After the end it begins a new case, also for somebody who is registered: he asked for it.
	w.put(flows.Done, "ou_2")
	w.said(start("ou_2"), "working")
	w.in(w.caseOf("ou_2").ID, flows.AwaitingConsent)
}

func TestResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.put(flows.AwaitingCode, "ou_1")
	a := w.click("ou_1", c, cards.ActResume)
	w.said(a, "working")
	if a.Card != nil {
		t.Errorf("the reminder became %+v", a.Card)
	}
	w.run()
	if n := len(w.chat.sentTo("ou_1")); n != 1 {
		t.Errorf("%d cards at the bottom", n)
	}
	// From an old reminder as well.
	seen := *c
	seen.Rev -= 3
	w.said(w.click("ou_1", &seen, cards.ActResume), "working")
	// "Change number" opens the form on the card itself.
	a = w.click("ou_1", w.caseNow(c.ID), cards.ActResume, "to", cards.ToForm)
	if card, ok := a.Card.(cards.Confirm); !ok || card.Mobile != flows.SampleMobile {
		t.Errorf("the form is %+v", a.Card)
	}
	w.in(c.ID, flows.AwaitingConfirmation)
	a = w.click("ou_1", c, cards.ActResume, "to", cards.ToForm)
	w.said(a, "already")
	if _, ok := a.Card.(cards.Confirm); !ok {
		t.Errorf("the second click shows %+v", a.Card)
	}
}

// HR walks through the queue in one card, without the cases of his own.
func TestNextWalksTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	next := func(who, caseID, to string) flows.Answer {
		a, err := w.Click(t.Context(), flows.Click{EventID: w.id(), TenantKey: tenant, OpenID: who, MessageID: "om_list", Action: cards.Action{Act: cards.ActNext, Case: caseID, To: to}})
		w.must(err)
		return a
	}
	a := next("ou_hr1", "", "")
	w.said(a, "nothing_next")
	if card, ok := a.Card.(cards.Pending); !ok || card.Total != 0 {
		t.Errorf("an empty queue shows %+v", a.Card)
	}
	var ids []string
	for i, who := range []string{"ou_1", "ou_hr1", "ou_2", "ou_3"} {
		s := flows.AwaitingReview
		if who == "ou_3" {
			s = flows.NeedsAttention
		}
		c := w.put(s, who, func(c *flows.Case) { c.EnteredAt = c.EnteredAt.Add(1e9 * 60 * 1) })
		_ = i
		if who != "ou_hr1" {
			ids = append(ids, c.ID)
		}
		w.pass(1e9)
	}
	slices.Sort(ids) // UUIDv7s of one moment each; the queue goes by entry, then id
	a = next("ou_hr1", "", "")
	w.said(a, "opened")
	first := a.Card.(cards.Review)
	if first.Applicant == "ou_hr1" || first.Waiting != 2 || !first.Queue {
		t.Errorf("the queue begins with %+v", first)
	}
	seen, at := []string{first.Case}, first.Case
	for range 2 {
		a := next("ou_hr1", at, cards.ToAfter)
		switch card := a.Card.(type) {
		case cards.Review:
			at = card.Case
		case cards.Attention:
			at = card.Case
		}
		seen = append(seen, at)
	}
	slices.Sort(seen)
	if !slices.Equal(slices.Compact(seen), ids) {
		t.Errorf("walked over %v, want %v", seen, ids)
	}
	if a := next("ou_hr1", at, cards.ToAfter); a.Card.(cards.Review).Case != first.Case {
		t.Error("after the last comes the first")
	}
	// A row of the list opens the case that it names; one that is gone opens the first.
	if card := next("ou_hr1", first.Case, "").Card.(cards.Review); card.Case != first.Case {
		t.Errorf("opened %s", card.Case)
	}
	if a := next("ou_hr1", "01976f00-0000-7000-8000-0000000000ff", cards.ToAfter); a.Card.(cards.Review).Case != first.Case {
		t.Error("a case that is gone leads nowhere")
	}
	// Decided from the queue, the card offers to go on.
	c := w.caseNow(first.Case)
	a = w.click("ou_hr1", c, cards.ActApprove, "message", "om_list")
	if card := a.Card.(cards.Review); !card.Queue || card.Decision == nil {
		t.Errorf("after the decision: %+v", card)
	}
}

// The review card itself is no queue.
func TestTheReviewCardIsNoQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.walk("ou_1", flows.SampleNumber, flows.AwaitingReview)
	a := w.click("ou_hr1", c, cards.ActApprove, "message", w.chat.sentTo("oc_hr")[0].id)
	if card := a.Card.(cards.Review); card.Queue {
		t.Error("the card in the group offers the next case")
	}
}

// Withdrawing deletes what every case of the person holds.
func TestWithdrawDeletesAllCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rejected := w.put(flows.Rejected, "ou_1")
	done := w.put(flows.Done, "ou_1")
	open := w.put(flows.AwaitingReview, "ou_1")
	other := w.put(flows.AwaitingReview, "ou_2")
	a := w.click("ou_1", done, cards.ActWithdraw) // from "my data", on whichever case it shows
	w.said(a, "deleted")
	// The card that was clicked becomes the receipt.
	if receipt, ok := a.Card.(cards.MyData); !ok || !receipt.Deleted || receipt.CanWithdraw || receipt.MaskedNumber != "" {
		t.Errorf("the card became %+v", a.Card)
	}
	for _, c := range []*flows.Case{rejected, done, open} {
		now := w.caseNow(c.ID)
		if !now.Personal.Empty() || now.Erased.IsZero() {
			t.Errorf("the case in %s still holds data", c.State)
		}
		for _, p := range c.Photos {
			w.must(w.store.View(t.Context(), func(v flows.View) error {
				if _, err := v.Picture(t.Context(), c.ID, p.ID); !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("a photo of the case in %s is still there (%v)", c.State, err)
				}
				return nil
			}))
		}
		if w.audits(c.ID, flows.Erase) != 1 {
			t.Errorf("%d rows about the deletion", w.audits(c.ID, flows.Erase))
		}
	}
	w.in(open.ID, flows.Withdrawn)
	if w.caseNow(other.ID).Personal.Empty() {
		t.Error("somebody else's data went")
	}
	// During the writes the open case stays, and the older ones go all the same.
	older := w.put(flows.Done, "ou_3")
	recording := w.put(flows.Recording, "ou_3")
	w.click("ou_3", recording, cards.ActWithdraw)
	if w.caseNow(recording.ID).Personal.Empty() || !w.caseNow(older.ID).Personal.Empty() {
		t.Error("withdrawing during the writes went wrong")
	}
}

// The card of a button pressed a moment ago is drawn again only after the answer has had its
// time on the screen.
func TestTheClickedCardIsNotDrawnAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.walk("ou_1", flows.SampleNumber, flows.AwaitingConfirmation)
	w.run()
	sent := w.chat.sentTo("ou_1")
	card := sent[len(sent)-1].id
	w.click("ou_1", c, cards.ActConfirm, "identity_name", "", "identity_code", "1", "mobile", "2", "message", card)
	shown := w.waiting(flows.JobShow)
	if len(shown) != 1 || !shown[0].at.After(w.now()) {
		t.Errorf("the clicked card is drawn at %v, now is %v", shown[0].at, w.now())
	}
}
