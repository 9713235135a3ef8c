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
	h := harness.Start(t, harness.Setup{
		Settings: map[string]string{
			"timing.reminder_after":       "1h",
			"timing.expire_after":         "6h",
			"timing.photo_grace":          "1h",
			"timing.unfinished_retention": "1h",
		},
	})
	p, q := h.Hire(), h.Hire()
	p.SendBoth()
	p.See(sim.StageConsent, "2 张照片")
	q.ToReview()
	h.Advance(61 * time.Minute)
	p.WaitForCard("实名登记还没办完", "实名登记还没开始")
	h.Find(h.World.ReviewChat(), "HR's list of what waits", func(s harness.CardView) bool {
		return s.Says("待处理的实名", "共 1 件在等")
	})
	h.Advance(5 * time.Hour)
	p.See(sim.StageExpired)
	// What waits for HR does not expire; after 90 days it ends as HR's delay.
	c := h.InState(q.OpenID, flows.AwaitingReview)
	if want := c.EnteredAt.Add(flows.MaxHRWait); !c.ExpiresAt.Equal(want) || c.Personal.Empty() {
		t.Errorf("the review ends at %v, want %v with everything that was submitted", c.ExpiresAt, want)
	}
	h.Advance(flows.MaxHRWait)
	q.See(sim.StageExpired, "HR 一直没有处理", "HR 90 天里没有处理")
	h.Advance(61 * time.Minute)
	for _, who := range []harness.Person{p, q} {
		c := h.InState(who.OpenID, flows.Expired)
		h.Until("photos and fields go", func() bool { return !h.CaseOf(who.OpenID).Erased.IsZero() })
		checkWiped(h, c.ID)
	}
	if s := h.Admin(0).Sees(h.World.ReviewChat(), q, "", "90 天没有处理"); s.Has("approve") {
		t.Error("got an approve button for an expired case, want none")
	}
	if n := h.CountCalls("feishu", "identities.create"); n > 0 {
		t.Error("got an outside write for an expired case, want none")
	}
	p.Say("实名") // no card of so long ago takes a click
	p.See(sim.StageConsent)
}

func TestPhotosArePurged(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent, Settings: map[string]string{"timing.photo_grace": "1s"}})
	p := h.Hire()
	p.ToCode()
	p.TypeCode()
	p.CheckFiled()
	p.See(sim.StageDone, "照片已经删除")
	c := h.InState(p.OpenID, flows.Done)
	if c.Personal.Empty() || c.PhotosGoneAt.IsZero() {
		t.Error("got fields purged with the photos, or no photos purged, want the photos purged alone")
	}
	h.ReadStore(func(v flows.View) error {
		for _, photo := range c.Photos {
			if _, err := v.Picture(h.Ctx, c.ID, photo.ID); err == nil {
				t.Error("got a picture, want it purged")
			}
			if photo.SHA256 == "" {
				t.Error("got no hash of the photo, want it kept")
			}
		}
		return nil
	})
}

func TestFieldRetention(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent,
		Settings: map[string]string{"timing.photo_grace": "0s", "timing.field_retention": "1s"}})
	p := h.Hire()
	p.ToCode()
	p.TypeCode()
	p.CheckFiled()
	h.Until("the fields go", func() bool { return !h.CaseOf(p.OpenID).Erased.IsZero() })
	checkWiped(h, h.CaseOf(p.OpenID).ID)
	if err := h.App.Store().VerifyChain(h.Ctx, h.CaseOf(p.OpenID).ID); err != nil {
		t.Error(err)
	}
}

// restartBot stops the bot and starts another one on the same database.
func restartBot(h *harness.Harness) {
	h.Helper()
	h.StopBot()
	h.StartBot()
}

func TestRestart(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	p := h.Hire()
	p.SendBoth()
	p.See(sim.StageConsent, "2 张照片")
	restartBot(h)
	p.Consent()
	restartBot(h) // the photos are being read
	p.See(sim.StageConfirmation)
	p.Press("confirm")
	code := p.SentCode(0)
	restartBot(h) // the case waits for the code
	p.See(sim.StageCode)
	if toast := p.Press("submit_code", map[string]any{"sms_code": code}); toast != "收到了" {
		t.Errorf("toast %q, want %q", toast, "收到了")
	}
	restartBot(h)
	p.CheckFiled()
	if j := h.World.Journey(p.OpenID); j.SMS != 1 {
		t.Errorf("got the journey %+v, want one text message and one case", j)
	}
	if strings.Contains(h.Logs.String(), "some jobs did not end in time") {
		t.Error("got a stop before the jobs ended, want it to wait")
	}
}

// TestEventsWhileAway checks that the bot handles the events of its downtime after the restart.
func TestEventsWhileAway(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToPhotos()
	h.StopBot()
	for _, side := range []string{"front", "back"} {
		if _, err := h.World.Feishu.SendImage(h.Ctx, p.OpenID, h.Photo(p.Person, side)); err != nil {
			t.Fatal(err)
		}
	}
	h.StartBot()
	p.See(sim.StageConfirmation)
}

// TestStopDuringWrites checks that a stop waits for a running outside write, and that the write is not repeated.
func TestStopDuringWrites(t *testing.T) {
	t.Parallel()
	for _, op := range []struct{ upstream, name string }{
		{"feishu", "identities.create"}, {"esign", "evidence.psn_realname"}, {"tencent", "SendSms"},
		{"tencent", "PhoneVerification"},
	} {
		t.Run(op.name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{HR: harness.Diligent})
			p := h.Hire()
			calls, stop := h.World.Recorder.Subscribe()
			defer stop()
			p.ToForm()
			h.World.Faults.Arm(wire.Fault{
				Upstream:  op.upstream,
				Operation: op.name,
				Kind:      wire.Delay,
				Times:     1,
				Delay:     time.Second,
			})
			p.Press("confirm")
			if op.name != "SendSms" {
				p.SentCode(0)
				p.See(sim.StageCode, "验证码已在")
				p.TypeCode()
			}
			// The fault ends when the call arrives, which is before the answer.
			h.Until("the call is under way", func() bool { return len(h.World.Faults.List()) == 0 })
			restartBot(h)
			if op.name == "SendSms" {
				p.See(sim.StageCode, "验证码已在")
				p.TypeCode()
			}
			p.CheckFiled()
			n := 0
			for range len(calls) {
				if c := <-calls; c.Operation == op.name {
					n++
				}
			}
			if j := h.World.Journey(p.OpenID); n != 1 || j.SMS != 1 {
				t.Errorf("%d calls; %+v, want 1", n, j)
			}
		})
	}
}
