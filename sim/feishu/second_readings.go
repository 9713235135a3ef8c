package feishu

import (
	"context"
	"encoding/json"
	"strconv"
	"time"
)

// Where two published sources differ, or a field report differs from the page, the simulator plays either reading.
// Behaviour selects the second one.

// PostWrap is the wrapping of a rich text in an event. The page "接收消息内容结构" shows it flat; the page "发送消息内容" shows
// a language and "post" around it.
type PostWrap string

const (
	PostFlat       PostWrap = ""         // {"title", "content"}
	PostInLanguage PostWrap = "language" // {"zh_cn": {"title", "content"}}
	PostInPost     PostWrap = "post"     // {"post": {"zh_cn": {"title", "content"}}}
)

func (w PostWrap) wrap(post map[string]any) map[string]any {
	switch w {
	case PostInLanguage:
		return map[string]any{"zh_cn": post}
	case PostInPost:
		return map[string]any{"post": map[string]any{"zh_cn": post}}
	}
	return post
}

// tenantOf returns the tenant_key that events carry for a person. The caller holds the lock.
func (s *Server) tenantOf(u *User) string {
	if u.TenantKey != "" {
		return u.TenantKey
	}
	return s.cfg.TenantKey
}

// SendGroupTextTo sends a text to a group that begins with a mention of the bot with this open_id, which may be another
// bot than the app's. The app gets such a message only with the scope im:message.group_msg. An empty bot mentions none.
func (s *Server) SendGroupTextTo(ctx context.Context, openID, chatID, text, bot string) (Sent, error) {
	if bot != "" {
		text = "@_user_1 " + text
	}
	return s.sendMessage(ctx, openID, chatID, "text", bot, func(*message) any { return map[string]any{"text": text} })
}

// SendTextAbout sends a text to the bot that mentions a colleague, as the platform renders it: "@_user_1 text".
func (s *Server) SendTextAbout(ctx context.Context, openID, colleague, text string) (Sent, error) {
	return s.sendMessage(ctx, openID, "", "text", colleague, func(*message) any {
		return map[string]any{"text": "@_user_1 " + text}
	})
}

// mention returns the entry of mentions[] for a bot or a person.
func (s *Server) mention(bot string) map[string]any {
	if u := s.users[bot]; u != nil {
		return map[string]any{
			"key":            "@_user_1",
			"id":             s.userIDs(u),
			"mentioned_type": "user",
			"name":           u.Name,
			"tenant_key":     s.tenantOf(u),
		}
	}
	name := s.cfg.BotName
	if bot != s.botOpenID {
		name = "另一个机器人"
	}
	return map[string]any{
		"key":            "@_user_1",
		"id":             map[string]any{"open_id": bot, "union_id": "on_" + bot[min(3, len(bot)):], "user_id": ""},
		"mentioned_type": "bot",
		"name":           name,
		"tenant_key":     s.cfg.TenantKey,
	}
}

// valueOf returns the value that a click on the button carries, nil for none.
func (k Behaviour) valueOf(b Button) any {
	switch {
	case b.Submit && k.SubmitWithoutValue:
		return nil
	case !k.NumbersAsText:
		return b.value
	}
	out := map[string]any{}
	for key, v := range b.Value {
		if n, ok := v.(float64); ok {
			v = strconv.FormatFloat(n, 'f', -1, 64)
		}
		out[key] = v
	}
	return out
}

// SignTime is the form of X-Lark-Request-Timestamp. No page names its unit or form (步骤三：接收事件).
type SignTime string

const (
	SignSeconds      SignTime = "seconds" // the default
	SignMilliseconds SignTime = "milliseconds"
	SignRFC3339      SignTime = "rfc3339"
)

// SignWith signs every push from now on with a time of this form.
func (s *Server) SignWith(form SignTime) { s.signTime.Store(form) }

func (s *Server) signatureTime(at time.Time) string {
	switch form, _ := s.signTime.Load().(SignTime); form {
	case SignMilliseconds:
		return strconv.FormatInt(at.UnixMilli(), 10)
	case SignRFC3339:
		return at.UTC().Format(time.RFC3339)
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// requestBytes returns the length of the request body that carries a content (发送消息: the limit is on the body). The
// content stands in it as a string, with quotes and < > & escaped as the SDK and others marshal it. A hundred bytes are
// for the receiver and the other fields.
func requestBytes(content string) int {
	escaped, err := json.Marshal(content)
	if err != nil {
		panic(err) // a string always marshals
	}
	return len(escaped) + 100
}

// initialValue returns the value of the option that a select shows at first, "" for none. initial_option is the content
// of the option, and initial_index its place from 1 (下拉选择-单选).
func initialValue(o map[string]any) string {
	options := list(o["options"])
	if n, ok := number(o["initial_index"]); ok && n >= 1 && int(n) <= len(options) {
		return str(object(options[int(n)-1])["value"])
	}
	for _, x := range options {
		if content := str(object(object(x)["text"])["content"]); content != "" && content == o["initial_option"] {
			return str(object(x)["value"])
		}
	}
	return ""
}

// initialChoice checks that the initial selection of a select is one of its options.
func initialChoice(v *validator, path string, o map[string]any, _ place) {
	_, byContent := o["initial_option"]
	_, byIndex := o["initial_index"]
	if (byContent || byIndex) && initialValue(o) == "" {
		v.fail(codeParse, path, "the preselected option is not among the options")
	}
}

// invalidPerson reports whether a card that shows the person is refused: nobody known, or somebody who has left.
func (s *Server) invalidPerson(id string) bool {
	for _, kind := range []string{"union_id", "user_id"} {
		if u := s.resolveUser(kind, id); u != nil {
			return u.Resigned
		}
	}
	u := s.users[id]
	return u == nil || u.Resigned
}
