package bot

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"time"

	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher/callback"

	"shiming/flows"
)

// Handler takes what came in. A nil error means that it is stored; *engine.Engine implements it.
type Handler interface {
	Message(context.Context, flows.Message) error
	Click(context.Context, flows.CardAction) (flows.Answer, error)
	Entered(context.Context, flows.Entered) error
	Menu(context.Context, flows.Menu) error
	Recalled(context.Context, flows.Recalled) error
}

// Event types that are handled.
const (
	eventMessage  = "im.message.receive_v1"
	eventRecalled = "im.message.recalled_v1"
	eventEntered  = "im.chat.access_event.bot_p2p_chat_entered_v1"
	eventMenu     = "application.bot.menu_v6"
	eventClick    = "card.action.trigger"
)

// otherEvent stands for all event types without a handler.
const otherEvent = "other"

// events holds the handlers. The webhook feeds it what its guard has let through, the long connection what came over
// it. Events are decoded into the SDK's types without its dispatcher, which would read each of them three times.
type events struct {
	handler    Handler
	patchOrder *PatchOrder
	log        *slog.Logger
	now        func() time.Time
	tickets    TicketStore // nil for one company's app
}

// handlerError marks an error of the Handler, the only kind after which Feishu shall deliver again.
type handlerError struct{ cause error }

func (e *handlerError) Error() string { return "inbox: " + e.cause.Error() }
func (e *handlerError) Unwrap() error { return e.cause }

func toInbox(err error) error {
	if err == nil {
		return nil
	}
	return &handlerError{err}
}

// deliver hands one push to its handler and returns what to answer, nil for nothing in particular. An error means that
// it was not stored. Event types without a handler and events that no longer have the documented shape are answered
// like success: delivering them again would change nothing, and would hold up what is queued behind them.
func (e *events) deliver(ctx context.Context, in *envelope) (any, error) {
	if label(in.kind()) == otherEvent || in.kind() == eventAppTicket && e.tickets == nil {
		return nil, nil
	}
	result, err := e.dispatch(ctx, in)
	var fromInbox *handlerError
	switch {
	case err == nil:
		return result, nil
	case errors.As(err, &fromInbox):
		return nil, err
	case in.kind() == eventClick:
		return e.malformedClick(ctx, in.plain), nil
	}
	// The error of a JSON decoder may quote the text it stumbled over, so it is not logged.
	e.log.ErrorContext(ctx, "event has an unexpected shape", "event_type", label(in.kind()))
	return nil, nil
}

// dispatch decodes an event and hands it to its handler.
func (e *events) dispatch(ctx context.Context, in *envelope) (any, error) {
	switch in.kind() {
	case eventMessage:
		return nil, handle(ctx, in, e.message)
	case eventRecalled:
		return nil, handle(ctx, in, e.recalled)
	case eventEntered:
		return nil, handle(ctx, in, e.entered)
	case eventMenu:
		return nil, handle(ctx, in, e.menu)
	case eventClick:
		var click callback.CardActionTriggerEvent
		if err := json.Unmarshal(in.plain, &click); err != nil {
			return nil, err
		}
		return e.cardAction(ctx, &click), nil
	}
	return nil, e.appTicket(ctx, in)
}

func handle[T any](ctx context.Context, in *envelope, handler func(context.Context, *T) error) error {
	var event T
	if err := json.Unmarshal(in.plain, &event); err != nil {
		return err
	}
	return handler(ctx, &event)
}

// label is the event type as it may appear in logs and metrics: one of a fixed set.
func label(kind string) string {
	switch kind {
	case eventMessage, eventRecalled, eventEntered, eventMenu, eventClick, eventAppTicket:
		return kind
	}
	return otherEvent
}

// stamp reads a timestamp of an event: seconds, milliseconds (events) or microseconds (card callbacks), told apart by
// size. What is no timestamp becomes the present.
func (e *events) stamp(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || n <= 0:
		return e.now()
	case n < 1e11: // seconds until the year 5138
		return time.Unix(n, 0)
	case n < 1e14:
		return time.UnixMilli(n)
	case n < 1e17:
		return time.UnixMicro(n)
	}
	return e.now()
}

// header reads what every event of schema 2.0 carries.
func (e *events) header(base *larkevent.EventV2Base) (eventID, tenantKey string, at time.Time) {
	if base == nil || base.Header == nil {
		return "", "", e.now()
	}
	return base.Header.EventID, base.Header.TenantKey, e.stamp(base.Header.CreateTime)
}

// text reads an optional string of the SDK.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
