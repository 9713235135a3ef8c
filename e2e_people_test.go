package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// screen is a card as somebody sees it.
type screen struct {
	msg   feishu.Message
	card  *feishu.Card
	text  string // in Chinese
	stage sim.Stage
}

func (s screen) has(act string) bool {
	if s.card == nil {
		return false
	}
	_, ok := s.card.FindAct(act)
	return ok
}

func (s screen) says(words ...string) bool {
	for _, w := range words {
		if !strings.Contains(s.text, w) {
			return false
		}
	}
	return true
}

// value is what the button of an act carries.
func (s screen) value(act string) map[string]any {
	b, _ := s.card.FindAct(act)
	return b.Value
}

// field is what an input is prefilled with.
func (s screen) field(name string) string {
	for _, in := range s.card.Inputs() {
		if in.Name == name {
			return fmt.Sprint(in.Default)
		}
	}
	return "(no such field)"
}

// titles of an applicant's cards whose buttons do not tell them apart.
var titles = map[string]sim.Stage{
	"发送身份证照片": sim.StagePhotos, "正在识别照片": sim.StagePhotos, "正在核验": sim.StageChecking, "等 HR 审核": sim.StageReview,
	"正在登记": sim.StageRecording, "正在存证": sim.StageFiling, "HR 正在帮你处理": sim.StageAttention, "实名登记完成 🎉": sim.StageDone,
	"这次没有通过": sim.StageRejected, "你选择了不同意": sim.StageDeclined, "这次实名已取消": sim.StageWithdrawn,
	"这次实名已过期": sim.StageExpired, "这次实名已结束": sim.StageClosed,
}

func readScreen(m feishu.Message) screen {
	s := screen{msg: m, card: &feishu.Card{}}
	if !m.FromBot || m.Type != "interactive" || m.Recalled {
		return s
	}
	card, err := feishu.ParseCard(m.Card)
	if err != nil {
		return s
	}
	s.card, s.text = card, card.Text("zh_cn")
	switch {
	case s.has("decline"):
		s.stage = sim.StageConsent
	case s.has("confirm"):
		s.stage = sim.StageConfirmation
	case s.has("submit_code"), s.has("send_code"):
		s.stage = sim.StageCode
	default:
		s.stage = titles[card.Title()]
	}
	return s
}

// find waits for a message of a chat, the newest first, that satisfies the condition now.
func (r *rig) find(chat, what string, ok func(screen) bool) (got screen) {
	r.Helper()
	_, err := r.world.Feishu.Watch(r.ctx, chat, func(feishu.Message) bool {
		all := r.world.Feishu.Messages(chat)
		for i := len(all) - 1; i >= 0; i-- {
			if got = readScreen(all[i]); ok(got) {
				return true
			}
		}
		return false
	})
	if err != nil {
		for _, m := range r.world.Feishu.Messages(chat) {
			r.Logf("- %s %s: %q", m.ID, m.Type, strings.ReplaceAll(readScreen(m).text, "\n", " | "))
		}
		r.Fatalf("never seen: %s: %v", what, err)
	}
	return got
}

// clickOn presses the button of an act on a card and returns the toast.
func (r *rig) clickOn(openID string, s screen, act string, form map[string]any) string {
	r.Helper()
	return r.click(openID, s, act, feishu.ByAct(act), form)
}

func (r *rig) click(openID string, s screen, act string, which func(feishu.Button) bool, form map[string]any) string {
	r.Helper()
	toast, there := r.tryClick(openID, s, act, which, form)
	if !there {
		r.Fatalf("pressing %s on %q: no such button any more", act, s.card.Title())
	}
	return toast
}

// tryClick is click on a card that may lose the button before the finger is down, as one that moves on does.
func (r *rig) tryClick(openID string, s screen, act string, which func(feishu.Button) bool, form map[string]any) (toast string, there bool) {
	r.Helper()
	var res feishu.CallbackResult
	there = true
	r.until("an answer to "+act, func() (answered bool) {
		var err error
		if res, err = r.world.Feishu.Click(r.ctx, openID, s.msg.ID, which, form); errors.Is(err, feishu.ErrNoButton) {
			there = false
			return true
		} else if err != nil {
			r.Fatalf("pressing %s on %q: %v", act, s.card.Title(), err)
		}
		// A bot that is late is asked again, as people do.
		return res.ErrorCode != 200341 && !strings.Contains(res.Toast.Text("zh_cn"), "再点一次")
	})
	if !there {
		return "", false
	}
	if res.ErrorCode != 0 {
		r.Fatalf("pressing %s: the client shows error %d %v", act, res.ErrorCode, res.CardErrors)
	}
	if res.Toast == nil {
		r.Errorf("pressing %s brought no toast", act)
	}
	return res.Toast.Text("zh_cn"), true
}

// follow presses a button where it is now: a card that moves to the bottom of the chat leaves a pointer behind.
func (r *rig) follow(openID, act string, form map[string]any, card func() screen) (toast string) {
	r.Helper()
	r.until("a card that keeps "+act, func() (there bool) {
		toast, there = r.tryClick(openID, card(), act, feishu.ByAct(act), form)
		return there
	})
	return toast
}

// person is an employee that a test plays by hand.
type person struct {
	*sim.Employee
	r *rig
}

func (r *rig) hire() person { return person{r.world.Hire(1)[0], r} }

func (r *rig) hireAll(n int) (all []person) {
	for _, e := range r.world.Hire(n) {
		all = append(all, person{e, r})
	}
	return all
}

func (p person) say(text string) feishu.Sent {
	p.r.Helper()
	sent, err := p.r.world.Feishu.SendText(p.r.ctx, p.OpenID, text)
	p.r.delivered(sent, err)
	return sent
}

func (r *rig) delivered(sent feishu.Sent, err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
	if d := sent.Delivery; !d.Delivered && !d.Held {
		if d, err := r.world.Feishu.WaitDelivered(r.ctx, d.EventID); err != nil {
			r.Fatalf("the bot did not take the event: %v %+v", err, d.Attempts)
		}
	}
}

// sendImage sends a picture and returns its message.
func (p person) sendImage(img []byte) string {
	p.r.Helper()
	sent, err := p.r.world.Feishu.SendImage(p.r.ctx, p.OpenID, img)
	p.r.delivered(sent, err)
	return sent.MessageID
}

// send sends a photo of a side of the person's own card.
func (p person) send(side string, variant ...string) string {
	p.r.Helper()
	return p.sendImage(p.r.shot(p.Person, side, variant...))
}

func (p person) sendBoth() { p.r.Helper(); p.send("front"); p.send("back") }

var shots sync.Map

// shot is a photo of a side of somebody's card. It is taken once for all tests.
func (r *rig) shot(who specimen.Person, side string, variant ...string) []byte {
	r.Helper()
	name := "good"
	if len(variant) > 0 {
		name = variant[0]
	}
	key := fmt.Sprintf("%s/%s/%s/%s/%s", who.Code, who.ValidFrom, who.ValidTo, side, name)
	if img, ok := shots.Load(key); ok {
		return img.([]byte)
	}
	v, ok := specimen.Variants[name]
	if !ok {
		r.Fatalf("no variant %q", name)
	}
	if v.Width == 0 {
		v.Width = 1000 // as readable as 1600, and a third of the work
	}
	take := specimen.Front
	if side == "back" {
		take = specimen.Back
	}
	img, err := take(who, v)
	if err != nil {
		r.Fatal(err)
	}
	shots.Store(key, img)
	return img
}

// now is the newest card of the person's case.
func (p person) now() (screen, bool) {
	all := p.r.world.Feishu.Messages(p.ChatID)
	for i := len(all) - 1; i >= 0; i-- {
		if s := readScreen(all[i]); s.stage != sim.StageNone {
			return s, true
		}
	}
	return screen{}, false
}

// see waits until the newest card of the person's case shows a stage and these words.
func (p person) see(stage sim.Stage, words ...string) (got screen) {
	p.r.Helper()
	what := fmt.Sprintf("stage %q %v", stage, words)
	p.r.find(p.ChatID, what, func(screen) bool {
		s, ok := p.now()
		got = s
		return ok && s.stage == stage && s.says(words...)
	})
	return got
}

// reads waits for any message with these words, such as a notice.
func (p person) reads(words ...string) screen {
	p.r.Helper()
	return p.r.find(p.ChatID, fmt.Sprintf("a card that says %v", words), func(s screen) bool { return s.msg.FromBot && s.says(words...) })
}

// press presses a button of the newest card of the case that has it.
func (p person) press(act string, form ...map[string]any) string {
	p.r.Helper()
	s := p.r.find(p.ChatID, "button "+act, func(s screen) bool { return s.has(act) })
	var values map[string]any
	if len(form) > 0 {
		values = form[0]
	}
	return p.r.clickOn(p.OpenID, s, act, values)
}

// retake presses one of the two retake buttons.
func (p person) retake(side string) {
	p.r.Helper()
	s := p.r.find(p.ChatID, "retake "+side, func(s screen) bool { return s.has("retake") })
	p.r.click(p.OpenID, s, "retake "+side, func(b feishu.Button) bool { return b.Act == "retake" && b.Value["side"] == side }, nil)
}

// toPhotos starts a case and consents.
func (p person) toPhotos() screen {
	p.r.Helper()
	p.say("实名")
	p.see(sim.StageConsent)
	p.press("consent")
	return p.see(sim.StagePhotos)
}

func (p person) toForm() screen {
	p.r.Helper()
	p.toPhotos()
	p.sendBoth()
	return p.see(sim.StageConfirmation)
}

func (p person) toCode() screen {
	p.r.Helper()
	p.toForm()
	p.press("confirm")
	return p.see(sim.StageCode, "验证码已在")
}

// inbox counts the text messages so far.
func (p person) inbox() int { return len(p.r.world.Tencent.Inbox(p.Person.Mobile)) }

// code is the n-th code that was sent to the person's mobile, from 0.
func (p person) code(n int) string {
	p.r.Helper()
	sms, err := p.r.world.Tencent.WaitSMS(p.r.ctx, p.Person.Mobile, n)
	if err != nil {
		p.r.Fatal(err)
	}
	return sms.Code()
}

// typeCode types the latest code.
func (p person) typeCode() string {
	p.r.Helper()
	return p.press("submit_code", map[string]any{"sms_code": p.code(p.inbox() - 1)})
}

func (p person) toReview() screen {
	p.r.Helper()
	p.toCode()
	p.typeCode()
	return p.see(sim.StageReview)
}

// wrong changes the last digit of a code.
func wrong(code string) string {
	n, _ := strconv.Atoi(code[5:])
	return code[:5] + strconv.Itoa((n+1)%10)
}

// filed checks that everything was done, once each.
func (p person) filed() {
	p.r.Helper()
	p.see(sim.StageDone)
	j := p.r.world.Journey(p.OpenID)
	if !j.Filed() || j.Identities != 1 || len(j.Points) != 1 || j.Duplicates != 0 {
		p.r.Errorf("not filed once: %+v", j)
	}
}

// admin is one of HR.
type admin struct {
	r      *rig
	openID string
}

func (r *rig) admin(i int) admin { return admin{r, r.world.Admins()[i]} }

func (a admin) chat() string { return a.r.world.Feishu.P2PChat(a.openID) }

func (a admin) say(text string) {
	a.r.Helper()
	sent, err := a.r.world.Feishu.SendText(a.r.ctx, a.openID, text)
	a.r.delivered(sent, err)
}

// sees waits in a chat for a card about somebody that has a button.
func (a admin) sees(chat string, p person, act string, words ...string) screen {
	a.r.Helper()
	return a.r.find(chat, "HR's card with "+act, func(s screen) bool {
		return strings.Contains(string(s.msg.Card), p.OpenID) && (act == "" || s.has(act)) && s.says(words...)
	})
}

// decides presses a button of the card about somebody in the review group.
func (a admin) decides(p person, act string, form map[string]any) string {
	a.r.Helper()
	s := a.sees(a.r.world.ReviewChat(), p, act)
	return a.r.clickOn(a.openID, s, act, form)
}
