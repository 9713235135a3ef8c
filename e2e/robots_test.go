package e2e

import (
	"context"
	"sync"
	"testing"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
)

func TestHappyPath(t *testing.T) {
	h := harness.Start(t, harness.Setup{Settings: map[string]string{"announce.people": "avatars"}})
	p, hr := h.Hire(), h.Admin(0)
	p.ToReview()
	if toast := hr.Decides(p, "approve", nil); toast != "已通过" {
		t.Errorf("toast %q, want %q", toast, "已通过")
	}
	p.CheckFiled()
	if j := h.World.Journey(p.OpenID); j.SMS != 1 || j.Photos != 2 {
		t.Errorf("got the journey %+v, want it filed once", j)
	}
	if err := h.World.WaitAnnounced(h.Ctx, p.OpenID); err != nil {
		t.Error(err)
	}
	hr.Sees(h.World.ReviewChat(), p, "", "已通过")

	c := h.InState(p.OpenID, flows.Done)
	if err := h.App.Store().VerifyChain(h.Ctx, c.ID); err != nil {
		t.Error(err)
	}
	point := h.World.ESign.PointsFor(c.ID)[0]
	verified := false
	for _, call := range h.World.Tencent.Calls() {
		verified = verified || call.Action == "PhoneVerification" && call.RequestID == point.Detail["verifySerialNumber"]
	}
	if !verified || point.Method != "THREEELEMENTS" || point.Detail["smsCode"] != p.SentCode(0) ||
		point.Name != p.Person.Name ||
		point.CardNo != p.Person.Code || point.Detail["mobile"] != p.Person.Mobile ||
		point.CardPortrait == point.CardNationalEmblem {
		t.Errorf("got the evidence %s, want what happened", point)
	}
}

// TestRobots registers robots with different behaviour in parallel.
func TestRobots(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent, Settings: map[string]string{"timing.code_resend": "1s"}})
	rows := h.Rows()
	defer rows.Wait()
	for name, script := range map[string]sim.Script{
		"careful":              {},
		"by word":              {ByWord: true},
		"photos first":         {PhotosFirst: true},
		"one post":             {AsOnePost: true},
		"files":                {AsFiles: true},
		"blurred":              {BlurredFirst: true},
		"two fronts":           {TwoFronts: true},
		"somebody else's back": {OtherPersonsBack: true},
		"turned":               {RotatedBack: true},
		"mistyped number":      {TypedNumberWrong: true},
		"mistyped code":        {WrongCodeFirst: true},
	} {
		e := h.World.Hire(1)[0]
		script.Width = 1000
		rows.Run(name, func(h *harness.Harness) {
			j, err := e.Register(h.Ctx, script, nil)
			if err != nil || !j.Filed() || len(j.Misread) > 0 {
				h.Errorf("got %v and the journey %+v, want it filed once", err, j)
			}
		})
	}
}

// TestRobotOpensTheForm: a robot of HR sends cases back with words of its own, for which it opens the folded form, each
// once: on the single cards and at a desk.
func TestRobotOpensTheForm(t *testing.T) {
	for name, setup := range map[string]harness.Setup{"cards": {}, "desk": withDesks()} {
		t.Run(name, func(t *testing.T) {
			h := harness.Start(t, setup)
			people := h.HireAll(2)
			for _, p := range people {
				p.ToReview()
			}
			hr := h.World.HR(0)
			ctx, stop := context.WithCancel(h.Ctx)
			defer stop()
			var working sync.WaitGroup
			working.Go(func() {
				err := hr.Work(ctx, func(c sim.HRCard) sim.Decision {
					switch {
					case c.Kind == "desk":
						return sim.Next()
					case c.Kind == "review" && c.Can("approve"):
						return sim.SendBack("other", "details", "请再核对")
					}
					return sim.Decision{}
				})
				if err != nil {
					t.Error(err)
				}
			})
			for _, p := range people {
				p.See(sim.StageConfirmation, "请再核对")
				if c := h.CaseOf(p.OpenID); c.Rounds != 1 || c.Asked == nil || c.Asked.Redo != "details" {
					t.Errorf("got round %d, asked %+v, want one decision", c.Rounds, c.Asked)
				}
			}
			stop()
			working.Wait()
		})
	}
}
