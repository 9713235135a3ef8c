package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// fetches is how often the bot has asked for the result of a flow.
func fetches(h *harness.Harness) int { return len(faceCalls(h, "GetDetectInfoEnhanced")) }

// TestFaceRefusals: each way in which a flow ends without a match is told on the card, nothing is recorded or filed for
// it, and the person may try again.
func TestFaceRefusals(t *testing.T) {
	h := harness.Start(t, onlyFace())
	for _, tt := range []struct {
		name  string
		code  int    // of the flow; 0: of the way
		as    string // how the person goes through the page
		stage sim.CardStage
		says  string
	}{
		{"another person", 0, tencent.FaceOther, sim.StageConfirmation, "人脸和这个姓名、身份证号的权威照片没有对上"},
		{"a photo of a face", 0, tencent.FaceFake, sim.StageFace, "没有认出是真人"},
		{"another person's card", 301, tencent.FaceOwn, sim.StageFace, "结果是另一个人的"},
		{"too many tries", 16, tencent.FaceOwn, sim.StageFace, "试的次数太多了"},
		{"too many today", 2018, tencent.FaceOwn, sim.StageFace, "今天刷脸的次数到上限了"},
		{"no photo to compare with", 2007, tencent.FaceOwn, sim.StageConfirmation, "权威库里没有可以用来比对的照片"},
		{"name and number of two people", 2006, tencent.FaceOwn, sim.StageConfirmation, "没有对上"},
		{"a name that is not taken", 2002, tencent.FaceOwn, sim.StageConfirmation, "核验机构不接受这个姓名"},
		{"a number that is not taken", 2003, tencent.FaceOwn, sim.StageConfirmation, "核验机构不接受这个证件号"},
		{"bad light", 1202, tencent.FaceOwn, sim.StageFace, "光线不合适"},
		{"trouble of the supplier", 2001, tencent.FaceOwn, sim.StageFace, "核验服务出了点问题"},
		{"the link was too old", 15, tencent.FaceOwn, sim.StageFace, "链接过期了"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.T = t
			p := h.Hire()
			toFace(p)
			link := faceLink(p)
			if tt.code != 0 {
				if err := h.World.Tencent.ReturnNextFace(p.Person.Code, tt.code); err != nil {
					t.Fatal(err)
				}
			}
			showFace(p, link, tt.as)
			p.See(tt.stage, tt.says)
			c := h.CaseOf(p.OpenID)
			if c.Verified() || c.Identity != nil || c.Uploads["face"] != "" || c.Uploadable(flows.FaceSide) != nil ||
				c.Personal.FaceURL != "" {
				t.Error("something of a flow without a match is kept, or counts")
			}
			if tt.code == 2018 {
				if got := p.Press("start_face"); !strings.Contains(got, "今天不能再刷脸") {
					t.Errorf("got the toast %q", got)
				}
				return
			}
			if tt.stage == sim.StageConfirmation {
				p.Press("confirm")
				p.See(sim.StageFace)
			}
			showFace(p, faceLink(p), tencent.FaceOwn)
			p.See(sim.StageReview)
		})
	}
}

// TestFaceNobodyUnderstands: a code that no page lists decides nothing. HR looks, and the person does it again.
func TestFaceNobodyUnderstands(t *testing.T) {
	h := harness.Start(t, onlyFace("review.style", "cards"))
	p := h.Hire()
	toFace(p)
	link := faceLink(p)
	h.World.Faults.Arm(wire.Fault{
		Upstream:  "tencent",
		Operation: "GetDetectInfoEnhanced",
		Kind:      wire.Altered,
		Set:       map[string]any{"Response.Text.ErrCode": 4711},
		Times:     1,
	})
	showFace(p, link, tencent.FaceOwn)
	p.See(sim.StageAttention)
	h.Admin(0).Decides(p, "retry", nil)
	p.See(sim.StageFace, "没有得出结论")
	showFace(p, faceLink(p), tencent.FaceOwn)
	p.See(sim.StageReview)
}

// TestFaceAbandoned: somebody who closes the page has no result. The link ends after its time, and leads to another
// one.
func TestFaceAbandoned(t *testing.T) {
	h := harness.Start(t, onlyFace())
	p := h.Hire()
	toFace(p)
	link := faceLink(p)
	showFace(p, link, tencent.FaceGiveUp)
	p.Press("check_face")
	h.Until("the bot has looked", func() bool { return fetches(h) > 0 })
	p.See(sim.StageFace, "我做完了")
	h.Advance(2*time.Hour + 10*time.Minute)
	p.See(sim.StageFace, "链接过期了", "同意，开始刷脸")
	if page := showFace(p, link, tencent.FaceOwn); !page.Says("已过期") && !page.Says("已经结束") {
		t.Errorf("the old link says %q", page.Text)
	}
	showFace(p, faceLink(p), tencent.FaceOwn)
	p.See(sim.StageReview)
	if n := fetches(h); n > 25 {
		t.Errorf("the bot asked %d times for two results, want few", n)
	}
}

// TestFaceWithoutReturn: the result is found although the browser never comes back.
func TestFaceWithoutReturn(t *testing.T) {
	h := harness.Start(t, onlyFace())
	p := h.Hire()
	toFace(p)
	faceLink(p)
	if !h.World.Tencent.GoThroughFace(h.World.Tencent.FaceTokens(p.Person.Code)[0], tencent.FaceOwn) {
		t.Fatal("no flow to go through")
	}
	h.Advance(3 * time.Minute)
	p.See(sim.StageReview)
	if n := fetches(h); n != 1 {
		t.Errorf("got %d calls for the result, want 1", n)
	}
}

// TestFaceReturnOfAnother: the way back belongs to one flow of one person. What comes from another flow, or was made by
// hand, looks for nothing; a second return finds that the flow is over.
func TestFaceReturnOfAnother(t *testing.T) {
	h := harness.Start(t, onlyFace())
	p, q := h.Hire(), h.Hire()
	toFace(p)
	toFace(q)
	faceLink(p)
	link := faceLink(q)
	own, other := h.World.Tencent.FaceTokens(q.Person.Code)[0], h.World.Tencent.FaceTokens(p.Person.Code)[0]
	page := showFace(q, link, tencent.FaceGiveUp)
	if page.Status != http.StatusOK {
		t.Fatalf("got the status %d", page.Status)
	}
	back := h.World.Tencent.FaceRedirect(own)
	open := func(address string) *sim.Page { return h.OpenPage(p.Browser(), address) }
	if page := open(back + "?BizToken=" + other); page.Status != http.StatusForbidden || !page.Says("这不是这次核验的链接") {
		t.Errorf("from another flow: %d %q", page.Status, page.Text)
	}
	for _, forged := range []string{back[:len(back)-1], back + "A", strings.Replace(back, "/face/", "/face/A", 1)} {
		if page := open(forged); page.Status != http.StatusNotFound {
			t.Errorf("made by hand: got the status %d, want 404", page.Status)
		}
	}
	waitIdle(h)
	if n := fetches(h); n != 0 {
		t.Errorf("got %d calls for a result, want 0", n)
	}
	if page := open(back + "?BizToken=" + own); !page.Says("请回到飞书") || page.Says(q.Person.Name) {
		t.Errorf("the own way back says %q", page.Text)
	}
	h.Until("the bot has looked", func() bool { return fetches(h) > 0 })
	showFace(q, link, tencent.FaceOwn)
	q.See(sim.StageReview)
	before := fetches(h)
	if page := open(back); page.Status != http.StatusGone {
		t.Errorf("once more: got the status %d, want 410", page.Status)
	}
	waitIdle(h)
	if n := fetches(h); n != before {
		t.Errorf("got %d more calls for the result, want 0", n-before)
	}
}

// TestFaceAfterTheEnd: a flow that is finished after the case has ended, or after another method was taken, changes
// nothing, and nothing of the face is kept.
func TestFaceAfterTheEnd(t *testing.T) {
	h := harness.Start(t, withFace("verification.method", "face", "verification.ladder", "face,three_elements"))
	ended, changed := h.Hire(), h.Hire()
	toFace(ended)
	first := faceLink(ended)
	ended.Press("cancel")
	ended.See(sim.StageWithdrawn)
	toFace(changed)
	second := faceLink(changed)
	pressMethod(changed, "three_elements")
	changed.See(sim.StageConfirmation)
	for p, link := range map[harness.Person]string{ended: first, changed: second} {
		if page := showFace(p, link, tencent.FaceOwn); page.Status != http.StatusGone {
			t.Errorf("got the page %d %q, want 410", page.Status, page.Text)
		}
	}
	h.Advance(5 * time.Minute)
	waitIdle(h)
	for _, p := range []harness.Person{ended, changed} {
		c := h.CaseOf(p.OpenID)
		if c.Check != nil || c.Uploadable(flows.FaceSide) != nil || c.Personal.FaceURL != "" {
			t.Error("a flow that nobody waits for has left something")
		}
	}
	if n := fetches(h); n != 0 {
		t.Errorf("got %d calls for a result, want 0", n)
	}
}

// TestFaceLostAnswer: an answer that is lost on the way is not asked for again without the person's decision.
func TestFaceLostAnswer(t *testing.T) {
	h := harness.Start(t, onlyFace())
	p := h.Hire()
	toFace(p)
	link := faceLink(p)
	h.World.Faults.Arm(wire.Fault{
		Upstream: "tencent", Operation: "GetDetectInfoEnhanced", Kind: wire.DropAfter, Times: 1,
	})
	showFace(p, link, tencent.FaceOwn)
	p.See(sim.StageFace, "结果可能已经出来", "重新做")
	h.Advance(30 * time.Minute)
	waitIdle(h)
	if n := fetches(h); n != 1 {
		t.Fatalf("got %d calls for the result, want 1 until the person decides", n)
	}
	p.Press("check_face")
	p.See(sim.StageFace, "查不到这次的结果了", "同意，开始刷脸")
	showFace(p, faceLink(p), tencent.FaceOwn)
	p.See(sim.StageReview)
}

// TestFaceServiceDown: a supplier that gives no link is asked again, and the card says so.
func TestFaceServiceDown(t *testing.T) {
	h := harness.Start(t, onlyFace("review.style", "cards"))
	p := h.Hire()
	toFace(p)
	h.World.Faults.Arm(wire.Fault{Upstream: "tencent", Operation: "DetectAuth", Kind: wire.Error, Status: 502, Times: 1})
	faceLink(p)
	h.World.Faults.Arm(wire.Fault{
		Upstream:  "tencent",
		Operation: "GetDetectInfoEnhanced",
		Kind:      wire.Error,
		Status:    200,
		Body:      `{"Response":{"Error":{"Code":"UnauthorizedOperation.Arrears","Message":"x"},"RequestId":"r"}}`,
		Times:     1,
	})
	h.World.Tencent.GoThroughFace(h.World.Tencent.FaceTokens(p.Person.Code)[0], tencent.FaceOwn)
	p.Press("check_face")
	p.See(sim.StageAttention)
	h.Advance(3 * time.Minute) // the step is tried again by itself
	p.See(sim.StageReview)
	h.Admin(0).Decides(p, "approve", nil)
	p.CheckFiled()
}

// TestFaceStopped: by default nobody is asked for the face, because its result could not be filed. Both hear why, and
// the other methods stay.
func TestFaceStopped(t *testing.T) {
	h := harness.Start(t, onlyFace("evidence.face_live_score", "stop", "review.style", "cards"))
	p := h.Hire()
	p.ToForm()
	p.Press("confirm")
	card := p.See(sim.StageFace, "目前还不能存证，所以不让你刷脸")
	if card.Has("start_face") || card.Face != "" {
		t.Error("the card offers the check")
	}
	p.Press("ask_hr")
	p.See(sim.StageAttention, "请 HR 帮忙")
	h.Admin(0).Sees(h.World.ReviewChat(), p, "send_back", "evidence.face_live_score 是 stop", "没有让员工刷脸")
	waitIdle(h)
	if n := len(faceCalls(h, "DetectAuth")); n != 0 || len(h.World.ESign.Points()) != 0 {
		t.Errorf("got %d flows, want none", n)
	}
}

// TestFaceStoppedOnTheLadder: the rung is no way out, and the others are.
func TestFaceStoppedOnTheLadder(t *testing.T) {
	h := harness.Start(t, withFace("evidence.face_live_score", "stop"))
	p := h.Hire()
	card := p.ToForm()
	if card.Says("改用刷脸核验") || !card.Says("改用银行卡核验") {
		t.Errorf("the form offers %q", card.Text)
	}
	p.Press("confirm")
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	p.See(sim.StageReview)
}
