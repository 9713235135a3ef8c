package sim

import (
	"time"

	"shiming/sim/specimen"
)

// Script says how an employee behaves. The zero value is a careful person: opens the chat, presses start, consents,
// sends two good photos one after the other, checks the form, types the code.
type Script struct {
	ByWord      bool // types 实名 instead of pressing the button of the greeting
	PhotosFirst bool // sends the photos before anything else, so that they wait for consent
	AsOnePost   bool // sends the photos as one rich text message
	AsFiles     bool // sends the photos as files

	// One photo that is no good goes out first; the right one follows when the bot asks for it.
	BlurredFirst     bool // the front is blurred
	TwoFronts        bool // the front twice, by mistake
	OtherPersonsBack bool // the back of somebody else's card, after the front was read
	// RotatedBack turns the back; the bot is expected to read it nevertheless.
	RotatedBack bool
	// Width of the photos in pixels, 0 = 1600. 1000 is readable and takes a third of memory and time.
	Width int

	TypedNumberWrong bool // mistypes a digit of the number first
	// Corrects overwrites what is prefilled wrong. Without it a wrong value ends the journey with a *StuckError, since a
	// good photo must lead to right values.
	Corrects       bool
	WrongCodeFirst bool // mistypes the code first
	// SMSPatience is how long to wait for a text message before asking for another; 0 = 30 s.
	SMSPatience time.Duration

	DeclineConsent bool
	// CancelAt cancels when the card shows this stage: by its button, or with the word 取消 where it has none. At
	// StageConsent, StagePhotos (nothing is sent then), StageConfirmation, StageCode, StageChecking or StageReview.
	CancelAt CardStage
}

// shot is a photo that a person took.
type shot struct {
	meant string // the side that the person believes it shows
	wrong bool   // it is the one that is no good by the script
	img   []byte
	msg   string // message that it was sent in
	spent bool   // the bot has turned it down, or has used it and moved on
}

// good is the variant of a photo of a side that is fine.
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

// firstShots takes the photos that go out first.
func (s Script) firstShots(p specimen.Person) ([]*shot, error) {
	switch {
	case s.BlurredFirst:
		blurred := specimen.Variants["blurred"]
		blurred.Width = s.Width
		return shots(
			take(p, SideFront, SideFront, blurred, true),
			take(p, SideBack, SideBack, s.good(SideBack), false))
	case s.TwoFronts:
		again := s.good(SideFront)
		again.Rotate = 2 // nobody takes the same picture twice
		return shots(
			take(p, SideFront, SideFront, s.good(SideFront), false),
			take(p, SideFront, SideBack, again, true))
	case s.OtherPersonsBack:
		return shots(take(p, SideFront, SideFront, s.good(SideFront), false))
	}
	return shots(
		take(p, SideFront, SideFront, s.good(SideFront), false),
		take(p, SideBack, SideBack, s.good(SideBack), false))
}

type taken struct {
	shot *shot
	err  error
}

func take(p specimen.Person, side, meant string, v specimen.Variant, wrong bool) taken {
	img, err := Photo(p, side, v)
	return taken{&shot{meant: meant, wrong: wrong, img: img}, err}
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

// somebodyElse is a person whose card was issued in another city, so that the two sides do not fit together.
func somebodyElse(p specimen.Person, seed int64) specimen.Person {
	for {
		seed++
		if o := specimen.NewPerson(seed); o.IssuedBy[:len("样例市")] != p.IssuedBy[:len("样例市")] {
			return o
		}
	}
}
