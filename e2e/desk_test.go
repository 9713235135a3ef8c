package e2e

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

func withDesks(settings ...string) harness.Setup {
	s := harness.Setup{Settings: map[string]string{"review.style": "queue"}}
	for i := 0; i+1 < len(settings); i += 2 {
		s.Settings[settings[i]] = settings[i+1]
	}
	return s
}

// desk waits until the admin's newest desk has the button of an act and contains the words.
func desk(a harness.Admin, act string, words ...string) (got harness.CardView) {
	a.H.Helper()
	return a.H.Find(a.Chat(), "a desk with "+act, func(s harness.CardView) bool {
		return s.Msg.FromBot && s.Has(act) && s.Says(words...)
	})
}

// presses presses a button of the desk with a target, such as next/after.
func presses(a harness.Admin, s harness.CardView, act, to string) string {
	a.H.Helper()
	return a.H.Click(a.OpenID, s, act+"/"+to, func(b feishu.Button) bool {
		is, _ := b.Value["to"].(string)
		return b.Act == act && is == to
	}, nil)
}

// shows returns the id of the case that is open at the desk; "" for the list.
func shows(s harness.CardView) string {
	id, _ := s.Value("approve")["case"].(string)
	return id
}

type deskTest struct{ *harness.Harness }

func (h deskTest) caseID(p harness.Person) string { return h.CaseOf(p.OpenID).ID }

// TestDesk walks two admins through a queue: each reads other cases, a decision opens the next case in its place, and
// an undo brings the case back.
func TestDesk(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks("review.undo", undoFor.String()))}
	people := h.HireAll(3)
	for _, p := range people {
		p.ToReview()
	}
	a, b := h.Admin(0), h.Admin(1)
	s := desk(a, "next", "审核台", "全部 3")
	h.ClickOn(a.OpenID, s, "next", nil)
	first := desk(a, "approve")
	if shows(first) != h.caseID(people[0]) {
		t.Fatalf("opened %q, want the oldest, %q", shows(first), h.caseID(people[0]))
	}
	h.ClickOn(b.OpenID, desk(b, "next"), "next", nil)
	other := desk(b, "approve")
	if shows(other) != h.caseID(people[1]) {
		t.Errorf("the second admin reads %q, want the second case %q", shows(other), h.caseID(people[1]))
	}

	if toast := h.ClickOn(a.OpenID, first, "approve", nil); toast != "已通过" {
		t.Errorf("toast %q, want %q", toast, "已通过")
	}
	s = desk(a, "undo", "已通过")
	if shows(s) != h.caseID(people[2]) {
		t.Errorf("the decision opened %q, want the next one that nobody reads, %q", shows(s), h.caseID(people[2]))
	}
	h.ClickOn(a.OpenID, s, "undo", nil)
	s = desk(a, "approve")
	if shows(s) != h.caseID(people[0]) {
		t.Errorf("the undo opened %q, want %q", shows(s), h.caseID(people[0]))
	}
	h.ClickOn(a.OpenID, s, "approve", nil)
	h.Advance(undoFor)
	people[0].CheckFiled()
	for _, p := range people {
		for _, m := range h.World.Feishu.Messages(h.World.ReviewChat()) {
			if strings.Contains(string(m.Card), p.OpenID) {
				t.Error("the review group has a card about a person, want the board only")
			}
		}
	}
	var looks int
	h.ReadStore(func(v flows.View) error {
		rows, err := v.AuditOf(h.Ctx, h.caseID(people[1]))
		looks = len(slices.DeleteFunc(rows, func(r flows.AuditRow) bool { return r.Event != "look" || r.Actor != b.OpenID }))
		return err
	})
	if looks != 1 {
		t.Errorf("%d looks of the second admin on record, want 1", looks)
	}
}

// TestDeskTakeOver: what an admin has opened and left is free for the others after ten minutes.
func TestDeskTakeOver(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks())}
	p := h.Hire()
	p.ToReview()
	a, b := h.Admin(0), h.Admin(1)
	h.ClickOn(a.OpenID, desk(a, "next"), "next", nil)
	presses(a, desk(a, "approve"), "next", "list")
	h.ClickOn(a.OpenID, desk(a, "next", "全部 1"), "next", nil) // from the list the same case is opened again
	desk(a, "approve")
	if toast := h.ClickOn(b.OpenID, desk(b, "next"), "next", nil); toast == "" {
		t.Error("no toast, want words that nothing is free")
	}
	desk(b, "next", "别的 HR 正在看")
	h.Advance(flows.AssignedFor)
	h.ClickOn(b.OpenID, desk(b, "next"), "next", nil)
	h.ClickOn(b.OpenID, desk(b, "approve"), "approve", nil)
	p.CheckFiled()
	// The first admin's card flips with who and when.
	desk(a, "next", "已通过")
}

// TestBulk: all green cases are approved with one confirmation. What changes meanwhile is left out and said.
func TestBulk(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks("review.undo", undoFor.String()))}
	people := h.HireAll(4)
	h.World.Feishu.ChangeUser(people[3].OpenID, func(u *feishu.User) { u.Name = "花名" }) // amber
	for _, p := range people {
		p.ToReview()
	}
	a := h.Admin(0)
	h.ClickOn(a.OpenID, desk(a, "bulk", "全部 4", "全绿 3"), "bulk", nil)
	s := desk(a, "bulk", "这 3 件的检查项全部是绿的")
	people[1].Say("取消")
	h.InState(people[1].OpenID, flows.Withdrawn)
	if toast := presses(a, s, "bulk", "confirm"); toast != "已通过 2 件，跳过 1 件" {
		t.Errorf("toast %q, want %q", toast, "已通过 2 件，跳过 1 件")
	}
	if got := writes(h.Harness); got != "0 0 0" {
		t.Errorf("got the calls %s within the time for undoing, want none", got)
	}
	s = desk(a, "bulk", "刚才一起通过了 2 件")
	if toast := presses(a, s, "bulk", "undo"); toast != "已撤销 2 件" {
		t.Errorf("toast %q, want %q", toast, "已撤销 2 件")
	}
	h.ClickOn(a.OpenID, desk(a, "bulk", "全绿 2"), "bulk", nil)
	presses(a, desk(a, "bulk", "这 2 件"), "bulk", "confirm")
	h.Advance(undoFor)
	people[0].CheckFiled()
	people[2].CheckFiled()
	h.InState(people[3].OpenID, flows.AwaitingReview)
}

// TestDeskRings: a desk comes to the bottom of the chat when a case comes into an empty queue, and not for each case.
func TestDeskRings(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks())}
	sent := func(chat string) (n int) {
		for _, m := range h.World.Feishu.Messages(chat) {
			if m.FromBot {
				n++
			}
		}
		return n
	}
	a := h.Admin(0)
	for _, p := range h.HireAll(3) {
		p.ToReview()
	}
	h.Advance(flows.QueueEvery)
	desk(a, "next", "全部 3")
	h.Find(h.World.ReviewChat(), "the board", func(s harness.CardView) bool { return s.Says("待审核", "全绿 3") })
	if n, group := sent(a.Chat()), sent(h.World.ReviewChat()); n != 1 || group != 1 {
		t.Errorf("%d messages to the admin and %d to the group for three cases, want 1 and 1", n, group)
	}
	presses(a, desk(a, "bulk"), "bulk", "")
	presses(a, desk(a, "bulk", "这 3 件"), "bulk", "confirm")
	h.Find(a.Chat(), "an empty desk", func(s harness.CardView) bool { return s.Says("都处理完了") })
	h.Advance(flows.RingAfter + time.Second)
	h.Hire().ToReview()
	desk(a, "next", "全部 1")
	if n := sent(a.Chat()); n != 2 {
		t.Errorf("%d messages to the admin, want 2: the queue was empty", n)
	}
	// The word brings the desk to the bottom as well, and in a group it says so.
	a.Say("待审")
	h.Until("a third desk", func() bool { return sent(a.Chat()) == 3 })
	presses(a, h.Find(h.World.ReviewChat(), "the board", func(s harness.CardView) bool { return s.Has("next") }), "next", "desk")
	h.Until("a fourth desk", func() bool { return sent(a.Chat()) == 4 })
}

// TestRobotsAtDesks: two admins work through what a crowd submits. The group gets the board and nothing about a
// person.
func TestRobotsAtDesks(t *testing.T) {
	s := withDesks("review.undo", "1s")
	s.HR = harness.Diligent
	h := harness.Start(t, s)
	second := h.World.HR(1)
	working, stop := context.WithCancel(h.Ctx)
	defer stop()
	worked := make(chan error, 1)
	go func() { worked <- second.Work(working, second.Diligent) }()
	var crowd sync.WaitGroup
	for _, p := range h.HireAll(12) {
		crowd.Go(func() {
			if _, err := p.Register(h.Ctx, sim.Script{}, nil); err != nil {
				t.Errorf("%s: %v", p.OpenID, err)
			}
		})
	}
	crowd.Wait()
	stop()
	if err := <-worked; err != nil {
		t.Error(err)
	}
	board := 0
	for _, m := range h.World.Feishu.Messages(h.World.ReviewChat()) {
		if m.FromBot {
			board++
		}
	}
	if board != 1 {
		t.Errorf("%d messages in the review group for twelve people, want 1", board)
	}
	by := map[string]int{}
	h.ReadStore(func(v flows.View) error {
		cases, err := v.InState(h.Ctx, harness.Tenant, []flows.State{flows.Done}, 20, 0)
		for _, c := range cases {
			by[c.Review.By]++
		}
		return err
	})
	if by[h.Admin(0).OpenID]+by[h.Admin(1).OpenID] != 12 {
		t.Errorf("decided by %v, want all twelve by the two admins", by)
	}
}

// TestLookUp: HR asks about a person by name, sees the state masked, and opens the case. A group and an employee learn
// nothing, and the person sees who asked.
func TestLookUp(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks())}
	p := h.Hire()
	p.ToReview()
	a := h.Admin(0)
	a.Say(p.Person.Name + "办完了吗")
	s := h.Find(a.Chat(), "the answer about the person", func(s harness.CardView) bool { return s.Says("你问的人", "待审核") })
	if strings.Contains(string(s.Msg.Card), p.Person.Name) || !strings.Contains(string(s.Msg.Card), p.OpenID) {
		t.Errorf("got %q, want the person, masked", s.Text)
	}
	h.ClickOn(a.OpenID, s, "next", nil)
	desk(a, "approve")
	a.Say(p.OpenID)
	h.Find(a.Chat(), "the answer about the open_id", func(c harness.CardView) bool {
		return c.Says("你问的人", "待审核") && c.Msg.ID != s.Msg.ID
	})
	p.Say("我的资料")
	p.WaitForCard("审核时看了打码的信息")
}
