package main

import (
	"strings"
	"testing"

	"shiming/flows"
	"shiming/sim"
)

func TestHappyPath(t *testing.T) {
	r := start(t, setup{})
	p, hr := r.hire(), r.admin(0)
	p.toReview()
	if toast := hr.decides(p, "approve", nil); toast != "已通过" {
		t.Errorf("toast %q", toast)
	}
	p.filed()
	if j := r.world.Journey(p.OpenID); j.SMS != 1 || j.Photos != 2 {
		t.Errorf("%+v", j)
	}
	if err := r.world.WaitAnnounced(r.ctx, p.OpenID); err != nil {
		t.Error(err)
	}
	hr.sees(r.world.ReviewChat(), p, "", "已通过")

	c := r.in(p.OpenID, flows.Done)
	if err := r.app.Store().VerifyChain(r.ctx, c.ID); err != nil {
		t.Error(err)
	}
	point := r.world.ESign.PointsFor(c.ID)[0]
	verified := false
	for _, call := range r.world.Tencent.Calls() {
		verified = verified || call.Action == "PhoneVerification" && call.RequestID == point.Detail["verifySerialNumber"]
	}
	if !verified || point.Method != "THREEELEMENTS" || point.Detail["smsCode"] != p.code(0) || point.Name != p.Person.Name ||
		point.CardNo != p.Person.Code || point.Detail["mobile"] != p.Person.Mobile || point.CardPortrait == point.CardNationalEmblem {
		t.Errorf("the evidence is not what happened: %s", point)
	}
}

// TestRobots lets people with different habits go the whole way at once.
func TestRobots(t *testing.T) {
	r := start(t, setup{hr: diligent, settings: map[string]string{"timing.code_resend": "1s"}})
	for name, script := range map[string]sim.Script{
		"careful": {}, "by word": {ByWord: true}, "photos first": {PhotosFirst: true}, "one post": {AsOnePost: true},
		"files": {AsFiles: true}, "blurred": {BlurredFirst: true}, "two fronts": {TwoFronts: true},
		"somebody else's back": {OtherPersonsBack: true}, "turned": {RotatedBack: true},
		"mistyped number": {TypedNumberWrong: true}, "mistyped code": {WrongCodeFirst: true},
	} {
		e := r.world.Hire(1)[0]
		script.Width = 1000
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			j, err := e.Register(r.ctx, script, nil)
			if err != nil || !j.Filed() || len(j.Misread) > 0 {
				t.Errorf("%v %+v", err, j)
			}
		})
	}
}
