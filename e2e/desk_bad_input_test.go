package e2e

import (
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim/feishu"
)

// TestFormerAdminsDesk: the desk of somebody who is no admin any more is replaced by words without data, and what that
// one has read is free for the others at once.
func TestFormerAdminsDesk(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks())}
	p, a, b := h.Hire(), h.Admin(0), h.Admin(1)
	p.ToReview()
	s := begins(a)
	waitIdle(h.Harness)
	h.StopBot()
	h.Values["hr.admins"] = b.OpenID
	h.StartBot()
	h.Find(a.Chat(), "words without data", func(s harness.CardView) bool { return s.Says("审核台已经停用") })
	for _, m := range h.World.Feishu.Messages(a.Chat()) {
		if m.FromBot && strings.Contains(string(m.Card), p.OpenID) {
			t.Error("the former admin still sees a card about a person")
		}
	}
	if got := h.Forge(a.OpenID, s.Msg, s.Value("approve"), nil); got.Toast != "只有 HR 能做这一步" || got.Card.Has("approve") {
		t.Errorf("the former admin's click: toast %q, card %q; want a refusal and no case", got.Toast, got.Card.Text)
	}
	h.ClickOn(b.OpenID, desk(b, "next", "开始审核"), "next", nil)
	h.ClickOn(b.OpenID, desk(b, "approve"), "approve", nil)
	p.CheckFiled()
}

// TestAdminResigned: an admin who stands in hr.admins and has left the company has no desk any more, and what that one
// has read is free for the others at once. Nothing has to be changed in the settings.
func TestAdminResigned(t *testing.T) {
	s := withDesks()
	s.Noisy = true
	h := deskTest{harness.Start(t, s)}
	p, a, b := h.Hire(), h.Admin(0), h.Admin(1)
	p.ToReview()
	open := begins(a)
	waitIdle(h.Harness)
	h.World.Feishu.Grant("contact:user.employee:readonly")
	h.World.Feishu.ChangeUser(a.OpenID, func(u *feishu.User) { u.Resigned = true })
	h.StopBot()
	h.StartBot() // or within the hour
	h.Until("the directory's word", func() (known bool) {
		h.ReadStore(func(v flows.View) error {
			raw, err := v.Setting(h.Ctx, "", flows.SettingDeparted)
			known = strings.Contains(raw, a.OpenID)
			return err
		})
		return known
	})
	b.Say("待审")
	waitIdle(h.Harness) // the desk comes anew, and takes the place of the one that is there
	h.ClickOn(b.OpenID, begins(b, "全部 1"), "approve", nil)
	p.CheckFiled()
	if got := h.Forge(a.OpenID, open.Msg, open.Value("approve"), nil); got.Toast != "只有 HR 能做这一步" {
		t.Errorf("a click of the one who has left: toast %q, want a refusal", got.Toast)
	}
}

// TestReviewGroupDissolved: without the group the desks go on, and each admin hears once that its board has stopped.
func TestReviewGroupDissolved(t *testing.T) {
	s := withDesks()
	s.Noisy = true
	h := deskTest{harness.Start(t, s)}
	h.World.Feishu.Dissolve(h.World.ReviewChat())
	p, a, b := h.Hire(), h.Admin(0), h.Admin(1)
	p.ToReview()
	for _, admin := range []harness.Admin{a, b} {
		h.Find(admin.Chat(), "a notice about the group", func(s harness.CardView) bool { return s.Says("公告板或审核板发不进那个群了") })
	}
	h.ClickOn(a.OpenID, begins(a), "approve", nil)
	p.CheckFiled()
	q := h.Hire()
	q.ToReview()
	waitIdle(h.Harness)
	notices := 0
	for _, m := range h.World.Feishu.Messages(a.Chat()) {
		if harness.ViewCard(m).Says("公告板或审核板发不进那个群了") {
			notices++
		}
	}
	if notices != 1 {
		t.Errorf("%d notices about the group, want 1", notices)
	}
}

// TestDeskOlderThanTwoWeeks: a desk whose message can no longer be changed is sent again when the queue changes.
func TestDeskOlderThanTwoWeeks(t *testing.T) {
	s := withDesks()
	s.Noisy = true
	h := deskTest{harness.Start(t, s)}
	p, a, b := h.Hire(), h.Admin(0), h.Admin(1)
	p.ToReview()
	old := desk(a, "next", "全部 1").Msg.ID
	waitIdle(h.Harness)
	h.Advance(15 * 24 * time.Hour)
	waitIdle(h.Harness)
	was := desk(b, "next").Msg.ID
	b.Say("待审")
	h.Until("another desk", func() bool { return desk(b, "next").Msg.ID != was })
	h.ClickOn(b.OpenID, begins(b), "approve", nil)
	h.Advance(flows.DeskEvery)
	h.Find(a.Chat(), "a desk that shows the queue", func(s harness.CardView) bool {
		return s.Msg.ID != old && s.Says("审核台", "都处理完了")
	})
	p.CheckFiled()
}

// TestDeskAcrossARestart: a decision at a desk can be undone after a restart, and else takes effect.
func TestDeskAcrossARestart(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks("review.undo", undoFor.String()))}
	p, q, a := h.Hire(), h.Hire(), h.Admin(0)
	p.ToReview()
	q.ToReview()
	h.ClickOn(a.OpenID, begins(a, "全部 2"), "approve", nil)
	h.InState(p.OpenID, flows.Decided)
	s := desk(a, "undo", "已通过")
	h.ClickOn(a.OpenID, s, "approve", nil)
	h.InState(q.OpenID, flows.Decided)
	waitIdle(h.Harness)
	h.StopBot()
	h.StartBot()
	h.ClickOn(a.OpenID, desk(a, "undo", "已通过"), "undo", nil)
	h.InState(q.OpenID, flows.AwaitingReview)
	h.Advance(undoFor)
	p.CheckFiled()
	h.InState(q.OpenID, flows.AwaitingReview)
	if got := h.CountCalls("feishu", "identities.create"); got != 1 {
		t.Errorf("%d identities were written, want 1", got)
	}
}

// TestOwnCaseAtTheDesk: the desk of an admin does not list the admin's own case, and opens it for nobody's trick.
func TestOwnCaseAtTheDesk(t *testing.T) {
	s := withDesks()
	s.Before = asAdmin(true)
	h := deskTest{harness.Start(t, s)}
	p := harness.Person{Employee: h.World.People()[0], H: h.Harness}
	own, a := harness.Admin{H: h.Harness, OpenID: p.OpenID}, h.Admin(0)
	p.ToReview()
	own.Say("待审")
	h.Find(own.Chat(), "an empty desk", func(s harness.CardView) bool { return s.Says("审核台", "都处理完了") })
	s2 := begins(a)
	for _, act := range []string{"approve", "open"} {
		value := s2.Value(act)
		if got := h.Forge(p.OpenID, s2.Msg, value, nil); !strings.Contains(got.Toast, "不能审核自己的") {
			t.Errorf("%s of the own case: toast %q, want a refusal", act, got.Toast)
		}
	}
	h.ClickOn(a.OpenID, s2, "approve", nil)
	p.CheckFiled()
}

// TestSecondLook: where the operator wants it, the originals are shown only after another admin has agreed, and both are
// on record.
func TestSecondLook(t *testing.T) {
	h := deskTest{harness.Start(t, withDesks("review.second_look", "originals"))}
	p, a, b := h.Hire(), h.Admin(0), h.Admin(1)
	p.ToReview()
	toast := h.ClickOn(a.OpenID, begins(a), "peek", map[string]any{"peek_reason": "suspected_forgery"})
	if !strings.Contains(toast, "已请另一位 HR 同意") {
		t.Errorf("toast %q, want that another admin is asked", toast)
	}
	s := h.Find(b.Chat(), "the request", func(s harness.CardView) bool { return s.Has("agree") && s.Says("想看这位员工的证件原件") })
	if n := len(originals(a)); n != 0 {
		t.Errorf("%d messages with originals before the agreement, want none", n)
	}
	if got := h.Forge(a.OpenID, s.Msg, s.Value("agree"), nil); !strings.Contains(got.Toast, "要另一位 HR 来同意") {
		t.Errorf("the own agreement: toast %q, want a refusal", got.Toast)
	}
	h.ClickOn(b.OpenID, s, "agree", nil)
	seesOriginals(a)
	if n := len(originals(b)); n != 0 {
		t.Errorf("the agreeing admin got %d messages with originals, want none", n)
	}
	if got := auditOf(h.Harness, p, flows.EventOriginal); len(got) != 1 || got[0]["second"] != b.OpenID ||
		got[0]["reason"] != "suspected_forgery" {
		t.Errorf("on record: %v, want the look with reason and second admin", got)
	}
	if toast := h.ClickOn(b.OpenID, s, "agree", nil); !strings.Contains(toast, "没有在等的查看申请") {
		t.Errorf("agreed twice: toast %q, want that none waits", toast)
	}
}

// TestOriginalsWithPrivateCards: with single cards in private the originals come with the card; with a review group
// they do not.
func TestOriginalsWithPrivateCards(t *testing.T) {
	t.Parallel()
	for name, group := range map[string]bool{"in private": false, "review group": true} {
		t.Run(name, func(t *testing.T) {
			settings := map[string]string{"review.style": "cards", "review.photos": "on_warning"}
			if !group {
				settings["hr.review_chat"] = ""
			}
			h := harness.Start(t, harness.Setup{Settings: settings})
			p, a := h.Hire(), h.Admin(0)
			h.World.Feishu.ChangeUser(p.OpenID, func(u *feishu.User) { u.Name = "花名" })
			p.ToReview()
			waitIdle(h)
			if n := len(originals(a)); (n > 0) == group {
				t.Errorf("%d messages with originals, want some only without a group", n)
			}
			if got := strings.Contains(h.Logs.String(), "review.photos has no effect"); got != group {
				t.Errorf("the log says that the setting has no effect: %t, want %t", got, group)
			}
		})
	}
}
