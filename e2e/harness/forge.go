package harness

import (
	"encoding/json"
	"net/http"

	"shiming/sim/feishu"
)

// ForgedAnswer is the bot's answer to a forged click.
type ForgedAnswer struct {
	Status int
	Toast  string   // in Chinese
	Card   CardView // zero without a card
}

// Forge sends a click with a genuine envelope and signature and any content, which no client could send.
func (h *Harness) Forge(openID string, m feishu.Message, value, form any) ForgedAnswer {
	h.Helper()
	action := map[string]any{"tag": "button", "value": value}
	if form != nil {
		action["form_value"] = form
	}
	status, answer, err := h.World.Feishu.Forge(h.Ctx, feishu.Genuine, "card.action.trigger", map[string]any{
		"operator": map[string]any{"open_id": openID}, // the tenant is in the header
		"token":    "c-forged",
		"action":   action,
		"host":     "im_message",
		"context":  map[string]any{"open_message_id": m.ID, "open_chat_id": m.ChatID},
	})
	if err != nil {
		h.Fatal(err)
	}
	out := ForgedAnswer{Status: status}
	var in struct {
		Toast *feishu.Toast
		Card  *struct{ Data json.RawMessage }
	}
	if err := json.Unmarshal(answer, &in); err != nil && status == http.StatusOK {
		h.Fatalf("the answer is no JSON: %v", err)
	}
	out.Toast = in.Toast.Text("zh_cn")
	if in.Card != nil {
		out.Card = ViewCard(feishu.Message{FromBot: true, Type: "interactive", Card: in.Card.Data})
	}
	return out
}

// WithMember returns a copy of a button's value with one member changed. A nil value deletes the member.
func WithMember(value map[string]any, key string, v any) map[string]any {
	out := map[string]any{}
	for k, old := range value {
		out[k] = old
	}
	out[key] = v
	if v == nil {
		delete(out, key)
	}
	return out
}
