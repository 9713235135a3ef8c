package bot

import (
	"context"
	"encoding/json"

	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher/callback"

	"shiming/cards"
	"shiming/flows"
)

// clickPush is card.action.trigger (page "卡片回传交互回调"). It is looser than the SDK's struct: the value of a button is
// an object by the page, and missing or in a string on some clients.
type clickPush struct {
	*larkevent.EventV2Base
	Event *struct {
		Operator *struct {
			OpenID    loose `json:"open_id"`
			TenantKey loose `json:"tenant_key"`
		} `json:"operator"`
		Action *struct {
			Name      loose          `json:"name"`
			Value     any            `json:"value"`
			FormValue map[string]any `json:"form_value"`
		} `json:"action"`
		Context struct {
			MessageID loose `json:"open_message_id"`
			ChatID    loose `json:"open_chat_id"`
		} `json:"context"`
	} `json:"event"`
}

// cardAction handles card.action.trigger. Its only error is errShape: Feishu does not deliver a callback again, and an
// error status would only show an error number to the user.
func (e *events) cardAction(ctx context.Context, in *envelope) (any, error) {
	var event clickPush
	if json.Unmarshal(in.plain, &event) != nil {
		return nil, errShape
	}
	return e.click(ctx, e.decodeClick(&event)), nil
}

// decodeClick returns the operator of a click and what the button carries. The permissions depend on the operator only,
// because a forged button can carry any value.
func (e *events) decodeClick(in *clickPush) flows.CardAction {
	var out flows.CardAction
	out.EventID, out.TenantKey, out.At = e.header(in.EventV2Base)
	if in.Event == nil {
		out.Malformed = true
		return out
	}
	if operator := in.Event.Operator; operator != nil {
		out.OpenID = string(operator.OpenID)
		out.Foreign = foreign(out.TenantKey, string(operator.TenantKey))
		if out.TenantKey == "" {
			out.TenantKey = string(operator.TenantKey)
		}
	}
	out.MessageID, out.ChatID = string(in.Event.Context.MessageID), string(in.Event.Context.ChatID)
	if in.Event.Action == nil {
		out.Malformed = true
		return out
	}
	action, err := cards.DecodeClick(in.Event.Action.Value, string(in.Event.Action.Name))
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

// malformedClick handles a callback that does not fit clickPush, for example because its form is a string. It still
// reads operator and card, so that the user gets a readable response.
func (e *events) malformedClick(ctx context.Context, plain []byte) *callback.CardActionTriggerResponse {
	var in struct {
		Header struct {
			EventID    string `json:"event_id"`
			TenantKey  string `json:"tenant_key"`
			CreateTime string `json:"create_time"`
		} `json:"header"`
		Event struct {
			Operator struct {
				OpenID    string `json:"open_id"`
				TenantKey string `json:"tenant_key"`
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
		At:        e.madeAt(in.Header.CreateTime),
		OpenID:    in.Event.Operator.OpenID,
		MessageID: in.Event.Context.MessageID,
		ChatID:    in.Event.Context.ChatID,
		Malformed: true,
		Foreign:   foreign(in.Header.TenantKey, in.Event.Operator.TenantKey),
	})
}

// click hands a click to the Handler and keeps the response and patches of the same card in order.
func (e *events) click(ctx context.Context, click flows.CardAction) *callback.CardActionTriggerResponse {
	if click.OpenID == "" {
		return toastOnly("bad_request")
	}
	var answer flows.Answer
	if click.MessageID != "" {
		// The order begins before the Handler commits, because a job may patch the card right after the commit.
		end := e.patchOrder.BeginAnswer(click.MessageID)
		defer func() {
			e.afterResponse(ctx, end)
			if answer.Left != nil {
				e.afterResponse(ctx, answer.Left)
			}
		}()
	}
	answer, err := e.handler.Click(ctx, click)
	if click.MessageID != "" {
		// A patch that is under way is older than the answer and must not overwrite it.
		e.patchOrder.AwaitPatches(ctx, click.MessageID)
	}
	if err != nil {
		e.log.ErrorContext(ctx, "click not stored", "act", string(click.Action.Act), "error", err)
		return toastOnly("busy")
	}
	return response(answer)
}

// afterResponse calls end after the response has been written, or at once if ctx does not come from a server.
func (e *events) afterResponse(ctx context.Context, end func()) {
	if after, ok := ctx.Value(afterResponseKey{}).(*afterResponse); ok {
		after.ends = append(after.ends, end)
		return
	}
	end()
}

// response converts an answer to the platform's form. Without toast and card it is {}, which leaves the card unchanged.
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
