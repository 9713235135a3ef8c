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

func (s Screen) Has(act string) bool {
	if s.Card == nil {
		return false
	}
	_, ok := s.Card.FindAct(act)
	return ok
}

func (s Screen) Says(words ...string) bool {
	for _, w := range words {
		if !strings.Contains(s.Text, w) {
			return false
		}
	}
	return true
}

// Value is what the button of an act carries.
func (s Screen) Value(act string) map[string]any {
	b, _ := s.Card.FindAct(act)
	return b.Value
}

// Field is what an input is prefilled with.
func (s Screen) Field(name string) string {
	for _, in := range s.Card.Inputs() {
		if in.Name == name {
			return fmt.Sprint(in.Default)
		}
	}
	return "(no such field)"
}

func ReadScreen(m feishu.Message) Screen {
	s := Screen{Msg: m, Card: &feishu.Card{}}
	if !m.FromBot || m.Type != "interactive" || m.Recalled {
		return s
	}
	known, ok := screens.Load(string(m.Card))
	if !ok {
		read := sim.ReadCard(m.Card)
		known = Screen{Card: read.Card, Text: read.Card.Text("zh_cn"), Stage: read.Stage}
		screens.Store(string(m.Card), known)
	}
	s = known.(Screen)
	s.Msg = m
	return s
}

// screens remembers how cards read, by their JSON: tests look at the same ones again and again.
var screens sync.Map

// Find waits for a message of a chat, the newest first, that satisfies the condition now.
func (r *Harness) Find(chat, what string, ok func(Screen) bool) (got Screen) {
	r.Helper()
	_, err := r.World.Feishu.Watch(r.Ctx, chat, func(feishu.Message) bool {
		all := r.World.Feishu.Messages(chat)
		for i := len(all) - 1; i >= 0; i-- {
			if got = ReadScreen(all[i]); ok(got) {
				return true
			}
		}
		return false
	})
	if err != nil {
		for _, m := range r.World.Feishu.Messages(chat) {
			r.Logf("- %s %s: %q", m.ID, m.Type, strings.ReplaceAll(ReadScreen(m).Text, "\n", " | "))
		}
		r.Fatalf("never seen: %s: %v", what, err)
	}
	return got
}

// ClickOn presses the button of an act on a card and returns the toast.
func (r *Harness) ClickOn(openID string, s Screen, act string, form map[string]any) string {
	r.Helper()
	return r.Click(openID, s, act, feishu.ByAct(act), form)
}

func (r *Harness) Click(openID string, s Screen, act string, which func(feishu.Button) bool,
	form map[string]any) string {
	r.Helper()
	toast, there := r.tryClick(openID, s, act, which, form)
	if !there {
		r.Fatalf("pressing %s on %q: no such button any more", act, s.Card.Title())
	}
	return toast
}

// tryClick is click on a card that may lose the button before the finger is down, as one that moves on does.
func (r *Harness) tryClick(openID string, s Screen, act string, which func(feishu.Button) bool,
	form map[string]any) (toast string, there bool) {
	r.Helper()
	var res feishu.CallbackResult
	there = true
	r.Until("an answer to "+act, func() (answered bool) {
		var err error
		if res, err = r.World.Feishu.Click(r.Ctx, openID, s.Msg.ID, which, form); errors.Is(err, feishu.ErrNoButton) {
			there = false
			return true
		} else if err != nil {
			r.Fatalf("pressing %s on %q: %v", act, s.Card.Title(), err)
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

// Follow presses a button where it is now: a card that moves to the bottom of the chat leaves a pointer behind.
func (r *Harness) Follow(openID, act string, form map[string]any, card func() Screen) (toast string) {
	r.Helper()
	r.Until("a card that keeps "+act, func() (there bool) {
		toast, there = r.tryClick(openID, card(), act, feishu.ByAct(act), form)
		return there
	})
	return toast
}

// Person is an employee that a test plays by hand.
type Person struct {
	*sim.Employee
	R *Harness
}

func (r *Harness) Hire() Person { return Person{r.World.Hire(1)[0], r} }

func (r *Harness) HireAll(n int) (all []Person) {
	for _, e := range r.World.Hire(n) {
		all = append(all, Person{e, r})
	}
	return all
}

func (p Person) Say(text string) feishu.Sent {
	p.R.Helper()
	sent, err := p.R.World.Feishu.SendText(p.R.Ctx, p.OpenID, text)
	p.R.Delivered(sent, err)
	return sent
}

func (r *Harness) Delivered(sent feishu.Sent, err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
	if d := sent.Delivery; !d.Delivered && !d.Held {
		if d, err := r.World.Feishu.WaitDelivered(r.Ctx, d.EventID); err != nil {
			r.Fatalf("the bot did not take the event: %v %+v", err, d.Attempts)
		}
	}
}

// SendImage sends a picture and returns its message.
func (p Person) SendImage(img []byte) string {
	p.R.Helper()
	sent, err := p.R.World.Feishu.SendImage(p.R.Ctx, p.OpenID, img)
	p.R.Delivered(sent, err)
	return sent.MessageID
}

// Send sends a photo of a side of the person's own card.
func (p Person) Send(side string, variant ...string) string {
	p.R.Helper()
	return p.SendImage(p.R.Shot(p.Person, side, variant...))
}

func (p Person) SendBoth() {
	p.R.Helper()
	p.Send("front")
	p.Send("back")
}

var shots sync.Map

// Shot is a photo of a side of somebody's card. It is taken once for all tests.
func (r *Harness) Shot(who specimen.Person, side string, variant ...string) []byte {
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

// Now is the newest card of the person's case.
func (p Person) Now() (Screen, bool) {
	all := p.R.World.Feishu.Messages(p.ChatID)
	for i := len(all) - 1; i >= 0; i-- {
		if s := ReadScreen(all[i]); s.Stage != sim.StageNone {
			return s, true
		}
	}
	return Screen{}, false
}

// See waits until the newest card of the person's case shows a stage and these words.
func (p Person) See(stage sim.CardStage, words ...string) (got Screen) {
	p.R.Helper()
	what := fmt.Sprintf("stage %q %v", stage, words)
	p.R.Find(p.ChatID, what, func(Screen) bool {
		s, ok := p.Now()
		got = s
		return ok && s.Stage == stage && s.Says(words...)
	})
	return got
}

// Reads waits for any message with these words, such as a notice.
func (p Person) Reads(words ...string) Screen {
	p.R.Helper()
	return p.R.Find(p.ChatID, fmt.Sprintf("a card that says %v", words), func(s Screen) bool {
		return s.Msg.FromBot && s.Says(words...)
	})
}

// Press presses a button of the newest card of the case that has it.
func (p Person) Press(act string, form ...map[string]any) string {
	p.R.Helper()
	s := p.R.Find(p.ChatID, "button "+act, func(s Screen) bool { return s.Has(act) })
	var values map[string]any
	if len(form) > 0 {
		values = form[0]
	}
	return p.R.ClickOn(p.OpenID, s, act, values)
}

// Retake presses one of the two retake buttons.
func (p Person) Retake(side string) {
	p.R.Helper()
	s := p.R.Find(p.ChatID, "retake "+side, func(s Screen) bool { return s.Has("retake") })
	p.R.Click(p.OpenID, s, "retake "+side, func(b feishu.Button) bool {
		return b.Act == "retake" && b.Value["side"] == side
	}, nil)
}

// ToPhotos starts a case and consents.
func (p Person) ToPhotos() Screen {
	p.R.Helper()
	p.Say("实名")
	p.See(sim.StageConsent)
	p.Press("consent")
	return p.See(sim.StagePhotos)
}

func (p Person) ToForm() Screen {
	p.R.Helper()
	p.ToPhotos()
	p.SendBoth()
	return p.See(sim.StageConfirmation)
}

func (p Person) ToCode() Screen {
	p.R.Helper()
	p.ToForm()
	p.Press("confirm")
	return p.See(sim.StageCode, "验证码已在")
}

// Inbox counts the text messages so far.
func (p Person) Inbox() int { return len(p.R.World.Tencent.Inbox(p.Person.Mobile)) }

// Code is the n-th code that was sent to the person's mobile, from 0.
func (p Person) Code(n int) string {
	p.R.Helper()
	sms, err := p.R.World.Tencent.WaitSMS(p.R.Ctx, p.Person.Mobile, n)
	if err != nil {
		p.R.Fatal(err)
	}
	return sms.Code()
}

// TypeCode types the latest code.
func (p Person) TypeCode() string {
	p.R.Helper()
	return p.Press("submit_code", map[string]any{"sms_code": p.Code(p.Inbox() - 1)})
}

func (p Person) ToReview() Screen {
	p.R.Helper()
	p.ToCode()
	p.TypeCode()
	return p.See(sim.StageReview)
}

// Wrong changes the last digit of a code.
func Wrong(code string) string {
	n, _ := strconv.Atoi(code[5:])
	return code[:5] + strconv.Itoa((n+1)%10)
}

// Filed checks that everything was done, once each.
func (p Person) Filed() {
	p.R.Helper()
	p.See(sim.StageDone)
	j := p.R.World.Journey(p.OpenID)
	if !j.Filed() || j.Identities != 1 || len(j.Points) != 1 || j.Duplicates != 0 {
		p.R.Errorf("not filed once: %+v", j)
	}
}

// Admin is one of HR.
type Admin struct {
	R      *Harness
	OpenID string
}

func (r *Harness) Admin(i int) Admin { return Admin{r, r.World.Admins()[i]} }

func (a Admin) Chat() string { return a.R.World.Feishu.P2PChat(a.OpenID) }

func (a Admin) Say(text string) {
	a.R.Helper()
	sent, err := a.R.World.Feishu.SendText(a.R.Ctx, a.OpenID, text)
	a.R.Delivered(sent, err)
}

// Sees waits in a chat for a card about somebody that has a button.
func (a Admin) Sees(chat string, p Person, act string, words ...string) Screen {
	a.R.Helper()
	return a.R.Find(chat, "HR's card with "+act, func(s Screen) bool {
		return strings.Contains(string(s.Msg.Card), p.OpenID) && (act == "" || s.Has(act)) && s.Says(words...)
	})
}

// Decides presses a button of the card about somebody in the review group.
func (a Admin) Decides(p Person, act string, form map[string]any) string {
	a.R.Helper()
	s := a.Sees(a.R.World.ReviewChat(), p, act)
	return a.R.ClickOn(a.OpenID, s, act, form)
}
