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

// armRefusal answers the next call of the operation with the code.
func armRefusal(p harness.Person, c scenario.Refusal) { c.Arm(p.H.World.Faults, p.H.World.Feishu) }

// waitFaultsMet waits until the armed code was answered.
func waitFaultsMet(p harness.Person) {
	p.H.Helper()
	p.H.Until("the call is made", func() bool { return len(p.H.World.Faults.List()) == 0 })
}

// meetRetried tests a code that the bot retries by itself. A refused app secret stops the case if a step's call asked
// for the token.
func meetRetried(p harness.Person, c scenario.Refusal) {
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
		s.Sees = []scenario.Sight{{Who: scenario.HR, Words: []string{"有一件实名卡住了", c.Says, c.Next(), c.Code}}}
	}
	runFaultRow(p, s)
}

// pressCurrent presses a button of the card that shows the case's present revision, once. A second click after a late
// answer would apply to the next state.
func pressCurrent(p harness.Person, openID, chat, act string, form map[string]any) (toast string) {
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
		case errors.Is(err, feishu.ErrNoButton): // the card was sent again further down
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

// meetStops tests codes that suspend the case. HR is told of each cause and retries.
func meetStops(p harness.Person, codes []scenario.Refusal) {
	h, hr := p.H, p.H.Admin(0)
	retry := func() {
		h.Helper()
		toast := pressCurrent(p, hr.OpenID, h.World.ReviewChat(), "retry", nil)
		if strings.Contains(toast, "还要另一位") { // writing over what Feishu has bound takes two
			toast = pressCurrent(p, h.Admin(1).OpenID, h.World.ReviewChat(), "retry", nil)
		}
		if toast != "正在重试" && toast != "" {
			h.Errorf("got the toast %q for HR, want 正在重试", toast)
		}
	}
	rev := int64(0)
	if codes[0].Call.At == scenario.Photos {
		sendFront(p)
	}
	uploads := strings.HasPrefix(codes[0].Call.Name, "esign.") && codes[0].Call.Name != "esign.evidence"
	for i, c := range codes {
		armRefusal(p, c)
		switch {
		case i > 0:
			retry()
		case c.Call.At == scenario.Photos: // if both photos were sent, the other one would resume the case by itself
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
			h.Errorf("%s: got %+v, want the stop of this code", c.Name, a)
		}
		h.Find(h.World.ReviewChat(), "HR's card of "+c.Name, func(s harness.CardView) bool {
			return s.Has("retry") && strings.Contains(string(s.Msg.Card), p.OpenID) &&
				s.Says("有一件实名卡住了", c.Says, c.Next(), "对方错误码："+c.Code, now.Attention.LogID)
		})
		p.See(sim.StageAttention, "有一步需要 HR 处理，已经通知他们了")
		if uploads {
			// Otherwise the retry uploads the other photo a second time.
			h.Until("the other photo is uploaded", func() bool { return len(h.CaseOf(p.OpenID).Uploads) == 1 })
		}
	}
	retry()
	finishRegistration(p, scenario.Scenario{Call: codes[0].Call}, "")
}

// sendFront sends the front photo and waits until it is read.
func sendFront(p harness.Person) {
	p.H.Helper()
	p.Send("front")
	p.H.Until("the front is read", func() bool { return p.H.CaseOf(p.OpenID).Personal.Front != nil })
}

// meetCorrections tests codes that the person can correct.
func meetCorrections(p harness.Person, codes []scenario.Refusal) {
	h, hr := p.H, p.H.Admin(0)
	call := codes[0].Call
	switch call.At {
	case scenario.Photos:
		sendFront(p)
		for _, c := range codes {
			armRefusal(p, c)
			photo := p.Send("back")
			h.Find(p.ChatID, "the answer to the photo", func(s harness.CardView) bool {
				return s.Msg.ParentID == photo && s.Says(c.Says, c.Next())
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
			pressCurrent(p, p.OpenID, p.ChatID, act, nil)
			waitCodeState(p, "failed", i+1)
			p.See(sim.StageCode, c.Says, c.Next())
			act = "send_code"
		}
		pressCurrent(p, p.OpenID, p.ChatID, act, nil)
		p.See(sim.StageCode, "验证码已在")
		p.TypeCode()
		approve(p)
		return
	case scenario.Code:
		for i, c := range codes {
			armRefusal(p, c)
			if i == 0 {
				p.TypeCode()
			} else {
				submitForm(p)
			}
			waitFaultsMet(p)
			p.See(sim.StageConfirmation, c.Says, c.Next())
		}
		submitForm(p)
		approve(p)
		return
	case scenario.Review:
		for _, c := range codes {
			armRefusal(p, c)
			pressCurrent(p, hr.OpenID, h.World.ReviewChat(), "approve", nil)
			waitFaultsMet(p)
			p.See(sim.StageConfirmation, c.Says, c.Next())
			submitForm(p)
			p.See(sim.StageReview)
		}
		pressCurrent(p, hr.OpenID, h.World.ReviewChat(), "approve", nil)
		return
	}
	finishRegistration(p, scenario.Scenario{Call: call}, "")
}

// approve lets HR approve the waiting review.
func approve(p harness.Person) {
	p.H.Helper()
	p.See(sim.StageReview)
	pressCurrent(p, p.H.Admin(0).OpenID, p.H.World.ReviewChat(), "approve", nil)
	p.See(sim.StageDone)
}

// waitCodeState waits until the case's n-th code is in a state.
func waitCodeState(p harness.Person, state string, n int) {
	p.H.Helper()
	p.H.Until("code "+state, func() bool {
		c := p.H.CaseOf(p.OpenID).Code
		return c != nil && c.Seq == n && string(c.State) == state
	})
}

// meetUnknownCode tests codes after which the bot does not know whether the text message was sent. It must not send a
// second one by itself.
func meetUnknownCode(p harness.Person, codes []scenario.Refusal) {
	h := p.H
	act := "confirm"
	for i, c := range codes {
		armRefusal(p, c)
		pressCurrent(p, p.OpenID, p.ChatID, act, nil)
		waitCodeState(p, "unknown", i+1)
		p.See(sim.StageCode, c.Says, c.Next())
		act = "send_code"
	}
	if n := p.SMSCount(); n > 0 {
		h.Errorf("got %d text messages, want none", n)
	}
	pressCurrent(p, p.OpenID, p.ChatID, act, nil)
	p.See(sim.StageCode, "验证码已在")
	p.TypeCode()
	approve(p)
}

// meetMissingMobile tests codes after which the form starts without the mobile.
func meetMissingMobile(p harness.Person, c scenario.Refusal) {
	armRefusal(p, c)
	doStep(p, c.Call.At)
	waitFaultsMet(p)
	finishRegistration(p, scenario.Scenario{Call: c.Call}, "")
	if now := p.H.CaseOf(p.OpenID); now.Personal.ContactMobile != "" {
		p.H.Error("got a mobile from the directory, want none")
	}
}

// meetUnseenCard tests codes for the first card. The bot sends it when the person writes again.
func meetUnseenCard(p harness.Person, codes []scenario.Refusal) {
	for _, c := range codes {
		armRefusal(p, c)
		doStep(p, c.Call.At)
		waitFaultsMet(p)
		p.H.Until("the log says what becomes of the card: "+c.Name, func() bool { return cardLogged(p, c) })
		waitIdle(p.H) // HR's notice of it would meet the next code
	}
	doStep(p, scenario.Start)
	p.Consent()
	finishRegistration(p, scenario.Scenario{Call: scenario.Call{At: scenario.Consent}}, "")
}

// cardLogged reports whether the log says that a card waits or is not shown because of the code.
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

// meetUnansweredPhoto tests codes for a reply to a file that is no photo. If the replied message is gone, the answer
// becomes a message of its own.
func meetUnansweredPhoto(p harness.Person, codes []scenario.Refusal) {
	h := p.H
	private := func(s harness.CardView) bool {
		return s.Stage == sim.StageNone && s.Msg.ParentID == "" && s.Says("这个文件不是图片")
	}
	answers := 0
	for _, c := range codes {
		armRefusal(p, c)
		doStep(p, c.Call.At)
		waitFaultsMet(p)
		if c.Outcome == scenario.Renews {
			answers++
			h.Until("the answer in private", func() bool { return countEverShown(h, p.ChatID, private) == answers })
		}
	}
	waitIdle(h)
	if n := countEverShown(h, p.ChatID, private); n != answers {
		h.Errorf("%d answers in private, want %d", n, answers)
	}
	finishRegistration(p, scenario.Scenario{Call: codes[0].Call}, doStep(p, scenario.Odd))
}

// meetMissedPatch tests codes for a card's patch. The change is lost or shown on a new message; the next card is
// shown.
func meetMissedPatch(p harness.Person, c scenario.Refusal) {
	armRefusal(p, c)
	doStep(p, c.Call.At)
	waitFaultsMet(p)
	p.H.Until("the log says what becomes of the card: "+c.Name, func() bool { return cardLogged(p, c) })
	finishRegistration(p, scenario.Scenario{Call: c.Call}, "")
}
