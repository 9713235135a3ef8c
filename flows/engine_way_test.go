package flows_test

import (
	"testing"

	"shiming/flows"
)

// The ordinary way, with every effect performed by the real workers.
func TestTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.walk("ou_1", flows.SampleNumber, flows.Done)
	if w.register.recorded["ou_1"] != 1 || len(w.notary.points) != 1 || len(w.verifier.codes) != 1 || w.reader.calls != 2 {
		t.Errorf("identities %v, points %d, codes %d, readings %d", w.register.recorded, len(w.notary.points), len(w.verifier.codes), w.reader.calls)
	}
	p := w.notary.points[0]
	if p.CustomBizID != c.ID || p.ThreeElements.SMSCode != w.verifier.code() || p.CardPortrait == "" || p.CardPortrait == p.CardNationalEmblem {
		t.Errorf("the evidence is %+v", c.Uploads)
	}
	// One card of the applicant's at the end, the others are pointers to it.
	cards := w.chat.sentTo("ou_1")
	for i, m := range cards {
		if last := i == len(cards)-1; shows(m.now(), "superseded.title") == last {
			t.Errorf("message %d of %d shows %s", i+1, len(cards), m.now())
		}
	}
	if last := cards[len(cards)-1]; !shows(last.now(), "done.title") {
		t.Errorf("the last card is %s", last.now())
	}
	if hr := w.chat.sentTo("oc_hr"); len(hr) != 1 || !shows(hr[0].now(), "stage.done_filed") {
		t.Errorf("HR's card is %s", hr[0].now())
	}
	if board := w.chat.sentTo("oc_all"); len(board) != 1 {
		t.Errorf("%d announcements", len(board))
	}
	if err := w.store.VerifyChain(t.Context(), c.ID); err != nil {
		t.Error(err)
	}
}
