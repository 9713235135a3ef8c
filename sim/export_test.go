package sim

import "encoding/json"

// ReadForTest tells what a robot takes a card for.
func ReadForTest(card json.RawMessage) (k string, s Stage) {
	c := readCard(card)
	return string(c.kind), c.stage
}
