package e2e

import (
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/wire"
)

func TestReminderAndExpiry(t *testing.T) {
	r := harness.Start(t, harness.Setup{Settings: map[string]string{"timing.reminder_after": "1h",
		"timing.expire_after": "6h", "timing.photo_grace": "1h"}})
	p, q := r.Hire(), r.Hire()
	p.SendBoth()
	p.See(sim.StageConsent, "2 张照片")
	q.ToReview()
	r.Advance(61 * time.Minute)
	p.Reads("还差一点就好", "实名登记还没开始")
	r.Find(r.World.ReviewChat(), "HR's list of what waits", func(s harness.Screen) bool {
		return s.Says("待处理的实名", "共 1 件在等")
	})
	r.Advance(5 * time.Hour)
	for _, who := range []harness.Person{p, q} {
		who.See(sim.StageExpired)
	}
	r.Advance(61 * time.Minute)
	for _, who := range []harness.Person{p, q} {
		c := r.InState(who.OpenID, flows.Expired)
		r.Until("photos and fields go", func() bool { return !r.CaseOf(who.OpenID).Erased.IsZero() })
		checkWiped(r, c.ID)
	}
	if s := r.Admin(0).Sees(r.World.ReviewChat(), q, "", "已过期"); s.Has("approve") {
		t.Error("HR may still approve what has expired")
	}
	if n := r.CountCalls("feishu", "identities.create"); n > 0 {
		t.Error("something was written")
	}
	p.Press("start")
	p.See(sim.StageConsent)
}

func TestPhotosArePurged(t *testing.T) {
	r := harness.Start(t, harness.Setup{HR: harness.Diligent, Settings: map[string]string{"timing.photo_grace": "1s"}})
	p := r.Hire()
	p.ToCode()
	p.TypeCode()
	p.Filed()
	p.See(sim.StageDone, "照片已经删除")
	c := r.InState(p.OpenID, flows.Done)
	if c.Personal.Empty() || c.PhotosGoneAt.IsZero() {
		t.Error("the fields went with the photos, or nothing did")
	}
	r.ReadStore(func(v flows.View) error {
		for _, photo := range c.Photos {
			if _, err := v.Picture(r.Ctx, c.ID, photo.ID); err == nil {
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
	r := harness.Start(t, harness.Setup{HR: harness.Diligent,
		Settings: map[string]string{"timing.photo_grace": "0s", "timing.field_retention": "1s"}})
	p := r.Hire()
	p.ToCode()
	p.TypeCode()
	p.Filed()
	r.Until("the fields go", func() bool { return !r.CaseOf(p.OpenID).Erased.IsZero() })
	checkWiped(r, r.CaseOf(p.OpenID).ID)
	if err := r.App.Store().VerifyChain(r.Ctx, r.CaseOf(p.OpenID).ID); err != nil {
		t.Error(err)
	}
}

// restartBot stops the bot in the middle and starts another one on the same files.
func restartBot(r *harness.Harness) {
	r.Helper()
	r.StopBot()
	r.StartBot()
}

func TestRestart(t *testing.T) {
	r := harness.Start(t, harness.Setup{HR: harness.Diligent})
	p := r.Hire()
	p.SendBoth()
	p.See(sim.StageConsent, "2 张照片")
	restartBot(r)
	p.Press("consent")
	restartBot(r) // with the photos on their way
	p.See(sim.StageConfirmation)
	p.Press("confirm")
	code := p.Code(0)
	restartBot(r) // while the code is awaited
	p.See(sim.StageCode)
	if toast := p.Press("submit_code", map[string]any{"sms_code": code}); toast != "收到了" {
		t.Errorf("toast %q, want %q", toast, "收到了")
	}
	restartBot(r)
	p.Filed()
	if j := r.World.Journey(p.OpenID); j.SMS != 1 {
		t.Errorf("%+v", j)
	}
	if strings.Contains(r.Logs.String(), "some jobs did not end in time") {
		t.Error("a stop did not wait for the jobs")
	}
}

// TestEventsWhileAway: what people do while the bot is away is taken when it is back.
func TestEventsWhileAway(t *testing.T) {
	r := harness.Start(t, harness.Setup{})
	p := r.Hire()
	p.ToPhotos()
	r.StopBot()
	for _, side := range []string{"front", "back"} {
		if _, err := r.World.Feishu.SendImage(r.Ctx, p.OpenID, r.Shot(p.Person, side)); err != nil {
			t.Fatal(err)
		}
	}
	r.StartBot()
	p.See(sim.StageConfirmation)
}

// TestStopDuringWrites: a job that is writing when the bot stops ends first, and nothing is written again.
func TestStopDuringWrites(t *testing.T) {
	t.Parallel()
	for _, op := range []struct{ upstream, name string }{
		{"feishu", "identities.create"}, {"esign", "evidence.psn_realname"}, {"tencent", "SendSms"},
		{"tencent", "PhoneVerification"},
	} {
		t.Run(op.name, func(t *testing.T) {
			r := harness.Start(t, harness.Setup{HR: harness.Diligent})
			p := r.Hire()
			calls, stop := r.World.Recorder.Subscribe()
			defer stop()
			p.ToForm()
			r.World.Faults.Arm(wire.Fault{
				Upstream:  op.upstream,
				Operation: op.name,
				Kind:      wire.Delay,
				Times:     1,
				Delay:     time.Second,
			})
			p.Press("confirm")
			if op.name != "SendSms" {
				p.Code(0)
				p.See(sim.StageCode, "验证码已在")
				p.TypeCode()
			}
			// The fault is used up when the call has come in, which is before it is answered.
			r.Until("the call is under way", func() bool { return len(r.World.Faults.List()) == 0 })
			restartBot(r)
			if op.name == "SendSms" {
				p.See(sim.StageCode, "验证码已在")
				p.TypeCode()
			}
			p.Filed()
			n := 0
			for range len(calls) {
				if c := <-calls; c.Operation == op.name {
					n++
				}
			}
			if j := r.World.Journey(p.OpenID); n != 1 || j.SMS != 1 {
				t.Errorf("%d calls; %+v, want 1", n, j)
			}
		})
	}
}
