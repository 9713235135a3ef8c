package workerstest

import (
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"

	"shiming/cards"
)

// catalogue is every text that people read, by id. Tests run in a directory beside cards.
var catalogue = sync.OnceValue(func() map[string]struct{ ZH, EN string } {
	raw, err := os.ReadFile("../cards/texts.json")
	if err != nil {
		panic(err)
	}
	out := map[string]struct{ ZH, EN string }{}
	if err := json.Unmarshal(raw, &out); err != nil {
		panic(err)
	}
	return out
})

// Shows reports whether a card contains a text of the catalogue. Its placeholders may stand for anything.
func Shows(card, textID string) bool {
	t, ok := catalogue()[textID]
	if !ok {
		panic("no such text: " + textID)
	}
	for i, part := range strings.FieldsFunc(t.ZH, func(r rune) bool { return r == '{' || r == '}' }) {
		if placeholder := i%2 == 1 && strings.Contains(t.ZH, "{"+part+"}"); placeholder {
			continue
		}
		raw, _ := json.Marshal(part)
		if !strings.Contains(card, strings.Trim(string(raw), `"`)) && !strings.Contains(card, part) {
			return false
		}
	}
	return true
}

// RequireCard fails the test if got is not the JSON of the card want. what names the card in the message.
func RequireCard(t *testing.T, what, got string, want cards.Card) {
	t.Helper()
	if got != string(want.JSON()) {
		t.Errorf("%s: got %s\nwant %s", what, got, want.JSON())
	}
}
