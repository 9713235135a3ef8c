package scenario

import (
	"context"
	"slices"
	"time"

	"shiming/sim"
	"shiming/sim/specimen"
)

// Encounter is something that people run into although no call fails: how people type, who writes, what cards and
// photos they bring, data that never matches, and shapes that the platforms also send. Its moves show it up to the
// right end.
type Encounter struct {
	// Name is stable, e.g. card/two_in_one_picture. The part before the slash is the group.
	Name string
	Text Text // what is unusual
	End  Text // the right outcome
	By   Who  // who has to act on it, and reads why

	// Shape changes the world until undo is called; nil for encounters that are one person's.
	Shape func(*sim.World) (undo func())
	// Card changes who is hired; nil = anybody.
	Card func(specimen.Person, time.Time) specimen.Person
	// Before prepares the world for the person; nil = nothing.
	Before func(*sim.World, *sim.Employee)
	Moves  []sim.Move
	Then   []sim.Move // once the shape has been undone
	// Ends is the stage of the person's case at the end, StageNone for no case.
	Ends sim.CardStage
}

// Encounters returns all encounters. The caller may change the rows.
func Encounters() []Encounter {
	return slices.Concat(shapes, differences, typed, senders, cards, numbers, documents, mismatches)
}

// EncounterNamed returns the encounter with this name.
func EncounterNamed(name string) (Encounter, bool) {
	all := Encounters()
	i := slices.IndexFunc(all, func(e Encounter) bool { return e.Name == name })
	if i < 0 {
		return Encounter{}, false
	}
	return all[i], true
}

// Hire hires the person of the encounter.
func (e Encounter) Hire(w *sim.World) *sim.Employee {
	p := w.HireAs(func(p specimen.Person) specimen.Person {
		if e.Card != nil {
			p = e.Card(p, w.Now())
		}
		return p
	})
	if e.Before != nil {
		e.Before(w, p)
	}
	return p
}

// Play makes the moves for a person of Hire, and waits for the end. For an encounter with a shape the caller has changed
// the world, and undo ends that.
func (e Encounter) Play(ctx context.Context, s *sim.Scene, undo func()) error {
	if err := s.Play(ctx, e.Moves); err != nil {
		return err
	}
	undo()
	end := e.Then
	if e.Ends != sim.StageNone {
		end = steps(end, sim.Move{Stage: e.Ends})
	}
	return s.Play(ctx, end)
}

// The moves of an ordinary registration.
var (
	front  = sim.Shot{Side: sim.SideFront}
	back   = sim.Shot{Side: sim.SideBack}
	says   = func(text string, words ...string) sim.Move { return sim.Move{Says: text, Reads: words} }
	sends  = func(all ...sim.Shot) sim.Move { return sim.Move{Sends: all} }
	sees   = func(s sim.CardStage, words ...string) sim.Move { return sim.Move{Stage: s, Reads: words} }
	hrSees = func(words ...string) sim.Move { return sim.Move{By: sim.TheHR, Reads: words} }
	press  = func(act string) sim.Move { return sim.Move{Presses: act} }
	types  = func(code string) sim.Move {
		return sim.Move{Presses: "submit_code", Form: map[string]string{"sms_code": code}}
	}
	hr = func(act string, form map[string]string, toast string) sim.Move {
		return sim.Move{By: sim.TheHR, Presses: act, Form: form, Toast: toast}
	}

	toPhotos = []sim.Move{{Says: "实名", Stage: sim.StageConsent}, {Presses: "consent", Stage: sim.StagePhotos}}
	toForm   = steps(toPhotos, sends(front, back), sees(sim.StageConfirmation))
	toCode   = steps(toForm, press("confirm"), sees(sim.StageCode, codeSent))
	toReview = steps(toCode, types("{code}"), sees(sim.StageReview))
	approved = steps(toReview, hr("approve", nil, "已通过"))
)

// codeSent is on the card once the text message is out.
const codeSent = "验证码已在"

// steps joins moves.
func steps(before []sim.Move, more ...sim.Move) []sim.Move { return slices.Concat(before, more) }
