package main

import (
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/wire"
)

func TestReminderAndExpiry(t *testing.T) {
	r := start(t, setup{settings: map[string]string{"timing.reminder_after": "1s", "timing.expire_after": "8s", "timing.photo_grace": "1s"}})
	p, q := r.hire(), r.hire()
	p.sendBoth()
	p.see(sim.StageConsent, "2 张照片")
	q.toReview()
	p.reads("还差一点就好", "实名登记还没开始")
	r.find(r.world.ReviewChat(), "HR's list of what waits", func(s screen) bool { return s.says("待处理的实名", "共 1 件在等") })
	for _, who := range []person{p, q} {
		who.see(sim.StageExpired)
		c := r.in(who.OpenID, flows.Expired)
		r.until("photos and fields go", func() bool { return !r.caseOf(who.OpenID).Erased.IsZero() })
		r.wiped(c.ID)
	}
	if s := r.admin(0).sees(r.world.ReviewChat(), q, "", "已过期"); s.has("approve") {
		t.Error("HR may still approve what has expired")
	}
	if n := r.calls("feishu", "identities.create"); n > 0 {
		t.Error("something was written")
	}
	p.press("start")
	p.see(sim.StageConsent)
}

func TestPhotosArePurged(t *testing.T) {
	r := start(t, setup{hr: diligent, settings: map[string]string{"timing.photo_grace": "1s"}})
	p := r.hire()
	p.toCode()
	p.typeCode()
	p.filed()
	p.see(sim.StageDone, "照片已经删除")
	c := r.in(p.OpenID, flows.Done)
	if c.Personal.Empty() || c.PhotosGoneAt.IsZero() {
		t.Error("the fields went with the photos, or nothing did")
	}
	r.view(func(v flows.View) error {
		for _, photo := range c.Photos {
			if _, err := v.Picture(r.ctx, c.ID, photo.ID); err == nil {
				t.Error("a picture is left")
			}
			if photo.SHA256 == "" {
				t.Error("the hash did not stay")
			}
		}
		return nil
	})
}

func TestFieldRetention(t *testing.T) {
	r := start(t, setup{hr: diligent, settings: map[string]string{"timing.photo_grace": "0s", "timing.field_retention": "1s"}})
	p := r.hire()
	p.toCode()
	p.typeCode()
	p.filed()
	r.until("the fields go", func() bool { return !r.caseOf(p.OpenID).Erased.IsZero() })
	r.wiped(r.caseOf(p.OpenID).ID)
	if err := r.app.Store().VerifyChain(r.ctx, r.caseOf(p.OpenID).ID); err != nil {
		t.Error(err)
	}
}

// restart stops the bot in the middle and starts another one on the same files.
func (r *rig) restart() {
	r.Helper()
	r.stop()
	r.run()
}

func TestRestart(t *testing.T) {
	r := start(t, setup{hr: diligent})
	p := r.hire()
	p.sendBoth()
	p.see(sim.StageConsent, "2 张照片")
	r.restart()
	p.press("consent")
	r.restart() // with the photos on their way
	p.see(sim.StageConfirmation)
	p.press("confirm")
	code := p.code(0)
	r.restart() // while the code is awaited
	p.see(sim.StageCode)
	if toast := p.press("submit_code", map[string]any{"sms_code": code}); toast != "收到了" {
		t.Errorf("toast %q", toast)
	}
	r.restart()
	p.filed()
	if j := r.world.Journey(p.OpenID); j.SMS != 1 {
		t.Errorf("%+v", j)
	}
	if strings.Contains(r.logs.String(), "some jobs did not end in time") {
		t.Error("a stop did not wait for the jobs")
	}
}

// TestEventsWhileAway: what people do while the bot is away is taken when it is back.
func TestEventsWhileAway(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.toPhotos()
	r.stop()
	for _, side := range []string{"front", "back"} {
		if _, err := r.world.Feishu.SendImage(r.ctx, p.OpenID, r.shot(p.Person, side)); err != nil {
			t.Fatal(err)
		}
	}
	r.run()
	p.see(sim.StageConfirmation)
}

// TestStopDuringWrites: a job that is writing when the bot stops ends first, and nothing is written again.
func TestStopDuringWrites(t *testing.T) {
	for _, op := range []struct{ upstream, name string }{
		{"feishu", "identities.create"}, {"esign", "evidence.psn_realname"}, {"tencent", "SendSms"}, {"tencent", "PhoneVerification"},
	} {
		t.Run(op.name, func(t *testing.T) {
			r := start(t, setup{hr: diligent})
			p := r.hire()
			calls, stop := r.world.Recorder.Subscribe()
			defer stop()
			p.toForm()
			r.world.Faults.Arm(wire.Fault{Upstream: op.upstream, Operation: op.name, Kind: wire.Delay, Times: 1, Delay: time.Second})
			p.press("confirm")
			if op.name != "SendSms" {
				p.code(0)
				p.see(sim.StageCode, "验证码已在")
				p.typeCode()
			}
			// The fault is used up when the call has come in, which is before it is answered.
			r.until("the call is under way", func() bool { return len(r.world.Faults.List()) == 0 })
			r.restart()
			if op.name == "SendSms" {
				p.see(sim.StageCode, "验证码已在")
				p.typeCode()
			}
			p.filed()
			n := 0
			for range len(calls) {
				if c := <-calls; c.Operation == op.name {
					n++
				}
			}
			if j := r.world.Journey(p.OpenID); n != 1 || j.SMS != 1 {
				t.Errorf("%d calls; %+v", n, j)
			}
		})
	}
}
