package engine

import (
	"context"
	"strconv"

	"shiming/flows"
)

// replyTo queues a reply to the person who clicked.
func (e *Engine) replyToClicker(ctx context.Context, tx flows.Tx, k flows.CardAction, j flows.Job) error {
	j = j.Towards(flows.Receiver{Type: "open_id", ID: k.OpenID})
	return e.Enqueue(ctx, tx, "click/"+k.EventID, j.For(k.TenantKey, k.OpenID))
}

// key builds a key that makes something happen once; "" for an empty id, which the store skips.
func onceKey(kind, id string) string {
	if id == "" {
		return ""
	}
	return kind + ":" + id
}

// notice answers with one line.
func (e *Engine) replyNotice(ctx context.Context, tx flows.Tx, m flows.Message, code string) error {
	return e.reply(ctx, tx, m, flows.Reply(flows.ReplyNotice).With(flows.ArgCode, code))
}

// queueReply answers where the message came from: in a group as an answer to it.
func (e *Engine) reply(ctx context.Context, tx flows.Tx, m flows.Message, j flows.Job) error {
	if m.Private {
		return e.replyPrivately(ctx, tx, m, j)
	}
	return e.enqueueReply(ctx, tx, m, j.Towards(flows.Receiver{Type: "message_id", ID: m.MessageID}))
}

// private answers in the person's own chat.
func (e *Engine) replyPrivately(ctx context.Context, tx flows.Tx, m flows.Message, j flows.Job) error {
	return e.enqueueReply(ctx, tx, m, j.Towards(flows.Receiver{Type: "open_id", ID: m.OpenID}))
}

func (e *Engine) enqueueReply(ctx context.Context, tx flows.Tx, m flows.Message, j flows.Job) error {
	return e.Enqueue(ctx, tx, "message/"+m.MessageID+m.EventID, j.For(m.TenantKey, m.OpenID))
}

// Enqueue names each job after its cause, so that the same cause always makes the same
// names: message uuids and claims are derived from them.
func (e *Engine) Enqueue(ctx context.Context, tx flows.Tx, cause string, jobs ...flows.Job) error {
	for i := range jobs {
		jobs[i].Key = cause + "/" + strconv.Itoa(i)
	}
	return tx.Enqueue(ctx, jobs...)
}
