package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// lateUndo is when the decisions are undone: the clock goes on while the test presses.
const lateUndo = undoFor - 5*time.Minute

// TestUndoLate: at the desk a decision can be undone until the end of its time, alone or with others, and not after it.
func TestUndoLate(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks("review.undo", undoFor.String()))}
	people := h.HireAll(2)
	for _, p := range people {
		p.ToReview()
	}
	a := h.Admin(0)
	h.ClickOn(a.OpenID, begins(a, "全部 2"), "approve", nil)
	waitIdle(h.Harness)
	h.Advance(lateUndo)
	h.ClickOn(a.OpenID, desk(a, "undo", "已通过"), "undo", nil)
	h.InState(people[0].OpenID, flows.AwaitingReview)
	waitIdle(h.Harness)
	h.Advance(time.Hour)
	waitIdle(h.Harness)
	h.InState(people[0].OpenID, flows.AwaitingReview) // what was undone does not come back
	presses(a, desk(a, "approve"), "next", "list")

	presses(a, desk(a, "bulk", "全部 2"), "bulk", "")
	presses(a, desk(a, "bulk", "这 2 件"), "bulk", "confirm")
	waitIdle(h.Harness)
	h.Advance(lateUndo)
	if toast := presses(a, desk(a, "bulk", "刚才一起通过了 2 件"), "bulk", "undo"); toast != "已撤销 2 件" {
		t.Errorf("toast %q, want %q", toast, "已撤销 2 件")
	}
	waitIdle(h.Harness)
	h.Advance(time.Hour)
	waitIdle(h.Harness)
	if got := writes(h.Harness); got != "0 0 0" {
		t.Errorf("got the calls %s after the undo, want none", got)
	}

	s := begins(a, "全部 2")
	p := people[slices.IndexFunc(people, func(p harness.Person) bool { return h.caseID(p) == shows(s) })]
	h.ClickOn(a.OpenID, s, "approve", nil)
	s = desk(a, "undo", "已通过")
	waitIdle(h.Harness)
	h.Advance(undoFor)
	p.CheckFiled()
	if got := h.Forge(a.OpenID, s.Msg, s.Value("undo"), nil); got.Toast == "" || strings.Contains(got.Toast, "已撤销") {
		t.Errorf("an undo after its time: toast %q, want a refusal", got.Toast)
	}
	h.InState(p.OpenID, flows.Done)
}

// TestDeskPressedFast: an admin who presses faster than a message may be changed sees the answers at once; no call goes
// over Feishu's limit of five changes a second, and what Feishu refuses all the same is drawn later.
func TestDeskPressedFast(t *testing.T) {
	s := withDesks()
	s.Noisy = true
	h := deskTest{harness.Start(t, s)}
	for _, p := range h.HireAll(2) {
		p.ToReview()
	}
	a := h.Admin(0)
	waitIdle(h.Harness)
	h.Advance(flows.DeskEvery)
	desk(a, "next", "全部 2")
	for range 15 {
		presses(a, desk(a, "filter", "全部 2"), "filter", "green")
		presses(a, desk(a, "filter", "全部 2"), "filter", "all")
	}
	waitIdle(h.Harness)
	if n := h.World.Feishu.Count(func(e feishu.Entry) bool { return e.Code == 230020 }); n != 0 {
		t.Errorf("%d calls over the limit of a message, want none", n)
	}
	// Another app of the company may use up what is left.
	h.World.Faults.Arm(wire.Fault{
		Upstream:  sim.UpstreamFeishu,
		Operation: "message.patch",
		Kind:      wire.Error,
		Status:    http.StatusBadRequest,
		Body:      `{"code":230020,"msg":"This operation triggers the frequency limit."}`,
		Times:     1,
	})
	p := h.Hire()
	p.ToReview()
	waitIdle(h.Harness)
	h.Advance(flows.DeskEvery)
	desk(a, "next", "全部 3")
}

// TestDeskKilled kills the process between a tap at the desk and the write that follows, for one case and for several:
// every decision takes effect, and each once.
func TestDeskKilled(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{}, "SHIMING_REVIEW_UNDO=2s")
	admin := s.World.Admins()[0]
	chat := s.World.Feishu.P2PChat(admin)
	find := func(what string, ok func(harness.CardView) bool) harness.CardView {
		t.Helper()
		m, err := s.World.Feishu.Watch(s.Ctx, chat, func(m feishu.Message) bool {
			return m.FromBot && ok(harness.ViewCard(m))
		})
		if err != nil {
			t.Fatalf("never seen: %s: %v", what, err)
		}
		return harness.ViewCard(m)
	}
	press := func(v harness.CardView, act, to string) {
		t.Helper()
		_, err := s.World.Feishu.Click(s.Ctx, admin, v.Msg.ID, func(b feishu.Button) bool {
			is, _ := b.Value["to"].(string)
			return b.Act == act && is == to
		}, nil)
		if err != nil {
			t.Fatalf("pressing %s: %v", act, err)
		}
	}
	registered := make(chan error)
	people := s.World.Hire(3)
	for _, e := range people {
		go func() {
			_, err := e.Register(s.Ctx, sim.Script{SMSPatience: 3 * time.Second}, nil)
			registered <- err
		}()
	}
	press(find("the queue", func(v harness.CardView) bool { return v.Says("全部 3", "开始审核") }), "next", "")
	press(find("a case", func(v harness.CardView) bool { return v.Has("approve") }), "approve", "")
	s.Kill()
	s.Start()
	press(find("the next case", func(v harness.CardView) bool { return v.Has("approve") }), "next", "list")
	press(find("the queue", func(v harness.CardView) bool { return v.Says("全部 2", "一起通过全绿的") }), "bulk", "")
	press(find("the list to confirm", func(v harness.CardView) bool { return v.Says("这 2 件") }), "bulk", "confirm")
	s.Kill()
	s.Start()
	for range people {
		if err := <-registered; err != nil {
			t.Error(err)
		}
	}
	for _, e := range people {
		if j := s.World.Journey(e.OpenID); !j.Filed() || j.Identities != 1 || len(j.Points) != 1 {
			t.Errorf("got the journey %+v, want it filed once", j)
		}
	}
}
