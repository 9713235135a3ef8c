package bot

import (
	"context"

	larkim "github.com/larksuite/oapi-sdk-go/v3/service/im/v1"

	"shiming/flows"
)

// entered handles im.chat.access_event.bot_p2p_chat_entered_v1 (page "用户进入与机器人的会话").
func (e *events) entered(ctx context.Context, in *larkim.P2ChatAccessEventBotP2pChatEnteredV1) error {
	if in.Event == nil || in.Event.OperatorId == nil || text(in.Event.OperatorId.OpenId) == "" {
		return nil
	}
	out := flows.Entered{OpenID: text(in.Event.OperatorId.OpenId), ChatID: text(in.Event.ChatId)}
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	return e.handler.Entered(ctx, out)
}
