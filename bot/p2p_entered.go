package bot

import (
	"context"

	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"

	"shiming/flows"
)

// enteredPush is im.chat.access_event.bot_p2p_chat_entered_v1 (page "用户进入与机器人的会话"). The page names no tenant of
// the person. One is compared wherever other events have it.
type enteredPush struct {
	*larkevent.EventV2Base
	Event *struct {
		ChatID            loose `json:"chat_id"`
		OperatorID        ids   `json:"operator_id"`
		OperatorTenantKey loose `json:"operator_tenant_key"`
	} `json:"event"`
}

// entered handles im.chat.access_event.bot_p2p_chat_entered_v1. A person of another company has said nothing yet and is
// not greeted.
func (e *events) entered(ctx context.Context, in *enteredPush) error {
	if in.Event == nil || in.Event.OperatorID.OpenID == "" {
		return nil
	}
	out := flows.Entered{OpenID: in.Event.OperatorID.OpenID, ChatID: string(in.Event.ChatID)}
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	if foreign(out.TenantKey, in.Event.OperatorID.TenantKey, string(in.Event.OperatorTenantKey)) {
		e.setAside(asideForeign)
		return nil
	}
	return e.handler.Entered(ctx, out)
}
