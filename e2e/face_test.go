package e2e

import (
	"crypto/md5"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/playground/scrape"
	"shiming/sim"
	"shiming/sim/esign"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
)

// withFace is a setup whose people may verify by mobile, by bank card and by face.
func withFace(settings ...string) harness.Setup {
	s := harness.Setup{Settings: map[string]string{
		"verification.ladder":      "three_elements,bank_card_four,face",
		"evidence.face_live_score": "status",
		"timing.code_resend":       "1ms",
	}}
	for i := 0; i+1 < len(settings); i += 2 {
		s.Settings[settings[i]] = settings[i+1]
	}
	return s
}

// onlyFace is a setup whose people verify by face.
func onlyFace(settings ...string) harness.Setup {
	return withFace(append([]string{"verification.method", "face", "verification.ladder", ""}, settings...)...)
}

// toFace goes on to the card that offers the check by face, with face as the only method.
func toFace(p harness.Person) harness.CardView {
	p.H.Helper()
	p.ToForm()
	p.Press("confirm")
	return p.See(sim.StageFace, "敏感个人信息", "同意，开始刷脸")
}

// faceLink agrees to the check and returns its link.
func faceLink(p harness.Person) string {
	p.H.Helper()
	p.Press("start_face")
	return p.See(sim.StageFace, "去刷脸").Face
}

// showFace goes through the supplier's page.
func showFace(p harness.Person, link, as string) *sim.Page {
	p.H.Helper()
	page, err := p.H.World.ShowFace(p.H.Ctx, p.OpenID, link, as)
	if err != nil {
		p.H.Fatal(err)
	}
	return page
}

// faceCalls returns the calls of an action about faces.
func faceCalls(h *harness.Harness, action string) []tencent.Call {
	return slices.DeleteFunc(h.World.Tencent.Calls(), func(c tencent.Call) bool { return c.Action != action })
}

// TestFaceByChoice: somebody takes the face at once, and the evidence states that method, with a picture of the face,
// the similarity and the status as they came. The picture goes with the photos, and no mobile number is asked for.
func TestFaceByChoice(t *testing.T) {
	h := harness.Start(t, withFace("timing.photo_grace", "1h", "evidence.mark", "{company} {date} {case}"))
	p := h.Hire()
	p.ToForm()
	pressMethod(p, "face")
	p.See(sim.StageConfirmation, "这次用人脸核验")
	p.Press("confirm")
	p.See(sim.StageFace, "可以不刷", "改用手机号核验")
	page := showFace(p, faceLink(p), tencent.FaceOwn)
	if !page.Says("请回到飞书", "不显示结果") || page.Says(p.Person.Name) {
		t.Errorf("the page after the check says %q", page.Text)
	}
	p.See(sim.StageReview)
	c := h.CaseOf(p.OpenID)
	if c.Personal.Mobile != "" || c.Personal.FaceURL != "" || c.Personal.FaceToken != "" {
		t.Error("a mobile number was asked for, or the link is kept")
	}
	hr := h.Admin(0)
	hr.Sees(h.World.ReviewChat(), p, "approve", "人脸", "92.31", "人脸一致")
	p.Say("我的资料")
	p.WaitForCard("人脸照片 1 张", "腾讯云人脸核身")
	hr.Decides(p, "approve", nil)
	p.CheckFiled()

	c = h.CaseOf(p.OpenID)
	points := h.World.ESign.PointsFor(c.ID)
	if len(points) != 1 || points[0].Method != "FACE" {
		t.Fatalf("got %d points, want one by face", len(points))
	}
	checkEvidence(t, rowsOf(c, evidenceRows(t, "docs/evidence.md")), evidenceFields(points[0], c, c.Personal),
		audit(h, c.ID))
	tokens := h.World.Tencent.FaceTokens(p.Person.Code)
	d := points[0].Detail
	if len(tokens) != 1 || d["verifySerialNumber"] != tokens[0] || d["faceImageSimilarScore"] != "92.31" ||
		d["faceLiveDetectScore"] != "0" || len(d) != 6 {
		t.Errorf("got %d fields of face, want the six of the supplier's answer", len(d))
	}
	sum := md5.Sum(tencent.FacePicture(p.Person.Code))
	if !slices.ContainsFunc(h.World.ESign.Files(), func(f esign.File) bool {
		return f.ID == d["faceImage"] && f.MD5 == base64.StdEncoding.EncodeToString(sum[:])
	}) {
		t.Error("the file of faceImage is not the best frame")
	}
	if n := len(faceCalls(h, "PhoneVerification")) + p.SMSCount(); n != 0 {
		t.Errorf("got %d calls about the mobile number, want 0", n)
	}

	waitIdle(h)
	h.Advance(2 * time.Hour) // longer than the photos' grace
	p.See(sim.StageDone, "照片已经删除")
	h.ReadStore(func(v flows.View) error {
		for _, photo := range c.Photos {
			if _, err := v.Picture(h.Ctx, c.ID, photo.ID); err == nil {
				t.Errorf("got the picture of a photo in the state %s, want it deleted", photo.State)
			}
		}
		return nil
	})
	if !slices.ContainsFunc(c.Photos, func(photo flows.Photo) bool { return photo.State == flows.PhotoFace }) {
		t.Error("got no photo of the face among those of the case: the test shows nothing of it")
	}
	samples, err := scrape.Read(h.Ctx, h.App.URL())
	if err != nil || samples.With(map[string]string{"rule": "photo_grace"}).Sum("shiming_deletions_total") != 1 {
		t.Errorf("got the deletions %v, %v, want one by the photos' grace", samples.Sum("shiming_deletions_total"), err)
	}
}

// TestFaceAfterTwoMismatches: the face is the last rung of the ladder.
func TestFaceAfterTwoMismatches(t *testing.T) {
	h := harness.Start(t, withFace())
	p := h.Hire()
	h.World.Tencent.Register("样例他人", specimen.NewPerson(9).Code, p.Person.Mobile)
	h.World.Tencent.OpenAccount(tencent.Account{
		Name:   "样例他人",
		Number: specimen.NewPerson(9).Code,
		Mobile: p.Person.Mobile,
		Card:   p.Person.BankCard,
		Bank:   sim.Bank,
		Kind:   tencent.AccountDebit,
	})
	p.ToPhotos()
	p.SendBoth()
	submitForm(p)
	p.See(sim.StageConfirmation, "这次用银行卡核验")
	p.Press("confirm")
	p.See(sim.StageBankCard)
	typeCard(p, p.Person.BankCard)
	p.See(sim.StageConfirmation, "没有对上", "这次用人脸核验")
	p.Press("confirm")
	p.See(sim.StageFace)
	showFace(p, faceLink(p), tencent.FaceOwn)
	p.See(sim.StageReview)
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()
	if points := h.World.ESign.Points(); points[0].Method != "FACE" {
		t.Errorf("got the method %s, want that of the check", points[0].Method)
	}
	if c := h.CaseOf(p.OpenID); c.Method != flows.Face {
		t.Errorf("got the method %s", c.Method)
	}
}

// TestRobotsVerifyByFace: robots go through the page as people do, and come to the end by themselves.
func TestRobotsVerifyByFace(t *testing.T) {
	s := onlyFace()
	s.HR = harness.Diligent
	h := harness.Start(t, s)
	p := h.Hire()
	j, err := p.Register(h.Ctx, sim.Script{}, nil)
	if err != nil || !j.Filed() {
		t.Fatalf("got %+v, %v", j, err)
	}
}

// pressMethod takes another method of the ladder.
func pressMethod(p harness.Person, method string) {
	p.H.Helper()
	card := p.H.Find(p.ChatID, "a way to "+method, func(s harness.CardView) bool { return s.Has("method") })
	p.H.Click(p.OpenID, card, "method "+method, func(b feishu.Button) bool {
		return b.Act == "method" && b.Value["to"] == method
	}, nil)
}

// TestFaceInTheBundle: the bundle states the check by face as it was filed, and verifies.
func TestFaceInTheBundle(t *testing.T) {
	h := harness.Start(t, onlyFace("review.style", "cards", "evidence.mark", "{company} {date} {case}"))
	s := newEvidenceShell(h)
	p := h.Hire()
	toFace(p)
	showFace(p, faceLink(p), tencent.FaceOwn)
	p.See(sim.StageReview)
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()
	c := h.CaseOf(p.OpenID)
	keys := s.must(0, "key")
	keyFile := s.write("keys.json", []byte(keys))
	full := s.export(c.ID, "full.json", "--full", "--reason", "劳动仲裁")
	s.must(0, "verify", s.path("full.json"), "--keys", keyFile)
	got := sentFields(t, provenPayload(t, full, []byte(keys)))
	for name, f := range evidenceFields(h.World.ESign.PointsFor(c.ID)[0], c, c.Personal) {
		want := f.record
		if f.detail != "" && name != "realNameMethod" {
			want = f.detail
		}
		if got[name].Value != want || got[name].State != "" {
			t.Errorf("%s: got %q, want what was sent", name, got[name].Value)
		}
	}
	page := string(s.export(p.OpenID, "page.html"))
	for _, says := range []string{"face.faceImageSimilarScore", "92.31", "人脸"} {
		if !strings.Contains(page, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
}
