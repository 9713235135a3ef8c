package e2e

import (
	"time"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/scenario"
)

// isMismatch has the values of ErrCode that are an answer about the person, and no failure. So is a flow that is not
// finished.
var isMismatch = map[string]bool{
	"2005": true, "2006": true, "2007": true, "2008": true, "2009": true, "2011": true, "2015": true, "2016": true,
	"14": true, "17": true,
}

// meetFaceOver tests codes with which a flow is over without a match. The person reads why and shows the face again.
func meetFaceOver(p harness.Person, codes []scenario.Refusal) {
	h := p.H
	for _, c := range codes {
		armRefusal(p, c)
		doStep(p, scenario.FaceShown)
		waitFaultsMet(p)
		if c.Outcome == scenario.Decides {
			h.Find(h.World.ReviewChat(), "HR's card of "+c.Name, func(s harness.CardView) bool {
				return s.Has("retry") && s.Says("有一件实名卡住了", c.Says, c.Next(), "对方错误码："+c.Code)
			})
			pressCurrent(p, h.Admin(0).OpenID, h.World.ReviewChat(), "retry", nil)
		} else {
			h.Find(p.ChatID, "the card after "+c.Name, func(s harness.CardView) bool { return s.Says(c.Says, c.Next()) })
		}
		if now := h.CaseOf(p.OpenID); now.Check != nil && now.Check.Outcome == flows.CheckMatch ||
			now.Uploadable(flows.FaceSide) != nil {
			h.Errorf("%s: a flow without a match counts", c.Name)
		}
		if c.Code == "2018" { // the supplier takes this person again tomorrow
			h.Clock.Move(24 * time.Hour)
		}
		if h.CaseOf(p.OpenID).State == flows.AwaitingConfirmation {
			pressCurrent(p, p.OpenID, p.ChatID, "confirm", nil)
			p.See(sim.StageFace, "同意，开始刷脸")
		}
		faceLink(p)
	}
	doStep(p, scenario.FaceShown)
	approve(p)
}
