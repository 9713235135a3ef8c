package engine

import (
	"encoding/binary"

	"shiming/flows"
)

// sampleDraw returns a number from 1 to 100 for a case that the policy may approve: a keyed hash of its id, so that
// nobody without the key can foresee it, and a transaction that runs again draws the same.
func (e *Engine) sampleDraw(c *flows.Case) int {
	return int(binary.BigEndian.Uint64(e.Store.MAC("sample", c.ID))%100) + 1
}
