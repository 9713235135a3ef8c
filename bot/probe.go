package bot

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
)

// Subscription is an event or a callback that the console has to send to the bot.
type Subscription struct {
	Type     string
	Callback bool // 回调配置 instead of 事件配置
	Needed   bool // without it nobody can register; without the others something is missing
}

// Subscriptions lists what the bot handles.
func Subscriptions() []Subscription {
	return []Subscription{
		{Type: eventMessage, Needed: true},
		{Type: eventEntered},
		{Type: eventMenu},
		{Type: eventRecalled},
		{Type: eventClick, Callback: true, Needed: true},
	}
}

// ProbeToken asks for a tenant token, which only app id and secret can make fail.
func (c *Client) ProbeToken(ctx context.Context) error {
	_, _, err := c.fetchToken(ctx)
	return err
}

// ProbeLongConn asks where to connect and does not connect: a second connection would be given a part of the events.
func (c *Client) ProbeLongConn(ctx context.Context) error {
	l := &LongConn{
		base:      c.base,
		appID:     c.appID,
		appSecret: c.appSecret,
		http:      socketClient(),
	}
	defer l.http.CloseIdleConnections()
	_, _, err := l.endpoint(ctx)
	return err
}

// InChat reports whether the bot is in a group (page "判断用户或机器人是否在群里").
func (c *Client) InChat(ctx context.Context, chatID string) (bool, error) {
	var out struct {
		Data struct {
			In bool `json:"is_in_chat"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:     "im.chat_members.is_in_chat",
		effect: reads,
		method: http.MethodGet,
		path:   "/open-apis/im/v1/chats/:chat_id/members/is_in_chat",
		params: map[string]string{"chat_id": chatID},
	}, &out)
	return out.Data.In, err
}

// Granted lists the scopes that the tenant has granted (page "查询租户授权状态", which needs none).
func (c *Client) Granted(ctx context.Context) (map[string]bool, error) {
	var out struct {
		Data struct {
			Scopes []struct {
				Name   string `json:"scope_name"`
				Status int    `json:"grant_status"` // 1 granted, 2 not
				Kind   string `json:"scope_type"`   // tenant or user; the page does not name it, the SDK does
			} `json:"scopes"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:     "application.scope.list",
		effect: reads,
		method: http.MethodGet,
		path:   "/open-apis/application/v6/scopes",
	}, &out)
	granted := map[string]bool{}
	for _, s := range out.Data.Scopes {
		// A scope for calls in a user's name does not serve the bot, which calls in its own.
		granted[s.Name] = granted[s.Name] || s.Status == 1 && s.Kind != "user"
	}
	return granted, err
}

// AppInfo is what the console knows about the app. Fields that the platform left out are empty.
type AppInfo struct {
	Online       string   // version that is published, "" for none
	InReview     bool     // another version waits for the tenant's administrator
	CallbackWay  string   // webhook or websocket
	CallbackURL  string   // with a webhook
	Callbacks    []string // subscribed
	EventWay     string   // webhook or websocket
	EventURL     string   // with a webhook
	Events       []string // subscribed, of the published version
	EventsKnown  bool     // whether the platform said anything about events
	encryptKey   string
	verification string
}

// SameKeys compares the console's encrypt key and verification token with ours. known is false when the platform did
// not tell.
func (a AppInfo) SameKeys(encryptKey, token string) (same, known bool) {
	if a.encryptKey == "" && a.verification == "" {
		return false, false
	}
	return a.encryptKey == encryptKey && a.verification == token, true
}

// String hides the keys.
func (a AppInfo) String() string { return fmt.Sprintf("AppInfo(%s)", a.Online) }

// GoString hides the keys.
func (a AppInfo) GoString() string { return a.String() }

// App asks about the app and its published version (pages "获取应用信息" and "获取应用版本信息"; the first does not name
// callback_info, callback, event and encryption, which the SDK's service/application/v6 has, so they may be missing).
// It needs application:application:self_manage.
func (c *Client) App(ctx context.Context) (AppInfo, error) {
	type callbacks struct {
		Type       string   `json:"callback_type"`
		URL        string   `json:"request_url"`
		Subscribed []string `json:"subscribed_callbacks"`
	}
	var app struct {
		Data struct {
			App struct {
				Online       string     `json:"online_version_id"`
				Unaudited    string     `json:"unaudit_version_id"`
				CallbackInfo *callbacks `json:"callback_info"`
				Callback     *callbacks `json:"callback"`
				Event        *struct {
					Type string `json:"subscription_type"`
					URL  string `json:"request_url"`
				} `json:"event"`
				Encryption *struct {
					Key   string `json:"encryption_key"`
					Token string `json:"verification_token"`
				} `json:"encryption"`
			} `json:"app"`
		} `json:"data"`
	}
	language := map[string]string{"lang": "zh_cn"}
	err := c.call(ctx, request{
		op:     "application.application.get",
		effect: reads,
		method: http.MethodGet,
		path:   "/open-apis/application/v6/applications/:app_id",
		params: map[string]string{"app_id": c.appID},
		query:  language,
	}, &app)
	if err != nil {
		return AppInfo{}, err
	}
	a := app.Data.App
	info := AppInfo{Online: a.Online, InReview: a.Unaudited != ""}
	if c := cmp.Or(a.CallbackInfo, a.Callback); c != nil {
		info.CallbackWay, info.CallbackURL, info.Callbacks = c.Type, c.URL, c.Subscribed
	}
	if a.Event != nil {
		info.EventWay, info.EventURL = a.Event.Type, a.Event.URL
	}
	if a.Encryption != nil {
		info.encryptKey, info.verification = a.Encryption.Key, a.Encryption.Token
	}
	if a.Online == "" {
		return info, nil
	}
	var version struct {
		Data struct {
			Version struct {
				Names  []string `json:"events"`
				Events []struct {
					Type string `json:"event_type"`
				} `json:"event_infos"`
			} `json:"app_version"`
		} `json:"data"`
	}
	err = c.call(ctx, request{
		op:     "application.application_app_version.get",
		effect: reads,
		method: http.MethodGet,
		path:   "/open-apis/application/v6/applications/:app_id/app_versions/:version_id",
		params: map[string]string{"app_id": c.appID, "version_id": a.Online},
		query:  language,
	}, &version)
	if err != nil {
		return info, nil // what is known so far counts; EventsKnown says that events are not
	}
	v := version.Data.Version
	info.Events, info.EventsKnown = v.Names, v.Names != nil || v.Events != nil
	for _, e := range v.Events {
		info.Events = append(info.Events, e.Type)
	}
	return info, nil
}

// Ways in which a webhook does not answer as a serve of ours would.
var (
	ErrWebhookSilent  = errors.New("bot: no answer at the public address")
	ErrWebhookRefuses = errors.New("bot: refused at the public address")
	ErrWebhookForeign = errors.New("bot: something else answers at the public address")
)

// ProbeWebhook sends a url_verification, encrypted and signed with our own keys, to base + /webhook/event. Only a
// serve with the same keys can answer it. status is 0 without an answer.
func (c *Client) ProbeWebhook(ctx context.Context, base, encryptKey, token string) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	challenge := rand.Text()
	sealed, err := larkcore.EncryptedEventMsg(ctx, map[string]string{"type": "url_verification", "token": token,
		"challenge": challenge}, encryptKey)
	if err != nil {
		return 0, errRequest
	}
	body, err := json.Marshal(map[string]string{"encrypt": sealed})
	if err != nil {
		return 0, errRequest
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/webhook/event", bytes.NewReader(body))
	if err != nil {
		return 0, errRequest
	}
	stamp, nonce := strconv.FormatInt(c.now().Unix(), 10), rand.Text()
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set(headerTimestamp, stamp)
	req.Header.Set(headerNonce, nonce)
	req.Header.Set(headerSignature, sign(stamp, nonce, encryptKey, body))
	plain := &http.Client{Transport: http.DefaultTransport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	resp, err := plain.Do(req)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrWebhookSilent, causeOf(ctx, err))
	}
	defer resp.Body.Close() //nolint:errcheck // read as far as it is wanted
	raw, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	var answer struct{ Challenge, Error string }
	readable := json.Unmarshal(raw, &answer) == nil
	switch {
	case resp.StatusCode == http.StatusOK && readable && answer.Challenge == challenge:
		return resp.StatusCode, nil
	case resp.StatusCode >= 400 && resp.StatusCode < 500 && readable && answer.Error != "" && answer.Error != "not_found":
		return resp.StatusCode, ErrWebhookRefuses
	}
	return resp.StatusCode, ErrWebhookForeign
}
