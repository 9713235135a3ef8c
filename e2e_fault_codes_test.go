package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"shiming/flows"
	"shiming/sim"
	"shiming/sim/scenario"
)

// TestCodeScenarios has the platforms answer a real bot with their documented error codes. Where a case comes back to the same
// call, one person meets all the codes of a sort one after the other; the case ends done, everything written once, and after
// each code the people have read what the catalogue says.
func TestCodeScenarios(t *testing.T) {
	byCall := map[string][]scenario.Refusal{}
	var order []string
	for _, r := range scenario.Refusals() {
		if byCall[r.Call.Name] == nil {
			order = append(order, r.Call.Name)
		}
		byCall[r.Call.Name] = append(byCall[r.Call.Name], r)
	}
	for _, name := range order {
		t.Run(name, func(t *testing.T) { codesOf(t, byCall[name]) })
	}
}

// way is how one person meets some codes.
type way struct {
	name  string
	codes []scenario.Refusal
	meet  func(p person, codes []scenario.Refusal)
}

// alike bounds how many codes that mean the same are met by a person each. The others of the sort are told apart by the tables
// alone, see TestScenariosAndTables.
const alike = 3

// waysOf sorts the codes of a call.
func waysOf(codes []scenario.Refusal) (out []way) {
	sorted := map[scenario.Outcome][]scenario.Refusal{}
	for _, c := range codes {
		sorted[c.Outcome] = append(sorted[c.Outcome], c)
	}
	add := func(name string, codes []scenario.Refusal, meet func(person, []scenario.Refusal)) {
		if len(codes) > 0 {
			out = append(out, way{name, codes, meet})
		}
	}
	each := func(o scenario.Outcome, most int, meet func(person, scenario.Refusal)) {
		for _, c := range sorted[o][:min(most, len(sorted[o]))] {
			add(strings.TrimPrefix(c.Name, c.Call.Name+"/"), []scenario.Refusal{c}, func(p person, _ []scenario.Refusal) { meet(p, c) })
		}
	}
	call := codes[0].Call
	most := alike
	if call.Name == "feishu.ocr" || call.Name == "esign.file_status" {
		most = len(codes)
	}
	each(scenario.Again, most, person.triesAgain)
	if call.Proof == scenario.Secret {
		each(scenario.Stops, most, person.triesAgain)
	} else {
		add("stops", append(sorted[scenario.Stops], sorted[scenario.Decides]...), person.isStopped)
	}
	add("asks", sorted[scenario.Asks], person.isAsked)
	add("unclear", sorted[scenario.Unclear], person.mayHaveTheCode)
	each(scenario.Without, most, person.doesWithout)
	switch call.Name {
	case "feishu.send":
		add("unseen", append(sorted[scenario.Unseen], sorted[scenario.Later]...), person.seesNothing)
	case "feishu.reply":
		add("renews", append(sorted[scenario.Renews], sorted[scenario.Unseen]...), person.isAnswered)
	case "feishu.patch":
		each(scenario.Unseen, 2, person.missesAChange)
		each(scenario.Later, 1, person.missesAChange)
		each(scenario.Renews, most, person.missesAChange)
	}
	return out
}

// codesOf plays the codes of one call in one world, as faultsOf does.
func codesOf(t *testing.T, codes []scenario.Refusal) {
	ways := waysOf(codes)
	call := codes[0].Call
	cards := call.Name == "feishu.send" || call.Name == "feishu.patch" || call.Proof == scenario.Secret
	r := start(t, setup{clock: behind(time.Hour), settings: again(), calls: 3 * time.Second, within: 3 * testTime(),
		noisy: cards, badCards: cards}) // that a card cannot be shown is worth an error
	r.until("the admins' names are known", func() bool { return r.calls("feishu", "contact.user.get") >= 2 })
	people := r.hireAll(len(ways))
	t.Run("until then", func(t *testing.T) {
		for i, w := range ways {
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				people[i].in(t).comeTo(call.At)
			})
		}
	})
	if t.Failed() {
		return
	}
	for i, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			p := people[i].in(t)
			ctx, cancel := context.WithTimeout(p.r.ctx, testTime())
			defer cancel()
			p.r.ctx = ctx
			defer p.explain()
			p.r.idle() // a fault is for whoever calls next
			w.meet(p, w.codes)
			p.filed()
			if left := p.r.world.Faults.List(); len(left) > 0 {
				p.r.Errorf("not met: %+v", left)
			}
			for _, c := range w.codes {
				if !quietly(c) {
					p.r.until("a line in the log has the case and "+c.Name, func() bool { return p.r.toldCode(p.r.caseOf(p.OpenID).ID, c) })
				}
			}
		})
	}
}

// quietly: a token that is refused is dropped, and the same call made once more with a fresh one; and a check that finds no match
// is a good answer.
func quietly(c scenario.Refusal) bool {
	return c.Code == "-4" || c.Code == "-9" || c.Outcome == scenario.Again && c.Call.Proof == scenario.Token && (strings.HasPrefix(c.Code, "9999166") || c.Code == "99991671")
}

// toldCode reports whether a line of the log names the case and the platform's code.
func (r *rig) toldCode(caseID string, c scenario.Refusal) bool {
	for line := range strings.Lines(r.logs.String()) {
		var l struct{ Level, Msg, Case, Operation, Upstream string }
		if json.Unmarshal([]byte(line), &l) != nil || l.Level != "WARN" || l.Msg != "call failed" || l.Case != caseID {
			continue
		}
		if l.Upstream == c.Code && l.Operation == logged[c.Call.Name] || strings.HasPrefix(c.Code, "fileStatus ") && l.Operation == "UploadFile" {
			return true
		}
	}
	return false
}

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

// pressNow presses a button of the newest card in a chat that shows the case as it is now.
func (p person) pressNow(openID, chat, act string, form map[string]any) string {
	r := p.r
	r.Helper()
	s := r.find(chat, "a fresh "+act, func(s screen) bool {
		return s.has(act) && strings.Contains(string(s.msg.Card), p.r.caseOf(p.OpenID).ID) && fmt.Sprint(s.value(act)["rev"]) == fmt.Sprint(r.caseOf(p.OpenID).Rev)
	})
	return r.clickOn(openID, s, act, form)
}

// isStopped: HR is told of each cause, and retries; what the operator puts right is tried by itself as well, the rest is not.
func (p person) isStopped(codes []scenario.Refusal) {
	r, hr := p.r, p.r.admin(0)
	retry := func() {
		r.Helper()
		if toast := p.pressNow(hr.openID, r.world.ReviewChat(), "retry", nil); toast != "正在重试" {
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
		return c != nil && c.Seq == n && c.State == state
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
