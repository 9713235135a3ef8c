package workers_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/engine"
	"shiming/flows"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// TestPrivacyReport: the report counts looks with reasons, deletions, requests and unknown outcomes, is given to a
// data-protection officer alone, and holds nothing of the people whose data it is about.
func TestPrivacyReport(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t, func(d *engine.Deps, _ *workers.Deps) { d.Policy.DPOs = []string{"ou_dpo"} })
	c := w.Walk("ou_secret1", flows.SampleNumber, flows.AwaitingReview)
	w.Click("ou_hr1", c, cards.ActPeek, "peek_reason", "name_check")
	w.RunJobs()
	w.Click("ou_hr1", c, cards.ActApprove)
	w.RunJobs()
	erased := w.PutCase(flows.Done, "ou_secret2")
	w.Click("ou_secret2", erased, cards.ActObjectData, "request_words", "free words of the person")
	w.Click("ou_secret2", erased, cards.ActWithdraw)
	asks := w.PutCase(flows.Done, "ou_secret3")
	w.Click("ou_secret3", asks, cards.ActCopyData)
	w.RunJobs()
	stopped := w.PutCase(flows.Filing, "ou_secret4")
	_, _, err := w.Report(t.Context(), stopped.ID, flows.Event{
		Kind: flows.StepStopped, Stop: &flows.Attention{Step: flows.StepEvidence, Code: flows.StopUnknownOutcome}})
	w.Must(err)

	for _, asker := range []string{"ou_hr1", "ou_secret1"} {
		w.Say(asker, "隐私报告")
		w.RunJobs(flows.JobReply)
		if got := lastCard(w, asker); workerstest.Shows(got, "privacy.title") || !workerstest.Shows(got, "notice.not_dpo") {
			t.Errorf("%s got %s, want a refusal", asker, got)
		}
	}
	w.Say("ou_dpo", "privacy report")
	w.RunJobs(flows.JobReply)
	card := lastCard(w, "ou_dpo")
	for _, id := range []string{"privacy.title", "looked.photos", "peek_reason.name_check", "recipient.esign",
		"privacy.requests", "request.object", "request.copy", "request.withdraw", "incident_report.unknown_outcome"} {
		if !workerstest.Shows(card, id) {
			t.Errorf("the card does not say %s", id)
		}
	}
	var report *flows.PrivacyReport
	w.Must(w.Store.View(t.Context(), func(v flows.View) (err error) {
		day := flows.DayOf(w.Now())
		report, err = w.PrivacyReport(t.Context(), v, workerstest.Tenant, day.AddDate(0, 0, -1), day.AddDate(0, 0, 1))
		return err
	}))
	raw, err := json.Marshal(report)
	w.Must(err)
	for _, personal := range []string{"ou_secret", flows.SampleName, flows.SampleNumber, flows.SampleMobile,
		"free words", "样", c.ID, erased.ID} {
		if strings.Contains(card, personal) || strings.Contains(string(raw), personal) {
			t.Errorf("the card or the report holds %q", personal)
		}
	}
	onRequest := 0
	for _, d := range report.Deletions.Counts {
		if d.Rule == flows.RuleRequest {
			onRequest += d.Cases
		}
	}
	if got := fmt.Sprint(onRequest, report.Incidents[flows.IncidentUnknown], report.Open); got != "1 1 1" {
		t.Errorf("got %s deletions on request, unknown outcomes and open requests, want 1 each", got)
	}
	looks := map[string]int{}
	for _, l := range report.Looks {
		looks[l.By+" "+l.What+" "+l.Reason] = l.N
	}
	if looks["ou_hr1 photos name_check"] != 1 || looks["ou_secret3 export "] != 0 {
		t.Errorf("got the looks %v, want the admin's with its reason, and not the own copy", looks)
	}
	for _, r := range report.Requests {
		want := map[flows.RequestKind]string{
			flows.RequestObject: "1 0", flows.RequestCopy: "1 1", flows.RequestWithdraw: "1 1",
		}[r.Kind]
		if got := fmt.Sprint(r.Made, r.Fulfilled); got != want {
			t.Errorf("got %s %s of the %s, want %s", got, "made and fulfilled", r.Kind, want)
		}
	}
	w.Must(w.Store.View(t.Context(), func(v flows.View) (err error) {
		from := flows.DayOf(w.Now()).AddDate(0, -1, 0)
		report, err = w.PrivacyReport(t.Context(), v, workerstest.Tenant, from, from.Add(24*time.Hour))
		return err
	}))
	if len(report.Looks)+len(report.Requests)+len(report.Deletions.Counts) != 0 {
		t.Errorf("got %+v of a day on which nothing happened, want nothing", report)
	}
}

// TestSameNumberOnTwoPeople: the employee reads nothing of another person, HR sees both cases.
func TestSameNumberOnTwoPeople(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	first := w.Walk("ou_1", flows.SampleNumber, flows.Done)
	w.Advance(2 * time.Minute) // both type the same mobile, and codes to one have a distance
	second := w.Walk("ou_2", flows.SampleNumber, flows.AwaitingReview)
	if got := second.SameNumberCases; len(got) != 1 || got[0] != first.ID {
		t.Fatalf("got the cases %v with the same number, want %s", got, first.ID)
	}
	for _, m := range w.Messenger.SentTo("ou_2") {
		for _, card := range m.Cards {
			for _, hint := range []string{"ou_1", first.ID, "重复", "同一个号码", "另一位", "another person", "same number"} {
				if strings.Contains(card, hint) {
					t.Errorf("the employee's card holds %q", hint)
				}
			}
		}
	}
	for _, m := range w.Messenger.SentTo("ou_1") {
		if strings.Contains(m.Current(), "ou_2") || strings.Contains(m.Current(), second.ID) {
			t.Error("the first person's card names the second")
		}
	}
	shown := false
	for _, m := range w.Messenger.SentTo("oc_hr") {
		shown = shown || strings.Contains(m.Current(), "ou_1") && strings.Contains(m.Current(), "ou_2")
	}
	if !shown {
		t.Error("HR's card does not show both people")
	}
}

// TestLeaverWithRequest: somebody who has asked for the deletion and leaves is deleted, as asked, and not only at the end
// of the leavers' retention.
func TestLeaverWithRequest(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.Filing, "ou_1")
	w.Click("ou_1", c, cards.ActDeleteData)
	_, _, err := w.Report(t.Context(), c.ID, flows.Event{Kind: flows.ApplicantLeft, Field: flows.OutcomeLeft})
	w.Must(err)
	w.InState(c.ID, flows.Filing)
	_, _, err = w.Report(t.Context(), c.ID, flows.Event{Kind: flows.EvidenceFiled, ID: "evi-1"})
	w.Must(err)
	w.Advance(2 * time.Minute)
	w.RunJobs(flows.JobEraseRequested)
	lastRequest(w, "ou_1", flows.RequestDelete, flows.RequestFulfilled)
	if w.CaseNow(c.ID).Erased.IsZero() {
		t.Error("the leaver's data is still there")
	}
}
