package engine

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/patrickmn/go-cache"

	"shiming/flows"
)

// Enqueue queues jobs and derives their keys from cause. The same cause must always give the same keys, because the
// workers derive message uuids, claims on photos and the owners of intents from them.
func (e *Engine) Enqueue(ctx context.Context, tx flows.Tx, cause string, jobs ...flows.Job) error {
	for i := range jobs {
		jobs[i].Key = cause + "/" + strconv.Itoa(i)
	}
	return tx.Enqueue(ctx, jobs...)
}

// onceKey builds a key for Tx.Seen. It returns "" for an empty id, which the store skips.
func onceKey(kind, id string) string {
	if id == "" {
		return ""
	}
	return kind + ":" + id
}

// replyToClicker queues a card for the person who clicked, in the person's private chat.
func (e *Engine) replyToClicker(ctx context.Context, tx flows.Tx, k click, j flows.Job) error {
	j = j.Towards(flows.Receiver{Type: "open_id", ID: k.OpenID})
	return e.Enqueue(ctx, tx, "click/"+k.EventID, j.For(k.TenantKey, k.OpenID))
}

// replyNotice queues a card with one of the notice texts. code is the text's id without its prefix.
func (e *Engine) replyNotice(ctx context.Context, tx flows.Tx, m flows.Message, code string) error {
	return e.reply(ctx, tx, m, flows.Reply(flows.ReplyNotice).With(flows.ArgCode, code))
}

// reply queues a card for the chat that the message came from. In a group the card answers the message.
func (e *Engine) reply(ctx context.Context, tx flows.Tx, m flows.Message, j flows.Job) error {
	if m.Private {
		return e.replyPrivately(ctx, tx, m, j)
	}
	return e.answer(ctx, tx, m, j)
}

// answer queues a card that hangs on the message itself.
func (e *Engine) answer(ctx context.Context, tx flows.Tx, m flows.Message, j flows.Job) error {
	j = j.Towards(flows.Receiver{Type: "message_id", ID: m.MessageID}).With(flows.ArgChat, m.ChatID)
	return e.enqueueReply(ctx, tx, m, j)
}

// replyPrivately queues a card for the sender's private chat.
func (e *Engine) replyPrivately(ctx context.Context, tx flows.Tx, m flows.Message, j flows.Job) error {
	return e.enqueueReply(ctx, tx, m, j.Towards(flows.Receiver{Type: "open_id", ID: m.OpenID}))
}

// enqueueReply names the job after the message and its event. One of the two ids may be empty.
func (e *Engine) enqueueReply(ctx context.Context, tx flows.Tx, m flows.Message, j flows.Job) error {
	j = j.For(m.TenantKey, m.OpenID)
	if key := mergeKey(j); key != "" && e.isFlood(key) {
		j.Merge = key
	}
	return e.Enqueue(ctx, tx, "message/"+m.MessageID+m.EventID, j)
}

// Somebody who gets more than floodAnswers equal answers within floodWindow floods the bot: an answer is merged then with
// one that waits. Each process counts for itself.
const (
	floodAnswers = 5
	floodWindow  = 10 * time.Second
)

// isFlood counts an answer with this key and reports whether there have been many.
func (e *Engine) isFlood(key string) bool {
	if e.answers.Add(key, 1, cache.DefaultExpiration) == nil {
		return false
	}
	n, err := e.answers.IncrementInt(key, 1)
	return err == nil && n > floodAnswers
}

// mergeKey returns the same key for answers that say the same to the same person in the same chat, so that a flood of
// messages gets few answers. The arguments hold person and chat. Answers that show the state of a case are not merged,
// because it may have changed.
func mergeKey(j flows.Job) string {
	if j.Template() != flows.ReplyNotice && j.Template() != flows.ReplyGreeting {
		return ""
	}
	args, err := json.Marshal(j.Args)
	if err != nil {
		panic(err) // strings can be marshalled
	}
	return string(j.Template()) + string(args)
}
