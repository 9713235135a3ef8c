package e2e

import (
	"fmt"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/esign"
)

// undoFor is longer than any test takes: the decision takes effect only when the test moves the clock.
const undoFor = time.Hour

func withUndo() harness.Setup {
	return harness.Setup{Settings: map[string]string{"review.undo": undoFor.String()}}
}

// writes counts the calls that write something that cannot be taken back.
func writes(h *harness.Harness) string {
	return fmt.Sprint(h.CountCalls("feishu", "identities.create"), h.CountCalls("esign", esign.OpUploadURL),
		h.CountCalls("esign", esign.OpPersonPoint))
}

// TestUndoWindow: nothing is written and the employee sees nothing before the time for undoing is over.
func TestUndoWindow(t *testing.T) {
	h := harness.Start(t, withUndo())
	p := h.Hire()
	p.ToReview()
	shown := p.See(sim.StageReview)
	h.Admin(0).Decides(p, "approve", nil)
	h.InState(p.OpenID, flows.Decided)
	waitIdle(h)
	if got := writes(h); got != "0 0 0" {
		t.Errorf("got the calls %s within the time for undoing, want none", got)
	}
	if s := p.See(sim.StageReview); string(s.Msg.Card) != string(shown.Msg.Card) && s.Text != shown.Text {
		t.Errorf("the employee's card says %q, want as before: %q", s.Text, shown.Text)
	}
	s := h.Admin(0).Sees(h.World.ReviewChat(), p, "undo", "已通过", "可以撤销")
	if toast := h.ClickOn(h.Admin(1).OpenID, s, "undo", nil); toast != "只有做这个决定的人能撤销" {
		t.Errorf("toast %q for another admin, want a refusal", toast)
	}
	if toast := h.ClickOn(h.Admin(0).OpenID, s, "undo", nil); toast != "已撤销，重新审核" {
		t.Errorf("toast %q, want %q", toast, "已撤销，重新审核")
	}
	h.InState(p.OpenID, flows.AwaitingReview)
	h.Advance(undoFor)
	waitIdle(h)
	h.InState(p.OpenID, flows.AwaitingReview) // the decision that was undone does not come back

	h.Admin(0).Decides(p, "reject", map[string]any{"reason": "not_employee"})
	h.InState(p.OpenID, flows.Decided)
	h.Advance(undoFor)
	h.InState(p.OpenID, flows.Rejected)
	if got := writes(h); got != "0 0 0" {
		t.Errorf("got the calls %s for a rejected person, want none", got)
	}
	p.See(sim.StageRejected)
}

// TestUndoAcrossARestart: a bot that dies between the tap and the write carries the decision out afterwards.
func TestUndoAcrossARestart(t *testing.T) {
	h := harness.Start(t, withUndo())
	p, q := h.Hire(), h.Hire()
	p.ToReview()
	q.ToReview()
	h.Admin(0).Decides(p, "approve", nil)
	h.Admin(0).Decides(q, "approve", nil)
	h.InState(q.OpenID, flows.Decided)
	h.StopBot()
	h.StartBot()
	s := h.Admin(0).Sees(h.World.ReviewChat(), q, "undo")
	h.ClickOn(h.Admin(0).OpenID, s, "undo", nil)
	h.Advance(undoFor)
	p.CheckFiled()
	h.InState(q.OpenID, flows.AwaitingReview)
	if got := h.CountCalls("feishu", "identities.create"); got != 1 {
		t.Errorf("%d identities were written, want 1", got)
	}
}

// TestUndoAtTheLastSecond: of an undo and the end of its time one wins, and the case shows which.
func TestUndoAtTheLastSecond(t *testing.T) {
	h := harness.Start(t, withUndo())
	p := h.Hire()
	p.ToReview()
	h.Admin(0).Decides(p, "approve", nil)
	s := h.Admin(0).Sees(h.World.ReviewChat(), p, "undo")
	h.Advance(undoFor)
	toast := h.Forge(h.Admin(0).OpenID, s.Msg, s.Value("undo"), nil).Toast
	if toast == "已撤销，重新审核" {
		h.InState(p.OpenID, flows.AwaitingReview)
		if got := writes(h); got != "0 0 0" {
			t.Errorf("undone, yet got the calls %s", got)
		}
		return
	}
	p.CheckFiled()
	if late := h.Forge(h.Admin(0).OpenID, s.Msg, s.Value("undo"), nil).Toast; late == "" || late == "已撤销，重新审核" {
		t.Errorf("toast %q after the write, want words that it is too late", late)
	}
}
