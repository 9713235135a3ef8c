package bot

import (
	"context"
	"encoding/json"
	"net/http"

	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"shiming/flows"
)

// Send posts a card and returns the message id (page "发送消息"). Feishu deduplicates calls with the same uuid for one
// hour; a uuid has at most 50 characters.
func (c *Client) Send(ctx context.Context, to flows.Receiver, card json.RawMessage, uuid string) (string, error) {
	return c.post(ctx, request{
		op:     opSend,
		effect: idempotent,
		method: http.MethodPost,
		path:   "/open-apis/im/v1/messages",
		query:  map[string]string{"receive_id_type": to.Type},
		body: larkim.NewCreateMessageReqBodyBuilder().
			ReceiveId(to.ID).MsgType(larkim.MsgTypeInteractive).Content(string(card)).Uuid(uuid).Build(),
	})
}

// Reply posts a card as a reply to a message and returns the message id (page "回复消息"). The uuid works as in Send.
func (c *Client) Reply(ctx context.Context, messageID string, card json.RawMessage, uuid string) (string, error) {
	return c.post(ctx, request{
		op:     opReply,
		effect: idempotent,
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

// Patch replaces a card (page "更新已发送的消息卡片"). Feishu allows it for 14 days after the message, at most five times a
// second per message. Patch calls draw after the responses to clicks on the card have been written, but waits at most
// 3 s for them; the responses to later clicks wait for the patch. If draw returns nil, Patch makes no call.
func (c *Client) Patch(ctx context.Context, messageID string, draw func() (json.RawMessage, error)) error {
	defer c.patchOrder.BeginPatch(ctx, messageID)()
	card, err := draw()
	if card == nil || err != nil {
		return err
	}
	return c.call(ctx, request{
		op:     opPatch,
		effect: idempotent,
		method: http.MethodPatch,
		path:   "/open-apis/im/v1/messages/:message_id",
		params: map[string]string{"message_id": messageID},
		body:   larkim.NewPatchMessageReqBodyBuilder().Content(string(card)).Build(),
	}, nil)
}

// Recall recalls a message of the bot (page "撤回消息").
func (c *Client) Recall(ctx context.Context, messageID string) error {
	return c.call(ctx, request{
		op:     opRecall,
		effect: idempotent,
		method: http.MethodDelete,
		path:   "/open-apis/im/v1/messages/:message_id",
		params: map[string]string{"message_id": messageID},
	}, nil)
}

// Urgent sends a message of the bot to one person by 加急, within the app (page "发送应用内加急"). reached is false if
// Feishu names the person in invalid_user_id_list: not in the chat of the message. Feishu documents no uuid for the
// call, so that a repeated call rings again.
func (c *Client) Urgent(ctx context.Context, messageID, openID string) (reached bool, err error) {
	var out struct {
		Data struct {
			Invalid []string `json:"invalid_user_id_list"`
		} `json:"data"`
	}
	err = c.call(ctx, request{
		op:     opUrgent,
		effect: notIdempotent,
		method: http.MethodPatch,
		path:   "/open-apis/im/v1/messages/:message_id/urgent_app",
		params: map[string]string{"message_id": messageID},
		query:  map[string]string{"user_id_type": "open_id"},
		body:   larkim.NewUrgentReceiversBuilder().UserIdList([]string{openID}).Build(),
	}, &out)
	return err == nil && len(out.Data.Invalid) == 0, err
}
