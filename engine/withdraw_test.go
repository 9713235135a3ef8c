package engine_test

import (
	"errors"
	"testing"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestWithdrawErasesAllCases: withdrawing deletes the data of every case of the person.
func TestWithdrawErasesAllCases(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	rejected := w.PutCase(flows.Rejected, "ou_1")
	done := w.PutCase(flows.Done, "ou_1")
	open := w.PutCase(flows.AwaitingReview, "ou_1")
	other := w.PutCase(flows.AwaitingReview, "ou_2")
	a := w.Click("ou_1", done, cards.ActWithdraw) // the button of 我的资料, which shows one of the cases
	w.CheckAnswer(a, "deleted")
	// The clicked card becomes the receipt.
	if receipt, ok := a.Card.(cards.MyData); !ok || !receipt.Deleted || receipt.CanWithdraw || receipt.MaskedNumber != "" {
		t.Errorf("the card became %+v", a.Card)
	}
	for _, c := range []*flows.Case{rejected, done, open} {
		now := w.CaseNow(c.ID)
		if !now.Personal.Empty() || now.Erased.IsZero() {
			t.Errorf("the case in %s still holds data", c.State)
		}
		for _, p := range c.Photos {
			w.Must(w.Store.View(t.Context(), func(v flows.View) error {
				if _, err := v.Picture(t.Context(), c.ID, p.ID); !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("a photo of the case in %s is still there (%v), want %v", c.State, err, flows.ErrNotFound)
				}
				return nil
			}))
		}
		if w.CountAudits(c.ID, flows.Erase) != 1 {
			t.Errorf("rows about the deletion: got %d, want 1", w.CountAudits(c.ID, flows.Erase))
		}
	}
	w.InState(open.ID, flows.Withdrawn)
	if w.CaseNow(other.ID).Personal.Empty() {
		t.Error("somebody else's data went")
	}
	// During the writes the open case stays; the data of older cases is deleted.
	older := w.PutCase(flows.Done, "ou_3")
	recording := w.PutCase(flows.Recording, "ou_3")
	w.Click("ou_3", recording, cards.ActWithdraw)
	if w.CaseNow(recording.ID).Personal.Empty() || !w.CaseNow(older.ID).Personal.Empty() {
		t.Error("withdrawing during the writes went wrong")
	}
}
