package playground

import (
	"cmp"
	"net/http"
	"reflect"
	"strings"
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
)

func (pg *Server) postEnter(r *http.Request) (any, error) {
	d, err := pg.World.Feishu.EnterP2P(r.Context(), r.PathValue("who"))
	return delivered(d), err
}

// delivered describes the delivery of an event to the bot.
func delivered(d feishu.Delivery) map[string]any {
	out := map[string]any{"event": d.Type, "event_id": d.EventID, "delivered": d.Delivered}
	if n := len(d.Attempts); n > 0 {
		out["status"], out["failure"] = d.Attempts[n-1].Status, d.Attempts[n-1].Failure
	}
	return out
}

func sentMessage(s feishu.Sent) map[string]any {
	out := delivered(s.Delivery)
	out["message_id"], out["chat_id"] = s.MessageID, s.ChatID
	return out
}

func (pg *Server) postText(r *http.Request) (any, error) {
	var in struct {
		Text  string `json:"text"`
		Chat  string `json:"chat"`
		AtBot bool   `json:"at_bot"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if in.Text == "" {
		return nil, bad("text must not be empty")
	}
	who := r.PathValue("who")
	var sent feishu.Sent
	var err error
	if in.Chat == "" {
		sent, err = pg.World.Feishu.SendText(r.Context(), who, in.Text)
	} else {
		sent, err = pg.World.Feishu.SendGroupText(r.Context(), who, in.Chat, in.Text, in.AtBot)
	}
	return sentMessage(sent), err
}

// photoOf draws the photo that a request asks for. side is front or back.
func (pg *Server) photoOf(who, side, variant string) ([]byte, error) {
	e := pg.World.Employee(who)
	if e == nil {
		return nil, missing("employee")
	}
	return pg.drawPhoto(e, side, variant)
}

func (pg *Server) postPhoto(r *http.Request) (any, error) {
	who, q := r.PathValue("who"), r.URL.Query()
	owner := cmp.Or(q.Get("of"), who) // of=ou_… sends a photo of another person's card
	img, err := pg.photoOf(owner, q.Get("side"), q.Get("variant"))
	if err != nil {
		return nil, err
	}
	var sent feishu.Sent
	switch q.Get("as") {
	case "", "image":
		sent, err = pg.World.Feishu.SendImage(r.Context(), who, img)
	case "file":
		sent, err = pg.World.Feishu.SendFile(r.Context(), who, "IMG_0001.jpg", img)
	case "post":
		sent, err = pg.World.Feishu.SendPost(r.Context(), who, "", img)
	default:
		return nil, bad("as must be image, file or post")
	}
	return sentMessage(sent), err
}

func (pg *Server) getPhoto(rw http.ResponseWriter, r *http.Request) {
	side, jpg := strings.CutSuffix(r.PathValue("file"), ".jpg")
	img, err := []byte(nil), missing("picture")
	if jpg {
		img, err = pg.photoOf(r.PathValue("who"), side, r.URL.Query().Get("variant"))
	}
	if err != nil {
		answer(rw, r, func(*http.Request) (any, error) { return nil, err })
		return
	}
	rw.Header().Set("Content-Type", "image/jpeg")
	_, _ = rw.Write(img)
}

func (pg *Server) postClick(r *http.Request) (any, error) {
	var in struct {
		MessageID string         `json:"message_id"`
		Act       string         `json:"act"`
		Side      string         `json:"side"`  // distinguishes the two buttons of retake
		Value     map[string]any `json:"value"` // the whole value of the button, instead of act
		Form      map[string]any `json:"form"`
	}
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if in.MessageID == "" || in.Act == "" && in.Value == nil {
		return nil, bad("message_id and act are needed")
	}
	for name, v := range in.Form {
		in.Form[name] = choicesOf(v)
	}
	res, err := pg.World.Feishu.Click(r.Context(), r.PathValue("who"), in.MessageID, func(b feishu.Button) bool {
		if in.Value != nil {
			return reflect.DeepEqual(b.Value, in.Value)
		}
		return b.Act == in.Act && (in.Side == "" || b.Value["side"] == in.Side)
	}, in.Form)
	if err != nil {
		return nil, err
	}
	out := map[string]any{
		"event_id":     res.EventID,
		"took_ms":      res.Took.Milliseconds(),
		"status":       res.HTTPStatus,
		"error_code":   res.ErrorCode,
		"card_changed": res.Card != nil,
	}
	if res.Toast != nil {
		out["toast"] = res.Toast
	}
	if len(res.CardErrors) > 0 {
		var why []string
		for _, e := range res.CardErrors {
			why = append(why, e.Error())
		}
		out["card_errors"] = why
	}
	return out, nil
}

// choicesOf converts a JSON list of strings into the []string that a multi-select field takes. Other values are
// returned unchanged.
func choicesOf(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := make([]string, 0, len(list))
	for _, x := range list {
		s, ok := x.(string)
		if !ok {
			return v
		}
		out = append(out, s)
	}
	return out
}

// shownMessage is a message as its reader sees it.
type shownMessage struct {
	ID       string    `json:"message_id"`
	From     string    `json:"from"` // "bot" or an open_id
	Type     string    `json:"type"`
	At       time.Time `json:"at"`
	Edits    int       `json:"edits"`
	Recalled bool      `json:"recalled,omitempty"`
	ReplyTo  string    `json:"reply_to,omitempty"`
	Content  string    `json:"content,omitempty"` // as sent; empty for cards

	Title   string        `json:"title,omitempty"`
	Stage   sim.CardStage `json:"stage,omitempty"`
	Case    string        `json:"case,omitempty"`
	Text    []string      `json:"text,omitempty"`
	Buttons []shownButton `json:"buttons,omitempty"`
	Fields  []shownField  `json:"fields,omitempty"`
}

type shownButton struct {
	Act      string `json:"act,omitempty"`
	Text     string `json:"text"`
	Side     string `json:"side,omitempty"`
	Form     string `json:"form,omitempty"`
	URL      string `json:"url,omitempty"` // that it opens
	Disabled bool   `json:"disabled,omitempty"`
}

type shownField struct {
	Name     string   `json:"name"`
	Label    string   `json:"label"`
	Form     string   `json:"form"`
	Value    any      `json:"value"`
	Required bool     `json:"required,omitempty"`
	Options  []string `json:"options,omitempty"`
}

func (pg *Server) getMessages(r *http.Request) (any, error) {
	chat, locale := r.PathValue("chat"), cmp.Or(r.URL.Query().Get("lang"), "zh_cn")
	if _, person := pg.World.Feishu.User(chat); person {
		chat = pg.World.Feishu.P2PChat(chat)
	}
	all := pg.World.Feishu.Messages(chat)
	if all == nil {
		return nil, missing("chat")
	}
	out := []shownMessage{}
	for _, m := range all {
		out = append(out, show(m, locale))
	}
	return out, nil
}

func show(m feishu.Message, locale string) shownMessage {
	v := shownMessage{
		ID:       m.ID,
		From:     m.Sender,
		Type:     m.Type,
		At:       m.CreatedAt,
		Edits:    m.Edits,
		Recalled: m.Recalled,
		ReplyTo:  m.ParentID,
	}
	if m.FromBot {
		v.From = "bot"
	}
	if m.Type != "interactive" {
		v.Content = m.Content
		return v
	}
	s := sim.ReadCard(m.Card)
	v.Title, v.Stage, v.Case, v.Text = s.Card.Title(), s.Stage, s.Case, strings.Split(s.Card.Text(locale), "\n")
	for _, b := range s.Card.Buttons() {
		side, _ := b.Value["side"].(string)
		v.Buttons = append(v.Buttons, shownButton{b.Act, b.Text, side, b.Form, b.URL, b.Disabled})
	}
	for _, in := range s.Card.Inputs() {
		v.Fields = append(v.Fields, shownField{in.Name, in.Label, in.Form, in.Default, in.Required, in.Options})
	}
	return v
}
