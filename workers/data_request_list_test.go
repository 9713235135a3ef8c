package workers_test

import (
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestListWithoutOwnRequests: an admin's list and its numbers leave out the admin's own requests, overdue or not; another
// admin's has them.
func TestListWithoutOwnRequests(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	own := w.PutCase(flows.Done, "ou_hr1")
	w.Click("ou_hr1", own, cards.ActObjectData, "request_words", "不同意")
	w.Advance(25 * 24 * time.Hour) // the admin's own is overdue, and comes first in the list
	w.Click("ou_1", w.PutCase(flows.Done, "ou_1"), cards.ActObjectData, "request_words", "不同意")
	list := func(asker string) (out cards.Requests) {
		w.Must(w.Store.View(t.Context(), func(v flows.View) error {
			card, err := w.Engine.RequestsCard(t.Context(), v, workerstest.Tenant, asker)
			out, _ = card.(cards.Requests)
			return err
		}))
		return out
	}
	if got := list("ou_hr1"); got.Total != 1 || got.Overdue != 0 || len(got.Rows) != 1 || got.Rows[0].Applicant != "ou_1" {
		t.Errorf("the asker got %d, %d overdue and %d rows; want only the other request", got.Total, got.Overdue, len(got.Rows))
	}
	if got := list("ou_hr2"); got.Total != 2 || got.Overdue != 1 || len(got.Rows) != 2 {
		t.Errorf("another admin got %d, %d overdue and %d rows; want both", got.Total, got.Overdue, len(got.Rows))
	}
}
