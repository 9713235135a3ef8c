package e2e

import (
	"strings"
	"testing"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/scenario"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// rung is one way to be verified, as people go through it.
type rung struct {
	method string // of the settings
	point  string // of the evidence
	object string // of the evidence; the fields that only it has
	form   string // what the form says of it; "" for the usual one
	// refuse lets the supplier not match the next check; submit goes through the check from the form.
	refuse func(p harness.Person)
	submit func(p harness.Person, matches bool)
}

var rungs = map[string]rung{
	"three_elements": {
		method: "three_elements", point: "THREEELEMENTS", object: "smsCode mobile",
		refuse: func(p harness.Person) {
			r, _ := scenario.RefusalNamed("tencent.check/result_-4")
			armRefusal(p, r)
		},
		submit: func(p harness.Person, _ bool) { submitForm(p) },
	},
	"bank_card_four": {
		method: "bank_card_four", point: "BANKCARDFOUR", object: "bankCard openingBank smsCode mobile", form: "这次用银行卡核验",
		refuse: func(p harness.Person) {
			p.H.World.Faults.Arm(wire.Fault{
				Upstream: "tencent", Operation: "BankCard4EVerification", Kind: wire.Error, Status: 200, Times: 1,
				Body: `{"Response":{"Result":"-1","Description":"x","RequestId":"00000000-0000-4000-8000-000000000000"}}`,
			})
		},
		submit: func(p harness.Person, _ bool) {
			p.Press("confirm")
			p.See(sim.StageBankCard)
			typeCard(p, p.Person.BankCard)
		},
	},
	"face": {
		method: "face", point: "FACE", object: "faceImage faceImageSimilarScore faceLiveDetectScore", form: "这次用人脸核验",
		refuse: func(harness.Person) {},
		submit: func(p harness.Person, matches bool) {
			p.Press("confirm")
			p.See(sim.StageFace)
			as := tencent.FaceOther
			if matches {
				as = tencent.FaceOwn
			}
			showFace(p, faceLink(p), as)
		},
	},
}

// TestEveryOrderOfTheLadder: in every order of the three methods two do not match and the third does. The person is led
// to the next one each time, HR reads the one that matched, and the evidence holds that one alone.
func TestEveryOrderOfTheLadder(t *testing.T) {
	for _, ladder := range []string{
		"three_elements,bank_card_four,face", "three_elements,face,bank_card_four", "bank_card_four,three_elements,face",
		"bank_card_four,face,three_elements", "face,three_elements,bank_card_four", "face,bank_card_four,three_elements",
	} {
		t.Run(ladder, func(t *testing.T) {
			order := strings.Split(ladder, ",")
			h := harness.Start(t, withFace("verification.method", order[0], "verification.ladder", ladder,
				"review.style", "cards"))
			p := h.Hire()
			p.ToForm()
			for i, name := range order {
				r, last := rungs[name], i == len(order)-1
				if i > 0 {
					p.See(sim.StageConfirmation, r.form)
				}
				if !last {
					r.refuse(p)
				}
				r.submit(p, last)
			}
			p.See(sim.StageReview)
			passed := rungs[order[2]]
			c := h.CaseOf(p.OpenID)
			if string(c.Method) != passed.method || string(c.Check.Method) != passed.method || c.FailedChecks != 2 {
				t.Errorf("got %s after %d failed checks, want %s after 2", c.Method, c.FailedChecks, passed.method)
			}
			h.Admin(0).Sees(h.World.ReviewChat(), p, "approve")
			h.Admin(0).Decides(p, "approve", nil)
			p.CheckFiled()

			points := h.World.ESign.PointsFor(c.ID)
			if len(points) != 1 || points[0].Method != passed.point {
				t.Fatalf("got %d points, the first by %s, want one by %s", len(points), points[0].Method, passed.point)
			}
			fields := strings.Fields(passed.object)
			for _, field := range fields {
				if points[0].Detail[field] == "" {
					t.Errorf("got no %s", field)
				}
			}
			common := 3 // the supplier, the time and the serial number
			if passed.method != "face" {
				common++ // who sent the code
			}
			if got, want := len(points[0].Detail), common+len(fields); got != want {
				t.Errorf("got %d fields, want the %d of this method", got, want)
			}
			files := 2
			if passed.method == "face" {
				files = 3
			}
			if n := len(h.World.ESign.Files()); n != files {
				t.Errorf("got %d files, want %d: a face that did not match is not filed", n, files)
			}
		})
	}
}

// TestOtherRungWithoutTheFace: somebody whom the ladder asks for the face first takes another rung, and is registered
// without a call about a face.
func TestOtherRungWithoutTheFace(t *testing.T) {
	for _, other := range []string{"three_elements", "bank_card_four"} {
		t.Run(other, func(t *testing.T) {
			h := harness.Start(t, withFace("verification.method", "face", "verification.ladder",
				"face,three_elements,bank_card_four", "review.style", "cards"))
			p := h.Hire()
			p.ToForm()
			p.Press("confirm")
			p.See(sim.StageFace, "可以不刷")
			pressMethod(p, other)
			p.See(sim.StageConfirmation, rungs[other].form)
			rungs[other].submit(p, true)
			p.See(sim.StageReview)
			h.Admin(0).Decides(p, "approve", nil)
			p.CheckFiled()
			calls := append(faceCalls(h, "DetectAuth"), faceCalls(h, "GetDetectInfoEnhanced")...)
			if point := h.World.ESign.Points()[0]; len(calls) != 0 || point.Method != rungs[other].point {
				t.Errorf("got %d calls about a face and a point by %s", len(calls), point.Method)
			}
		})
	}
}
