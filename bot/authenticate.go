package bot

import (
	"context"
	"errors"
)

// credentialsRemedy says where the operator finds the right app id and secret.
const credentialsRemedy = "developer console (开发者后台) › Credentials & Basic Info (凭证与基础信息): copy App ID and App Secret " +
	"to feishu.app_id and feishu.app_secret again, then restart serve"

// Authenticate gets a token of the app, from the cache if there is one. For a self-built app this needs the right app
// id and secret, for a marketplace app also a ticket, which the platform pushes.
func (c *Client) Authenticate(ctx context.Context) error {
	if c.market != nil {
		_, err := c.market.appTokens.get(ctx, appTokenKey)
		return err
	}
	_, err := c.tokens.get(ctx, "")
	return err
}

// AppRefusal is a refusal of the app by the platform, in words.
type AppRefusal struct {
	Message string // what is refused, and what follows
	Remedy  string // what the operator has to do
	Code    string // code of the platform, for its support
	LogID   string // log id of the platform, for its support
}

// RefusalOf returns the refusal in an error of Authenticate. ok is false if a later attempt may succeed without the
// operator.
func RefusalOf(err error) (r AppRefusal, ok bool) {
	api, ok := errors.AsType[*APIError](err)
	if !ok || api.Temporary() || api.HTTPStatus == 0 {
		return r, false
	}
	r = AppRefusal{
		Message: "Feishu refuses this app: no card is sent and nobody can register until this is put right",
		Remedy:  "run shiming check, which says what to click",
		Code:    api.UpstreamCode(),
		LogID:   api.LogID(),
	}
	switch {
	case api.Class() == ClassCredentials:
		r.Message = "Feishu refuses feishu.app_id or feishu.app_secret: no card is sent and nobody can register until this " +
			"is put right"
		r.Remedy = credentialsRemedy
	case api.Code == codeAppUnusable:
		r.Remedy = "let the tenant's administrator enable the app: Feishu Admin (管理后台) › Workplace (工作台) › App Management " +
			"(应用管理)"
	case api.Code == codeAddressRefused:
		r.Remedy = "developer console (开发者后台) › Security Settings (安全设置): add this machine's public address to the IP " +
			"allow-list"
	}
	return r, true
}

// Codes of the page "通用错误码".
const (
	codeAppUnusable    = 10014
	codeAddressRefused = 99991401
)
