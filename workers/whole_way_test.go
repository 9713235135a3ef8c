package workers_test

import (
	"testing"

	"shiming/flows"
	"shiming/workers/workerstest"
)

// TestRegistration: a registration without any failure, from the first message to the announcement.
func TestRegistration(t *testing.T) {
	t.Parallel()
	w := workerstest.New(t)
	c := w.Walk("ou_1", flows.SampleNumber, flows.Done)
	for name, tt := range map[string]struct{ got, want int }{
		"identities": {w.IdentityRecorder.Recorded["ou_1"], 1},
		"points":     {len(w.EvidenceClient.Points), 1},
		"codes":      {len(w.Verifier.Codes), 1},
		"readings":   {w.IDCardReader.Calls, 2},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %d, want %d", name, tt.got, tt.want)
		}
	}
	p := w.EvidenceClient.Points[0]
	if p.CustomBizID != c.ID || p.ThreeElements.SMSCode != w.Verifier.Code() || p.CardPortrait == "" ||
		p.CardPortrait == p.CardNationalEmblem {
		t.Errorf("the evidence is %+v", c.Uploads)
	}
	// The last message shows the card, and the others are pointers.
	cards := w.Messenger.SentTo("ou_1")
	for i, m := range cards {
		if last := i == len(cards)-1; workerstest.Shows(m.Current(), "superseded.title") == last {
			t.Errorf("message %d of %d shows %s", i+1, len(cards), m.Current())
		}
	}
	if last := cards[len(cards)-1]; !workerstest.Shows(last.Current(), "done.title") {
		t.Errorf("the last card is %s", last.Current())
	}
	if hr := w.Messenger.SentTo("oc_hr"); len(hr) != 1 || !workerstest.Shows(hr[0].Current(), "stage.done_filed") {
		t.Errorf("HR's card is %s", hr[0].Current())
	}
	if board := w.Messenger.SentTo("oc_all"); len(board) != 1 {
		t.Errorf("announcements: got %d, want 1", len(board))
	}
	if err := w.Store.VerifyChain(t.Context(), c.ID); err != nil {
		t.Error(err)
	}
}
