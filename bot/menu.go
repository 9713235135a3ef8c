package bot

import (
	"context"
	"strconv"

	larkapplication "github.com/larksuite/oapi-sdk-go/v3/service/application/v6"

	"shiming/flows"
)

// menu handles application.bot.menu_v6 (page "机器人自定义菜单事件"). The event has no chat; replies go to the open_id.
func (e *events) menu(ctx context.Context, in *larkapplication.P2BotMenuV6) error {
	if in.Event == nil || in.Event.Operator == nil || in.Event.Operator.OperatorId == nil ||
		text(in.Event.Operator.OperatorId.OpenId) == "" {
		return nil
	}
	out := flows.Menu{OpenID: text(in.Event.Operator.OperatorId.OpenId), Key: text(in.Event.EventKey)}
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	if made := in.Event.Timestamp; out.At.IsZero() && made != nil { // in seconds, and so the worse of the two
		out.At = e.madeAt(strconv.FormatInt(*made, 10))
	}
	return e.handler.Menu(ctx, out)
}
