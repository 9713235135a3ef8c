package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// daysAgo is a clock that shows noon in China some days ago: nights can pass, and what the bot
// plans for applicants is due after the test.
func daysAgo(days int) (*clock, map[string]string) {
	c := behind(0)
	noon := time.Now().In(time.FixedZone("", 8*3600)).AddDate(0, 0, -days)
	c.move(time.Until(time.Date(noon.Year(), noon.Month(), noon.Day(), 12, 0, 0, 0, noon.Location())))
	return c, map[string]string{"timing.reminder_after": "300h", "timing.expire_after": "312h"}
}

// night lets a night pass: it is the morning after, and last night's run is made up for. The
// rig's clock moves the engine only, so that the job that waits for the real night stays asleep.
func (r *rig) night() {
	r.Helper()
	r.clock.move(24 * time.Hour)
	today := r.clock.now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
	err := r.app.Store().Tx(r.ctx, func(tx flows.Tx) error {
		j := flows.Reconcile(tenant, today, 0, time.Time{})
		j.Key = "test/" + today
		return tx.Enqueue(r.ctx, j)
	})
	if err != nil {
		r.Fatal(err)
	}
	r.until("the run has ended", func() bool { return r.lastRun().Night == today })
	r.idle()
}

// ran is what is kept of a run.
type ran struct {
	Night            string
	Compared, People int
	Differences      []struct{ Kind, Case string }
}

func (r *rig) lastRun() (out ran) {
	r.Helper()
	r.view(func(v flows.View) error {
		raw, err := v.Setting(r.ctx, tenant, "reconcile/last")
		if err != nil || raw == "" {
			return err
		}
		return json.Unmarshal([]byte(raw), &out)
	})
	return out
}

const reconciled = "对账：本机、飞书、e签宝"

// TestReconcileUnknownEvidence: the answer to an evidence point is lost, the card of the case says so, the morning's card
// lists it and leads to it, HR enters what e签宝's console shows, and the next night all agree.
func TestReconcileUnknownEvidence(t *testing.T) {
	clock, settings := daysAgo(8)
	r := start(t, setup{clock: clock, settings: settings})
	hr, group := r.admin(0), r.world.ReviewChat()
	p, other := r.hire(), r.hire()
	hr.say("对账")
	r.find(hr.chat(), "no run yet", func(s screen) bool { return s.says(reconciled, "还没有对过账") })
	other.toReview()
	hr.decides(other, "approve", nil)
	other.filed()
	p.toReview()
	r.world.Faults.Arm(wire.Fault{Upstream: "esign", Operation: "evidence.psn_realname", Kind: wire.DropAfter, Times: 1})
	hr.decides(p, "approve", nil)
	c := r.in(p.OpenID, flows.NeedsAttention)
	hr.sees(group, p, "resolve", "业务编号（customBizId）："+c.ID, "一、查到了")

	r.night()
	list := r.find(group, "the morning's card", func(s screen) bool {
		return s.says(reconciled, "对过 2 件", "证据点有没有生成，不清楚（1）", c.ID, "都没有查询接口")
	})
	if strings.Contains(list.text, r.caseOf(other.OpenID).ID) {
		t.Error("a case that is well is listed")
	}
	if toast := r.click(hr.openID, list, "open", func(b feishu.Button) bool { return b.Act == "next" && b.Value["case"] == c.ID }, nil); toast != "这件的卡片已发到最下面" {
		t.Errorf("toast %q", toast)
	}
	own := r.find(group, "the case's own card, below", func(s screen) bool {
		all := r.world.Feishu.Messages(group)
		return s.has("resolve") && s.msg.ID == all[len(all)-1].ID
	})
	r.clickOn(hr.openID, own, "resolve", map[string]any{"evi_point_id": r.world.ESign.PointsFor(c.ID)[0].ID})
	p.filed()

	r.night()
	if n := r.cardsIn(group, reconciled); n != 1 {
		t.Errorf("%d reports", n)
	}
	if last := r.lastRun(); len(last.Differences) != 0 || last.Compared == 0 {
		t.Errorf("%+v", last)
	}
	hr.say("reconcile")
	r.find(hr.chat(), "all agree", func(s screen) bool { return s.says(reconciled, "对得上，没有不一致") })
	p.say("对账")
	p.reads("这个功能只有 HR 能用")
}

// TestReconcileWithThePlatforms: e签宝 has lost a photo, somebody has left the company.
func TestReconcileWithThePlatforms(t *testing.T) {
	clock, settings := daysAgo(8)
	r := start(t, setup{clock: clock, settings: settings})
	hr, group := r.admin(0), r.world.ReviewChat()
	lost, left, well := r.hire(), r.hire(), r.hire()
	for _, p := range []person{lost, well} {
		p.toReview()
		hr.decides(p, "approve", nil)
		p.filed()
	}
	left.toReview()
	r.world.Faults.Arm(wire.Fault{Upstream: "feishu", Operation: "identities.create", Kind: wire.DropAfter, Times: 1})
	hr.decides(left, "approve", nil)
	r.in(left.OpenID, flows.NeedsAttention)
	r.idle()
	r.world.ESign.Lose(r.caseOf(lost.OpenID).Uploads["back"])
	r.world.Feishu.ChangeUser(left.OpenID, func(u *feishu.User) { u.Outside = true })

	statuses := r.calls("esign", "files.status")
	r.night()
	if n := r.calls("esign", "files.status") - statuses; n != 6 {
		t.Errorf("%d questions about six photos", n)
	}
	list := r.find(group, "the morning's card", func(s screen) bool {
		return s.says(reconciled, "对过 3 件", "6 张照片", "3 人", "飞书实名有没有写入，不清楚（1）", "照片不能用（1）", r.caseOf(lost.OpenID).ID, "通讯录里看不到这个人了（1）", r.caseOf(left.OpenID).ID)
	})
	if strings.Contains(list.text, r.caseOf(well.OpenID).ID) {
		t.Error("a case that is well is listed")
	}
	r.click(hr.openID, list, "open", func(b feishu.Button) bool { return b.Act == "next" }, nil)
	hr.decides(left, "close", nil)
	r.in(left.OpenID, flows.Rejected)

	// Nobody can change what was lost after the filing: HR is not told again, and finds it when asking.
	r.night()
	if n := r.cardsIn(group, reconciled); n != 1 {
		t.Errorf("%d reports", n)
	}
	hr.say("对账")
	r.find(hr.chat(), "what still differs", func(s screen) bool {
		return s.says(reconciled, "照片不能用（1）") && !s.says("通讯录里看不到这个人了")
	})
}

// TestReconcileGoesOnAfterARestart: each case of a night is compared once, whoever begins and whoever ends the night.
func TestReconcileGoesOnAfterARestart(t *testing.T) {
	clock, settings := daysAgo(8)
	r := start(t, setup{clock: clock, settings: settings})
	all := r.hireAll(30)
	for _, p := range all {
		p.say("实名")
		p.see(sim.StageConsent)
	}
	r.until("the admins' names are known", func() bool { return r.calls("feishu", "contact.user.get") >= 2 })
	before := r.calls("feishu", "contact.user.get")
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.until("the run is under way", func() bool { return r.calls("feishu", "contact.user.get") > before })
	}()
	r.clock.move(24 * time.Hour)
	today := r.clock.now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
	if err := r.app.Store().Tx(r.ctx, func(tx flows.Tx) error {
		j := flows.Reconcile(tenant, today, 0, time.Time{})
		j.Key = "test/" + today
		return tx.Enqueue(r.ctx, j)
	}); err != nil {
		t.Fatal(err)
	}
	<-done
	r.restart()
	r.until("the run has ended", func() bool { return r.lastRun().Night == today })
	admins := len(r.world.Admins()) // are looked up at the start
	if last := r.lastRun(); last.Compared != len(all) || last.People != len(all) || len(last.Differences) != 0 {
		t.Errorf("%+v", last)
	}
	if n := r.calls("feishu", "contact.user.get") - before; n < len(all) || n > len(all)+admins {
		t.Errorf("%d questions about %d people", n, len(all))
	}
	if n := r.cardsIn(r.world.ReviewChat(), reconciled); n != 0 {
		t.Errorf("%d reports although nothing differs", n)
	}
}

// TestRetryOfAnUnknownWriteWaits: HR's retry of a write that may still be under way is put off, and does nothing.
func TestRetryOfAnUnknownWriteWaits(t *testing.T) {
	r := start(t, setup{settings: map[string]string{"timing.write_quiet": "4s"}})
	p, hr := r.hire(), r.admin(0)
	p.toReview()
	r.world.Faults.Arm(wire.Fault{Upstream: "esign", Operation: "evidence.psn_realname", Kind: wire.DropBefore, Times: 1})
	hr.decides(p, "approve", nil)
	begun := r.in(p.OpenID, flows.NeedsAttention)
	s := hr.sees(r.world.ReviewChat(), p, "retry")
	if a := r.forge(hr.openID, s.msg, s.value("retry"), nil); !strings.Contains(a.toast, "对方可能还在处理上一次，请等 ") {
		t.Errorf("toast %q", a.toast)
	}
	if c := r.caseOf(p.OpenID); c.Version != begun.Version {
		t.Errorf("something happened: %+v", c.Attention)
	}
	if toast := r.clickOn(hr.openID, s, "retry", nil); toast != "正在重试" {
		t.Errorf("toast %q", toast)
	}
	p.filed()
	if c := r.caseOf(p.OpenID); c.Evidence.Started.Sub(begun.Evidence.Started) < 4*time.Second {
		t.Error("the second attempt came too soon")
	}
}
