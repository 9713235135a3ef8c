package engine

import (
	"crypto/hmac"
	"strconv"
	"strings"

	"shiming/flows"
)

// withTypedCode adds to ev the code in text, if there is one, and its keyed hash. Decide compares the hash with the
// stored one.
func (e *Engine) withTypedCode(c *flows.Case, text string, ev flows.Event) flows.Event {
	ev.Code = flows.FindCode(text)
	if ev.Code == "" && strings.TrimSpace(text) != "" {
		ev.Code = flows.NotCode
	}
	if c.Code != nil {
		ev.MAC = e.CodeMAC(c.ID, c.Code.Seq, ev.Code)
		for _, former := range e.codeMACs(c.ID, c.Code.Seq, ev.Code)[1:] { // it was sent before a rotation of the keys
			if hmac.Equal(former, c.Code.MAC) {
				ev.MAC = former
			}
		}
	}
	return ev
}

// CodeMAC returns the keyed hash of a code, bound to its case and its sequence number. The case holds the hash only;
// it holds the digits after the applicant has typed them.
func (e *Engine) CodeMAC(caseID string, seq int, digits string) []byte {
	return e.codeMACs(caseID, seq, digits)[0]
}

// codeMACs returns the hash under every hashing key, first the one in use.
func (e *Engine) codeMACs(caseID string, seq int, digits string) [][]byte {
	return e.Store.MACs("sms_code", caseID, strconv.Itoa(seq), digits)
}
