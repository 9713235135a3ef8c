package engine

import (
	"context"
	"strconv"

	"shiming/flows"
)

// replyTo queues a reply to the person who clicked.
func (e *Engine) replyTo(ctx context.Context, tx flows.Tx, k flows.Click, j flows.Job) error {
	j.Kind, j.To, j.ToType = flows.JobReply, k.OpenID, "open_id"
	return e.Enqueue(ctx, tx, "click/"+k.EventID, AddressedTo(j, k.TenantKey, k.OpenID))
}

// key builds a key that makes something happen once; "" for an empty id, which the store skips.
func key(kind, id string) string {
	if id == "" {
		return ""
	}
	return kind + ":" + id
}

// notice answers with one line.
func (e *Engine) notice(ctx context.Context, tx flows.Tx, m flows.Message, code string) error {
	return e.queueReply(ctx, tx, m, flows.Job{Ref: flows.ReplyNotice, Args: map[string]string{"code": code}})
}

// reply answers where the message came from: in a group as an answer to it.
func (e *Engine) queueReply(ctx context.Context, tx flows.Tx, m flows.Message, j flows.Job) error {
	if m.Private {
		return e.private(ctx, tx, m, j)
	}
	j.To, j.ToType = m.MessageID, "message_id"
	return e.answer(ctx, tx, m, j)
}

// private answers in the person's own chat.
func (e *Engine) private(ctx context.Context, tx flows.Tx, m flows.Message, j flows.Job) error {
	j.To, j.ToType = m.OpenID, "open_id"
	return e.answer(ctx, tx, m, j)
}

func (e *Engine) answer(ctx context.Context, tx flows.Tx, m flows.Message, j flows.Job) error {
	j.Kind = flows.JobReply
	return e.Enqueue(ctx, tx, "message/"+m.MessageID+m.EventID, AddressedTo(j, m.TenantKey, m.OpenID))
}

// personally notes in a reply's arguments whom it is for.
func AddressedTo(j flows.Job, tenantKey, openID string) flows.Job {
	args := map[string]string{"tenant": tenantKey, "who": openID}
	for k, v := range j.Args {
		args[k] = v
	}
	j.Args = args
	return j
}

// enqueue names each job after its cause, so that the same cause always makes the same
// names: message uuids and claims are derived from them.
func (e *Engine) Enqueue(ctx context.Context, tx flows.Tx, cause string, jobs ...flows.Job) error {
	for i := range jobs {
		jobs[i].Key = cause + "/" + strconv.Itoa(i)
	}
	return tx.Enqueue(ctx, jobs...)
}
