package engine

import (
	"context"
	"encoding/hex"
	"strings"

	"shiming/flows"
	"shiming/idcard"
)

// lookUp queues the answer to a question of HR about a person. Names are encrypted in the store, so that a job compares
// them. Its row holds keyed hashes: a name in it would be in clear.
func (e *Engine) lookUp(ctx context.Context, tx flows.Tx, m flows.Message, q flows.Query) error {
	j := flows.Reply(flows.ReplyLookUp)
	if q.OpenID != "" {
		return e.replyPrivately(ctx, tx, m, j.With(flows.ArgPerson, q.OpenID))
	}
	var hashes []string
	for _, name := range q.Names {
		hashes = append(hashes, e.NameHash(m.TenantKey, name))
	}
	return e.replyPrivately(ctx, tx, m, j.With(flows.ArgNames, strings.Join(hashes, " ")))
}

// NameHash returns the keyed hash of a name; "" for an empty one.
func (e *Engine) NameHash(tenantKey, name string) string {
	key := idcard.NameKey(name)
	if key == "" {
		return ""
	}
	return hex.EncodeToString(e.Store.MAC("look_up_name", tenantKey, key))
}
