package harness

import (
	"fmt"
	"strconv"
	"sync"

	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/specimen"
)

// Person is an employee who acts by the test's calls.
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

// Send sends a photo of one side of the person's card.
func (p Person) Send(side string, variant ...string) string {
	p.H.Helper()
	return p.SendImage(p.H.Photo(p.Person, side, variant...))
}

func (p Person) SendBoth() {
	p.H.Helper()
	p.Send("front")
	p.Send("back")
}

// photos holds a func() ([]byte, error) by photo. Tests that run side by side draw each picture once.
var photos sync.Map

// photo is what determines the picture that Photo draws.
type photo struct {
	of            specimen.Person
	side, variant string
}

// draw takes the photo.
func (p photo) draw() ([]byte, error) {
	v, ok := specimen.Variants[p.variant]
	if !ok {
		return nil, fmt.Errorf("no variant %q", p.variant)
	}
	if p.side == "back" {
		return specimen.Back(p.of, v)
	}
	return specimen.Front(p.of, v)
}

// Photo returns a photo of one side of a card. It is drawn once for all tests.
func (h *Harness) Photo(who specimen.Person, side string, variant ...string) []byte {
	h.Helper()
	p := photo{who, side, "good"}
	if len(variant) > 0 {
		p.variant = variant[0]
	}
	draw, _ := photos.LoadOrStore(p, sync.OnceValues(p.draw))
	img, err := draw.(func() ([]byte, error))()
	if err != nil {
		h.Fatal(err)
	}
	return img
}

// CaseCard returns the newest card of the person's case.
func (p Person) CaseCard() (CardView, bool) {
	all := p.H.World.Feishu.Messages(p.ChatID)
	for i := len(all) - 1; i >= 0; i-- {
		if s := ViewCard(all[i]); s.Stage != sim.StageNone {
			return s, true
		}
	}
	return CardView{}, false
}

// See waits until the newest card of the person's case shows a stage and contains the words.
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

// WaitForCard waits for any card that contains the words, such as a notice.
func (p Person) WaitForCard(words ...string) CardView {
	p.H.Helper()
	return p.H.Find(p.ChatID, fmt.Sprintf("a card that says %v", words), func(s CardView) bool {
		return s.Msg.FromBot && s.Says(words...)
	})
}

// Press presses a button of the newest card of the case that has the button, and returns the toast.
func (p Person) Press(act string, form ...map[string]any) string {
	p.H.Helper()
	var values map[string]any
	if len(form) > 0 {
		values = form[0]
	}
	return p.H.Follow(p.OpenID, act, values, func() CardView { // a card may move to the bottom meanwhile
		return p.H.Find(p.ChatID, "button "+act, func(s CardView) bool { return s.Has(act) })
	})
}

// Retake presses the retake button of one side.
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
	p.Consent()
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

// SMSCount returns the number of text messages to the person's mobile.
func (p Person) SMSCount() int { return len(p.H.World.Tencent.Inbox(p.Person.Mobile)) }

// SentCode returns the n-th code that was sent to the person's mobile, counted from 0.
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

// WrongCode changes the last digit of a code.
func WrongCode(code string) string {
	n, _ := strconv.Atoi(code[5:])
	return code[:5] + strconv.Itoa((n+1)%10)
}

// CheckFiled checks that the case is done, with one identity record and one evidence point.
func (p Person) CheckFiled() {
	p.H.Helper()
	p.See(sim.StageDone)
	j := p.H.World.Journey(p.OpenID)
	if !j.Filed() || j.Identities != 1 || len(j.Points) != 1 || j.Duplicates != 0 {
		p.H.Errorf("not filed once: %+v", j)
	}
}
