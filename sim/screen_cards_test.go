package sim_test

import (
	"testing"
	"time"

	"shiming/cards"
	"shiming/sim"
)

// TestRobotsKnowTheCards compares the robots' reading with the cards of the bot. It fails if a card gets a new title
// that package sim does not know.
func TestRobotsKnowTheCards(t *testing.T) {
	ref := cards.Ref{Case: "019a1b2c-3d4e-7f50-8a61-0123456789ab", Rev: 7}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	progress := func(stage string) cards.Card {
		return cards.Progress{
			Ref:       ref,
			Stage:     stage,
			Since:     now,
			CanCancel: true,
		}
	}
	closed := func(outcome string) cards.Card { return cards.Closed{Ref: ref, Outcome: outcome, At: now} }
	code := func(state, problem string) cards.Card {
		return cards.Code{
			Ref:      ref,
			State:    state,
			Problem:  problem,
			SentAt:   now,
			ResendAt: now.Add(time.Minute),
		}
	}
	for name, c := range map[string]struct {
		card  cards.Card
		kind  string
		stage sim.CardStage
	}{
		"consent": {cards.Consent{Ref: ref}, "case", sim.StageConsent},
		"photos":  {cards.Photos{Ref: ref}, "case", sim.StagePhotos},
		"photos read": {cards.Photos{
			Ref:       ref,
			Front:     cards.SideRead,
			Back:      cards.SideRead,
			CanRetake: true,
		}, "case", sim.StagePhotos},
		"document photo": {cards.DocumentPhoto{Ref: ref, Kind: "passport"}, "case", sim.StagePhotos},
		"document read":  {cards.DocumentPhoto{Ref: ref, Kind: "passport", Reading: true}, "case", sim.StagePhotos},
		"document form": {cards.Document{
			Confirm: cards.Confirm{Ref: ref},
			Kinds:   cards.DocumentKinds,
			Photos:  []string{"passport"},
		}, "case", sim.StageConfirmation},
		"form":            {cards.Confirm{Ref: ref, AskMobile: true}, "case", sim.StageConfirmation},
		"bank card":       {cards.BankCard{Ref: ref}, "case", sim.StageBankCard},
		"bank card asked": {cards.BankCard{Ref: ref, State: "asking"}, "case", sim.StageBankCard},
		"masked form":     {cards.Confirm{Ref: ref, Masked: true, MaskedName: "样*"}, "case", sim.StageConfirmation},
		"code":            {code("sent", ""), "case", sim.StageCode},
		"code failed":     {code("failed", ""), "case", sim.StageCode},
		"code used up":    {code("sent", "too_many_tries"), "case", sim.StageCode},
		"checking":        {progress("checking"), "case", sim.StageChecking},
		"review":          {progress("review"), "case", sim.StageReview},
		"recording":       {progress("recording"), "case", sim.StageRecording},
		"filing":          {progress("filing"), "case", sim.StageFiling},
		"attention":       {progress("attention"), "case", sim.StageAttention},
		"done":            {cards.Done{Ref: ref, Filed: true}, "case", sim.StageDone},
		"rejected":        {closed("rejected"), "case", sim.StageRejected},
		"declined":        {closed("declined"), "case", sim.StageDeclined},
		"withdrawn":       {closed("withdrawn"), "case", sim.StageWithdrawn},
		"expired":         {closed("expired"), "case", sim.StageExpired},
		"closed":          {closed("closed"), "case", sim.StageClosed},
		"superseded":      {cards.Superseded{Ref: ref}, "superseded", ""},
		"greeting":        {cards.Greeting{}, "offer", ""},
		"greeting, open":  {cards.Greeting{Open: &ref}, "resume", ""},
		"reminder":        {cards.Reminder{Ref: ref, Stage: "photos"}, "resume", ""},
		"photo problem":   {cards.PhotoProblem{Ref: ref, Problem: "nothing"}, "resume", ""},
		"notice":          {cards.Notice{Code: "not_understood"}, "", ""},
		"notice, start":   {cards.Notice{Code: "nothing_open", Start: true}, "offer", ""},
		"my data":         {cards.MyData{Ref: ref, State: "done", CanWithdraw: true}, "", ""},
		"my data deleted": {cards.MyData{Ref: ref, Deleted: true}, "", ""},
		"for review":      {cards.Review{Ref: ref, Applicant: "ou_x"}, "review", ""},
		"reviewed":        {cards.Review{Ref: ref, Decision: &cards.Decision{What: "approved", At: now}}, "", ""},
		"trouble":         {cards.Attention{Ref: ref, Step: "photos", Code: "permission"}, "attention", ""},
		"unknown outcome": {cards.Attention{
			Ref:     ref,
			Step:    "evidence",
			Code:    "unknown_outcome",
			Unknown: true,
		}, "attention", ""},
		"settled": {cards.Attention{Ref: ref, Step: "photos", Decision: &cards.Decision{What: "retried", At: now}}, "", ""},
		"board":   {cards.Board{Day: "2026-11-21", DoneToday: 1, People: []string{"ou_x"}}, "", ""},
		"pending": {cards.Pending{Total: 1, Rows: []cards.PendingRow{{Ref: ref, Applicant: "ou_x"}}}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			read := sim.ReadCard(c.card.JSON())
			kind, stage := read.Kind, read.Stage
			if kind != c.kind || stage != c.stage {
				t.Errorf("%s is taken for %q %q, want %q %q", name, kind, stage, c.kind, c.stage)
			}
		})
	}
}
