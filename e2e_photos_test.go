package main

import (
	"strings"
	"testing"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
)

// reads that were made of what an employee sent, or of the employee, so far.
func (p person) looked() (n int) {
	for _, c := range p.r.world.Recorder.Calls() {
		if c.Operation == "resource.get" || c.Operation == "id_card.recognize" || strings.Contains(c.Path, p.OpenID) {
			n++
		}
	}
	return n
}

// idle waits until no job is due, running or waiting for a repetition.
func (r *rig) idle() {
	r.Helper()
	r.until("no event and no job is left", func() bool {
		undecided, _, err := r.app.Store().PushesNow(r.ctx)
		if err != nil {
			r.Fatal(err)
		}
		if undecided > 0 {
			return false // jobs may come of it
		}
		pending, err := r.app.Store().PendingJobs(r.ctx)
		if err != nil {
			r.Fatal(err)
		}
		n := 0
		for _, of := range pending {
			n += of
		}
		return n == 0
	})
}

func TestPhotosWaitForConsent(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.sendBoth()
	p.see(sim.StageConsent, "你已经发来 2 张照片，还没有读取")
	r.idle()
	if n := p.looked(); n > 0 {
		t.Errorf("%d calls before consent", n)
	}
	p.press("consent")
	p.see(sim.StageConfirmation)
	if n := r.calls("feishu", "resource.get"); n != 2 {
		t.Errorf("%d downloads", n)
	}
	if n := len(r.world.Feishu.OCRCalls()); n != 2 {
		t.Errorf("%d readings", n)
	}
}

func TestDecline(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.sendBoth()
	p.see(sim.StageConsent, "2 张照片")
	p.press("decline")
	p.see(sim.StageDeclined)
	r.idle()
	if n := p.looked(); n > 0 {
		t.Errorf("%d calls although the person declined", n)
	}
	p.press("start")
	p.see(sim.StageConsent)
	if c := r.caseOf(p.OpenID); len(c.Photos) != 0 {
		t.Error("the photos of the declined case came back")
	}
}

func TestTwoPhotosOfOneSide(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.toPhotos()
	p.send("front")
	p.see(sim.StagePhotos, "还差一张：国徽面")
	again := p.send("front", "tilted")
	reply := p.reads("又收到一张人像面", "还需要：国徽面")
	if reply.msg.ParentID != again {
		t.Error("the answer does not hang on the photo")
	}
	p.send("back")
	p.see(sim.StageConfirmation)
}

func TestRetakeKeepsTheOtherSide(t *testing.T) {
	r := start(t, setup{})
	p := r.hire()
	p.toForm()
	p.retake("front")
	s := p.see(sim.StagePhotos, "还差一张：人像面")
	if s.value("retake")["side"] != "back" {
		t.Error("the back was lost")
	}
	p.send("front", "tilted")
	form := p.see(sim.StageConfirmation)
	if form.field("identity_code") != p.Person.Code {
		t.Error("the number is not prefilled")
	}
	if n := len(r.world.Feishu.OCRCalls()); n != 3 {
		t.Errorf("%d readings", n)
	}
	// A photo sent while the form is there replaces the side that it shows.
	p.send("back", "tilted")
	r.until("the back is replaced", func() bool {
		c := r.caseOf(p.OpenID)
		return c.State == flows.AwaitingConfirmation && len(c.Photos) == 4 && c.Photos[3].State == flows.PhotoRead
	})
	p.see(sim.StageConfirmation)
}

func TestRecalledPhoto(t *testing.T) {
	recall := func(p person, message string) {
		p.r.Helper()
		d, err := p.r.world.Feishu.RecallMessage(p.r.ctx, message)
		p.r.delivered(feishu.Sent{Delivery: d}, err)
	}
	t.Run("before consent", func(t *testing.T) {
		r := start(t, setup{})
		p := r.hire()
		gone := p.send("front")
		p.send("back")
		p.see(sim.StageConsent, "2 张照片")
		recall(p, gone)
		r.until("the photo is dropped", func() bool { return r.caseOf(p.OpenID).Photos[0].State == flows.PhotoReplaced })
		p.press("consent")
		p.see(sim.StagePhotos, "还差一张：人像面")
		if n := r.calls("feishu", "resource.get"); n != 1 {
			t.Errorf("%d downloads", n)
		}
	})
	t.Run("after reading", func(t *testing.T) {
		r := start(t, setup{})
		p := r.hire()
		p.toPhotos()
		gone := p.send("front")
		p.see(sim.StagePhotos, "还差一张：国徽面")
		recall(p, gone)
		p.see(sim.StagePhotos, "请把身份证两面的照片发到这个聊天里")
		c := r.caseOf(p.OpenID)
		if c.Personal.Front != nil {
			t.Error("what was read is still there")
		}
		r.view(func(v flows.View) error {
			if _, err := v.Picture(r.ctx, c.ID, c.Photos[0].ID); err == nil {
				t.Error("the picture is still there")
			}
			return nil
		})
		p.sendBoth()
		p.see(sim.StageConfirmation)
	})
	t.Run("at the form", func(t *testing.T) {
		r := start(t, setup{})
		p := r.hire()
		p.toPhotos()
		p.send("front")
		gone := p.send("back")
		p.see(sim.StageConfirmation)
		recall(p, gone)
		p.see(sim.StagePhotos, "还差一张：国徽面")
		p.send("back")
		p.see(sim.StageConfirmation)
	})
}

// TestCancel stops at every state in which the applicant may.
func TestCancel(t *testing.T) {
	for name, reach := range map[string]func(person){
		"consent":      func(p person) { p.say("实名"); p.see(sim.StageConsent); p.say("取消") },
		"photos":       func(p person) { p.toPhotos(); p.press("cancel") },
		"confirmation": func(p person) { p.toForm(); p.press("cancel") },
		"code":         func(p person) { p.toCode(); p.press("cancel") },
		"checking": func(p person) {
			p.toCode()
			p.r.hold("tencent", "PhoneVerification")
			p.typeCode()
			p.see(sim.StageChecking)
			p.say("取消")
		},
		"review": func(p person) { p.toReview(); p.press("cancel") },
		"attention": func(p person) {
			p.r.world.Feishu.OCRQuota(0)
			p.toPhotos()
			p.send("front")
			p.see(sim.StageAttention)
			p.say("取消")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, setup{noisy: true})
			p := r.hire()
			reach(p)
			p.see(sim.StageWithdrawn)
			r.in(p.OpenID, flows.Withdrawn)
			r.world.Faults.Clear()
			r.world.Feishu.OCRQuota(-1)
			p.press("start")
			p.see(sim.StageConsent)
			if n := r.calls("feishu", "identities.create"); n > 0 {
				t.Error("something was written")
			}
		})
	}
	t.Run("too late", func(t *testing.T) {
		r := start(t, setup{})
		p := r.hire()
		p.toReview()
		r.hold("feishu", "identities.create")
		r.admin(0).decides(p, "approve", nil)
		p.see(sim.StageRecording)
		p.say("取消")
		p.reads("已经提交登记，这一步不能取消了")
		p.filed()
	})
}
