package sim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"shiming/sim/feishu"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
)

// Scene plays moves.
type Scene struct {
	Person *Employee
	// Advance moves the clock of the world and the bot; it is necessary only if MovesClock.
	Advance func(ctx context.Context, by time.Duration) error
	// Take takes the photos; nil = Shot.Take.
	Take  func(Shot, specimen.Person) (img []byte, known bool, err error)
	Tell  func(Progress) // gets the stage after each move; may be nil
	Admin string         // who is TheHR; "" for the first admin
	Desk  bool           // HR reviews at desks, and not on cards in the review group
	// Group is the id of the scene's group, once a move needed one.
	Group string

	colleague *Employee
	read      map[string]int // versions of each message before the latest act
	chat      string         // where the latest act happened
}

// Play makes the moves in order and waits for what follows from each. It ends with an error that names the move if ctx
// ends first or the bot answers otherwise.
func (s *Scene) Play(ctx context.Context, moves []Move) error {
	for i, m := range moves {
		for n := range max(1, m.Times) {
			if err := s.play(ctx, m); err != nil {
				return fmt.Errorf("sim: move %d.%d of %s: %w", i+1, n+1, s.Person.OpenID, err)
			}
		}
		if s.Tell != nil {
			_, stage := s.w().LatestCase(s.Person)
			s.Tell(Progress{OpenID: s.Person.OpenID, Stage: stage, At: s.w().Now()})
		}
	}
	return nil
}

func (s *Scene) w() *World { return s.Person.w }

func (s *Scene) play(ctx context.Context, m Move) error {
	if s.reviewsAtDesk(m) {
		if err := s.openCase(ctx, m); err != nil {
			return err
		}
	}
	if err := s.act(ctx, m); err != nil {
		return err
	}
	if len(m.Reads) > 0 {
		if err := s.waitRead(ctx, s.chatOf(m), m); err != nil {
			return fmt.Errorf("never read %q in the stage of %q: %w", m.Reads, s.stage(), err)
		}
	}
	if m.Stage != StageNone {
		_, err := s.w().Feishu.Watch(ctx, s.Person.ChatID, func(feishu.Message) bool {
			return s.stage() == m.Stage && (m.Gone == "" || !s.caseCard().mentions(m.Gone))
		})
		if err != nil {
			return fmt.Errorf("got the stage %q, want %q without %q: %w", s.stage(), m.Stage, m.Gone, err)
		}
	}
	return nil
}

func (s *Scene) stage() CardStage {
	_, stage := s.w().LatestCase(s.Person)
	return stage
}

// caseCard returns the newest card of the person's case.
func (s *Scene) caseCard() screen {
	for _, m := range slices.Backward(s.w().Feishu.Messages(s.Person.ChatID)) {
		if card := read(m); card.kind == kindCase {
			return card
		}
	}
	return screen{card: &feishu.Card{}}
}

func (s *Scene) act(ctx context.Context, m Move) error {
	if m.Says == "" && m.Presses == "" && len(m.Sends) == 0 && !m.Leaves && m.Later == 0 {
		return nil
	}
	s.chat = s.chatOf(m)
	s.read = map[string]int{}
	for _, chat := range []string{s.Person.ChatID, s.hrChat(), s.w().ReviewChat(), s.chat} {
		for _, was := range s.w().Feishu.Messages(chat) {
			s.read[was.ID] = len(was.History)
		}
	}
	switch {
	case m.Says != "":
		return s.say(ctx, m)
	case m.Offered && !s.caseCard().offers(m.Presses):
		return nil
	case m.Presses != "":
		return s.press(ctx, m)
	case m.Leaves:
		_, err := s.w().Feishu.Resign(ctx, s.openID(m.By))
		return err
	case m.Later > 0:
		return s.Advance(ctx, m.Later)
	}
	return s.send(ctx, m)
}

// reviewsAtDesk reports whether in a move HR reads or presses the person's card at the desk.
func (s *Scene) reviewsAtDesk(m Move) bool {
	return s.Desk && m.By == TheHR && m.Says == "" && !m.InGroup && !m.InChat
}

// openCase opens the person's case at HR's desk when it is HR's turn, unless the desk shows what the move presses.
func (s *Scene) openCase(ctx context.Context, m Move) error {
	if card, there := s.w().shownTo(s.hrChat(), s.Person.OpenID); there && card.offers(m.Presses) {
		return nil
	}
	_, err := s.w().Feishu.Watch(ctx, s.Person.ChatID, func(feishu.Message) bool {
		stage := s.stage()
		return stage == StageReview || stage == StageAttention
	})
	if err != nil {
		return fmt.Errorf("got the stage %q, want HR's turn: %w", s.stage(), err)
	}
	for {
		_, _, err := s.w().open(ctx, s.openID(TheHR), s.Person.OpenID)
		if !errors.Is(err, errTaken) {
			return err
		}
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

// chatOf returns the chat in which a move happens. HR presses buttons, and reads without having said something, in the
// review group or at the desk.
func (s *Scene) chatOf(m Move) string {
	switch {
	case m.InGroup:
		if s.Group == "" {
			all := append(s.w().Admins(), s.Person.OpenID, s.other().OpenID)
			s.Group = s.w().Feishu.AddGroup("", "一个群", all...)
		}
		return s.Group
	case m.By == TheHR && (s.Desk || m.InChat || m.Says != "" || m.Presses == "" && s.chat == s.hrChat()):
		return s.hrChat()
	case m.By == TheHR:
		return s.w().ReviewChat()
	case m.By == TheColleague:
		return s.other().ChatID
	}
	return s.Person.ChatID
}

func (s *Scene) hrChat() string { return s.w().Feishu.P2PChat(s.openID(TheHR)) }

func (s *Scene) openID(a Actor) string {
	switch a {
	case TheHR:
		return cmp.Or(s.Admin, s.w().Admins()[0])
	case TheColleague:
		return s.other().OpenID
	}
	return s.Person.OpenID
}

func (s *Scene) other() *Employee {
	if s.colleague == nil {
		s.colleague = s.w().Hire(1)[0]
	}
	return s.colleague
}

// fill replaces what stands in braces.
func (s *Scene) fill(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	p := s.Person.Person
	all := []string{"{name}", p.Name, "{open_id}", s.Person.OpenID, "{mobile}", p.Mobile,
		"{passport}", p.PageNumber(specimen.Passport)}
	if sms := latest(s.w().Tencent.Inbox(p.Mobile)); sms.Code() != "" {
		code := sms.Code()
		all = append(all, "{code}", code, "{first3}", code[:3], "{last3}", code[3:], "{sms}", sms.Text)
	}
	if strings.Contains(text, "{other") {
		mobile := s.other().Person.Mobile
		all = append(all, "{other_mobile}", mobile, "{other_code}", latest(s.w().Tencent.Inbox(mobile)).Code())
	}
	return strings.NewReplacer(all...).Replace(text)
}

func latest(inbox []tencent.SMS) tencent.SMS {
	if len(inbox) == 0 {
		return tencent.SMS{}
	}
	return inbox[len(inbox)-1]
}

func (s *Scene) say(ctx context.Context, m Move) (err error) {
	f, who, text := s.w().Feishu, s.openID(m.By), s.fill(m.Says)
	switch {
	case m.Silent():
		_, err = f.SendGroupTextTo(ctx, who, s.chat, text, "ou_another_bot")
	case m.InGroup:
		_, err = f.SendGroupText(ctx, who, s.chat, text, true)
	default:
		_, err = f.SendText(ctx, who, text)
	}
	return err
}

func (s *Scene) send(ctx context.Context, m Move) error {
	take := s.Take
	if take == nil {
		take = Shot.Take
	}
	var all [][]byte
	for _, shot := range m.Sends {
		img, known, err := take(shot, s.Person.Person)
		switch {
		case err != nil:
			return err
		case !known:
			return fmt.Errorf("no photo %+v", shot)
		}
		all = append(all, img)
	}
	var err error
	if m.AsPost {
		_, err = s.w().Feishu.SendPost(ctx, s.openID(m.By), "身份证照片", all...)
	} else {
		_, err = s.w().Feishu.SendImages(ctx, s.openID(m.By), all...)
	}
	return err
}

// press waits for the newest card that has the button, and presses it.
func (s *Scene) press(ctx context.Context, m Move) error {
	form := map[string]any{}
	for field, v := range m.Form {
		form[field] = s.fill(v)
	}
	for {
		var card screen
		_, err := s.w().Feishu.Watch(ctx, s.chat, func(feishu.Message) bool {
			for _, msg := range slices.Backward(s.w().Feishu.Messages(s.chat)) {
				if card = read(msg); card.offers(m.Presses) && s.concerns(m, msg.Card) {
					return true
				}
			}
			return false
		})
		if err != nil {
			return fmt.Errorf("no button %q in the stage of %q: %w", m.Presses, s.stage(), err)
		}
		if m.Presses == actConsent && card.page != "" {
			err = s.w().consent(ctx, s.openID(m.By), card)
			if errors.Is(err, errStale) {
				continue
			}
			return err
		}
		wanted := func(b feishu.Button) bool { return b.Act == m.Presses && (m.To == "" || b.Value["to"] == m.To) }
		card, err = s.w().openForm(ctx, s.openID(m.By), card, m.Presses)
		var res feishu.CallbackResult
		if err == nil {
			res, err = s.w().press(ctx, s.openID(m.By), card, wanted, m.Presses, form)
		}
		if errors.Is(err, errStale) {
			continue
		}
		if err != nil {
			return err
		}
		if got := res.Toast.Text("zh_cn"); !strings.Contains(got, m.Toast) {
			return fmt.Errorf("got the toast %q, want %q", got, m.Toast)
		}
		if s.reviewsAtDesk(m) { // the desk has opened the next case, which is for others
			return s.w().hrOf(s.openID(TheHR)).backToList(ctx, card.msg.ID)
		}
		return nil
	}
}

// concerns reports whether a card is for the reader of a move: of HR's cards those about the person.
func (s *Scene) concerns(m Move, card []byte) bool {
	ofHR := m.By == TheHR && s.chatOf(m) == s.w().ReviewChat() || s.reviewsAtDesk(m)
	return !ofHR || strings.Contains(string(card), s.Person.OpenID)
}

// waitRead waits until a version of a card that is newer than the latest act has the words.
func (s *Scene) waitRead(ctx context.Context, chat string, m Move) error {
	words := make([]string, len(m.Reads))
	for i, w := range m.Reads {
		words[i] = s.fill(w)
	}
	_, err := s.w().Feishu.Watch(ctx, chat, func(msg feishu.Message) bool {
		for i, v := range msg.History {
			if !msg.FromBot || i < s.read[msg.ID] || !s.concerns(m, v.Card) {
				continue
			}
			text := readCard(v.Card).card.Text("zh_cn")
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
				return true
			}
		}
		return false
	})
	return err
}
