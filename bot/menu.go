package bot

import (
	"context"

	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"

	"shiming/flows"
)

// menuPush is application.bot.menu_v6 (page "机器人自定义菜单事件"). The page names no tenant of the person. One is compared
// wherever other events have it.
type menuPush struct {
	*larkevent.EventV2Base
	Event *struct {
		Operator struct {
			OperatorID ids   `json:"operator_id"`
			TenantKey  loose `json:"tenant_key"`
		} `json:"operator"`
		EventKey  loose `json:"event_key"`
		Timestamp loose `json:"timestamp"` // seconds
	} `json:"event"`
}

// menu handles application.bot.menu_v6. The event has no chat; replies go to the open_id.
func (e *events) menu(ctx context.Context, in *menuPush) error {
	if in.Event == nil || in.Event.Operator.OperatorID.OpenID == "" {
		return nil
	}
	operator := in.Event.Operator
	out := flows.Menu{OpenID: operator.OperatorID.OpenID, Key: string(in.Event.EventKey)}
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	if foreign(out.TenantKey, operator.OperatorID.TenantKey, string(operator.TenantKey)) {
		out.Foreign = true
		e.setAside(asideForeign)
	}
	if out.At.IsZero() {
		out.At = e.madeAt(string(in.Event.Timestamp)) // the worse of the two
	}
	return e.handler.Menu(ctx, out)
}
