package e2e

import (
	"strings"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/scenario"
	"shiming/sim/tencent"
)

// byFace reports whether only a check by face makes a call.
func byFace(c scenario.Call) bool { return c.At == scenario.Face || c.At == scenario.FaceShown }

// settingsOf returns the settings of a bot that makes a call.
func settingsOf(c scenario.Call) map[string]string {
	if byFace(c) {
		return onlyFace().Settings
	}
	return noResendPause()
}

// advanceTo advances a person to the point before a step.
func advanceTo(p harness.Person, at scenario.Step) {
	p.H.Helper()
	switch at {
	case scenario.Consent:
		p.Say("实名")
		p.See(sim.StageConsent)
	case scenario.Photos, scenario.Odd:
		p.ToPhotos()
	case scenario.Form:
		p.ToForm()
	case scenario.Code:
		p.ToCode()
	case scenario.Review:
		p.ToReview()
	case scenario.Face:
		toFace(p)
	case scenario.FaceShown:
		toFace(p)
		faceLink(p)
	}
}

// doStep does the step at which the fault happens. It returns the id of the message with the file that is no photo.
func doStep(p harness.Person, at scenario.Step) (odd string) {
	p.H.Helper()
	switch at {
	case scenario.Start:
		if _, err := p.H.World.Feishu.SendText(p.H.Ctx, p.OpenID, "实名"); err != nil {
			p.H.Fatal(err)
		}
	case scenario.Consent:
		p.Consent()
	case scenario.Photos:
		p.SendBoth()
	case scenario.Odd:
		odd = p.SendImage([]byte("certainly not a picture"))
	case scenario.Form:
		p.Press("confirm")
	case scenario.Code:
		p.TypeCode()
	case scenario.Review:
		p.H.Admin(0).Decides(p, "approve", nil)
	case scenario.Face:
		p.Press("start_face")
	case scenario.FaceShown:
		showFace(p, p.See(sim.StageFace, "去刷脸").Face, tencent.FaceOwn)
	}
	return odd
}

// pressByHR presses a button of HR's card about the person, after the pause before a write may be repeated.
func pressByHR(p harness.Person, act string, form map[string]any) {
	p.H.Helper()
	p.H.Clock.Move(flows.DefaultWriteQuiet)
	hr := p.H.Admin(0)
	card := func() harness.CardView { return hr.Sees(p.H.World.ReviewChat(), p, act) }
	got := p.H.Follow(hr.OpenID, act, form, card)
	if want := map[string]string{"retry": "正在重试", "resolve": "好的，继续往下走"}[act]; got != want {
		p.H.Errorf("got the toast %q for HR, want %q", got, want)
	}
}

// finishRegistration does the remaining steps after the row's step.
func finishRegistration(p harness.Person, s scenario.Scenario, odd string) {
	h := p.H
	h.Helper()
	switch s.Call.At {
	case scenario.Start:
		p.See(sim.StageConsent)
		p.Consent()
		fallthrough
	case scenario.Consent:
		p.See(sim.StagePhotos)
		p.SendBoth()
	case scenario.Odd:
		h.Find(p.ChatID, "the answer to what is no photo", func(s harness.CardView) bool {
			return s.Msg.ParentID == odd && s.Says("这个文件不是图片")
		})
		p.SendBoth()
	}
	switch s.Call.At {
	case scenario.Start, scenario.Consent, scenario.Photos, scenario.Odd:
		p.See(sim.StageConfirmation)
		p.Press("confirm", map[string]any{"mobile": p.Person.Mobile}) // the directory may not have returned the mobile
		fallthrough
	case scenario.Form:
		if s.End.By == scenario.Person && s.Call.At == scenario.Form {
			break // the code has been entered
		}
		p.SentCode(0)
		p.See(sim.StageCode, "验证码已在")
		p.TypeCode()
	case scenario.Face:
		doStep(p, scenario.FaceShown)
	}
	if s.Call.At != scenario.Review {
		p.See(sim.StageReview)
		h.Admin(0).Decides(p, "approve", nil)
	}
	p.See(sim.StageDone)
	checkOne := func(what string, matches func(harness.CardView) bool) {
		if n := countEverShown(h, p.ChatID, matches); n != 1 {
			h.Errorf("got %d messages with %s, want 1", n, what)
		}
	}
	switch s.Call.At {
	case scenario.Start:
		checkOne("the consent card", func(v harness.CardView) bool { return v.Has("decline") })
	case scenario.Odd:
		checkOne("the answer to the photo", func(v harness.CardView) bool { return v.Msg.ParentID == odd })
	}
}

// waitForSight waits until any version of a card has contained all the words.
func waitForSight(p harness.Person, sight scenario.Sight) {
	h := p.H
	h.Helper()
	chat := p.ChatID
	if sight.Who == scenario.HR {
		chat = h.World.ReviewChat()
	}
	_, err := h.World.Feishu.Watch(h.Ctx, chat, func(m feishu.Message) bool {
		for _, v := range m.History {
			version := m
			version.Card = v.Card
			if (sight.Who == scenario.Person || strings.Contains(string(v.Card), p.OpenID)) &&
				harness.ViewCard(version).Says(sight.Words...) {
				return true
			}
		}
		return false
	})
	if err != nil {
		for _, m := range h.World.Feishu.Messages(chat) {
			h.Logf("- %q", strings.ReplaceAll(harness.ViewCard(m).Text, "\n", " | "))
		}
		h.Fatalf("%s never saw %q", sight.Who, sight.Words)
	}
}

// countEverShown counts the messages of which any version satisfies the condition.
func countEverShown(h *harness.Harness, chat string, matches func(harness.CardView) bool) (n int) {
	for _, m := range h.World.Feishu.Messages(chat) {
		for _, v := range m.History {
			version := m
			version.Card = v.Card
			if matches(harness.ViewCard(version)) {
				n++
				break
			}
		}
	}
	return n
}
