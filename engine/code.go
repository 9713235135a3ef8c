package engine

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
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
		ev.MAC = e.typedCodeMAC(c, ev.Code)
	}
	return ev
}

// codeKeySize is the length of Personal.CodeKey in bytes.
const codeKeySize = 32

// NewCodeMAC returns the keyed hash of a code, bound to its case and its sequence number, and a new key for it. The case
// holds hash and key only, the key among what is sealed; it holds the digits after the applicant has typed them.
func (*Engine) NewCodeMAC(caseID string, seq int, digits string) (key, mac []byte) {
	key = make([]byte, codeKeySize)
	_, _ = rand.Read(key) // never fails
	return key, codeMAC(key, caseID, seq, digits)
}

func codeMAC(key []byte, caseID string, seq int, digits string) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(h, "%q %d %q", caseID, seq, digits) // a hash never fails
	return h.Sum(nil)
}

// typedCodeMAC returns the keyed hash of typed digits as that of the code was made: by the key of the case, or for a
// code of an older version by a hashing key of the store.
func (e *Engine) typedCodeMAC(c *flows.Case, digits string) []byte {
	if len(c.Personal.CodeKey) > 0 {
		return codeMAC(c.Personal.CodeKey, c.ID, c.Code.Seq, digits)
	}
	all := e.Store.MACs("sms_code", c.ID, strconv.Itoa(c.Code.Seq), digits)
	for _, mac := range all {
		if hmac.Equal(mac, c.Code.MAC) {
			return mac
		}
	}
	return all[0]
}
