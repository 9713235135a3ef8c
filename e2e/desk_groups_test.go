package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// boardOf waits until the newest board of the review group says the words.
func boardOf(h *harness.Harness, words ...string) harness.CardView {
	h.Helper()
	return h.Find(h.World.ReviewChat(), "the board of the review group", func(s harness.CardView) bool {
		return s.Msg.FromBot && s.Says(words...)
	})
}

// botMessages counts the bot's messages in a chat.
func botMessages(h *harness.Harness, chat string) (n int) {
	for _, m := range h.World.Feishu.Messages(chat) {
		if m.FromBot && !m.Recalled {
			n++
		}
	}
	return n
}

// TestReviewGroupRenamed: the board goes on in its message.
func TestReviewGroupRenamed(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks())}
	h.Hire().ToReview()
	board := boardOf(h.Harness, "待审核", "全绿 1")
	h.World.Feishu.RenameGroup(h.World.ReviewChat(), "新的群名")
	h.Hire().ToReview()
	waitIdle(h.Harness)
	h.Advance(flows.QueueEvery)
	if now := boardOf(h.Harness, "待审核", "全绿 2"); now.Msg.ID != board.Msg.ID {
		t.Errorf("the board is another message, %s, want %s", now.Msg.ID, board.Msg.ID)
	}
	if n := botMessages(h.Harness, h.World.ReviewChat()); n != 1 {
		t.Errorf("%d messages in the group, want 1", n)
	}
}

// TestReviewGroupWithoutTheBot: while the bot is not in the group the desks go on and each admin hears of it once. When
// it is back, the next case that comes into an empty queue brings the board.
func TestReviewGroupWithoutTheBot(t *testing.T) {
	s := withDesks()
	s.Noisy = true
	h := deskTest{harness.Start(t, s)}
	a, b, group := h.Admin(0), h.Admin(1), h.World.ReviewChat()
	move := func(d feishu.Delivery, err error) {
		t.Helper()
		h.Delivered(feishu.Sent{Delivery: d}, err)
	}
	move(h.World.Feishu.RemoveBotFromGroup(h.Ctx, group, a.OpenID))
	p := h.Hire()
	p.ToReview()
	const lost = "公告板或审核板发不进那个群了"
	for _, admin := range []harness.Admin{a, b} {
		h.Find(admin.Chat(), "a notice about the group", func(s harness.CardView) bool { return s.Says(lost) })
	}
	h.ClickOn(a.OpenID, begins(a), "approve", nil)
	p.CheckFiled()
	move(h.World.Feishu.AddBotToGroup(h.Ctx, group, a.OpenID))
	waitIdle(h.Harness)
	h.Advance(flows.RingAfter + time.Second)
	q := h.Hire()
	q.ToReview()
	boardOf(h.Harness, "待审核", "全绿 1")
	h.ClickOn(b.OpenID, begins(b), "approve", nil)
	q.CheckFiled()
	waitIdle(h.Harness)
	for _, admin := range []harness.Admin{a, b} {
		if n := cardsThat(h.Harness, admin.Chat(), lost); n != 1 {
			t.Errorf("%d notices about the group, want 1", n)
		}
	}
}

// TestExternalReviewGroup: in a group with people of other companies there is no board. Each admin hears why, and
// decides at the desk.
func TestExternalReviewGroup(t *testing.T) {
	s := withDesks()
	s.Noisy = true
	s.Before = func(w *sim.World, _ map[string]string) { w.Feishu.SetExternal(w.ReviewChat(), true) }
	h := deskTest{harness.Start(t, s)}
	p, a := h.Hire(), h.Admin(0)
	p.ToReview()
	for i := range 2 {
		h.Find(h.Admin(i).Chat(), "why there is no board", func(s harness.CardView) bool {
			return s.Says("可以有外部的人", "请换一个内部群")
		})
	}
	h.ClickOn(a.OpenID, begins(a), "approve", nil)
	p.CheckFiled()
	waitIdle(h.Harness)
	if n := botMessages(h.Harness, h.World.ReviewChat()); n != 0 {
		t.Errorf("%d messages in a group with people of other companies, want none", n)
	}
}

// movesTo puts a person into a department.
func (h deskTest) movesTo(p harness.Person, name string) {
	id := h.World.Feishu.AddDepartment(feishu.Department{OpenID: fmt.Sprintf("od-%x", name), Name: name})
	h.World.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) { u.Departments = []string{id} })
}

// TestBoardOfDepartments: the announcement shows the large departments by name, sums up the others and names nobody; the
// next working day's morning card has the figures of the day before.
func TestBoardOfDepartments(t *testing.T) {
	s := withDesks("review.calendar", weekdaysOnly(t))
	s.HR = harness.Diligent
	h := deskTest{harness.Start(t, s)}
	people := h.HireAll(6)
	for i, p := range people {
		h.movesTo(p, []string{"生产部", "生产部", "生产部", "行政部", "研发部", "法务部"}[i])
	}
	for _, p := range people {
		if _, err := p.Register(h.Ctx, sim.Script{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	waitIdle(h.Harness)
	h.Advance(flows.BoardEvery)
	board := h.Find(h.World.AnnounceChat(), "the announcement", func(s harness.CardView) bool {
		return strings.Contains(string(s.Msg.Card), "生产部") && s.Says("6")
	})
	for _, small := range []string{"行政部", "研发部", "法务部"} {
		if strings.Contains(string(board.Msg.Card), small) {
			t.Errorf("the board has a bar of %s, which has one person", small)
		}
	}
	for _, p := range people {
		if card := string(board.Msg.Card); strings.Contains(card, p.OpenID) || strings.Contains(card, p.Person.Name) {
			t.Error("the board names a person")
		}
	}
	if n := botMessages(h.Harness, h.World.AnnounceChat()); n != 1 {
		t.Errorf("%d messages in the announcement's group for six people, want 1", n)
	}
	h.Advance(23*time.Hour + 10*time.Minute) // Thursday 09:11
	h.Find(h.World.ReviewChat(), "the morning card", func(s harness.CardView) bool {
		return s.Says("实名晨报", fmt.Sprint(len(people)))
	})
}

// TestDepartmentAtTheDesk: an admin chooses a department and gets its cases only, until the choice is taken back or the
// department has none left.
func TestDepartmentAtTheDesk(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks())}
	people := h.HireAll(4)
	for i, p := range people {
		h.movesTo(p, []string{"生产部", "行政部", "生产部", "行政部"}[i])
	}
	for _, p := range people {
		p.ToReview()
	}
	a := h.Admin(0)
	waitIdle(h.Harness)
	h.Advance(flows.DeskEvery)
	of := func(s harness.CardView, department string) string {
		t.Helper()
		return h.Click(a.OpenID, s, "the department "+department, func(b feishu.Button) bool {
			return b.Act == "filter" && strings.HasPrefix(b.Text, department)
		}, nil)
	}
	of(desk(a, "filter", "全部 4", "生产部 2", "行政部 2"), "行政部")
	s := desk(a, "filter", "全部 2", "生产部 2", "行政部 2")
	for _, want := range []int{1, 3} {
		h.ClickOn(a.OpenID, s, "next", nil)
		s = desk(a, "approve")
		if shows(s) != h.caseID(people[want]) {
			t.Errorf("opened %q, want the case of the department, %q", shows(s), h.caseID(people[want]))
		}
		if want == 1 {
			h.ClickOn(a.OpenID, s, "approve", nil)
			people[1].CheckFiled()
			presses(a, desk(a, "next"), "next", "list")
			s = desk(a, "filter", "全部 1", "生产部 2", "行政部 1")
		}
	}
	h.ClickOn(a.OpenID, s, "approve", nil)
	people[3].CheckFiled()
	// Without cases of the department the desk goes on with all others.
	s = desk(a, "approve")
	if got := shows(s); got != h.caseID(people[0]) {
		t.Errorf("opened %q, want the oldest of the other department", got)
	}
}
