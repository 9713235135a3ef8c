package flows

import (
	"encoding/json"
	"slices"
	"testing"

	"shiming/cards"
)

// buttonActs lists the acts of the buttons in a card's JSON.
func buttonActs(t *testing.T, card cards.Card) (acts []cards.Act) {
	t.Helper()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if act, ok := v["act"].(string); ok && v["v"] != nil {
				acts = append(acts, cards.Act(act))
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	var v any
	if err := json.Unmarshal(card.JSON(), &v); err != nil {
		t.Fatal(err)
	}
	walk(v)
	return acts
}

// leadsOut reports whether a button of the role leaves the state.
func leadsOut(s State, act cards.Act, role Role) bool {
	kind := ApplicantActs[act]
	if role == HR {
		kind = HRActs[act]
	}
	r := findRow(s, kind)
	return r != nil && r.By == role && slices.ContainsFunc(r.To, func(to State) bool { return to != s })
}

// TestEveryStateHasAnExit: who must act finds a button that leads out of the state, whatever has happened before. Where
// the bot must act, its failure leads to HR. An ended case offers a new start, unless the person is registered.
func TestEveryStateHasAnExit(t *testing.T) {
	for _, s := range States {
		for name, change := range map[string]func(*Case){
			"as usual": func(*Case) {},
			"after many failures": func(c *Case) {
				c.BadPhotos, c.FailedChecks, c.FailedAnswer, c.CodeSeq = 30, 10, "three_elements", 10
				c.Mismatch = "three_elements"
				if c.Code != nil {
					c.Code.State, c.Code.Problem, c.Code.Tries = CodeStateFailed, "too_many_codes", MaxCodeTries
				}
			},
			"HR was asked": func(c *Case) { c.Help, c.Check = &Help{Checks: 2, Answer: "mobile"}, nil },
			"a definite stop": func(c *Case) {
				if c.Attention != nil {
					c.Attention.Code, c.Identity.State = "permission", WriteRefused
				}
			},
		} {
			t.Run(string(s)+"/"+name, func(t *testing.T) {
				c := SampleCase(s)
				change(c)
				own, hr := buttonActs(t, ApplicantCard(c, sampleView())), buttonActs(t, HRCard(c, sampleView()))
				out := func(acts []cards.Act, role Role) bool {
					return slices.ContainsFunc(acts, func(a cards.Act) bool { return leadsOut(s, a, role) })
				}
				switch s.Turn() {
				case Applicant:
					if !out(own, Applicant) {
						t.Errorf("the applicant's card has the buttons %v, want one that leads out", own)
					}
				case HR:
					if !out(hr, HR) {
						t.Errorf("HR's card has the buttons %v, want one that leads out", hr)
					}
				case Bot:
					if s == Decided { // nothing is done that could stop
						if findRow(s, DecisionDue) == nil || findRow(s, Undone) == nil {
							t.Error("neither the decision nor an undo leads out, want both")
						}
						return
					}
					if r := findRow(s, StepStopped); r == nil || !slices.Contains(r.To, NeedsAttention) {
						t.Errorf("a stop leads nowhere, want %s", NeedsAttention)
					}
				case Nobody:
					if want := s != Done; slices.Contains(own, cards.ActStart) != want {
						t.Errorf("the card has the buttons %v, want a new start: %v", own, want)
					}
				}
				if name == "after many failures" && s.Turn() == Applicant && s != AwaitingConsent &&
					!slices.Contains(own, cards.ActAskHR) {
					t.Errorf("the applicant's card has the buttons %v, want the way to HR", own)
				}
			})
		}
	}
}

// TestHRsButtonsWork: no button of HR's card is one that HR cannot use, such as approving what was not verified.
func TestHRsButtonsWork(t *testing.T) {
	c := SampleCase(AwaitingReview)
	c.Help, c.Check = &Help{Checks: 2, Answer: "mobile"}, nil
	for _, act := range buttonActs(t, HRCard(c, sampleView())) {
		if act == cards.ActPeek { // no event of a case
			continue
		}
		if act == cards.ActDecide || act == cards.ActOpen { // opens a part of the card
			continue
		}
		reason, words := "other", "请问"
		e := Event{Kind: HRActs[act], Actor: "ou_hr1", Form: cards.Form{Reason: &reason, Question: &words}, Field: "hour"}
		if d := decide(t, c, e); d.Case == nil {
			t.Errorf("%s is refused: %s, want it to work", act, d.Rule)
		}
	}
}
