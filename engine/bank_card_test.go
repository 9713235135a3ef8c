package engine_test

import (
	"encoding/json"
	"strings"
	"testing"

	"shiming/flows"
	"shiming/sim/specimen"
	"shiming/workers/workerstest"
)

// TestBankCardInTheChat: who writes the number of a bank card into a chat is told in private that it belongs into the
// form, or nowhere, and to recall the message. Nothing of it is kept.
func TestBankCardInTheChat(t *testing.T) {
	t.Parallel()
	card := specimen.NewPerson(3).BankCard
	for _, tt := range []struct {
		name  string
		who   string
		state flows.State // "" without a case
		text  string
		group bool
		code  string
		cards int // further cards of the case
	}{
		{"asked for it", "ou_1", flows.AwaitingBankCard, card, false, "bank_card_expected", 1},
		{"asked for it, with a slip", "ou_1", flows.AwaitingBankCard, "卡号 " + card[:18] + "x " + card[:15], false,
			"bank_card_expected", 1},
		{"asked for it, in a group", "ou_1", flows.AwaitingBankCard, card, true, "bank_card_expected", 1},
		{"asked for the code", "ou_1", flows.AwaitingCode, card, false, "bank_card_in_chat", 0},
		{"an answer to HR", "ou_1", flows.AwaitingReview, "是 " + card, false, "bank_card_in_chat", 0},
		{"nobody's case", "ou_1", "", card, false, "bank_card_in_chat", 0},
		{"nobody's case, in a group", "ou_1", "", card, true, "bank_card_in_chat", 0},
		{"an admin", "ou_hr1", "", card, false, "bank_card_in_chat", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := workerstest.New(t)
			var c *flows.Case
			if tt.state != "" {
				c = w.PutCase(tt.state, tt.who, func(c *flows.Case) {
					c.Personal.BankCard, c.BankCard = "", nil
					if tt.state == flows.AwaitingReview {
						c.Question = &flows.Question{}
					}
				})
			}
			if tt.group {
				w.SayInGroup(tt.who, "oc_any", tt.text)
			} else {
				w.Say(tt.who, tt.text)
			}
			replies := w.Waiting(flows.JobReply)
			if len(replies) != 1 || replies[0].Job.Args["code"] != tt.code || replies[0].Job.To != tt.who {
				t.Fatalf("got the replies %+v, want %s in private", replies, tt.code)
			}
			if args, err := json.Marshal(replies[0].Job.Args); err != nil || strings.Contains(string(args), card[:15]) {
				t.Errorf("the job holds the number: %v", err)
			}
			if got := len(w.Waiting(flows.JobShow)); got != tt.cards {
				t.Errorf("got %d cards of the case, want %d", got, tt.cards)
			}
			if c == nil {
				return
			}
			now := w.InState(c.ID, tt.state)
			kept, err := now.Personal.Clear()
			if err != nil || strings.Contains(string(kept), card[:15]) {
				t.Errorf("the case keeps the number: %v", err)
			}
		})
	}
}
