package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
	"shiming/workers/workerstest"
)

// The card of an incident says how many cases wait for the same cause, and follows the number
// at its own pace.
func TestTheCardOfAnIncidentCounts(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	w.IDCardReader.ReadFunc = func(context.Context, []byte) (flows.CardText, error) {
		return flows.CardText{}, &workerstest.UpstreamError{Class: "quota", Code: "2110003"}
	}
	stop := func(i int) {
		c := w.PutCase(flows.AwaitingPhotos, fmt.Sprintf("ou_%d", i))
		w.QueueJob(flows.Job{Kind: flows.JobReadPhotos, Case: c.ID})
	}
	settle := func() string {
		w.Advance(30 * time.Second)
		w.RunJobs(flows.JobRecount, flows.JobShow)
		all := w.Messenger.SentTo("oc_hr")
		if len(all) != 1 {
			t.Fatalf("%d cards to HR, want 1", len(all))
		}
		return all[0].Current()
	}
	stop(0)
	w.RunJobs(flows.JobReadPhotos, flows.JobShow)
	if card := settle(); workerstest.Shows(card, "attention.others") {
		t.Error("one case is said to be many")
	}
	for i := range 9 {
		stop(i + 1)
	}
	w.RunJobs(flows.JobReadPhotos, flows.JobShow)
	if n := len(w.Waiting(flows.JobRecount)); n != 1 {
		t.Errorf("%d drawings for nine cases, want 1", n)
	}
	if card := settle(); !strings.Contains(card, "还有 9 件因为同样的原因停着") {
		t.Errorf("the card says %s, want %q in it", card, "还有 9 件因为同样的原因停着")
	}
	if c := w.LatestCase("ou_3"); c.State != flows.NeedsAttention {
		t.Fatalf("in %s, want %v", c.State, flows.NeedsAttention)
	}
	w.CheckAnswer(w.Click("ou_hr1", w.LatestCase("ou_3"), cards.ActClose), "shut")
	if card := settle(); !strings.Contains(card, "还有 8 件因为同样的原因停着") {
		t.Errorf("the card says %s, want %q in it", card, "还有 8 件因为同样的原因停着")
	}
}
