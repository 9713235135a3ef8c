package e2e

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"shiming/e2e/harness"
	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/scenario"
)

// armRefusal lets the next such call be answered with the code.
func armRefusal(p harness.Person, c scenario.Refusal) { c.Arm(p.H.World.Faults, p.H.World.Feishu) }

// allMet waits until the armed code was answered.
func allMet(p harness.Person) {
	p.H.Helper()
	p.H.Until("the call is made", func() bool { return len(p.H.World.Faults.List()) == 0 })
}

// triesAgain is for what ends by itself, and for the token, which stops whichever call asked for it.
func triesAgain(p harness.Person, c scenario.Refusal) {
	s := scenario.Scenario{
		Name:  c.Name,
		Call:  c.Call,
		Fault: scenario.Fault{Name: c.Code},
		Wire:  c.Wire(),
		End:   scenario.End{By: scenario.Itself},
		Quiet: true,
	}
	if c.Outcome == scenario.Stops {
		s.End = scenario.End{By: scenario.HR, Does: "retry"}
		s.Sees = []scenario.Sight{{Who: scenario.HR, Words: []string{"有一件实名卡住了", c.Says, c.Code}}}
	}
	meetFault(p, s)
}

// pressNow presses a button of a card that shows the case as it is now, once: where the answer was late and something
// has come of the click all the same, a second one would be about what came of the first.
func pressNow(p harness.Person, openID, chat, act string, form map[string]any) (toast string) {
	h := p.H
	h.Helper()
	h.Until("an answer to "+act, func() bool {
		s := h.Find(chat, "a fresh "+act, func(s harness.CardView) bool {
			if !s.Has(act) {
				return false
			}
			now, of := h.CaseOf(p.OpenID), s.Value(act)
			return of["case"] == now.ID && fmt.Sprint(of["rev"]) == fmt.Sprint(now.Rev)
		})
		before := h.CaseOf(p.OpenID)
		res, err := h.World.Feishu.Click(h.Ctx, openID, s.Msg.ID, feishu.ByAct(act), form)
		switch {
		case errors.Is(err, feishu.ErrNoButton): // the card has moved down meanwhile
			return false
		case err != nil:
			h.Fatal(err)
		case res.ErrorCode == 0 && !strings.Contains(res.Toast.Text("zh_cn"), "再点一次"):
			toast = res.Toast.Text("zh_cn")
			return true
		}
		now := h.CaseOf(p.OpenID)
		return now.Rev != before.Rev || now.CodeSeq != before.CodeSeq
	})
	return toast
}

// isStopped: HR is told of each cause, and retries; what the operator puts right is tried by itself as well, the rest
// is not.
func isStopped(p harness.Person, codes []scenario.Refusal) {
	h, hr := p.H, p.H.Admin(0)
	retry := func() {
		h.Helper()
		if toast := pressNow(p, hr.OpenID, h.World.ReviewChat(), "retry", nil); toast != "正在重试" && toast != "" {
			h.Errorf("HR is told %q", toast)
		}
	}
	rev := int64(0)
	if codes[0].Call.At == scenario.Photos {
		readsFront(p)
	}
	uploads := strings.HasPrefix(codes[0].Call.Name, "esign.") && codes[0].Call.Name != "esign.evidence"
	for i, c := range codes {
		armRefusal(p, c)
		switch {
		case i > 0:
			retry()
		case c.Call.At == scenario.Photos: // or the other photo, read in peace, would lead on by itself
			p.Send("back")
		default:
			doStep(p, c.Call.At)
		}
		var now *flows.Case
		h.Until("the stop by "+c.Name, func() bool {
			now = h.CaseOf(p.OpenID)
			return now.State == flows.NeedsAttention && now.Rev > rev && len(h.World.Faults.List()) == 0
		})
		rev = now.Rev
		if a := now.Attention; a.Upstream != c.Code || (a.Incident != "") != (c.Outcome == scenario.Stops) {
			h.Errorf("%s: %+v", c.Name, a)
		}
		h.Find(h.World.ReviewChat(), "HR's card of "+c.Name, func(s harness.CardView) bool {
			return s.Has("retry") && strings.Contains(string(s.Msg.Card), p.OpenID) &&
				s.Says("有一件实名卡住了", c.Says, "对方错误码："+c.Code)
		})
		p.See(sim.StageAttention, "有一步需要 HR 处理，已经通知他们了")
		if uploads {
			// else a retry uploads it twice
			h.Until("the other photo is uploaded", func() bool { return len(h.CaseOf(p.OpenID).Uploads) == 1 })
		}
	}
	retry()
	goesOn(p, scenario.Scenario{Call: codes[0].Call}, "")
}

// readsFront has the front photo sent and read.
func readsFront(p harness.Person) {
	p.H.Helper()
	p.Send("front")
	p.H.Until("the front is read", func() bool { return p.H.CaseOf(p.OpenID).Personal.Front != nil })
}

// isAsked: the person reads what to put right, and does.
func isAsked(p harness.Person, codes []scenario.Refusal) {
	h, hr := p.H, p.H.Admin(0)
	call := codes[0].Call
	switch call.At {
	case scenario.Photos:
		readsFront(p)
		for _, c := range codes {
			armRefusal(p, c)
			photo := p.Send("back")
			h.Find(p.ChatID, "the answer to the photo", func(s harness.CardView) bool {
				return s.Msg.ParentID == photo && s.Says(c.Says)
			})
			if now := h.CaseOf(p.OpenID); now.State != flows.AwaitingPhotos || now.Personal.Front == nil {
				h.Errorf("%s: %s, the front is kept: %t, want %v", c.Name, now.State, now.Personal.Front != nil,
					flows.AwaitingPhotos)
			}
		}
		p.Send("back")
	case scenario.Form:
		act := "confirm"
		for i, c := range codes {
			armRefusal(p, c)
			pressNow(p, p.OpenID, p.ChatID, act, nil)
			codeIs(p, "failed", i+1)
			p.See(sim.StageCode, c.Says)
			act = "send_code"
		}
		pressNow(p, p.OpenID, p.ChatID, act, nil)
		p.See(sim.StageCode, "验证码已在")
		p.TypeCode()
		checkApproved(p)
		return
	case scenario.Code:
		for i, c := range codes {
			armRefusal(p, c)
			if i == 0 {
				p.TypeCode()
			} else {
				confirms(p)
			}
			allMet(p)
			p.See(sim.StageConfirmation, c.Says)
		}
		confirms(p)
		checkApproved(p)
		return
	case scenario.Review:
		for _, c := range codes {
			armRefusal(p, c)
			pressNow(p, hr.OpenID, h.World.ReviewChat(), "approve", nil)
			allMet(p)
			p.See(sim.StageConfirmation, c.Says)
			confirms(p)
			p.See(sim.StageReview)
		}
		pressNow(p, hr.OpenID, h.World.ReviewChat(), "approve", nil)
		return
	}
	goesOn(p, scenario.Scenario{Call: call}, "")
}

// checkApproved lets HR approve what waits for it.
func checkApproved(p harness.Person) {
	p.H.Helper()
	p.See(sim.StageReview)
	pressNow(p, p.H.Admin(0).OpenID, p.H.World.ReviewChat(), "approve", nil)
	p.See(sim.StageDone)
}

// codeIs waits until the case has the n-th code in a state.
func codeIs(p harness.Person, state string, n int) {
	p.H.Helper()
	p.H.Until("code "+state, func() bool {
		c := p.H.CaseOf(p.OpenID).Code
		return c != nil && c.Seq == n && string(c.State) == state
	})
}

// mayHaveTheCode: no second text message goes out unless the person asks.
func mayHaveTheCode(p harness.Person, codes []scenario.Refusal) {
	h := p.H
	act := "confirm"
	for i, c := range codes {
		armRefusal(p, c)
		pressNow(p, p.OpenID, p.ChatID, act, nil)
		codeIs(p, "unknown", i+1)
		p.See(sim.StageCode, c.Says)
		act = "send_code"
	}
	if n := p.SMSCount(); n > 0 {
		h.Errorf("%d text messages", n)
	}
	pressNow(p, p.OpenID, p.ChatID, act, nil)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	checkApproved(p)
}

// doesWithout: the form starts without the mobile.
func doesWithout(p harness.Person, c scenario.Refusal) {
	armRefusal(p, c)
	doStep(p, c.Call.At)
	allMet(p)
	goesOn(p, scenario.Scenario{Call: c.Call}, "")
	if now := p.H.CaseOf(p.OpenID); now.Personal.ContactMobile != "" {
		p.H.Error("the directory answered after all")
	}
}

// seesNothing: a first card does not come, and comes when the person says the word again.
func seesNothing(p harness.Person, codes []scenario.Refusal) {
	for _, c := range codes {
		armRefusal(p, c)
		doStep(p, c.Call.At)
		allMet(p)
		p.H.Until("the log says what becomes of the card: "+c.Name, func() bool { return cardLogged(p, c) })
	}
	doStep(p, scenario.Start)
	pressNow(p, p.OpenID, p.ChatID, "consent", nil)
	goesOn(p, scenario.Scenario{Call: scenario.Call{At: scenario.Consent}}, "")
}

// cardLogged reports whether the log says that a card waits, or is not shown, because of the code.
func cardLogged(p harness.Person, c scenario.Refusal) bool {
	id := p.H.CaseOf(p.OpenID).ID
	want := map[scenario.Outcome]string{scenario.Later: "cards cannot be shown"}[c.Outcome]
	for line := range strings.Lines(p.H.Logs.String()) {
		var l struct{ Msg, Case, Upstream string }
		if json.Unmarshal([]byte(line), &l) == nil && l.Case == id && l.Upstream == c.Code &&
			l.Msg == cmp.Or(want, "card was not shown") {
			return true
		}
	}
	return false
}

// isAnswered: the answer to a photo that is none comes as a message of its own when there is nothing to answer any
// more.
func isAnswered(p harness.Person, codes []scenario.Refusal) {
	h := p.H
	private := func(s harness.CardView) bool {
		return s.Stage == sim.StageNone && s.Msg.ParentID == "" && s.Says("这个文件不是图片")
	}
	answers := 0
	for _, c := range codes {
		armRefusal(p, c)
		doStep(p, c.Call.At)
		allMet(p)
		if c.Outcome == scenario.Renews {
			answers++
			h.Until("the answer in private", func() bool { return everShown(h, p.ChatID, private) == answers })
		}
	}
	waitIdle(h)
	if n := everShown(h, p.ChatID, private); n != answers {
		h.Errorf("%d answers in private, want %d", n, answers)
	}
	goesOn(p, scenario.Scenario{Call: codes[0].Call}, doStep(p, scenario.Odd))
}

// missesAChange: a change of the card is not shown, or on a new message; the next card is.
func missesAChange(p harness.Person, c scenario.Refusal) {
	armRefusal(p, c)
	doStep(p, c.Call.At)
	allMet(p)
	p.H.Until("the log says what becomes of the card: "+c.Name, func() bool { return cardLogged(p, c) })
	goesOn(p, scenario.Scenario{Call: c.Call}, "")
}
