package feishu

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestInitialChoice: a select's first choice is given by content or by place, not by value.
func TestInitialChoice(t *testing.T) {
	const card = `{"schema":"2.0","body":{"elements":[{"tag":"form","name":"f","elements":[
		{"tag":"select_static","name":"s",INITIAL,"options":[
			{"text":{"tag":"plain_text","content":"甲"},"value":"a"},{"text":{"tag":"plain_text","content":"乙"},"value":"b"}]},
		{"tag":"button","name":"ok","form_action_type":"submit","text":{"tag":"plain_text","content":"好"},
			"behaviors":[{"type":"callback","value":{"act":"x"}}]}]}]}}`
	for initial, want := range map[string]string{
		`"initial_option":"乙"`: "b",
		`"initial_index":1`:    "a",
		`"initial_index":2`:    "b",
		`"initial_option":"b"`: "", // refused
		`"initial_index":0`:    "",
		`"initial_index":3`:    "",
	} {
		t.Run(initial, func(t *testing.T) {
			raw := strings.Replace(card, "INITIAL", initial, 1)
			if errs := ValidateCard([]byte(raw)); (len(errs) > 0) != (want == "") {
				t.Fatalf("got %v, want an error %v", errs, want == "")
			}
			c, err := ParseCard([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Inputs()[0].Default; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestLeaverOnCard: a person who has left makes a card unsendable, unless a list drops invalid people.
func TestLeaverOnCard(t *testing.T) {
	w := newWorld(t)
	w.AddUser(User{OpenID: "ou_gone", Resigned: true})
	w.AddUser(User{OpenID: "ou_here"})
	for element, want := range map[string]int{
		`{"tag":"person","user_id":"ou_here"}`:                                                   0,
		`{"tag":"person","user_id":"ou_gone"}`:                                                   1,
		`{"tag":"person","user_id":"ou_nobody"}`:                                                 1,
		`{"tag":"person_list","persons":[{"id":"ou_gone"}]}`:                                     1,
		`{"tag":"person_list","persons":[{"id":"ou_gone"}],"drop_invalid_user_id":false}`:        1,
		`{"tag":"person_list","persons":[{"id":"ou_gone"}],"drop_invalid_user_id":true}`:         0,
		`{"tag":"person_list","persons":[{"id":"ou_here"},{"id":"ou_nobody"}]}`:                  1,
		`{"tag":"person_list","persons":[{"id":"ou_x"},{"id":"y"}],"drop_invalid_user_id":true}`: 0,
	} {
		t.Run(element, func(t *testing.T) {
			w.mu.Lock()
			defer w.mu.Unlock()
			errs := w.cardFaults([]byte(`{"schema":"2.0","body":{"elements":[` + element + `]}}`))
			if len(errs) != want {
				t.Errorf("got %v, want %d errors", errs, want)
			}
		})
	}
}

// TestCardSizeCountsTheBody: a card is as long as the string that it becomes in the request.
func TestCardSizeCountsTheBody(t *testing.T) {
	card := func(content string) []byte {
		text, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(`{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":` + string(text) + `}]}}`)
	}
	for name, tt := range map[string]struct {
		content string
		fits    bool
	}{
		"letters":            {strings.Repeat("a", 29_000), true},
		"quotes, not many":   {strings.Repeat(`"`, 7_000), true},
		"quotes, escaped":    {strings.Repeat(`"`, 10_000), false},
		"more letters":       {strings.Repeat("a", 31_000), false},
		"signs, not escaped": {strings.Repeat("。", 9_900), true},
	} {
		t.Run(name, func(t *testing.T) {
			if errs := ValidateCard(card(tt.content)); (len(errs) == 0) != tt.fits {
				t.Errorf("got %v, want it to fit: %v", errs, tt.fits)
			}
		})
	}
}
