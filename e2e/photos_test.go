package e2e

import (
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// countReads counts the OCR calls and downloads for a person's messages.
func countReads(p harness.Person) (n int) {
	for _, c := range p.H.World.Recorder.Calls() {
		if c.Operation == "resource.get" || c.Operation == "id_card.recognize" || strings.Contains(c.Path, p.OpenID) {
			n++
		}
	}
	return n
}

// waitIdle waits until no job is due, running or waiting for a retry.
func waitIdle(h *harness.Harness) {
	h.Helper()
	h.WaitIdle()
}

func TestPhotosWaitForConsent(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.SendBoth()
	p.See(sim.StageConsent, "你已经发来 2 张照片，还没有读取")
	waitIdle(h)
	if n := countReads(p); n > 0 {
		t.Errorf("got %d calls before the consent, want none", n)
	}
	p.Consent()
	p.See(sim.StageConfirmation)
	if n := h.CountCalls("feishu", "resource.get"); n != 2 {
		t.Errorf("%d downloads, want 2", n)
	}
	if n := len(h.World.Feishu.OCRCalls()); n != 2 {
		t.Errorf("%d readings, want 2", n)
	}
}

func TestDecline(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.SendBoth()
	p.See(sim.StageConsent, "2 张照片")
	p.Press("decline")
	p.See(sim.StageDeclined)
	waitIdle(h)
	if n := countReads(p); n > 0 {
		t.Errorf("got %d calls after the refusal, want none", n)
	}
	p.Press("start")
	p.See(sim.StageConsent)
	if c := h.CaseOf(p.OpenID); len(c.Photos) != 0 {
		t.Error("got the photos of the declined case, want none")
	}
}

func TestTwoPhotosOfOneSide(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToPhotos()
	p.Send("front")
	p.See(sim.StagePhotos, "还差一张：国徽面")
	again := p.Send("front", "tilted")
	reply := p.WaitForCard("又收到一张人像面", "还需要：国徽面")
	if reply.Msg.ParentID != again {
		t.Error("got the answer elsewhere, want a reply to the photo")
	}
	p.Send("back")
	p.See(sim.StageConfirmation)
}

func TestRetakeKeepsTheOtherSide(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToForm()
	p.Retake("front")
	s := p.See(sim.StagePhotos, "还差一张：人像面")
	if s.Value("retake")["side"] != "back" {
		t.Error("got no back, want it kept")
	}
	p.Send("front", "tilted")
	form := p.See(sim.StageConfirmation)
	if form.Field("identity_code") != p.Person.Code {
		t.Error("got no number on the form, want it prefilled")
	}
	if n := len(h.World.Feishu.OCRCalls()); n != 3 {
		t.Errorf("%d readings, want 3", n)
	}
	// A photo that is sent while the form is open replaces its side.
	p.Send("back", "tilted")
	h.Until("the back is replaced", func() bool {
		c := h.CaseOf(p.OpenID)
		return c.State == flows.AwaitingConfirmation && len(c.Photos) == 4 && c.Photos[3].State == flows.PhotoRead
	})
	p.See(sim.StageConfirmation)
}

func TestRecalledPhoto(t *testing.T) {
	t.Parallel()
	recall := func(p harness.Person, message string) {
		p.H.Helper()
		d, err := p.H.World.Feishu.RecallMessage(p.H.Ctx, message)
		p.H.Delivered(feishu.Sent{Delivery: d}, err)
	}
	t.Run("before consent", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{})
		p := h.Hire()
		gone := p.Send("front")
		p.Send("back")
		p.See(sim.StageConsent, "2 张照片")
		recall(p, gone)
		h.Until("the photo is dropped", func() bool { return h.CaseOf(p.OpenID).Photos[0].State == flows.PhotoReplaced })
		p.Consent()
		p.See(sim.StagePhotos, "还差一张：人像面")
		if n := h.CountCalls("feishu", "resource.get"); n != 1 {
			t.Errorf("%d downloads, want 1", n)
		}
	})
	t.Run("after reading", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{})
		p := h.Hire()
		p.ToPhotos()
		gone := p.Send("front")
		p.See(sim.StagePhotos, "还差一张：国徽面")
		recall(p, gone)
		p.See(sim.StagePhotos, "请把身份证两面的照片发到这个聊天里")
		c := h.CaseOf(p.OpenID)
		if c.Personal.Front != nil {
			t.Error("got the data of the recalled photo, want it deleted")
		}
		h.ReadStore(func(v flows.View) error {
			if _, err := v.Picture(h.Ctx, c.ID, c.Photos[0].ID); err == nil {
				t.Error("got the recalled picture, want it deleted")
			}
			return nil
		})
		p.SendBoth()
		p.See(sim.StageConfirmation)
	})
	t.Run("at the form", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{})
		p := h.Hire()
		p.ToPhotos()
		p.Send("front")
		gone := p.Send("back")
		p.See(sim.StageConfirmation)
		recall(p, gone)
		p.See(sim.StagePhotos, "还差一张：国徽面")
		p.Send("back")
		p.See(sim.StageConfirmation)
	})
}

// TestCancel cancels in every state that allows it.
func TestCancel(t *testing.T) {
	t.Parallel()
	for name, reach := range map[string]func(harness.Person){
		"consent": func(p harness.Person) {
			p.Say("实名")
			p.See(sim.StageConsent)
			p.Say("取消")
		},
		"photos": func(p harness.Person) {
			p.ToPhotos()
			p.Press("cancel")
		},
		"confirmation": func(p harness.Person) {
			p.ToForm()
			p.Press("cancel")
		},
		"code": func(p harness.Person) {
			p.ToCode()
			p.Press("cancel")
		},
		"checking": func(p harness.Person) {
			p.ToCode()
			p.H.DelayNext("tencent", "PhoneVerification")
			p.TypeCode()
			p.See(sim.StageChecking)
			p.Say("取消")
		},
		"review": func(p harness.Person) {
			p.ToReview()
			p.Press("cancel")
		},
		"attention": func(p harness.Person) {
			p.H.World.Feishu.OCRQuota(0)
			p.ToPhotos()
			p.Send("front")
			p.See(sim.StageAttention)
			p.Say("取消")
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, harness.Setup{Noisy: true})
			p := h.Hire()
			reach(p)
			p.See(sim.StageWithdrawn)
			h.InState(p.OpenID, flows.Withdrawn)
			h.World.Faults.Clear()
			h.World.Feishu.OCRQuota(-1)
			p.Press("start")
			p.See(sim.StageConsent)
			if n := h.CountCalls("feishu", "identities.create"); n > 0 {
				t.Error("got an outside write, want none")
			}
		})
	}
	t.Run("too late", func(t *testing.T) {
		h := harness.Start(t, harness.Setup{})
		p := h.Hire()
		p.ToReview()
		h.DelayNext("feishu", "identities.create")
		h.Admin(0).Decides(p, "approve", nil)
		p.See(sim.StageRecording)
		p.Say("取消")
		p.WaitForCard("已经提交登记，这一步不能取消了")
		p.CheckFiled()
	})
}
