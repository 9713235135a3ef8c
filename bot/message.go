package bot

import (
	"context"
	"slices"

	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"shiming/flows"
)

// message handles im.message.receive_v1 (page "接收消息").
func (e *events) message(ctx context.Context, in *larkim.P2MessageReceiveV1) error {
	out, ok := e.decodeMessage(in)
	if !ok {
		return nil
	}
	return e.handler.Message(ctx, out)
}

// decodeMessage converts a message. It returns false for messages that the bot ignores: messages of other bots, group
// messages that do not mention the bot, and recalled messages, whose content is empty.
func (e *events) decodeMessage(in *larkim.P2MessageReceiveV1) (flows.Message, bool) {
	if in.Event == nil || in.Event.Message == nil || in.Event.Sender == nil || in.Event.Sender.SenderId == nil {
		return flows.Message{}, false
	}
	sender, message := in.Event.Sender, in.Event.Message
	if text(sender.SenderType) != "user" || text(sender.SenderId.OpenId) == "" || text(message.MessageId) == "" {
		return flows.Message{}, false
	}
	private := text(message.ChatType) == "p2p"
	if !private && !mentionsBot(message.Mentions) {
		return flows.Message{}, false
	}
	if text(message.Content) == "" {
		return flows.Message{}, false
	}
	out := flows.Message{
		MessageID: text(message.MessageId),
		OpenID:    text(sender.SenderId.OpenId),
		ChatID:    text(message.ChatId),
		Private:   private,
	}
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	if text(message.CreateTime) != "" {
		out.At = e.parseTime(text(message.CreateTime))
	}
	c := decodeContent(text(message.MessageType), text(message.Content), mentionKeys(message.Mentions))
	out.Text, out.Photos, out.Unsupported = c.text, c.photos, c.unsupported
	return out, true
}

// mentionsBot reports whether the mentions include a bot. Feishu delivers a group message only if it mentions this bot,
// unless the app has the scope for all messages. Older events have no mentioned_type; then any mention counts.
func mentionsBot(mentions []*larkim.MentionEvent) bool {
	typed := false
	for _, m := range mentions {
		if m == nil {
			continue
		}
		if text(m.MentionedType) == "bot" {
			return true
		}
		typed = typed || text(m.MentionedType) != ""
	}
	return len(mentions) > 0 && !typed
}

func mentionKeys(mentions []*larkim.MentionEvent) []string {
	var keys []string
	for _, m := range mentions {
		if m != nil && text(m.Key) != "" {
			keys = append(keys, text(m.Key))
		}
	}
	// The longest key comes first, so that @_user_1 does not match the beginning of @_user_12.
	slices.SortFunc(keys, func(a, b string) int { return len(b) - len(a) })
	return keys
}
