package sim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"shiming/sim/feishu"
)

// screen is a card as a person reads it.
type screen struct {
	msg    feishu.Message
	card   *feishu.Card
	kind   kind
	stage  CardStage
	caseID string // case id in the buttons' values; "" when no button has one
	acts   map[string]bool
	page   string // address of the agreement page, which a button opens instead of taking the consent
	face   string // address of the supplier's page for a face
}

func (s screen) String() string { return fmt.Sprintf("%s %s %s", s.msg.ID, s.kind, s.stage) }

// read reads a message of the bot. Anything but a card is kindOther.
func read(m feishu.Message) screen {
	if !m.FromBot || m.Type != "interactive" || m.Recalled {
		return screen{msg: m, card: &feishu.Card{}}
	}
	s := readCard(m.Card)
	s.msg = m
	if s.kind == kindResume && m.ParentID != "" {
		s.kind = kindProblem // only photo problems are replies to a message
	}
	return s
}

func readCard(raw json.RawMessage) screen {
	s := screen{card: &feishu.Card{}, acts: map[string]bool{}}
	card, err := feishu.ParseCard(raw)
	if err != nil {
		return s
	}
	s.card = card
	for _, b := range card.Buttons() {
		if b.URL != "" && s.page == "" {
			s.page = b.URL
		}
		if b.Act == "" {
			continue
		}
		s.acts[b.Act] = true
		if id, ok := b.Value["case"].(string); ok && id != "" && s.caseID == "" {
			s.caseID = id
		}
	}
	if !s.acts[actDecline] {
		s.page, s.face = "", s.page
	}
	s.acts[actConsent] = s.acts[actConsent] || s.page != ""
	s.kind, s.stage = classify(card.Title(), s.acts)
	if s.stage != StageFace {
		s.face = ""
	}
	if s.kind == kindDesk && !s.acts[actNext] || s.kind == kindOther && leadsToList(card) {
		s.kind = kindOther
		if s.acts[actNext] { // a case at a desk that somebody else has decided on
			s.kind = kindDesk
		}
	}
	return s
}

// leadsToList reports whether the card has a button of a review desk that leads back to the list.
func leadsToList(card *feishu.Card) bool {
	return slices.ContainsFunc(card.Buttons(), func(b feishu.Button) bool {
		return b.Act == actNext && b.Value["to"] == "list"
	})
}

// CardReading is what a person recognises in a message of the bot.
type CardReading struct {
	Card  *feishu.Card // empty if the message is no card
	Kind  string       // case, offer, resume, problem, superseded, review, attention, desk; "" for anything else
	Stage CardStage    // stage of the applicant's case
	Case  string       // "" when no button names one
	Page  string       // address of the agreement page; "" unless the card takes the consent there
	Face  string       // address of the supplier's page for a face; "" without one
}

// ReadMessage reads a message in a chat.
func ReadMessage(m feishu.Message) CardReading { return read(m).reading() }

// ReadCard reads a card without its message, so it cannot recognise a photo problem.
func ReadCard(card json.RawMessage) CardReading { return readCard(card).reading() }

func (s screen) reading() CardReading {
	return CardReading{
		Card:  s.card,
		Kind:  string(s.kind),
		Stage: s.stage,
		Case:  s.caseID,
		Page:  s.page,
		Face:  s.face,
	}
}

// readSides returns the sides of the ID card that the photos card shows as read: those with a button to retake them.
func (s screen) readSides() map[string]bool {
	done := map[string]bool{}
	for _, b := range s.card.Buttons() {
		if side, ok := b.Value["side"].(string); ok && b.Act == actRetake {
			done[side] = true
		}
	}
	return done
}

// fields returns the fields of the form that the button with this act submits.
func (s screen) fields(act string) []feishu.Input {
	b, ok := s.card.FindAct(act)
	if !ok {
		return nil
	}
	var out []feishu.Input
	for _, in := range s.card.Inputs() {
		if in.Form == b.Form && in.Form != "" {
			out = append(out, in)
		}
	}
	return out
}

// mentions reports whether the Chinese text of the card contains one of the words.
func (s screen) mentions(words ...string) bool {
	text := s.card.Text("zh_cn")
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// persons returns the open_ids in a card: those of single people, in a person element or
// a person_list of one with the name, and those of lists.
func persons(raw json.RawMessage) (single, listed []string) {
	var root any
	if json.Unmarshal(raw, &root) != nil {
		return nil, nil
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if id, ok := v["user_id"].(string); ok && v["tag"] == "person" {
				single = append(single, id)
			}
			if all, ok := v["persons"].([]any); ok && v["tag"] == "person_list" {
				for _, p := range all {
					o, _ := p.(map[string]any)
					id, ok := o["id"].(string)
					switch {
					case ok && len(all) == 1 && v["show_name"] == true:
						single = append(single, id) // the board shows no names
					case ok:
						listed = append(listed, id)
					}
				}
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(root)
	return single, listed
}
