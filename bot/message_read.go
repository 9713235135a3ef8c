package bot

import (
	"context"

	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"

	"shiming/flows"
)

// messageReadPush is im.message.message_read_v1 (page "消息已读"): somebody has read messages of the bot in the direct
// chat. Feishu sends it for no group.
type messageReadPush struct {
	*larkevent.EventV2Base
	Event *struct {
		Reader struct {
			ReaderID  ids   `json:"reader_id"`
			ReadTime  loose `json:"read_time"` // milliseconds
			TenantKey loose `json:"tenant_key"`
		} `json:"reader"`
		MessageIDs []string `json:"message_id_list"`
	} `json:"event"`
}

// messageRead handles im.message.message_read_v1.
func (e *events) messageRead(ctx context.Context, in *messageReadPush) error {
	if in.Event == nil || in.Event.Reader.ReaderID.OpenID == "" || len(in.Event.MessageIDs) == 0 {
		return nil
	}
	reader := in.Event.Reader
	out := flows.MessageRead{OpenID: reader.ReaderID.OpenID, MessageIDs: in.Event.MessageIDs}
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	if foreign(out.TenantKey, reader.ReaderID.TenantKey, string(reader.TenantKey)) {
		return nil
	}
	if at := e.madeAt(string(reader.ReadTime)); !at.IsZero() {
		out.At = at
	}
	return e.handler.MessageRead(ctx, out)
}
