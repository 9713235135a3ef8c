package engine

import (
	"strconv"

	"shiming/flows"
)

// withTypedCode adds the keyed hash of the digits that somebody typed.
func (e *Engine) withTypedCode(c *flows.Case, text string, ev flows.Event) flows.Event {
	ev.Code = flows.OnlyDigits(text)
	if c.Code != nil {
		ev.MAC = e.CodeMAC(c.ID, c.Code.Seq, ev.Code)
	}
	return ev
}

// CodeMAC is what a code is known as until it is typed.
func (e *Engine) CodeMAC(caseID string, seq int, digits string) []byte {
	return e.Store.MAC("sms_code", caseID, strconv.Itoa(seq), digits)
}
