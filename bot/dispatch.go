package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"

	"shiming/flows"
	"shiming/shape"
)

// Handler receives decoded events. A nil error means that the event is stored. *engine.Engine implements it.
type Handler interface {
	Message(context.Context, flows.Message) error
	Click(context.Context, flows.CardAction) (flows.Answer, error)
	Entered(context.Context, flows.Entered) error
	Menu(context.Context, flows.Menu) error
	Recalled(context.Context, flows.Recalled) error
	StaffChange(context.Context, flows.StaffChange) error
	AppChange(context.Context, flows.AppChange) error
	MessageRead(context.Context, flows.MessageRead) error
}

// Event types of a self-built app. A marketplace app also gets eventAppTicket, eventAppUninstalled and eventAppStatus.
const (
	eventMessage  = "im.message.receive_v1"
	eventRecalled = "im.message.recalled_v1"
	eventRead     = "im.message.message_read_v1"
	eventEntered  = "im.chat.access_event.bot_p2p_chat_entered_v1"
	eventMenu     = "application.bot.menu_v6"
	eventClick    = "card.action.trigger"

	eventStaffJoined  = "contact.user.created_v3"
	eventStaffChanged = "contact.user.updated_v3"
	eventStaffLeft    = "contact.user.deleted_v3"

	eventAppUninstalled = "app_uninstalled"
	eventAppStatus      = "app_status_change"
)

// route says how the bot handles one event type.
type route struct {
	// handle decodes a push, hands it to the Handler and returns the response, nil for an empty one. It returns
	// errShape if the push does not have the documented shape; any other error means that the event is not stored.
	handle func(*events, context.Context, *envelope) (any, error)
	// async says that the inbox may handle the event after its acknowledgement, because the response is empty.
	async bool
}

// routes has one row per event type. The bot acknowledges every other type and ignores it.
var routes = map[string]route{
	eventMessage:   {handle: decoded((*events).message), async: true},
	eventRecalled:  {handle: decoded((*events).recalled), async: true},
	eventRead:      {handle: decoded((*events).messageRead), async: true},
	eventEntered:   {handle: decoded((*events).entered), async: true},
	eventMenu:      {handle: decoded((*events).menu), async: true},
	eventClick:     {handle: (*events).cardAction},
	eventAppTicket: {handle: (*events).appTicket},

	eventStaffJoined:  {handle: decoded((*events).staffJoined), async: true},
	eventStaffChanged: {handle: decoded((*events).staffChanged), async: true},
	eventStaffLeft:    {handle: decoded((*events).staffLeft), async: true},

	eventAppUninstalled: {handle: (*events).appUninstalled},
	eventAppStatus:      {handle: (*events).appStatus},
}

// errShape marks a push that does not have the documented shape. Its text quotes nothing of the push.
var errShape = errors.New("bot: event has an unexpected shape")

// decoded returns a handle function that decodes the push into a struct of the SDK. It does not use the SDK's
// dispatcher, which would parse each push three times.
func decoded[T any](handle func(*events, context.Context, *T) error) func(*events, context.Context,
	*envelope) (any, error) {
	return func(e *events, ctx context.Context, in *envelope) (any, error) {
		var event T
		if json.Unmarshal(in.plain, &event) != nil {
			return nil, errShape
		}
		return nil, handle(e, ctx, &event)
	}
}

// otherEvent is the label of all event types without a route.
const otherEvent = "other"

// label returns the event type for logs and metrics, which must hold values of a fixed set only.
func label(kind string) string {
	if _, ok := routes[kind]; ok {
		return kind
	}
	return otherEvent
}

// events dispatches pushes of the webhook and of the long connection to the Handler.
type events struct {
	handler    Handler
	patchOrder *PatchOrder
	log        *slog.Logger
	now        func() time.Time
	tickets    TicketStore // nil for a self-built app
	ownOpenID  func(tenantKey string) string
	setAside   func(reason string)
	surprised  func(kind, difference string) // nil = pushes are not compared
}

// deliver handles one push and returns the response, nil for an empty one. An error means that the event is not stored
// and that Feishu has to deliver it again. A push without a route and a push of an unexpected shape count as success:
// a redelivery would not change the outcome, and it would hold up the events behind it.
func (e *events) deliver(ctx context.Context, in *envelope) (any, error) {
	r, ok := routes[in.kind()]
	if !ok {
		return nil, nil
	}
	e.compare(in)
	result, err := r.handle(e, ctx, in)
	switch {
	case err == nil:
		return result, nil
	case !errors.Is(err, errShape):
		return nil, fmt.Errorf("inbox: %w", err)
	case in.kind() == eventClick:
		return e.malformedClick(ctx, in.plain), nil
	}
	e.log.ErrorContext(ctx, "event has an unexpected shape", "event_type", label(in.kind()))
	if in.kind() == eventMessage {
		e.setAside(asideIncomplete)
	}
	return nil, nil
}

// compare reports how a push differs from its page.
func (e *events) compare(in *envelope) {
	kind := in.kind()
	if published := pushShapes[kind]; e.surprised != nil && published != nil {
		shape.Compare(in.plain, published, func(difference string) { e.surprised(kind, difference) })
	}
}

// secondsDigits is the greatest length of a Unix time in seconds.
const secondsDigits = 11

// madeAt parses the time at which an event was made (unixTime), in milliseconds by Feishu's clock. A time in seconds
// gives the last millisecond of its second, because the event is not older than that. It returns the zero time for any
// other text, and for a time so far ahead that it would make all that follows look late.
func (e *events) madeAt(text string) time.Time {
	at := unixTime(text).Truncate(time.Millisecond)
	if at.Sub(e.now()) > signatureWindow {
		return time.Time{}
	}
	if !at.IsZero() && len(text) <= secondsDigits {
		at = at.Add(time.Second - time.Millisecond)
	}
	return at
}

// header returns the fields that every event of schema 2.0 carries. Any event of a tenant makes sure that the bot's own
// open_id there is known or asked for, so that a marketplace app rarely meets its first mention without it.
func (e *events) header(base *larkevent.EventV2Base) (eventID, tenantKey string, at time.Time) {
	if base == nil || base.Header == nil {
		return "", "", time.Time{}
	}
	e.ownOpenID(base.Header.TenantKey)
	return base.Header.EventID, base.Header.TenantKey, e.madeAt(base.Header.CreateTime)
}

// text returns an optional string of the SDK, empty for nil.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
