package harness

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

func (s CardView) Has(act string) bool {
	if s.Card == nil {
		return false
	}
	_, ok := s.Card.FindAct(act)
	return ok
}

func (s CardView) Says(words ...string) bool {
	for _, w := range words {
		if !strings.Contains(s.Text, w) {
			return false
		}
	}
	return true
}

// Value is what the button of an act carries.
func (s CardView) Value(act string) map[string]any {
	b, _ := s.Card.FindAct(act)
	return b.Value
}

// Field is what an input is prefilled with.
func (s CardView) Field(name string) string {
	for _, in := range s.Card.Inputs() {
		if in.Name == name {
			return fmt.Sprint(in.Default)
		}
	}
	return "(no such field)"
}

func ViewCard(m feishu.Message) CardView {
	s := CardView{Msg: m, Card: &feishu.Card{}}
	if !m.FromBot || m.Type != "interactive" || m.Recalled {
		return s
	}
	known, ok := views.Load(string(m.Card))
	if !ok {
		read := sim.ReadCard(m.Card)
		known = CardView{Card: read.Card, Text: read.Card.Text("zh_cn"), Stage: read.Stage}
		views.Store(string(m.Card), known)
	}
	s = known.(CardView)
	s.Msg = m
	return s
}

// screens remembers how cards read, by their JSON: tests look at the same ones again and again.
var views sync.Map

// Find waits for a message of a chat, the newest first, that satisfies the condition now.
func (h *Harness) Find(chat, what string, ok func(CardView) bool) (got CardView) {
	h.Helper()
	_, err := h.World.Feishu.Watch(h.Ctx, chat, func(feishu.Message) bool {
		all := h.World.Feishu.Messages(chat)
		for i := len(all) - 1; i >= 0; i-- {
			if got = ViewCard(all[i]); ok(got) {
				return true
			}
		}
		return false
	})
	if err != nil {
		for _, m := range h.World.Feishu.Messages(chat) {
			h.Logf("- %s %s: %q", m.ID, m.Type, strings.ReplaceAll(ViewCard(m).Text, "\n", " | "))
		}
		h.Fatalf("never seen: %s: %v", what, err)
	}
	return got
}

// ClickOn presses the button of an act on a card and returns the toast.
func (h *Harness) ClickOn(openID string, s CardView, act string, form map[string]any) string {
	h.Helper()
	return h.Click(openID, s, act, feishu.ByAct(act), form)
}

func (h *Harness) Click(openID string, s CardView, act string, which func(feishu.Button) bool,
	form map[string]any) string {
	h.Helper()
	toast, there := h.tryClick(openID, s, act, which, form)
	if !there {
		h.Fatalf("pressing %s on %q: no such button any more", act, s.Card.Title())
	}
	return toast
}

// tryClick is click on a card that may lose the button before the finger is down, as one that moves on does.
func (h *Harness) tryClick(openID string, s CardView, act string, which func(feishu.Button) bool,
	form map[string]any) (toast string, there bool) {
	h.Helper()
	var res feishu.CallbackResult
	there = true
	h.Until("an answer to "+act, func() (answered bool) {
		var err error
		if res, err = h.World.Feishu.Click(h.Ctx, openID, s.Msg.ID, which, form); errors.Is(err, feishu.ErrNoButton) {
			there = false
			return true
		} else if err != nil {
			h.Fatalf("pressing %s on %q: %v", act, s.Card.Title(), err)
		}
		// A bot that is late is asked again, as people do.
		return res.ErrorCode != 200341 && !strings.Contains(res.Toast.Text("zh_cn"), "再点一次")
	})
	if !there {
		return "", false
	}
	if res.ErrorCode != 0 {
		h.Fatalf("pressing %s: the client shows error %d %v", act, res.ErrorCode, res.CardErrors)
	}
	if res.Toast == nil {
		h.Errorf("pressing %s brought no toast", act)
	}
	return res.Toast.Text("zh_cn"), true
}

// Follow presses a button where it is now: a card that moves to the bottom of the chat leaves a pointer behind.
func (h *Harness) Follow(openID, act string, form map[string]any, card func() CardView) (toast string) {
	h.Helper()
	h.Until("a card that keeps "+act, func() (there bool) {
		toast, there = h.tryClick(openID, card(), act, feishu.ByAct(act), form)
		return there
	})
	return toast
}

// Person is an employee that a test plays by hand.
type Person struct {
	*sim.Employee
	H *Harness
}

func (h *Harness) Hire() Person { return Person{h.World.Hire(1)[0], h} }

func (h *Harness) HireAll(n int) (all []Person) {
	for _, e := range h.World.Hire(n) {
		all = append(all, Person{e, h})
	}
	return all
}

func (p Person) Say(text string) feishu.Sent {
	p.H.Helper()
	sent, err := p.H.World.Feishu.SendText(p.H.Ctx, p.OpenID, text)
	p.H.Delivered(sent, err)
	return sent
}

func (h *Harness) Delivered(sent feishu.Sent, err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
	if d := sent.Delivery; !d.Delivered && !d.Held {
		if d, err := h.World.Feishu.WaitDelivered(h.Ctx, d.EventID); err != nil {
			h.Fatalf("the bot did not take the event: %v %+v", err, d.Attempts)
		}
	}
}

// SendImage sends a picture and returns its message.
func (p Person) SendImage(img []byte) string {
	p.H.Helper()
	sent, err := p.H.World.Feishu.SendImage(p.H.Ctx, p.OpenID, img)
	p.H.Delivered(sent, err)
	return sent.MessageID
}

// Send sends a photo of a side of the person's own card.
func (p Person) Send(side string, variant ...string) string {
	p.H.Helper()
	return p.SendImage(p.H.Photo(p.Person, side, variant...))
}

func (p Person) SendBoth() {
	p.H.Helper()
	p.Send("front")
	p.Send("back")
}

var photos sync.Map

// Shot is a photo of a side of somebody's card. It is taken once for all tests.
func (h *Harness) Photo(who specimen.Person, side string, variant ...string) []byte {
	h.Helper()
	name := "good"
	if len(variant) > 0 {
		name = variant[0]
	}
	key := fmt.Sprintf("%s/%s/%s/%s/%s", who.Code, who.ValidFrom, who.ValidTo, side, name)
	if img, ok := photos.Load(key); ok {
		return img.([]byte)
	}
	v, ok := specimen.Variants[name]
	if !ok {
		h.Fatalf("no variant %q", name)
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
		h.Fatal(err)
	}
	photos.Store(key, img)
	return img
}

// Now is the newest card of the person's case.
func (p Person) CaseCard() (CardView, bool) {
	all := p.H.World.Feishu.Messages(p.ChatID)
	for i := len(all) - 1; i >= 0; i-- {
		if s := ViewCard(all[i]); s.Stage != sim.StageNone {
			return s, true
		}
	}
	return CardView{}, false
}

// See waits until the newest card of the person's case shows a stage and these words.
func (p Person) See(stage sim.CardStage, words ...string) (got CardView) {
	p.H.Helper()
	what := fmt.Sprintf("stage %q %v", stage, words)
	p.H.Find(p.ChatID, what, func(CardView) bool {
		s, ok := p.CaseCard()
		got = s
		return ok && s.Stage == stage && s.Says(words...)
	})
	return got
}

// Reads waits for any message with these words, such as a notice.
func (p Person) WaitForCard(words ...string) CardView {
	p.H.Helper()
	return p.H.Find(p.ChatID, fmt.Sprintf("a card that says %v", words), func(s CardView) bool {
		return s.Msg.FromBot && s.Says(words...)
	})
}

// Press presses a button of the newest card of the case that has it.
func (p Person) Press(act string, form ...map[string]any) string {
	p.H.Helper()
	s := p.H.Find(p.ChatID, "button "+act, func(s CardView) bool { return s.Has(act) })
	var values map[string]any
	if len(form) > 0 {
		values = form[0]
	}
	return p.H.ClickOn(p.OpenID, s, act, values)
}

// Retake presses one of the two retake buttons.
func (p Person) Retake(side string) {
	p.H.Helper()
	s := p.H.Find(p.ChatID, "retake "+side, func(s CardView) bool { return s.Has("retake") })
	p.H.Click(p.OpenID, s, "retake "+side, func(b feishu.Button) bool {
		return b.Act == "retake" && b.Value["side"] == side
	}, nil)
}

// ToPhotos starts a case and consents.
func (p Person) ToPhotos() CardView {
	p.H.Helper()
	p.Say("实名")
	p.See(sim.StageConsent)
	p.Press("consent")
	return p.See(sim.StagePhotos)
}

func (p Person) ToForm() CardView {
	p.H.Helper()
	p.ToPhotos()
	p.SendBoth()
	return p.See(sim.StageConfirmation)
}

func (p Person) ToCode() CardView {
	p.H.Helper()
	p.ToForm()
	p.Press("confirm")
	return p.See(sim.StageCode, "验证码已在")
}

// Inbox counts the text messages so far.
func (p Person) SMSCount() int { return len(p.H.World.Tencent.Inbox(p.Person.Mobile)) }

// Code is the n-th code that was sent to the person's mobile, from 0.
func (p Person) SentCode(n int) string {
	p.H.Helper()
	sms, err := p.H.World.Tencent.WaitSMS(p.H.Ctx, p.Person.Mobile, n)
	if err != nil {
		p.H.Fatal(err)
	}
	return sms.Code()
}

// TypeCode types the latest code.
func (p Person) TypeCode() string {
	p.H.Helper()
	return p.Press("submit_code", map[string]any{"sms_code": p.SentCode(p.SMSCount() - 1)})
}

func (p Person) ToReview() CardView {
	p.H.Helper()
	p.ToCode()
	p.TypeCode()
	return p.See(sim.StageReview)
}

// Wrong changes the last digit of a code.
func WrongCode(code string) string {
	n, _ := strconv.Atoi(code[5:])
	return code[:5] + strconv.Itoa((n+1)%10)
}

// Filed checks that everything was done, once each.
func (p Person) CheckFiled() {
	p.H.Helper()
	p.See(sim.StageDone)
	j := p.H.World.Journey(p.OpenID)
	if !j.Filed() || j.Identities != 1 || len(j.Points) != 1 || j.Duplicates != 0 {
		p.H.Errorf("not filed once: %+v", j)
	}
}

// Admin is one of HR.
type Admin struct {
	H      *Harness
	OpenID string
}

func (h *Harness) Admin(i int) Admin { return Admin{h, h.World.Admins()[i]} }

func (a Admin) Chat() string { return a.H.World.Feishu.P2PChat(a.OpenID) }

func (a Admin) Say(text string) {
	a.H.Helper()
	sent, err := a.H.World.Feishu.SendText(a.H.Ctx, a.OpenID, text)
	a.H.Delivered(sent, err)
}

// Sees waits in a chat for a card about somebody that has a button.
func (a Admin) Sees(chat string, p Person, act string, words ...string) CardView {
	a.H.Helper()
	return a.H.Find(chat, "HR's card with "+act, func(s CardView) bool {
		return strings.Contains(string(s.Msg.Card), p.OpenID) && (act == "" || s.Has(act)) && s.Says(words...)
	})
}

// Decides presses a button of the card about somebody in the review group.
func (a Admin) Decides(p Person, act string, form map[string]any) string {
	a.H.Helper()
	s := a.Sees(a.H.World.ReviewChat(), p, act)
	return a.H.ClickOn(a.OpenID, s, act, form)
}
