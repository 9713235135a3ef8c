package flows

import (
	"fmt"
	"slices"
	"testing"

	"shiming/cards"
)

// everyLadder returns the orders of all selections of the three methods.
func everyLadder() (all [][]Method) {
	var add func(ladder, rest []Method)
	add = func(ladder, rest []Method) {
		if len(ladder) > 0 {
			all = append(all, ladder)
		}
		for i, m := range rest {
			add(append(slices.Clone(ladder), m), slices.Delete(slices.Clone(rest), i, i+1))
		}
	}
	add(nil, []Method{ThreeElements, BankCardFour, Face})
	return all
}

// onRung returns a case whose check by a method is under way, and the event of its result.
func onRung(m Method, outcome CheckOutcome) (*Case, Event) {
	if m == Face {
		e := faceMatch()
		if e.Check.Outcome = outcome; outcome != CheckMatch {
			e.FacePicture = nil
		}
		return byFace(FaceFetching), e
	}
	c := SampleCase(Checking)
	if c.Method = m; m == BankCardFour {
		card := SampleCase(AwaitingBankCard)
		c.BankCard, c.Personal.BankCard, c.Personal.OpeningBank = card.BankCard, SampleBankCard, card.Personal.OpeningBank
	}
	check := checked(outcome)
	check.Method = m
	return c, Event{Kind: PersonChecked, Check: check}
}

// refusal is a way in which a check does not succeed.
type refusal struct {
	name   string
	of     []Method
	event  func(m Method) Event
	answer func(m Method) string // what HR reads of it: answer.CODE
	next   bool                  // the next rung follows, if there is one
	state  func(m Method) State  // where the applicant is then
}

var refusals = func() []refusal {
	all := []Method{ThreeElements, BankCardFour, Face}
	form := func(Method) State { return AwaitingConfirmation }
	stop := func(Method) State { return NeedsAttention }
	stays := func(Method) State { return AwaitingFace }
	says := func(s string) func(Method) string { return func(Method) string { return s } }
	result := func(o CheckOutcome) func(m Method) Event {
		return func(m Method) Event { _, e := onRung(m, o); return e }
	}
	stopped := func(code StopCode, incident string) func(Method) Event {
		return func(Method) Event { return Event{Kind: StepStopped, Stop: stopped(StepCheck, code, incident)} }
	}
	refused := func(field, problem string) func(Method) Event {
		return func(Method) Event { return Event{Kind: CheckRefused, Seq: 1, Field: field, Problem: problem} }
	}
	out := []refusal{
		{"mismatch", all, result(CheckMismatch), func(m Method) string { return string(m) }, true, form},
		{"no record", all, result(CheckNoRecord), noRecordOf, true, form},
		{"the name is not taken", all, refused("identity_name", ""), says("identity_name"), false, form},
		{"the number is not taken", all, refused("identity_code", ""), says("identity_code"), false, form},
		{"the mobile is not taken", all[:2], refused("mobile", ""), says("mobile"), false, form},
		{"the card is not taken", all[1:2], refused("bank_card", "card_unusable"), says("card_unusable"), false,
			func(Method) State { return AwaitingBankCard }},
		{"supplier down", all, stopped(StopUnavailable, "check"), nil, false, stop},
		{"too often", all[:2], stopped(StopTooManyChecks, ""), nil, false, stop},
		{"nobody understands", all, stopped("refused", ""), nil, false, stop},
	}
	for _, problem := range []string{"face_again", "face_light", "face_distance", "face_network", "face_not_live",
		"face_document", "face_other_person", "face_too_often", "face_too_often_today", "face_expired", "face_lost",
		"face_supplier"} {
		failed := faceEvent(FaceFailed)
		failed.Problem = problem
		out = append(out, refusal{problem, all[2:], func(Method) Event { return failed }, says(problem), false, stays})
	}
	lost := faceEvent(FaceLost)
	return append(out, refusal{"face_unknown", all[2:], func(Method) Event { return lost }, nil, false, stays})
}()

// TestEveryLadder plays every refusal on every rung of every ladder: who is asked next, what HR reads, that nothing of
// the refused check stays, and that the applicant can pass by any other rung, without the face by each but the face.
func TestEveryLadder(t *testing.T) {
	ladders := everyLadder()
	if len(ladders) != 15 {
		t.Fatalf("got %d ladders, want 15", len(ladders))
	}
	played := 0
	for _, ladder := range ladders {
		for i, m := range ladder {
			for _, r := range refusals {
				if !slices.Contains(r.of, m) {
					continue
				}
				played++
				t.Run(fmt.Sprint(ladder, " ", m, " ", r.name), func(t *testing.T) { playRefusal(t, ladder, i, r) })
			}
		}
	}
	if played < 390 {
		t.Errorf("got %d refusals, want 390 at least", played)
	}
}

func playRefusal(t *testing.T, ladder []Method, i int, r refusal) {
	m := ladder[i]
	rule := func(c *Case) func(*Policy) {
		return func(p *Policy) {
			p.Method, p.Ladder, p.FaceLiveScore = ladder[0], ladder, FaceLiveStatus
			c.Consent.Hash = p.Agreement.Hash()
		}
	}
	c, _ := onRung(m, CheckMatch)
	c.FailedChecks = HelpAfterChecks
	after := decide(t, c, r.event(m), rule(c)).wantState(r.state(m)).Case
	now := m
	if r.next && i+1 < len(ladder) {
		now = ladder[i+1]
	}
	if after.Method != now {
		t.Errorf("asked next: %s, want %s", after.Method, now)
	}
	if after.Verified() || after.Uploadable(FaceSide) != nil || after.Identity != nil || after.Evidence != nil {
		t.Error("a check that did not succeed counts")
	}
	if after.State == NeedsAttention { // the supplier's fault; HR lets it go on, on the same rung
		if !cards.HasText("trouble." + string(after.Attention.Code)) {
			t.Errorf("HR reads nothing of %s", after.Attention.Code)
		}
		after = decide(t, after, Event{Kind: Retry}, rule(after)).Case
		if after == nil || after.Method != m || after.Verified() {
			t.Fatalf("after HR's retry: got %+v, want the same rung", after)
		}
		if m != Face {
			return // the bot checks again by itself
		}
	}
	if r.answer != nil {
		hrReads(t, after, rule, r.answer(m), m)
	}
	for _, other := range ladder {
		if other != now {
			passesBy(t, after, rule, other)
		}
	}
}

// hrReads checks what stands on HR's card when the applicant asks for help.
func hrReads(t *testing.T, c *Case, rule func(*Case) func(*Policy), answer string, m Method) {
	t.Helper()
	c = c.clone()
	got := decide(t, c, Event{Kind: HelpAsked}, rule(c)).wantState(AwaitingReview).Case
	card, ok := HRCard(got, sampleView()).(cards.Review)
	if !ok || card.Help == nil || card.Help.Answer != answer || got.Help.Method != m || !cards.HasText("answer."+answer) {
		t.Errorf("HR reads %+v of %s, want answer.%s of %s", card.Help, got.Help.Method, answer, m)
	}
}

// passesBy lets the applicant take another rung and pass by it. Nothing of the rungs before is kept for the evidence.
func passesBy(t *testing.T, c *Case, rule func(*Case) func(*Policy), other Method) {
	t.Helper()
	c = c.clone()
	chosen := decide(t, c, Event{Kind: MethodChosen, Method: other}, rule(c)).wantState(AwaitingConfirmation).Case
	if chosen.Method != other || chosen.Check != nil || chosen.Code != nil || chosen.Personal.FaceToken != "" ||
		chosen.Personal.BankCard != "" || chosen.FaceCheck != nil && chosen.FaceCheck.State != FaceOffered {
		t.Errorf("%s: something of the rung before is kept", other)
	}
	// What the applicant submits for this rung; the rest is as the rungs before have left it.
	typed, match := onRung(other, CheckMatch)
	chosen.State, chosen.Code, chosen.BankCard, chosen.FaceCheck = typed.State, typed.Code, typed.BankCard, typed.FaceCheck
	chosen.Personal.SMSCode, chosen.Personal.FaceToken = typed.Personal.SMSCode, typed.Personal.FaceToken
	chosen.Personal.BankCard, chosen.Personal.OpeningBank = typed.Personal.BankCard, typed.Personal.OpeningBank
	passed := decide(t, chosen, match, rule(chosen)).wantState(AwaitingReview).Case
	if !passed.Verified() || passed.Check.Method != other || (passed.Uploadable(FaceSide) != nil) != (other == Face) {
		t.Errorf("%s: got the check %+v, want that of this rung, and a face only by the face", other, passed.Check)
	}
}
