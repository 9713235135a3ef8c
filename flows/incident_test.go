package flows_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// The card of an incident says how many cases wait for the same cause, and follows the number
// at its own pace.
func TestTheCardOfAnIncidentCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.reader.readFunc = func(context.Context, []byte) (flows.CardText, error) {
		return flows.CardText{}, &upstreamError{class: "quota", code: "2110003"}
	}
	stop := func(i int) {
		c := w.put(flows.AwaitingPhotos, fmt.Sprintf("ou_%d", i))
		w.queue(flows.Job{Kind: flows.JobReadPhotos, Case: c.ID})
	}
	settle := func() string {
		w.pass(30 * time.Second)
		w.run(flows.JobRecount, flows.JobShow)
		all := w.chat.sentTo("oc_hr")
		if len(all) != 1 {
			t.Fatalf("%d cards to HR", len(all))
		}
		return all[0].now()
	}
	stop(0)
	w.run(flows.JobReadPhotos, flows.JobShow)
	if card := settle(); shows(card, "attention.others") {
		t.Error("one case is said to be many")
	}
	for i := range 9 {
		stop(i + 1)
	}
	w.run(flows.JobReadPhotos, flows.JobShow)
	if n := len(w.waiting(flows.JobRecount)); n != 1 {
		t.Errorf("%d drawings for nine cases", n)
	}
	if card := settle(); !strings.Contains(card, "还有 9 件因为同样的原因停着") {
		t.Errorf("the card says %s", card)
	}
	if c := w.caseOf("ou_3"); c.State != flows.NeedsAttention {
		t.Fatalf("in %s", c.State)
	}
	w.said(w.click("ou_hr1", w.caseOf("ou_3"), cards.ActClose), "shut")
	if card := settle(); !strings.Contains(card, "还有 8 件因为同样的原因停着") {
		t.Errorf("the card says %s", card)
	}
}
