package engine_test

import (
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// takeOnlyReply removes the queued reply and fails the test if there is another one.
func takeOnlyReply(w *workerstest.Harness) flows.Job {
	w.T.Helper()
	j := w.TakeJob(flows.JobReply)
	if rest := w.Waiting(flows.JobReply); len(rest) > 0 {
		w.T.Errorf("another reply is queued: %+v", rest[0].Job)
	}
	return j
}

// TestMessageIsHandledOnce: a message may come again with the same event or with another event.
func TestMessageIsHandledOnce(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	m := flows.Message{
		EventID:   "e1",
		MessageID: "om_1",
		TenantKey: workerstest.Tenant,
		OpenID:    "ou_1",
		Private:   true,
		Photos:    []flows.PhotoRef{{FileKey: "k1", Kind: "image"}, {FileKey: "k2", Kind: "image"}},
	}
	for _, event := range []string{"e1", "e1", "e2", ""} {
		m.EventID = event
		w.Must(w.Message(t.Context(), m))
	}
	if c := w.LatestCase("ou_1"); len(c.Photos) != 2 || c.Photos[0].ID == c.Photos[1].ID {
		t.Errorf("photos %+v", c.Photos)
	}
	m.EventID, m.MessageID = "e1", "om_2" // an event id that was seen
	w.Must(w.Message(t.Context(), m))
	if n := len(w.LatestCase("ou_1").Photos); n != 2 {
		t.Errorf("photos: got %d, want 2", n)
	}
	w.Advance(6 * 24 * time.Hour)
	m.EventID, m.MessageID = "e9", "om_1"
	w.Must(w.Message(t.Context(), m))
	if n := len(w.LatestCase("ou_1").Photos); n != 2 {
		t.Errorf("photos after six days: got %d, want 2", n)
	}
}

// TestRefusedPhotos: photos are refused in a group and in states that need none.
func TestRefusedPhotos(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	message := w.SayInGroup("ou_1", "oc_any", "", flows.PhotoRef{FileKey: "k", Kind: "image"})
	if j := takeOnlyReply(w); j.Args["code"] != "photo_in_group" || j.To != message {
		t.Errorf("answered with %+v", j)
	}
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		if _, err := v.LatestCase(t.Context(), workerstest.Tenant, "ou_1"); err == nil {
			t.Error("a photo in a group began a case")
		}
		return nil
	}))
	w.PutCase(flows.Done, "ou_done")
	w.SendPhotos("ou_done", "k")
	if j := takeOnlyReply(w); j.Args["code"] != "already_done" {
		t.Errorf("answered with %+v", j)
	}
	for _, s := range []flows.State{flows.AwaitingCode, flows.Checking, flows.Recording, flows.Filing,
		flows.NeedsAttention} {
		c := w.PutCase(s, "ou_"+string(s))
		w.SendPhotos(c.OpenID, "k", "k2")
		if j := takeOnlyReply(w); j.Args["code"] != "photo_not_needed" {
			t.Errorf("%s: answered with %+v", s, j)
		}
		if now := w.CaseNow(c.ID); len(now.Photos) != len(c.Photos) {
			t.Errorf("%s: the photo was kept", s)
		}
	}
	// After a case that did not end in Done, a photo opens a new case.
	w.PutCase(flows.Expired, "ou_expired")
	w.SendPhotos("ou_expired", "k")
	w.InState(w.LatestCase("ou_expired").ID, flows.AwaitingConsent)
	if w.Messenger.Downloads != 0 {
		t.Errorf("photos were fetched: got %d, want 0", w.Messenger.Downloads)
	}
}

// TestUnsupportedMessages: an audio message is answered, in a group on the message itself.
func TestUnsupportedMessages(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	m := flows.Message{
		EventID:     "e1",
		MessageID:   "om_1",
		TenantKey:   workerstest.Tenant,
		OpenID:      "ou_1",
		Private:     true,
		Unsupported: "audio",
	}
	w.Must(w.Message(t.Context(), m))
	if j := takeOnlyReply(w); j.Args["code"] != "unsupported" {
		t.Errorf("answered with %+v", j)
	}
	m.EventID, m.MessageID, m.Private = "e2", "om_2", false
	w.Must(w.Message(t.Context(), m))
	if j := takeOnlyReply(w); j.Args["code"] != "unsupported" || j.To != m.MessageID {
		t.Errorf("in a group: answered with %+v", j)
	}
}

// TestGreetingIsSentOnce: a person of a tenant is greeted once, however often the chat is opened.
func TestGreetingIsSentOnce(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	enter := func(event, who, tenant string) {
		w.Must(w.Entered(t.Context(), flows.Entered{
			EventID:   event,
			TenantKey: tenant,
			OpenID:    who,
			ChatID:    "oc",
		}))
	}
	enter("e1", "ou_1", workerstest.Tenant)
	enter("e1", "ou_1", workerstest.Tenant)
	enter("e2", "ou_1", workerstest.Tenant)
	w.Advance(30 * 24 * time.Hour) // by then the event keys are deleted
	enter("e3", "ou_1", workerstest.Tenant)
	if j := takeOnlyReply(w); j.Template() != flows.ReplyGreeting || j.To != "ou_1" {
		t.Errorf("greeted with %+v", j)
	}
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		if mark, err := v.Setting(t.Context(), workerstest.Tenant, "greeted/ou_1"); err != nil || mark != "" {
			t.Errorf("got the mark %q %v under the open_id, want it under a keyed hash", mark, err)
		}
		return nil
	}))
	enter("e4", "ou_2", workerstest.Tenant)
	takeOnlyReply(w)
	w.Must(w.Store.Tx(t.Context(), func(tx flows.Tx) error {
		return tx.PutSetting(t.Context(), workerstest.Tenant, "greeted/ou_3", "1") // by a version before
	}))
	enter("e6", "ou_3", workerstest.Tenant)
	enter("e5", "ou_1", "tenant-2")
	takeOnlyReply(w)
}

// TestRecalledMessages: the photos of a recalled message are dropped, unless the case has ended.
func TestRecalledMessages(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	front, back := w.KnowCard("ou_1", flows.SampleNumber)
	message := w.SendPhotos("ou_1", front, back)
	other := w.SendPhotos("ou_1", "third")
	recall := func(event, message string) {
		w.Must(w.Recalled(t.Context(), flows.Recalled{EventID: event, TenantKey: workerstest.Tenant, MessageID: message}))
	}
	recall("r1", "om_unknown")
	recall("r2", message)
	recall("r2", message)
	c := w.LatestCase("ou_1")
	states := map[flows.PhotoState]int{}
	for _, p := range c.Photos {
		states[p.State]++
		if p.MessageID == other && p.State != flows.PhotoWaiting {
			t.Errorf("the other photo is %s", p.State)
		}
	}
	if states[flows.PhotoReplaced] != 2 || w.CountAudits(c.ID, flows.PhotoRecalled) != 1 {
		t.Errorf("photos %v, %d rows, want 1", states, w.CountAudits(c.ID, flows.PhotoRecalled))
	}
	// The photos of a case that has ended stay.
	w.PutCase(flows.Done, "ou_done", func(c *flows.Case) { c.Photos[0].MessageID = "om_done" })
	recall("r3", "om_done")
	if p := w.LatestCase("ou_done").Photos[0]; p.State != flows.PhotoRead {
		t.Errorf("a photo of an ended case is %s, want %v", p.State, flows.PhotoRead)
	}
}

// TestTenantsAreSeparate: the same open_id in two tenants has two cases.
func TestTenantsAreSeparate(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for _, tenantKey := range []string{workerstest.Tenant, "tenant-2"} {
		w.Must(w.Message(t.Context(), flows.Message{
			EventID:   "e-" + tenantKey,
			MessageID: "om-" + tenantKey,
			TenantKey: tenantKey,
			OpenID:    "ou_1",
			Private:   true,
			Text:      "start",
		}))
	}
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		a, err := v.OpenCase(t.Context(), workerstest.Tenant, "ou_1")
		w.Must(err)
		b, err := v.OpenCase(t.Context(), "tenant-2", "ou_1")
		w.Must(err)
		if a.ID == b.ID {
			t.Error("one case for two tenants")
		}
		return nil
	}))
}

// TestForeignMessages: a message of another company is refused before anything else is looked at.
func TestForeignMessages(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for _, private := range []bool{true, false} {
		m := flows.Message{
			EventID:   w.NextID(),
			MessageID: w.NextID(),
			TenantKey: workerstest.Tenant,
			OpenID:    "ou_foreign",
			ChatID:    "oc",
			Private:   private,
			Foreign:   true,
		}
		w.Must(w.Message(t.Context(), m))
		w.Must(w.Message(t.Context(), m))
		if j := takeOnlyReply(w); j.Args["code"] != "not_staff" || j.To != m.MessageID {
			t.Errorf("private %v: got the answer %+v, want the refusal on the message", private, j)
		}
	}
	answer, err := w.Engine.Click(t.Context(), flows.CardAction{
		EventID:   w.NextID(),
		TenantKey: workerstest.Tenant,
		OpenID:    "ou_foreign",
		Action:    cards.Action{V: 1, Act: cards.ActStart},
		Foreign:   true,
	})
	if err != nil || answer.Card != nil || answer.Toast == nil || *answer.Toast != cards.NewToast("not_staff", nil) {
		t.Errorf("got %+v %v, want the refusing toast", answer, err)
	}
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		if _, err := v.LatestCase(t.Context(), workerstest.Tenant, "ou_foreign"); !flows.IsNotFound(err) {
			t.Errorf("got %v, want no case", err)
		}
		return nil
	}))
}

// TestUnsureMention: while the own open_id is unknown, no group is chosen, and other words are obeyed.
func TestUnsureMention(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	for word, want := range map[string]string{"设为审核群": "not_sure_meant", "设为公告群": "not_sure_meant", "统计": ""} {
		w.Must(w.Message(t.Context(), flows.Message{
			EventID:       w.NextID(),
			MessageID:     w.NextID(),
			TenantKey:     workerstest.Tenant,
			OpenID:        "ou_hr1",
			ChatID:        "oc_any",
			Text:          word,
			MentionUnsure: true,
		}))
		if j := takeOnlyReply(w); j.Args["code"] != want {
			t.Errorf("%s: got the answer %+v, want %q", word, j, want)
		}
	}
	w.Must(w.Store.View(t.Context(), func(v flows.View) error {
		for _, setting := range []string{flows.SettingReviewChat, flows.SettingAnnounceChat} {
			if chosen, err := v.Setting(t.Context(), workerstest.Tenant, setting); err != nil || chosen != "" {
				t.Errorf("%s: got %q %v, want none", setting, chosen, err)
			}
		}
		return nil
	}))
}
