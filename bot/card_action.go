package bot

import (
	"context"
	"encoding/json"

	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher/callback"

	"shiming/cards"
	"shiming/flows"
)

// cardAction takes card.action.trigger (page "卡片回传交互回调"). It never fails: callbacks are not delivered again, and
// an error would only show the user a number.
func (e *events) cardAction(ctx context.Context,
	in *callback.CardActionTriggerEvent) *callback.CardActionTriggerResponse {
	return e.click(ctx, e.decodeClick(in))
}

// decodeClick reads the operator, who alone decides what may be done, and the button's value.
func (e *events) decodeClick(in *callback.CardActionTriggerEvent) flows.CardAction {
	var out flows.CardAction
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	if in.Event == nil {
		out.Malformed = true
		return out
	}
	if in.Event.Operator != nil {
		out.OpenID = in.Event.Operator.OpenID
		if out.TenantKey == "" {
			out.TenantKey = text(in.Event.Operator.TenantKey)
		}
	}
	if in.Event.Context != nil {
		out.MessageID, out.ChatID = in.Event.Context.OpenMessageID, in.Event.Context.OpenChatID
	}
	if in.Event.Action == nil {
		out.Malformed = true
		return out
	}
	action, err := cards.DecodeAction(in.Event.Action.Value)
	if err != nil {
		out.Malformed = true
		return out
	}
	form, err := cards.DecodeForm(in.Event.Action.FormValue)
	if err != nil {
		out.Malformed = true
		return out
	}
	out.Action, out.Form = action, form
	return out
}

// malformedClick serves a callback that the SDK's types do not fit, such as one whose value is a string instead of an
// object. Who clicked where is still read, so that the person gets a polite answer.
func (e *events) malformedClick(ctx context.Context, plain []byte) *callback.CardActionTriggerResponse {
	var in struct {
		Header struct {
			EventID    string `json:"event_id"`
			TenantKey  string `json:"tenant_key"`
			CreateTime string `json:"create_time"`
		} `json:"header"`
		Event struct {
			Operator struct {
				OpenID string `json:"open_id"`
			} `json:"operator"`
			Context struct {
				MessageID string `json:"open_message_id"`
				ChatID    string `json:"open_chat_id"`
			} `json:"context"`
		} `json:"event"`
	}
	if json.Unmarshal(plain, &in) != nil {
		return toastOnly("bad_request")
	}
	return e.click(ctx, flows.CardAction{
		EventID:   in.Header.EventID,
		TenantKey: in.Header.TenantKey,
		At:        e.stamp(in.Header.CreateTime),
		OpenID:    in.Event.Operator.OpenID,
		MessageID: in.Event.Context.MessageID,
		ChatID:    in.Event.Context.ChatID,
		Malformed: true,
	})
}

func (e *events) click(ctx context.Context, click flows.CardAction) *callback.CardActionTriggerResponse {
	if click.OpenID == "" {
		return toastOnly("bad_request") // nobody to act for
	}
	if click.MessageID != "" {
		// Before the Handler commits, since a job may want to patch the card right after.
		defer e.answered(ctx, e.patchOrder.BeginAnswer(click.MessageID))
	}
	answer, err := e.handler.Click(ctx, click)
	if click.MessageID != "" {
		e.patchOrder.AwaitPatches(ctx, click.MessageID) // it was drawn before, and must not undo the answer
	}
	if err != nil {
		e.log.ErrorContext(ctx, "click not stored", "act", string(click.Action.Act), "error", err)
		return toastOnly("busy")
	}
	return response(answer)
}

// answered arranges for end to be called once the answer has been written.
func (e *events) answered(ctx context.Context, end func()) {
	if after, ok := ctx.Value(afterResponseKey{}).(*afterResponse); ok {
		after.ends = append(after.ends, end)
		return
	}
	end() // nobody says when the answer leaves
}

// response is an answer in the platform's form. Without toast and card it is {}, which leaves the card as it is.
func response(a flows.Answer) *callback.CardActionTriggerResponse {
	out := &callback.CardActionTriggerResponse{}
	if a.Toast != nil {
		out.Toast = toast(*a.Toast)
	}
	if a.Card != nil {
		out.Card = &callback.Card{Type: "raw", Data: a.Card.JSON()}
	}
	return out
}

func toastOnly(id string) *callback.CardActionTriggerResponse {
	return &callback.CardActionTriggerResponse{Toast: toast(cards.NewToast(id, nil))}
}

func toast(t cards.Toast) *callback.Toast {
	return &callback.Toast{Type: t.Type, Content: t.ZH, I18nContent: map[string]string{"zh_cn": t.ZH, "en_us": t.EN}}
}
