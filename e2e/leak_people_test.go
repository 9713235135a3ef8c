package e2e

import (
	"bytes"
	"os"
	"strings"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/tencent"
)

// rotates rotates the keys. It is killed three times after it has begun, and then comes to its end.
func (r *leakRun) rotates() error {
	file := ""
	for _, v := range r.program.Env {
		if path, ok := strings.CutPrefix(v, "SHIMING_SECURITY_KEYSET_FILE="); ok {
			file = path // the last one counts
		}
	}
	for kills := 0; ; kills++ {
		before, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		p := harness.Command(r.Ctx, r.program.Env, "keys", "rotate", "--config", r.program.File)
		if err := p.Cmd.Start(); err != nil {
			return err
		}
		ended := make(chan error, 1)
		go func() { ended <- p.Cmd.Wait() }()
		if kills == 3 {
			return <-ended
		}
		for begun := false; !begun; {
			select {
			case <-time.After(5 * time.Millisecond):
				now, err := os.ReadFile(file)
				begun = err == nil && !bytes.Equal(now, before)
			case err := <-ended:
				ended <- err
				begun = true
			}
		}
		_ = p.Cmd.Process.Kill() // it may have ended
		<-ended
	}
}

// opens lets an admin look somebody up and open the case at the desk, with the button of an act on it.
func (r *leakRun) opens(a harness.Admin, p harness.Person, act string) harness.CardView {
	r.Helper()
	a.Say(p.OpenID)
	found := r.Find(a.Chat(), "the answer about the person", func(s harness.CardView) bool {
		return s.Says("你问的人", "待审核") && s.Has("next") && strings.Contains(string(s.Msg.Card), p.OpenID)
	})
	r.ClickOn(a.OpenID, found, "next", nil)
	return a.Sees(a.Chat(), p, act)
}

// play lets people come to their ends: filed, corrected and rejected, by bank card, by face, with another document,
// withdrawn, given up, invited. It ends with some of everything at rest.
func (r *leakRun) play() {
	r.Helper()
	hr, l := r.Admin(0), &r.search
	filed, corrected, carded, faced := r.Hire(), r.Hire(), r.Hire(), r.Hire()
	typist, withdrawn, gaveUp, invited := r.Hire(), r.Hire(), r.Hire(), r.Hire()

	filed.ToReview()
	s := r.opens(hr, filed, "peek")
	r.ClickOn(hr.OpenID, s, "peek", map[string]any{"peek_reason": "suspected_forgery"})
	seesOriginals(hr)
	r.ClickOn(hr.OpenID, hr.Sees(hr.Chat(), filed, "approve"), "approve", nil)
	filed.See(sim.StageDone)
	filed.Say("我的资料")
	card := filed.WaitForCard("我的资料", "要一份副本", "申请更正")
	r.ClickOn(filed.OpenID, card, "correct_data", map[string]any{"request_words": "号码应是" + filed.Person.Code})
	card = r.Find(filed.ChatID, "the request on the card", func(s harness.CardView) bool {
		return s.Has("copy_data") && s.Says("更正资料")
	})
	r.ClickOn(filed.OpenID, card, "copy_data", nil)
	r.Until("both files", func() bool { return len(filesOf(r.Harness, filed.ChatID)) == 2 })

	name, number := corrected.Person.Name+"改", sameBirthday(corrected.Person.Code)
	r.World.Tencent.Register(name, number, corrected.Person.Mobile)
	corrected.ToForm()
	l.add("a corrected name", name)
	l.add("a corrected number", number)
	n := corrected.SMSCount()
	corrected.Press("confirm", map[string]any{"identity_name": name, "identity_code": number})
	wrong := harness.WrongCode(corrected.SentCode(n))
	l.inText = append(l.inText, canary{what: "a wrong code", whole: []byte(wrong)})
	corrected.See(sim.StageCode, "验证码已在")
	corrected.Press("submit_code", map[string]any{"sms_code": wrong})
	corrected.TypeCode()
	corrected.See(sim.StageReview)
	r.program.Kill() // a process that was killed leaves no less than one that ended
	r.program.Start()
	s = r.opens(hr, corrected, "reject")
	l.add("a name in HR's words", "样例他人先生")
	r.ClickOn(hr.OpenID, s, "reject", map[string]any{"reason": "wrong_person", "note": "照片上是样例他人先生"})
	corrected.See(sim.StageRejected)

	carded.ToForm()
	pressMethod(carded, "bank_card_four")
	carded.See(sim.StageConfirmation, "这次用银行卡核验")
	carded.Press("confirm")
	carded.See(sim.StageBankCard)
	typeCard(carded, carded.Person.BankCard)
	carded.See(sim.StageReview)
	r.backup()

	rotated := make(chan error, 1)
	go func() { rotated <- r.rotates() }()
	faced.ToForm()
	pressMethod(faced, "face")
	faced.See(sim.StageConfirmation, "这次用人脸核验")
	faced.Press("confirm")
	faced.See(sim.StageFace)
	showFace(faced, faceLink(faced), tencent.FaceOwn)
	faced.See(sim.StageReview)
	face := tencent.FacePicture(faced.Person.Code)
	l.everywhere = append(l.everywhere, canary{what: "a face", forms: [][]byte{face[len(face)/2 : len(face)/2+24]}})

	typist.ToPhotos()
	typist.Press("other_document")
	typist.See(sim.StageConfirmation)
	const foreigner, foreign = "SAMPLESON, JANE ROE", "X7654321Q"
	typist.Press("confirm", map[string]any{
		"document": "passport", "identity_name": foreigner, "document_number": foreign,
	})
	typist.See(sim.StageReview)
	l.add("a name on a document", foreigner)
	l.add("a number of a document", foreign)

	if err := <-rotated; err != nil {
		r.Errorf("keys rotate: %v", err)
	}

	withdrawn.ToReview()
	withdrawn.Say("删除我的资料")
	withdrawn.Press("withdraw")
	withdrawn.WaitForCard("都已删除")
	gaveUp.ToForm()
	gaveUp.Press("cancel")

	hr.Say("邀请\n" + invited.Person.Name + "\n" + invited.OpenID + "\n样例无此人")
	l.add("a name of a list", "样例无此人")
	r.Find(hr.Chat(), "the preview of the campaign", func(s harness.CardView) bool { return s.Offers("invite") })
	hr.Say("导出")
	choices := r.Find(hr.Chat(), "the choices for a file", func(s harness.CardView) bool { return s.Offers("export") })
	r.ClickOn(hr.OpenID, choices, "export", nil)
	exportedFile(hr)
	for _, word := range []string{"待审", "统计"} {
		hr.Say(word)
	}
	gaveUp.Say("我是" + gaveUp.Person.Name + "，" + gaveUp.Person.Code + "，手机 " + gaveUp.Person.Mobile)
	gaveUp.WaitForCard("实名")
	if _, err := r.World.Feishu.SendGroupText(r.Ctx, hr.OpenID, r.World.ReviewChat(), "待审", true); err != nil {
		r.Fatal(err)
	}
	r.says("keys", "list")
	r.says("purge", "--dry-run")
	r.says("privacy", "report")
	r.says("privacy", "audit")

	// What begins a picture as the program writes it again, and as others do.
	l.everywhere = append(l.everywhere, canary{what: "a picture", forms: [][]byte{
		{0xff, 0xd8, 0xff, 0xdb, 0x00, 0x84, 0x00}, []byte("JFIF\x00"), []byte("\x89PNG\r\n"),
	}})
	for _, e := range r.World.People() {
		l.addPerson(r.Harness, e.Person)
		for _, sms := range r.World.Tencent.Inbox(e.Person.Mobile) {
			l.inText = append(l.inText, canary{what: "a code", whole: []byte(sms.Code())})
		}
	}
}
