package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/scenario"
)

// arm lets the next such call be answered with the code.
func (p person) arm(c scenario.Refusal) { c.Arm(p.r.world.Faults, p.r.world.Feishu) }

// met waits until the armed code was answered.
func (p person) met() {
	p.r.Helper()
	p.r.until("the call is made", func() bool { return len(p.r.world.Faults.List()) == 0 })
}

// triesAgain is for what ends by itself, and for the token, which stops whichever call asked for it.
func (p person) triesAgain(c scenario.Refusal) {
	s := scenario.Scenario{Name: c.Name, Call: c.Call, Fault: scenario.Fault{Name: c.Code}, Wire: c.Wire(), End: scenario.End{By: scenario.Itself}, Quiet: true}
	if c.Outcome == scenario.Stops {
		s.End = scenario.End{By: scenario.HR, Does: "retry"}
		s.Sees = []scenario.Sight{{Who: scenario.HR, Words: []string{"有一件实名卡住了", c.Says, c.Code}}}
	}
	p.meets(s)
}

// pressNow presses a button of a card that shows the case as it is now, once: where the answer was late and something has come of
// the click all the same, a second one would be about what came of the first.
func (p person) pressNow(openID, chat, act string, form map[string]any) (toast string) {
	r := p.r
	r.Helper()
	r.until("an answer to "+act, func() bool {
		s := r.find(chat, "a fresh "+act, func(s screen) bool {
			if !s.has(act) {
				return false
			}
			now, of := r.caseOf(p.OpenID), s.value(act)
			return of["case"] == now.ID && fmt.Sprint(of["rev"]) == fmt.Sprint(now.Rev)
		})
		before := r.caseOf(p.OpenID)
		res, err := r.world.Feishu.Click(r.ctx, openID, s.msg.ID, feishu.ByAct(act), form)
		switch {
		case errors.Is(err, feishu.ErrNoButton): // the card has moved down meanwhile
			return false
		case err != nil:
			r.Fatal(err)
		case res.ErrorCode == 0 && !strings.Contains(res.Toast.Text("zh_cn"), "再点一次"):
			toast = res.Toast.Text("zh_cn")
			return true
		}
		now := r.caseOf(p.OpenID)
		return now.Rev != before.Rev || now.CodeSeq != before.CodeSeq
	})
	return toast
}

// isStopped: HR is told of each cause, and retries; what the operator puts right is tried by itself as well, the rest is not.
func (p person) isStopped(codes []scenario.Refusal) {
	r, hr := p.r, p.r.admin(0)
	retry := func() {
		r.Helper()
		if toast := p.pressNow(hr.openID, r.world.ReviewChat(), "retry", nil); toast != "正在重试" && toast != "" {
			r.Errorf("HR is told %q", toast)
		}
	}
	rev := int64(0)
	if codes[0].Call.At == scenario.Photos {
		p.readsFront()
	}
	for i, c := range codes {
		p.arm(c)
		switch {
		case i > 0:
			retry()
		case c.Call.At == scenario.Photos: // or the other photo, read in peace, would lead on by itself
			p.send("back")
		default:
			p.does(c.Call.At)
		}
		var now *flows.Case
		r.until("the stop by "+c.Name, func() bool {
			now = r.caseOf(p.OpenID)
			return now.State == flows.NeedsAttention && now.Rev > rev && len(r.world.Faults.List()) == 0
		})
		rev = now.Rev
		if a := now.Attention; a.Upstream != c.Code || (a.Incident != "") != (c.Outcome == scenario.Stops) {
			r.Errorf("%s: %+v", c.Name, a)
		}
		r.find(r.world.ReviewChat(), "HR's card of "+c.Name, func(s screen) bool {
			return s.has("retry") && strings.Contains(string(s.msg.Card), p.OpenID) && s.says("有一件实名卡住了", c.Says, "对方错误码："+c.Code)
		})
		p.see(sim.StageAttention, "有一步需要 HR 处理，已经通知他们了")
	}
	retry()
	p.goesOn(scenario.Scenario{Call: codes[0].Call}, "")
}

// readsFront has the front photo sent and read.
func (p person) readsFront() {
	p.r.Helper()
	p.send("front")
	p.r.until("the front is read", func() bool { return p.r.caseOf(p.OpenID).Personal.Front != nil })
}

// isAsked: the person reads what to put right, and does.
func (p person) isAsked(codes []scenario.Refusal) {
	r, hr := p.r, p.r.admin(0)
	call := codes[0].Call
	switch call.At {
	case scenario.Photos:
		p.readsFront()
		for _, c := range codes {
			p.arm(c)
			photo := p.send("back")
			r.find(p.ChatID, "the answer to the photo", func(s screen) bool { return s.msg.ParentID == photo && s.says(c.Says) })
			if now := r.caseOf(p.OpenID); now.State != flows.AwaitingPhotos || now.Personal.Front == nil {
				r.Errorf("%s: %s, the front is kept: %t", c.Name, now.State, now.Personal.Front != nil)
			}
		}
		p.send("back")
	case scenario.Form:
		act := "confirm"
		for i, c := range codes {
			p.arm(c)
			p.pressNow(p.OpenID, p.ChatID, act, nil)
			p.codeIs("failed", i+1)
			p.see(sim.StageCode, c.Says)
			act = "send_code"
		}
		p.pressNow(p.OpenID, p.ChatID, act, nil)
		p.see(sim.StageCode, "验证码已在")
		p.typeCode()
		p.approved()
		return
	case scenario.Code:
		for i, c := range codes {
			p.arm(c)
			if i == 0 {
				p.typeCode()
			} else {
				p.confirms()
			}
			p.met()
			p.see(sim.StageConfirmation, c.Says)
		}
		p.confirms()
		p.approved()
		return
	case scenario.Review:
		for _, c := range codes {
			p.arm(c)
			p.pressNow(hr.openID, r.world.ReviewChat(), "approve", nil)
			p.met()
			p.see(sim.StageConfirmation, c.Says)
			p.confirms()
			p.see(sim.StageReview)
		}
		p.pressNow(hr.openID, r.world.ReviewChat(), "approve", nil)
		return
	}
	p.goesOn(scenario.Scenario{Call: call}, "")
}

// approved lets HR approve what waits for it.
func (p person) approved() {
	p.r.Helper()
	p.see(sim.StageReview)
	p.pressNow(p.r.admin(0).openID, p.r.world.ReviewChat(), "approve", nil)
	p.see(sim.StageDone)
}

// codeIs waits until the case has the n-th code in a state.
func (p person) codeIs(state string, n int) {
	p.r.Helper()
	p.r.until("code "+state, func() bool {
		c := p.r.caseOf(p.OpenID).Code
		return c != nil && c.Seq == n && string(c.State) == state
	})
}

// mayHaveTheCode: no second text message goes out unless the person asks.
func (p person) mayHaveTheCode(codes []scenario.Refusal) {
	r := p.r
	act := "confirm"
	for i, c := range codes {
		p.arm(c)
		p.pressNow(p.OpenID, p.ChatID, act, nil)
		p.codeIs("unknown", i+1)
		p.see(sim.StageCode, c.Says)
		act = "send_code"
	}
	if n := p.inbox(); n > 0 {
		r.Errorf("%d text messages", n)
	}
	p.pressNow(p.OpenID, p.ChatID, act, nil)
	p.see(sim.StageCode, "验证码已在")
	p.typeCode()
	p.approved()
}

// doesWithout: the form starts without the mobile.
func (p person) doesWithout(c scenario.Refusal) {
	p.arm(c)
	p.does(c.Call.At)
	p.met()
	p.goesOn(scenario.Scenario{Call: c.Call}, "")
	if now := p.r.caseOf(p.OpenID); now.Personal.ContactMobile != "" {
		p.r.Error("the directory answered after all")
	}
}

// seesNothing: a first card does not come, and comes when the person says the word again.
func (p person) seesNothing(codes []scenario.Refusal) {
	for _, c := range codes {
		p.arm(c)
		p.does(c.Call.At)
		p.met()
		p.r.until("the log says what becomes of the card: "+c.Name, func() bool { return p.cardLogged(c) })
	}
	p.does(scenario.Start)
	p.pressNow(p.OpenID, p.ChatID, "consent", nil)
	p.goesOn(scenario.Scenario{Call: scenario.Call{At: scenario.Consent}}, "")
}

// cardLogged reports whether the log says that a card waits, or is not shown, because of the code.
func (p person) cardLogged(c scenario.Refusal) bool {
	id := p.r.caseOf(p.OpenID).ID
	want := map[scenario.Outcome]string{scenario.Later: "cards cannot be shown"}[c.Outcome]
	for line := range strings.Lines(p.r.logs.String()) {
		var l struct{ Msg, Case, Upstream string }
		if json.Unmarshal([]byte(line), &l) == nil && l.Case == id && l.Upstream == c.Code && l.Msg == cmp.Or(want, "card was not shown") {
			return true
		}
	}
	return false
}

// isAnswered: the answer to a photo that is none comes as a message of its own when there is nothing to answer any more.
func (p person) isAnswered(codes []scenario.Refusal) {
	r := p.r
	private := func(s screen) bool {
		return s.stage == sim.StageNone && s.msg.ParentID == "" && s.says("这个文件不是图片")
	}
	answers := 0
	for _, c := range codes {
		p.arm(c)
		p.does(c.Call.At)
		p.met()
		if c.Outcome == scenario.Renews {
			answers++
			r.until("the answer in private", func() bool { return r.everShown(p.ChatID, private) == answers })
		}
	}
	r.idle()
	if n := r.everShown(p.ChatID, private); n != answers {
		r.Errorf("%d answers in private, want %d", n, answers)
	}
	p.goesOn(scenario.Scenario{Call: codes[0].Call}, p.does(scenario.Odd))
}

// missesAChange: a change of the card is not shown, or on a new message; the next card is.
func (p person) missesAChange(c scenario.Refusal) {
	p.arm(c)
	p.does(c.Call.At)
	p.met()
	p.r.until("the log says what becomes of the card: "+c.Name, func() bool { return p.cardLogged(c) })
	p.goesOn(scenario.Scenario{Call: c.Call}, "")
}
