package flows

import (
	"fmt"
	"slices"
	"strings"
)

// Diagram prints the table as a Mermaid state diagram, with one arrow for each pair of states. It leaves out events
// that keep the state.
func Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> awaiting_consent\n")
	for _, from := range States {
		for _, to := range States {
			var on []string
			for _, t := range Table {
				if t.From == from && to != from && slices.Contains(t.To, to) && !slices.Contains(on, string(t.On)) {
					on = append(on, string(t.On))
				}
			}
			if len(on) > 0 {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", from, to, strings.Join(on, ", "))
			}
		}
	}
	for _, s := range States {
		if s.Terminal() {
			fmt.Fprintf(&b, "    %s --> [*]\n", s)
		}
	}
	return b.String()
}
