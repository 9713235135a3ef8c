package sim

import (
	"time"

	"shiming/sim/specimen"
)

// Script describes how an employee behaves. The zero value describes a careful person, who opens the chat, presses
// start, consents, sends two good photos one after the other, checks the form and submits the code.
type Script struct {
	// Invited waits for the bot's invitation and presses its button, instead of opening the chat.
	Invited     bool
	ByWord      bool // types 实名 instead of pressing the button of the greeting
	PhotosFirst bool // sends the photos before anything else, so that they wait for consent
	AsOnePost   bool // sends the photos as one rich text message
	AsFiles     bool // sends the photos as files

	// At most one of the next three is set. The unusable photo goes out first; the correct one follows when the bot
	// asks for it.
	BlurredFirst     bool // the front is blurred
	TwoFronts        bool // both photos show the front
	OtherPersonsBack bool // the back of another person's card, after the front was read
	// RotatedBack rotates the photo of the back; the bot must read it nevertheless.
	RotatedBack bool
	// Width of the photos in pixels; 0 = 800.
	Width int
	// Front and Back are good photos that were taken before; nil = they are taken when they are needed.
	Front, Back []byte

	// Document is the document with which a person without an ID card registers; "" = the ID card. BlurredFirst, Corrects
	// and Width apply to it as well.
	Document      specimen.Kind
	TypesDocument bool // types its values instead of sending a photo

	TypedNumberWrong bool // mistypes a digit of the number first
	// Corrects overwrites wrong prefilled values. Without it a wrong value ends the journey with a *StuckError, because
	// a good photo must lead to correct values.
	Corrects       bool
	WrongCodeFirst bool // mistypes the code first
	CodeInChat     bool // types the code into the chat instead of the card's field
	// SMSPatience is how long the person waits for a text message before asking for another; 0 = 30 s.
	SMSPatience time.Duration

	Faces          bool // takes the check by face where the form offers it
	DeclineConsent bool
	// CancelAt is the stage at which the person cancels: by the card's button, or with the word 取消 if it has none. It
	// is StageConsent, StagePhotos (the person sends no photo then), StageConfirmation, StageCode, StageChecking or
	// StageReview.
	CancelAt CardStage
}

// shot is a photo that a robot took.
type shot struct {
	side     string // side that the person believes it shows
	wrong    bool   // the unusable photo of the script
	img      []byte
	msg      string // id of the message with the photo
	consumed bool   // the bot has refused it, or has used it
}

// good returns the variant of a usable photo of a side.
func (s Script) good(side string) specimen.Variant {
	v := specimen.Variants["good"]
	if side == SideBack && s.RotatedBack {
		v = specimen.Variants["rotated"]
	}
	v.Width = s.Width
	return v
}

func (s Script) smsPatience() time.Duration {
	if s.SMSPatience > 0 {
		return s.SMSPatience
	}
	return 30 * time.Second
}

// firstShots takes the photos that the script begins with.
func (s Script) firstShots(p specimen.Person) ([]*shot, error) {
	switch {
	case s.BlurredFirst:
		blurred := specimen.Variants["blurred"]
		blurred.Width = s.Width
		return shots(
			take(p, SideFront, SideFront, blurred, true),
			s.takeGood(p, SideBack))
	case s.TwoFronts:
		again := s.good(SideFront)
		again.Rotate = 2 // the two fronts are different pictures
		return shots(
			s.takeGood(p, SideFront),
			take(p, SideFront, SideBack, again, true))
	case s.OtherPersonsBack:
		return shots(s.takeGood(p, SideFront))
	}
	return shots(s.takeGood(p, SideFront), s.takeGood(p, SideBack))
}

// takeGood takes a usable photo of a side, or returns the one that was taken before.
func (s Script) takeGood(p specimen.Person, side string) taken {
	if before := map[string][]byte{SideFront: s.Front, SideBack: s.Back}[side]; before != nil {
		return taken{&shot{side: side, img: before}, nil}
	}
	return take(p, side, side, s.good(side), false)
}

type taken struct {
	shot *shot
	err  error
}

func take(p specimen.Person, side, meant string, v specimen.Variant, wrong bool) taken {
	img, err := Photo(p, side, v)
	return taken{&shot{side: meant, wrong: wrong, img: img}, err}
}

func shots(all ...taken) ([]*shot, error) {
	var out []*shot
	for _, t := range all {
		if t.err != nil {
			return nil, t.err
		}
		out = append(out, t.shot)
	}
	return out, nil
}

// somebodyElse returns a person whose card was issued in another city, so that the two sides do not match.
func somebodyElse(p specimen.Person, seed int64) specimen.Person {
	for {
		seed++
		if o := specimen.NewPerson(seed); o.IssuedBy[:len("样例市")] != p.IssuedBy[:len("样例市")] {
			return o
		}
	}
}
