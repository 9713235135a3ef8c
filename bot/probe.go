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

// Subscription is an event or a callback to which the app has to subscribe in the developer console.
type Subscription struct {
	Type     string
	Callback bool // 回调配置 instead of 事件配置
	Needed   bool // no one can register without it; the others are optional
}

// Subscriptions lists the events and callbacks that the bot handles.
func Subscriptions() []Subscription {
	return []Subscription{
		{Type: eventMessage, Needed: true},
		{Type: eventEntered},
		{Type: eventMenu},
		{Type: eventRecalled},
		{Type: eventStaffJoined},
		{Type: eventStaffChanged},
		{Type: eventStaffLeft},
		{Type: eventRead},
		{Type: eventClick, Callback: true, Needed: true},
	}
}

// ProbeToken fetches a token. The call checks nothing but app id and secret.
func (c *Client) ProbeToken(ctx context.Context) error {
	_, _, err := c.fetchToken(ctx)
	return err
}

// ProbeLongConn requests the address of the long connection. It does not connect, because the platform would send a
// part of the events to the new connection.
func (c *Client) ProbeLongConn(ctx context.Context) error {
	l := &LongConn{
		client:    c,
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
		op:     opIsInChat,
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/im/v1/chats/:chat_id/members/is_in_chat",
		params: map[string]string{"chat_id": chatID},
	}, &out)
	return out.Data.In, err
}

// Granted returns the scopes that the tenant has granted (page "查询租户授权状态"). The call needs no scope.
func (c *Client) Granted(ctx context.Context) (map[string]bool, error) {
	var out struct {
		Data struct {
			Scopes []struct {
				Name   string `json:"scope_name"`
				Status int    `json:"grant_status"` // 1 granted, 2 not
				Kind   string `json:"scope_type"`   // tenant or user; in the SDK, not on the page
			} `json:"scopes"`
		} `json:"data"`
	}
	err := c.call(ctx, request{
		op:     "application.scope.list",
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/application/v6/scopes",
	}, &out)
	granted := map[string]bool{}
	for _, s := range out.Data.Scopes {
		// The bot calls with a tenant token, for which a scope of type user does not count.
		granted[s.Name] = granted[s.Name] || s.Status == 1 && s.Kind != "user"
	}
	return granted, err
}

// AppInfo holds the settings of the app in the developer console. A field is empty if the platform does not return it.
type AppInfo struct {
	Online       string   // published version, "" for none
	InReview     bool     // another version waits for the tenant's administrator
	CallbackWay  string   // webhook or websocket
	CallbackURL  string   // for a webhook
	Callbacks    []string // subscribed callbacks
	EventWay     string   // webhook or websocket
	EventURL     string   // for a webhook
	Events       []string // subscribed events of the published version
	EventsKnown  bool     // the platform returned the subscribed events
	encryptKey   string
	verification string
}

// SameKeys compares encrypt key and verification token with those of the console. known is false if the platform did
// not return them.
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

// App returns the settings of the app and of its published version (pages "获取应用信息" and "获取应用版本信息"). It needs
// the scope application:application:self_manage. The fields callback_info, callback, event and encryption are in the
// SDK's service/application/v6 and not on the page, so the platform may not return them.
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
		effect: readOnly,
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
		effect: readOnly,
		method: http.MethodGet,
		path:   "/open-apis/application/v6/applications/:app_id/app_versions/:version_id",
		params: map[string]string{"app_id": c.appID, "version_id": a.Online},
		query:  language,
	}, &version)
	if err != nil {
		return info, nil // info is still useful; EventsKnown is false
	}
	v := version.Data.Version
	info.Events, info.EventsKnown = v.Names, v.Names != nil || v.Events != nil
	for _, e := range v.Events {
		info.Events = append(info.Events, e.Type)
	}
	return info, nil
}

// Errors of ProbeWebhook.
var (
	ErrWebhookSilent  = errors.New("bot: no answer at the public address")
	ErrWebhookRefuses = errors.New("bot: refused at the public address")
	ErrWebhookForeign = errors.New("bot: something else answers at the public address")
)

// ProbeWebhook sends a url_verification, encrypted and signed with the given keys, to base + /webhook/event. Only a bot
// with the same keys can respond to it. status is the HTTP status, 0 if there was no response.
func (c *Client) ProbeWebhook(ctx context.Context, base, encryptKey, token string) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	challenge := rand.Text()
	push := map[string]string{
		"type":      kindChallenge,
		"token":     token,
		"challenge": challenge,
	}
	sealed, err := larkcore.EncryptedEventMsg(ctx, push, encryptKey)
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
	resp, err := (&http.Client{CheckRedirect: noRedirect}).Do(req)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrWebhookSilent, causeOf(ctx, err))
	}
	defer resp.Body.Close() //nolint:errcheck // the response was read up to its limit
	raw, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	var answer struct{ Challenge, Error string }
	status = resp.StatusCode
	if json.Unmarshal(raw, &answer) != nil {
		return status, ErrWebhookForeign
	}
	switch {
	case status == http.StatusOK && answer.Challenge == challenge:
		return status, nil
	case status >= 400 && status < 500 && answer.Error != "" && answer.Error != "not_found":
		return status, ErrWebhookRefuses
	}
	return status, ErrWebhookForeign
}
