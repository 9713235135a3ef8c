package bot

import (
	"context"
	"slices"

	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"

	"shiming/flows"
)

// messagePush is im.message.receive_v1 (page "接收消息"). It is looser than the SDK's struct, so that a field of another
// type does not lose the message.
type messagePush struct {
	*larkevent.EventV2Base
	Event *struct {
		Sender struct {
			SenderID   ids   `json:"sender_id"`
			SenderType loose `json:"sender_type"`
			TenantKey  loose `json:"tenant_key"`
		} `json:"sender"`
		Message struct {
			MessageID   loose     `json:"message_id"`
			CreateTime  loose     `json:"create_time"`
			ChatID      loose     `json:"chat_id"`
			ChatType    loose     `json:"chat_type"`
			MessageType loose     `json:"message_type"`
			Content     loose     `json:"content"`
			Mentions    []mention `json:"mentions"`
		} `json:"message"`
	} `json:"event"`
}

// mention is one entry of mentions.
type mention struct {
	Key  loose `json:"key"`
	ID   ids   `json:"id"`
	Type loose `json:"mentioned_type"` // user or bot; missing in older events
}

// Reasons why a message leads no further. They are labels of a metric.
const (
	asideIncomplete  = "incomplete"  // no sender, no message id or an unexpected shape
	asideBot         = "bot"         // another bot wrote it
	asideUnaddressed = "unaddressed" // in a group, and the bot is not mentioned
	asideEmpty       = "empty"       // without content, as a recalled message
	asideUnsupported = "unsupported" // nothing in it that the bot can use; the sender is told
	asideForeign     = "foreign"     // from another company; the sender is told
)

// message handles im.message.receive_v1.
func (e *events) message(ctx context.Context, in *messagePush) error {
	out, aside := e.decodeMessage(in)
	if aside != "" {
		e.setAside(aside)
	}
	switch aside {
	case "", asideUnsupported, asideForeign:
		return e.handler.Message(ctx, out)
	}
	return nil
}

// decodeMessage converts a message. aside says why a message leads no further, "" if it does. A message that is
// unsupported or foreign is handed on nevertheless, because its sender gets an answer.
func (e *events) decodeMessage(in *messagePush) (out flows.Message, aside string) {
	if in.Event == nil {
		return flows.Message{}, asideIncomplete
	}
	sender, message := &in.Event.Sender, &in.Event.Message
	if sender.SenderType != "user" && sender.SenderType != "" {
		return flows.Message{}, asideBot
	}
	if sender.SenderType == "" || sender.SenderID.OpenID == "" || message.MessageID == "" {
		return flows.Message{}, asideIncomplete
	}
	out = flows.Message{
		MessageID: string(message.MessageID),
		OpenID:    sender.SenderID.OpenID,
		ChatID:    string(message.ChatID),
		Private:   message.ChatType == "p2p",
	}
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	if made := e.madeAt(string(message.CreateTime)); !made.IsZero() {
		out.At = made
	}
	if !out.Private {
		own := e.ownOpenID(out.TenantKey)
		if !mentioned(message.Mentions, own) {
			return flows.Message{}, asideUnaddressed
		}
		out.MentionUnsure = own == ""
	}
	if message.Content == "" {
		return flows.Message{}, asideEmpty
	}
	if foreign(out.TenantKey, string(sender.TenantKey), sender.SenderID.TenantKey) {
		out.Foreign = true // the content stays unread
		return out, asideForeign
	}
	c := decodeContent(string(message.MessageType), string(message.Content), mentionKeys(message.Mentions))
	out.Text, out.Cut, out.Photos, out.Unsupported = c.text, c.cut, c.photos, c.unsupported
	if out.Unsupported != "" {
		aside = asideUnsupported
	}
	if out.Private && len(message.Mentions) > 0 {
		out.Mentions = mentionedPeople(message.Mentions, e.ownOpenID(out.TenantKey))
	}
	return out, aside
}

// foreign reports whether the person of an event belongs to another company than the one for which Feishu delivers the
// event. An app that is shared outside gets such events. own are the keys that the event names for the person; a
// missing one proves nothing. For a marketplace app, which serves many companies, each event is judged by itself.
func foreign(tenantKey string, own ...string) bool {
	return tenantKey != "" && slices.ContainsFunc(own, func(key string) bool { return key != "" && key != tenantKey })
}

// mentioned reports whether a group message mentions the bot with the open_id own. Feishu also delivers messages that
// mention other bots, to an app with the scope for all messages. While the own open_id is unknown (own is ""), the
// mention of any bot counts; older events have no mentioned_type, and then any mention does.
func mentioned(mentions []mention, own string) bool {
	typed := false
	for _, m := range mentions {
		if own != "" && m.ID.OpenID == own || own == "" && m.Type == "bot" {
			return true
		}
		typed = typed || m.Type != ""
	}
	return own == "" && len(mentions) > 0 && !typed
}

// mentionedPeople returns the open_ids of the mentioned people. Bots are left out.
func mentionedPeople(mentions []mention, own string) (ids []string) {
	for _, m := range mentions {
		if id := m.ID.OpenID; id != "" && id != own && m.Type != "bot" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func mentionKeys(mentions []mention) []string {
	var keys []string
	for _, m := range mentions {
		if m.Key != "" {
			keys = append(keys, string(m.Key))
		}
	}
	// The longest key comes first, so that @_user_1 does not match the beginning of @_user_12.
	slices.SortFunc(keys, func(a, b string) int { return len(b) - len(a) })
	return keys
}
