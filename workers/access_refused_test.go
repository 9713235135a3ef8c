package workers_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// refusedRows returns the rows of a case's chain about attempts that were refused.
func refusedRows(w *workerstest.Harness, caseID string) (out []flows.AuditRow) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) error {
		rows, err := v.AuditOf(w.T.Context(), caseID)
		for _, r := range rows {
			if r.Event == flows.EventAccessRefused {
				out = append(out, r)
			}
		}
		return err
	}))
	return out
}

// report returns the privacy report of the last days.
func report(w *workerstest.Harness) (r *flows.PrivacyReport) {
	w.T.Helper()
	w.Must(w.Store.View(w.T.Context(), func(v flows.View) (err error) {
		r, err = w.Engine.PrivacyReport(w.T.Context(), v, workerstest.Tenant, w.Now().AddDate(0, 0, -7),
			w.Now().AddDate(0, 0, 1))
		return err
	}))
	return r
}

// TestRefusedAccessIsOnRecord: whoever presses a button without the right to is refused, counted, and stands in the chain
// of the case with what was asked for and when, once an hour. The report counts and names nobody. The person whose case
// it is finds no look in 我的资料.
func TestRefusedAccessIsOnRecord(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.PutCase(flows.AwaitingReview, "ou_1")
	own := w.PutCase(flows.AwaitingReview, "ou_hr1")
	w.Click("ou_1", c, cards.ActObjectData, "request_words", "不同意")
	r := lastRequest(w, "ou_1", flows.RequestObject, flows.RequestOpen)

	begin := w.Now()
	for range 3 {
		w.CheckAnswer(w.Click("ou_nosy", c, cards.ActPeek, "peek_reason", "name_check"), "not_allowed")
	}
	w.CheckAnswer(w.Click("ou_nosy", c, cards.ActApprove), "not_allowed")
	w.CheckAnswer(w.Click("ou_nosy", c, cards.ActConfirm), "not_yours")
	w.CheckAnswer(w.Click("ou_nosy", onRequest(r), cards.ActOpenRequest), "not_allowed")
	w.CheckAnswer(w.Click("ou_other", c, cards.ActEvidence), "not_allowed")
	w.CheckAnswer(w.Click("ou_hr1", own, cards.ActPeek, "peek_reason", "name_check"), "self_review")
	w.CheckAnswer(w.Click("ou_nosy", &flows.Case{}, cards.ActExport), "not_allowed")
	askBot(w, "ou_nosy", "待审")
	askBot(w, "ou_nosy", "隐私报告")
	w.Advance(time.Hour)
	w.CheckAnswer(w.Click("ou_nosy", c, cards.ActPeek, "peek_reason", "name_check"), "not_allowed")
	w.CheckAnswer(w.Click("ou_hr1", c, cards.ActRetry), "already") // too late is no refusal

	var got []string
	for _, row := range refusedRows(w, c.ID) {
		got = append(got, row.Actor+" "+row.Detail["act"]+" "+row.Detail["what"])
		if row.At.Before(begin) || row.From != c.State || row.To != c.State {
			t.Errorf("got the row %+v, want when it was, and the state unchanged", row)
		}
	}
	want := []string{"ou_nosy peek photos", "ou_nosy approve review", "ou_nosy confirm others",
		"ou_nosy open_request request", "ou_other evidence evidence", "ou_nosy peek photos"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if rows := refusedRows(w, own.ID); len(rows) != 1 || rows[0].Actor != "ou_hr1" {
		t.Errorf("got %+v, want the admin's attempt at the own case", rows)
	}
	w.Must(w.Store.VerifyChain(t.Context(), c.ID))

	counts := map[string]flows.RefusedCount{}
	for _, n := range report(w).Refused {
		counts[n.What] = n
	}
	for what, want := range map[string][2]int{"photos": {5, 2}, "review": {1, 1}, "others": {1, 1}, "request": {1, 1},
		"evidence": {1, 1}, "export": {1, 0}, "words": {1, 0}, "report": {1, 0}} {
		if got := counts[what]; got.N != want[0] || got.People != want[1] {
			t.Errorf("%s: got %d times by %d people, want %d by %d", what, got.N, got.People, want[0], want[1])
		}
	}
	if last := counts["photos"].Last; !last.Equal(w.Now()) {
		t.Errorf("got the last attempt at %v, want %v", last, w.Now())
	}
	if len(report(w).Looks) != 0 {
		t.Errorf("got the looks %+v, want none: nothing was seen", report(w).Looks)
	}
	if card := askBot(w, "ou_1", "我的资料"); strings.Contains(card, "ou_nosy") || strings.Contains(card, "ou_other") {
		t.Errorf("got %s, want no look of somebody who was refused", card)
	}
}
