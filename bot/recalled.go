package bot

import (
	"context"

	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"shiming/flows"
)

// recalled handles im.message.recalled_v1 (page "撤回消息事件").
func (e *events) recalled(ctx context.Context, in *larkim.P2MessageRecalledV1) error {
	if in.Event == nil || text(in.Event.MessageId) == "" {
		return nil
	}
	out := flows.Recalled{MessageID: text(in.Event.MessageId), ChatID: text(in.Event.ChatId)}
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	return e.handler.Recalled(ctx, out)
}
