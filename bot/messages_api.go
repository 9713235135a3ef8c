package bot

import (
	"context"
	"encoding/json"
	"net/http"

	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"shiming/flows"
)

// Send posts a card (page "发送消息"). Repeating it with the same uuid, which may have 50 characters, sends nothing twice
// within an hour.
func (c *Client) Send(ctx context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
	return c.post(ctx, request{
		op:     "im.message.create",
		effect: again,
		method: http.MethodPost,
		path:   "/open-apis/im/v1/messages",
		query:  map[string]string{"receive_id_type": to.Type},
		body: larkim.NewCreateMessageReqBodyBuilder().
			ReceiveId(to.ID).MsgType(larkim.MsgTypeInteractive).Content(string(card)).Uuid(uuid).Build(),
	})
}

// Reply posts a card as an answer to a message (page "回复消息").
func (c *Client) Reply(ctx context.Context, messageID string, card json.RawMessage, uuid string) (string, error) {
	return c.post(ctx, request{
		op:     "im.message.reply",
		effect: again,
		method: http.MethodPost,
		path:   "/open-apis/im/v1/messages/:message_id/reply",
		params: map[string]string{"message_id": messageID},
		body: larkim.NewReplyMessageReqBodyBuilder().
			MsgType(larkim.MsgTypeInteractive).Content(string(card)).Uuid(uuid).Build(),
	})
}

func (c *Client) post(ctx context.Context, r request) (string, error) {
	var out struct {
		Data struct {
			MessageID string `json:"message_id"`
		} `json:"data"`
	}
	if err := c.call(ctx, r, &out); err != nil {
		return "", err
	}
	if out.Data.MessageID == "" {
		return "", &APIError{
			Op:           r.op,
			HTTPStatus:   http.StatusOK,
			class:        ClassRetry,
			temporary:    true,
			maybeApplied: true,
			cause:        errIncomplete,
		}
	}
	return out.Data.MessageID, nil
}

// Patch replaces a card (page "更新已发送的消息卡片"): for 14 days, at most five times a second per message. draw is called
// once the answer to a click on the same card has been written, after 3 s at most; clicks that come later are answered
// after the patch. A nil card leaves the message as it is.
func (c *Client) Patch(ctx context.Context, messageID string, draw func() (json.RawMessage, error)) error {
	defer c.patchOrder.BeginPatch(ctx, messageID)()
	card, err := draw()
	if card == nil || err != nil {
		return err
	}
	return c.call(ctx, request{
		op:     "im.message.patch",
		effect: again,
		method: http.MethodPatch,
		path:   "/open-apis/im/v1/messages/:message_id",
		params: map[string]string{"message_id": messageID},
		body:   larkim.NewPatchMessageReqBodyBuilder().Content(string(card)).Build(),
	}, nil)
}

// Recall takes a message of the bot back (page "撤回消息").
func (c *Client) Recall(ctx context.Context, messageID string) error {
	return c.call(ctx, request{
		op:     "im.message.delete",
		effect: again,
		method: http.MethodDelete,
		path:   "/open-apis/im/v1/messages/:message_id",
		params: map[string]string{"message_id": messageID},
	}, nil)
}
