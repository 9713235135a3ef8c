package workers_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/owncopy"
	"shiming/workday"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// requestsOf returns the requests of a person, newest first.
func requestsOf(w *workerstest.Harness, openID string) (list []*flows.DataRequest) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		list, err = v.DataRequestsOf(w.T.Context(), workerstest.Tenant, openID, flows.MaxRequests)
		return err
	}))
	return list
}

// lastRequest returns the newest request of a person and ends the test if it is not of the kind and state.
func lastRequest(w *workerstest.Harness, openID string, kind flows.RequestKind, s flows.RequestState) *flows.DataRequest {
	w.T.Helper()
	list := requestsOf(w, openID)
	if len(list) == 0 || list[0].Kind != kind || list[0].State != s {
		w.T.Fatalf("got %d requests (%+v), want the newest %s %s", len(list), list, kind, s)
	}
	return list[0]
}

// cardsTo returns the cards that a person has, newest last.
func cardsTo(w *workerstest.Harness, openID string) (out []string) {
	for _, m := range w.Messenger.SentTo(openID) {
		out = append(out, m.Current())
	}
	return out
}

// lastCard returns the newest card to a person.
func lastCard(w *workerstest.Harness, openID string) string {
	w.T.Helper()
	all := cardsTo(w, openID)
	if len(all) == 0 {
		w.T.Fatalf("got no card to %s", openID)
	}
	return all[len(all)-1]
}

// eventsOf returns the events of a case's audit chain.
func eventsOf(w *workerstest.Harness, caseID string) (out []string) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) error {
		rows, err := v.AuditOf(w.T.Context(), caseID)
		for _, r := range rows {
			out = append(out, r.Event)
		}
		return err
	}))
	return out
}

func onRequest(r *flows.DataRequest) *flows.Case { return &flows.Case{ID: r.ID} }

// TestCorrectionIsAnswered: the words reach HR and stand encrypted, the deadline counts working days, HR's answer
// reaches the person, and both are in the chain.
func TestCorrectionIsAnswered(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Done, "ou_1")
	w.CheckAnswer(w.Click("ou_1", c, cards.ActCorrectData), "missing_field", "field", "request_words")
	w.CheckAnswer(w.Click("ou_2", c, cards.ActCorrectData, "request_words", "x"), "not_yours")
	a := w.Click("ou_1", c, cards.ActCorrectData, "request_words", " 名字里少了一个字 ")
	r := lastRequest(w, "ou_1", flows.RequestCorrect, flows.RequestOpen)
	w.CheckAnswer(a, "request_made", "due", engine.DueDay(r.DueAt))
	// 2026-06-01 is a Monday, and this calendar knows no festivals: the 15th working day is Monday the 22nd.
	if got := engine.DueDay(r.DueAt); got != "2026-06-22" {
		t.Errorf("got the deadline %s, want 2026-06-22", got)
	}
	if !workerstest.Shows(string(a.Card.JSON()), "request.correct") {
		t.Error("the clicked card does not list the request")
	}
	w.CheckAnswer(w.Click("ou_1", c, cards.ActCorrectData, "request_words", "again"), "request_open")
	w.RunJobs(flows.JobReply)
	for _, admin := range []string{"ou_hr1", "ou_hr2"} {
		got := lastCard(w, admin)
		if !strings.Contains(got, "名字里少了一个字") || !workerstest.Shows(got, "button.fulfil_request") {
			t.Errorf("%s got %s, want the words and the buttons", admin, got)
		}
		for _, clear := range []string{flows.SampleName, flows.SampleNumber, flows.SampleMobile} {
			if strings.Contains(got, clear) {
				t.Error("HR's card holds clear data")
			}
		}
	}
	w.CheckAnswer(w.Click("ou_3", onRequest(r), cards.ActFulfilRequest), "not_allowed")
	w.CheckAnswer(w.Click("ou_hr1", onRequest(r), cards.ActDeclineRequest), "missing_field", "field", "request_reason")
	done := w.Click("ou_hr1", onRequest(r), cards.ActFulfilRequest, "request_reason", "已改")
	w.CheckAnswer(done, "done")
	w.CheckAnswer(w.Click("ou_hr2", onRequest(r), cards.ActDeclineRequest, "request_reason", "x"), "already")
	r = lastRequest(w, "ou_1", flows.RequestCorrect, flows.RequestFulfilled)
	if r.EndedBy != "ou_hr1" || r.Text.Reason != "已改" || !r.EndedAt.Equal(w.Now()) {
		t.Errorf("got %+v by %s, want it on record", r, r.EndedBy)
	}
	w.RunJobs(flows.JobReply)
	if got := lastCard(w, "ou_1"); !strings.Contains(got, "已改") || !workerstest.Shows(got, "request_state.fulfilled") {
		t.Errorf("the person got %s, want the answer", got)
	}
	got := eventsOf(w, c.ID)
	if !slices.Contains(got, flows.EventRequestMade) || !slices.Contains(got, flows.EventRequestEnded) {
		t.Errorf("got the events %v, want both of the request", got)
	}
	w.Must(w.Store.VerifyChain(t.Context(), c.ID))
}

// TestOwnRequestOfAnAdmin: an admin decides on nobody's request but others'.
func TestOwnRequestOfAnAdmin(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Done, "ou_hr1")
	w.Click("ou_hr1", c, cards.ActObjectData, "request_words", "不同意")
	r := lastRequest(w, "ou_hr1", flows.RequestObject, flows.RequestOpen)
	w.CheckAnswer(w.Click("ou_hr1", onRequest(r), cards.ActFulfilRequest), "self_review")
	w.RunJobs(flows.JobReply)
	if got := cardsTo(w, "ou_hr1"); len(got) != 0 {
		t.Errorf("got %d cards to the admin who asks, want none", len(got))
	}
}

// TestRequestIsOverdue: when the deadline is over the admins get the card again, leads and the data-protection officer
// a number without a name, on each working day until it is answered. The morning card names the deadline before that.
func TestRequestIsOverdue(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) {
		d.Policy.Leads, d.Policy.DPOs = []string{"ou_lead"}, []string{"ou_dpo"}
		d.Policy.Work = workday.Schedule{Hours: workday.Hours{Begin: 9 * time.Hour, End: 18 * time.Hour}}
	})
	c := w.PutCase(flows.Done, "ou_1")
	w.Click("ou_1", c, cards.ActObjectData, "request_words", "不同意")
	r := lastRequest(w, "ou_1", flows.RequestObject, flows.RequestOpen)
	w.RunJobs(flows.JobReply)
	before := len(cardsTo(w, "ou_hr1"))
	w.Advance(r.DueAt.Sub(w.Now()) - time.Minute)
	w.RunJobs(flows.JobRequestDue, flows.JobReply)
	if got := len(cardsTo(w, "ou_hr1")); got != before {
		t.Fatalf("got %d cards before the deadline, want %d", got, before)
	}
	w.Advance(10 * time.Hour) // working time of the next day
	w.RunJobs(flows.JobRequestDue, flows.JobReply)
	if got := cardsTo(w, "ou_hr1"); len(got) != before+1 || !workerstest.Shows(got[before], "request.overdue") {
		t.Fatalf("got %d cards to an admin, want one more that says overdue", len(got))
	}
	for _, id := range []string{"ou_lead", "ou_dpo"} {
		got := lastCard(w, id)
		if strings.Contains(got, "ou_1") || strings.Contains(got, "样") || !strings.Contains(got, "2026-06-22") {
			t.Errorf("%s got %s, want a number and a day without a person", id, got)
		}
	}
	w.Advance(24 * time.Hour)
	w.RunJobs(flows.JobRequestDue, flows.JobReply)
	if got := len(cardsTo(w, "ou_hr1")); got != before+2 {
		t.Errorf("got %d cards on the next working day, want %d", got, before+2)
	}
	w.Click("ou_hr1", onRequest(r), cards.ActDeclineRequest, "request_reason", "依法要保管")
	w.Advance(48 * time.Hour)
	w.RunJobs(flows.JobRequestDue, flows.JobReply)
	if got := len(cardsTo(w, "ou_hr1")); got != before+2 {
		t.Errorf("got %d cards after the answer, want no more", got)
	}
}

// TestDeletionDuringWrites: asked for while evidence is filed, a deletion waits, and is carried out by itself once the
// write has ended; with a write of unknown outcome it waits for HR.
func TestDeletionDuringWrites(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Filing, "ou_1")
	old := w.PutCase(flows.Done, "ou_1", func(c *flows.Case) { c.CreatedAt = c.CreatedAt.AddDate(-1, 0, 0) })
	got := askBot(w, "ou_1", "我的资料")
	if workerstest.Shows(got, "button.withdraw") || !workerstest.Shows(got, "button.delete_data") {
		t.Fatalf("got %s, want the deletion as a request", got)
	}
	a := w.Click("ou_1", c, cards.ActDeleteData)
	if workerstest.Shows(string(a.Card.JSON()), "button.delete_data") {
		t.Error("a deletion that waits is offered again")
	}
	w.RunJobs(flows.JobEraseRequested)
	lastRequest(w, "ou_1", flows.RequestDelete, flows.RequestOpen)
	if !w.CaseNow(old.ID).Erased.IsZero() || !w.CaseNow(c.ID).Erased.IsZero() {
		t.Fatal("something was deleted during the write")
	}
	_, _, err := w.Engine.Report(t.Context(), c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "evi-1"})
	w.Must(err)
	w.InState(c.ID, flows.Done)
	w.Advance(2 * time.Minute)
	w.RunJobs(flows.JobEraseRequested, flows.JobReply)
	r := lastRequest(w, "ou_1", flows.RequestDelete, flows.RequestFulfilled)
	for _, id := range []string{old.ID, c.ID} {
		if now := w.CaseNow(id); now.Erased.IsZero() || !now.Personal.Empty() {
			t.Errorf("case %s still holds data", id)
		}
	}
	if r.EndedBy != string(flows.Bot) || !workerstest.Shows(lastCard(w, "ou_1"), "request_state.fulfilled") {
		t.Errorf("got %+v, want the person told that the bot has deleted", r)
	}
}

// TestWithdrawalIsOnRecord: deleted at once, the request is on record with its end, and the texts of older requests are
// gone with the data.
func TestWithdrawalIsOnRecord(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Done, "ou_1")
	w.Click("ou_1", c, cards.ActCorrectData, "request_words", "名字不对")
	w.Click("ou_1", c, cards.ActWithdraw)
	r := lastRequest(w, "ou_1", flows.RequestWithdraw, flows.RequestFulfilled)
	if r.EndedBy != string(flows.Bot) || !slices.Contains(eventsOf(w, c.ID), flows.EventRequestEnded) {
		t.Errorf("got %+v, want it carried out by the bot, and in the chain", r)
	}
	for _, r := range requestsOf(w, "ou_1") {
		if r.Text != (flows.RequestWords{}) {
			t.Errorf("the texts of the %s are still there", r.Kind)
		}
	}
	w.Click("ou_1", c, cards.ActWithdraw)
	if got := len(requestsOf(w, "ou_1")); got != 2 {
		t.Errorf("got %d requests after a second click, want 2", got)
	}
}

// TestCopy: both files reach the person alone, hold what is kept in full, are on record, and are recalled within a day.
func TestCopy(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.Walk("ou_2", flows.SampleNumber, flows.AwaitingReview)
	w.CheckAnswer(w.Click("ou_2", c, cards.ActCopyData), "request_made", "due", "2026-06-22")
	w.CheckAnswer(w.Click("ou_2", c, cards.ActCopyData), "request_open")
	w.RunJobs(flows.JobExport, flows.JobReply)
	lastRequest(w, "ou_2", flows.RequestCopy, flows.RequestFulfilled)
	if n := files(w, "ou_2"); n != 2 || len(w.Messenger.Files) != 2 {
		t.Fatalf("got %d messages with a file and %d uploads, want two", n, len(w.Messenger.Files))
	}
	if got := lastCard(w, "ou_2"); !workerstest.Shows(got, "copy.title") {
		t.Errorf("got %s, want the card that says what the files hold", got)
	}
	for _, f := range w.Messenger.Files {
		text := string(f.Content)
		for _, clear := range []string{flows.SampleName, flows.SampleNumber, c.ID, c.Consent.Hash} {
			if !strings.Contains(text, clear) {
				t.Errorf("%s does not hold %q", f.Name, clear)
			}
		}
		if strings.Contains(f.Name, "ou_2") {
			t.Errorf("the name %s says whose it is", f.Name)
		}
		if strings.HasSuffix(f.Name, ".json") {
			var got owncopy.Copy
			w.Must(json.Unmarshal(f.Content, &got))
			kept := 0
			for _, p := range got.Registrations[0].Photos {
				if len(p.Content) > 0 {
					kept++
				}
			}
			if got.OpenID != "ou_2" || kept != 2 || len(got.Registrations[0].Sent) == 0 {
				t.Errorf("got %d pictures and %+v, want both and whom it was sent to", kept, got.Registrations[0].Sent)
			}
		}
	}
	if got := len(listedIn(w, c)); got != 2 {
		t.Errorf("got %d exports in the chain, want both files", got)
	}
	if got := askBot(w, "ou_2", "我的资料"); workerstest.Shows(got, "looked.export") {
		t.Error("the own copy counts as somebody's look")
	}
	w.CheckAnswer(w.Click("ou_2", c, cards.ActCopyData), "copy_recent")
	w.Advance(flows.ExportKept + time.Minute)
	w.RunJobs(flows.JobRecallExport)
	if got := len(w.Messenger.Recalled); got != 2 {
		t.Errorf("got %d recalled messages, want both files", got)
	}
}

// TestCopyThatCannotBeSent: the person is told, the request stays open, and pressing again makes the files anew.
func TestCopyThatCannotBeSent(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Done, "ou_1")
	send := w.Messenger.SendFileFunc
	w.Messenger.SendFileFunc = func(context.Context, flows.Receiver, string, string) (string, error) {
		return "", workerstest.Refused("refused", "230099")
	}
	w.Click("ou_1", c, cards.ActCopyData)
	w.RunJobs(flows.JobExport, flows.JobReply)
	lastRequest(w, "ou_1", flows.RequestCopy, flows.RequestOpen)
	if told(w, "ou_1", flows.NoticeCopyFailed) == 0 {
		t.Error("the person was not told")
	}
	w.Messenger.SendFileFunc = send
	w.CheckAnswer(w.Click("ou_1", c, cards.ActCopyData), "request_made", "due", "2026-06-22")
	w.RunJobs(flows.JobExport, flows.JobReply)
	lastRequest(w, "ou_1", flows.RequestCopy, flows.RequestFulfilled)
	if got := len(requestsOf(w, "ou_1")); got != 1 {
		t.Errorf("got %d requests, want one", got)
	}
}

// TestRequestOfAnotherTenant: a click that names a request of another company, or none, opens and changes nothing.
func TestRequestOfAnotherTenant(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Done, "ou_1")
	w.Click("ou_1", c, cards.ActCorrectData, "request_words", "名字不对")
	r := lastRequest(w, "ou_1", flows.RequestCorrect, flows.RequestOpen)
	for _, act := range []cards.Act{cards.ActOpenRequest, cards.ActFulfilRequest, cards.ActDeclineRequest} {
		for name, k := range map[string]flows.CardAction{
			"another tenant": {TenantKey: "another", Action: cards.Action{V: 1, Act: act, Case: r.ID}},
			"no request":     {TenantKey: workerstest.Tenant, Action: cards.Action{V: 1, Act: act, Case: c.ID}},
		} {
			k.EventID, k.OpenID, k.At = w.NextID(), "ou_hr1", w.Now()
			reason := "x"
			k.Form.RequestReason = &reason
			a, err := w.Engine.Click(t.Context(), k)
			w.Must(err)
			w.CheckAnswer(a, "bad_request")
			if a.Card != nil {
				t.Errorf("%s of %s: got a card, want none", act, name)
			}
		}
	}
	lastRequest(w, "ou_1", flows.RequestCorrect, flows.RequestOpen)
	k := flows.CardAction{EventID: w.NextID(), TenantKey: "another", OpenID: "ou_1", At: w.Now(),
		Action: cards.Action{V: 1, Act: cards.ActCopyData, Case: c.ID}}
	a, err := w.Engine.Click(t.Context(), k)
	w.Must(err)
	w.CheckAnswer(a, "bad_request")
}
