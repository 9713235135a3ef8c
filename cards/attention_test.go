package cards

import (
	"strings"
	"testing"
)

// TestDecidedStopNamesItsCauseOnly: what to do is over once a stop has ended, so the card keeps the first sentence.
func TestDecidedStopNamesItsCauseOnly(t *testing.T) {
	for _, code := range families["trouble"] {
		t.Run(code, func(t *testing.T) {
			card := string(Attention{Code: code, Decision: &Decision{What: "resumed"}}.JSON())
			whole, cause := texts["trouble."+code], firstSentence(texts["trouble."+code])
			if whole.zh != cause.zh && strings.Contains(card, whole.zh) {
				t.Errorf("got %q on a card without buttons, want %q", whole.zh, cause.zh)
			}
			for _, s := range []string{cause.zh, cause.en} {
				if s == "" || strings.Contains(s, "点重试") || strings.Contains(s, "etry") {
					t.Errorf("got the cause %q, want one without a step", s)
				}
			}
			if strings.Contains(card, texts["decision.automatic"].zh) {
				t.Error("got a rule as the one who ended the stop, want nobody")
			}
		})
	}
}
