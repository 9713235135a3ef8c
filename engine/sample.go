package engine

import (
	"context"
	"encoding/binary"
	"slices"

	"shiming/flows"
)

// sampleDraw returns a number from 1 to 100 for a case that the policy may approve: a keyed hash of its id, so that
// nobody without the key can foresee it, and a transaction that runs again draws the same.
func (e *Engine) sampleDraw(c *flows.Case) int {
	return int(binary.BigEndian.Uint64(e.Store.MAC("sample", c.ID))%100) + 1
}

// samplesOf returns the sampled cases at which the admin may look, oldest first. Nobody looks at the own case.
func (e *Engine) samplesOf(
	ctx context.Context, v flows.View, tenantKey, admin string,
) ([]flows.QueueEntry, error) {
	all, err := v.Samples(ctx, tenantKey, maxQueue)
	return slices.DeleteFunc(all, func(q flows.QueueEntry) bool { return q.OpenID == admin }), err
}
