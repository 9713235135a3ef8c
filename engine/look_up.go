package engine

import (
	"context"
	"slices"
	"strings"

	"shiming/flows"
	"shiming/idcard"
)

// lookUp queues the answer to a question of HR about a person. Names are encrypted in the store, so that a job compares
// them. Its row holds keyed hashes: a name in it would be in clear.
func (e *Engine) lookUp(ctx context.Context, tx flows.Tx, m flows.Message, q flows.Query) error {
	j := flows.Reply(flows.ReplyLookUp)
	if len(q.OpenIDs) > 0 {
		return e.replyPrivately(ctx, tx, m, j.With(flows.ArgPerson, strings.Join(q.OpenIDs, " ")))
	}
	var hashes []string
	for _, name := range q.Names {
		hashes = append(hashes, e.NameHash(m.TenantKey, name))
	}
	return e.replyPrivately(ctx, tx, m, j.With(flows.ArgNames, strings.Join(hashes, " ")))
}

// maxMentions is how many mentioned people one question is about.
const maxMentions = 5

// asksAboutMentioned answers an admin's question in private about people whom it mentions: @张三 办完了吗, 进度 @张三. The
// event names them by open_id, so that a namesake is not meant. Other words keep their meaning.
func (e *Engine) asksAboutMentioned(
	ctx context.Context, tx flows.Tx, m flows.Message, command flows.Command,
) (bool, error) {
	if !m.Private || len(m.Mentions) == 0 {
		return false, nil
	}
	switch command {
	case flows.CommandNone, flows.CommandAskAbout, flows.CommandStatus, flows.CommandHelp:
	default:
		return false, nil
	}
	admin, err := e.IsAdmin(ctx, tx, m.TenantKey, m.OpenID)
	if err != nil || !admin {
		return false, err
	}
	return true, e.lookUp(ctx, tx, m, flows.Query{OpenIDs: m.Mentions[:min(len(m.Mentions), maxMentions)]})
}

// NameHash returns the keyed hash of a name; "" for an empty one.
func (e *Engine) NameHash(tenantKey, name string) string {
	key := idcard.NameKey(name)
	if key == "" {
		return ""
	}
	return nameHash(e.Store, tenantKey, key).key
}

// IsNamed reports whether one of the hashes is that of the name. They may be from before a rotation of the keys.
func (e *Engine) IsNamed(tenantKey, name string, hashes []string) bool {
	key := idcard.NameKey(name)
	return key != "" && slices.ContainsFunc(nameHash(e.Store, tenantKey, key).all(),
		func(hash string) bool { return slices.Contains(hashes, hash) })
}

func nameHash(s flows.Store, tenantKey, key string) keyed {
	return keyedHash(s, "", "look_up_name", tenantKey, key)
}
