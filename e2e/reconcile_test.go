package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// daysAgo returns a clock some days ago, and settings by which the jobs for applicants fall due after the test.
func daysAgo() (*harness.Clock, map[string]string) {
	return harness.NoonDaysAgo(8), map[string]string{"timing.reminder_after": "300h", "timing.expire_after": "312h"}
}

// runReconcile moves the engine's clock to the next morning, so that the bot makes up for last night's run. The
// store's clock does not move, so the job of the real night does not run.
func runReconcile(h *harness.Harness) {
	h.Helper()
	h.Clock.Move(24 * time.Hour)
	today := h.Clock.Now().In(flows.ChinaTime).Format(time.DateOnly)
	err := h.App.Store().Tx(h.Ctx, func(tx flows.Tx) error {
		j := flows.Reconcile(harness.Tenant, today, 0, time.Time{})
		j.Key = "test/" + today
		return tx.Enqueue(h.Ctx, j)
	})
	if err != nil {
		h.Fatal(err)
	}
	h.Until("the run has ended", func() bool { return lastRun(h).Night == today })
	waitIdle(h)
}

// reconcileRun is the stored result of a run.
type reconcileRun struct {
	Night            string
	Compared, People int
	Differences      []struct{ Kind, Case string }
}

func lastRun(h *harness.Harness) (out reconcileRun) {
	h.Helper()
	h.ReadStore(func(v flows.View) error {
		raw, err := v.Setting(h.Ctx, harness.Tenant, "reconcile/last")
		if err != nil || raw == "" {
			return err
		}
		return json.Unmarshal([]byte(raw), &out)
	})
	return out
}

const reconcileTitle = "对账：本机、飞书、e签宝"

// TestReconcileUnknownEvidence loses the answer of an evidence point. The case's card says so, the morning's card
// lists the case and links to it, HR enters the id from e签宝's console, and the next run finds no difference.
func TestReconcileUnknownEvidence(t *testing.T) {
	clock, settings := daysAgo()
	h := harness.Start(t, harness.Setup{Clock: clock, Settings: settings})
	hr, group := h.Admin(0), h.World.ReviewChat()
	p, other := h.Hire(), h.Hire()
	hr.Say("对账")
	h.Find(hr.Chat(), "no run yet", func(s harness.CardView) bool { return s.Says(reconcileTitle, "还没有对过账") })
	other.ToReview()
	hr.Decides(other, "approve", nil)
	other.CheckFiled()
	p.ToReview()
	h.World.Faults.Arm(wire.Fault{
		Upstream:  "esign",
		Operation: "evidence.psn_realname",
		Kind:      wire.DropAfter,
		Times:     1,
	})
	hr.Decides(p, "approve", nil)
	c := h.InState(p.OpenID, flows.NeedsAttention)
	hr.Sees(group, p, "resolve", "业务编号（customBizId）："+c.ID, "一、查到了")

	runReconcile(h)
	list := h.Find(group, "the morning's card", func(s harness.CardView) bool {
		return s.Says(reconcileTitle, "对过 2 件", "证据点有没有生成，不清楚（1）", c.ID, "都没有查询接口")
	})
	if strings.Contains(list.Text, h.CaseOf(other.OpenID).ID) {
		t.Error("got a case without a difference in the list, want it left out")
	}
	if toast := h.Click(hr.OpenID, list, "open", func(b feishu.Button) bool {
		return b.Act == "next" && b.Value["case"] == c.ID
	}, nil); toast != "这件的卡片已发到最下面" {
		t.Errorf("toast %q, want %q", toast, "这件的卡片已发到最下面")
	}
	own := h.Find(group, "the case's own card, below", func(s harness.CardView) bool {
		all := h.World.Feishu.Messages(group)
		return s.Has("resolve") && s.Msg.ID == all[len(all)-1].ID
	})
	h.ClickOn(hr.OpenID, own, "resolve", map[string]any{"evi_point_id": h.World.ESign.PointsFor(c.ID)[0].ID})
	p.CheckFiled()

	runReconcile(h)
	if n := cardsIn(h, group, reconcileTitle); n != 1 {
		t.Errorf("%d reports, want 1", n)
	}
	if last := lastRun(h); len(last.Differences) != 0 || last.Compared == 0 {
		t.Errorf("got the run %+v, want no difference", last)
	}
	hr.Say("reconcile")
	h.Find(hr.Chat(), "all agree", func(s harness.CardView) bool { return s.Says(reconcileTitle, "对得上，没有不一致") })
	p.Say("对账")
	p.WaitForCard("这个功能只有 HR 能用")
}

// TestReconcileWithThePlatforms compares with a photo missing at e签宝 and a person who has left the company.
func TestReconcileWithThePlatforms(t *testing.T) {
	clock, settings := daysAgo()
	h := harness.Start(t, harness.Setup{Clock: clock, Settings: settings})
	hr, group := h.Admin(0), h.World.ReviewChat()
	lost, left, well := h.Hire(), h.Hire(), h.Hire()
	for _, p := range []harness.Person{lost, well} {
		p.ToReview()
		hr.Decides(p, "approve", nil)
		p.CheckFiled()
	}
	left.ToReview()
	h.World.Faults.Arm(wire.Fault{
		Upstream:  "feishu",
		Operation: "identities.create",
		Kind:      wire.DropAfter,
		Times:     1,
	})
	hr.Decides(left, "approve", nil)
	h.InState(left.OpenID, flows.NeedsAttention)
	waitIdle(h)
	h.World.ESign.Lose(h.CaseOf(lost.OpenID).Uploads["back"])
	h.World.Feishu.ChangeUser(left.OpenID, func(u *feishu.User) { u.Outside = true })

	statuses := h.CountCalls("esign", "files.status")
	runReconcile(h)
	if n := h.CountCalls("esign", "files.status") - statuses; n != 6 {
		t.Errorf("%d questions about six photos, want 6", n)
	}
	list := h.Find(group, "the morning's card", func(s harness.CardView) bool {
		return s.Says(reconcileTitle, "对过 3 件", "6 张照片", "3 人", "飞书实名有没有写入，不清楚（1）", "照片不能用（1）", h.CaseOf(lost.OpenID).ID,
			"通讯录里看不到这个人了（1）", h.CaseOf(left.OpenID).ID)
	})
	if strings.Contains(list.Text, h.CaseOf(well.OpenID).ID) {
		t.Error("got a case without a difference in the list, want it left out")
	}
	h.Click(hr.OpenID, list, "open", func(b feishu.Button) bool { return b.Act == "next" }, nil)
	hr.Decides(left, "close", nil)
	h.InState(left.OpenID, flows.Rejected)

	// Nobody can restore what was lost after the filing. HR is not told again, but finds it on request.
	runReconcile(h)
	if n := cardsIn(h, group, reconcileTitle); n != 1 {
		t.Errorf("%d reports, want 1", n)
	}
	hr.Say("对账")
	h.Find(hr.Chat(), "what still differs", func(s harness.CardView) bool {
		return s.Says(reconcileTitle, "照片不能用（1）") && !s.Says("通讯录里看不到这个人了")
	})
}

// TestReconcileGoesOnAfterARestart checks that a restart during the run neither repeats nor skips a case.
func TestReconcileGoesOnAfterARestart(t *testing.T) {
	clock, settings := daysAgo()
	h := harness.Start(t, harness.Setup{Clock: clock, Settings: settings})
	all := h.HireAll(50) // three pages
	for _, p := range all {
		p.Say("实名")
		p.See(sim.StageConsent)
	}
	h.Until("the admins' names are known", func() bool { return h.CountCalls("feishu", "contact.user.get") >= 2 })
	before := h.CountCalls("feishu", "contact.user.get")
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Until("the run is under way", func() bool { return h.CountCalls("feishu", "contact.user.get") > before })
	}()
	h.Clock.Move(24 * time.Hour)
	today := h.Clock.Now().In(flows.ChinaTime).Format(time.DateOnly)
	if err := h.App.Store().Tx(h.Ctx, func(tx flows.Tx) error {
		j := flows.Reconcile(harness.Tenant, today, 0, time.Time{})
		j.Key = "test/" + today
		return tx.Enqueue(h.Ctx, j)
	}); err != nil {
		t.Fatal(err)
	}
	<-done
	restartBot(h)
	h.Until("the run has ended", func() bool { return lastRun(h).Night == today })
	admins := len(h.World.Admins()) // looked up at the start
	if last := lastRun(h); last.Compared != len(all) || last.People != len(all) || len(last.Differences) != 0 {
		t.Errorf("got the run %+v, want every person compared once and no difference", last)
	}
	// The page that a stop interrupts is asked again, if its calls did not end within the time of the stop.
	const page = 20
	if n := h.CountCalls("feishu", "contact.user.get") - before; n < len(all) || n > len(all)+admins+page {
		t.Errorf("got %d contact calls for %d people, want one for each and for each admin, and at most %d again",
			n, len(all), page)
	}
	if n := cardsIn(h, h.World.ReviewChat(), reconcileTitle); n != 0 {
		t.Errorf("%d reports although nothing differs, want 0", n)
	}
}

// TestRetryOfAnUnknownWriteWaits checks that HR's retry of a write that may still be running is refused for a while.
func TestRetryOfAnUnknownWriteWaits(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"timing.write_quiet": "4s"}})
	p, hr := h.Hire(), h.Admin(0)
	p.ToReview()
	h.World.Faults.Arm(wire.Fault{
		Upstream:  "esign",
		Operation: "evidence.psn_realname",
		Kind:      wire.DropBefore,
		Times:     1,
	})
	hr.Decides(p, "approve", nil)
	begun := h.InState(p.OpenID, flows.NeedsAttention)
	s := hr.Sees(h.World.ReviewChat(), p, "retry")
	if a := h.Forge(hr.OpenID, s.Msg, s.Value("retry"), nil); !strings.Contains(a.Toast, "对方可能还在处理上一次，请等 ") {
		t.Errorf("toast %q, want %q in it", a.Toast, "对方可能还在处理上一次，请等 ")
	}
	if c := h.CaseOf(p.OpenID); c.Version != begun.Version {
		t.Errorf("got %+v, want an unchanged stop", c.Attention)
	}
	if toast := h.ClickOn(hr.OpenID, s, "retry", nil); toast != "正在重试" {
		t.Errorf("toast %q, want %q", toast, "正在重试")
	}
	p.CheckFiled()
	if c := h.CaseOf(p.OpenID); c.Evidence.Started.Sub(begun.Evidence.Started) < 4*time.Second {
		t.Error("got a second attempt too early, want it after the pause")
	}
}
