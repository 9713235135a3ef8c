package bot

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	lark "github.com/larksuite/oapi-sdk-go/v3"
	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"shiming/failure"
	"shiming/shape"
)

// ClientConfig configures a Client. BaseURL, AppID and AppSecret are required.
type ClientConfig struct {
	// BaseURL is scheme and host without a path, e.g. https://open.feishu.cn. Plain http is allowed to loopback only.
	BaseURL   string
	AppID     string
	AppSecret string
	Log       *slog.Logger
	// HTTP sends the calls; nil means a client that connects within 3 s. Timeout and DownloadTimeout apply to either. The
	// Client never follows a redirect, which would send the token to another host.
	HTTP *http.Client
	// PatchOrder is shared with the Server; nil means that no patch waits for a click.
	PatchOrder *PatchOrder
	// Marketplace stores the app ticket of a marketplace app (商店应用), and is nil for a self-built app. If it is set, the
	// context of every call must carry the tenant (flows.WithTenant).
	Marketplace TicketStore
	Now         func() time.Time // nil = time.Now
	// UserIDType is the user_id_type by which an identity is recorded: open_id, union_id or user_id; "" means open_id.
	UserIDType string
	// Timeout limits one call, including the time to read the response; 0 means 10 s.
	Timeout time.Duration
	// DownloadTimeout limits one download; 0 means 60 s, which is 10 MB at 170 KB/s.
	DownloadTimeout time.Duration

	// Observe, if set, is called for every call with its operation, "ok" or the class of its error, and its duration.
	Observe func(op, outcome string, took time.Duration)
	// Surprised, if set, is called for each difference between an answer and its published page, as package shape names
	// it.
	Surprised func(op, difference string)
}

// Client calls Feishu. It is safe for concurrent use and keeps no state except the tokens.
type Client struct {
	base       string
	appID      string
	userIDType string
	appSecret  func() string // a closure, so that printing a Client cannot show the secret
	lark       *lark.Client
	http       *http.Client
	tokens     *tokens
	market     *marketTokens // nil for a self-built app
	patchOrder *PatchOrder
	now        func() time.Time
	observe    func(string, string, time.Duration)
	surprised  func(op, difference string) // nil = answers are not compared

	timeout, downloadTimeout time.Duration
}

const (
	defaultTimeout         = 10 * time.Second
	defaultDownloadTimeout = 60 * time.Second
)

var _ failure.Error = (*APIError)(nil)

// NewClient checks the configuration and builds a client; it makes no call. The error lists every mistake.
func NewClient(cfg ClientConfig) (*Client, error) {
	problems := []error{checkBaseURL(cfg.BaseURL)}
	if cfg.AppID == "" {
		problems = append(problems, errors.New("bot: app id is missing"))
	}
	if cfg.AppSecret == "" {
		problems = append(problems, errors.New("bot: app secret is missing"))
	}
	if cfg.Timeout < 0 || cfg.DownloadTimeout < 0 {
		problems = append(problems, errors.New("bot: timeouts must not be negative"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	c := &Client{
		base:            cfg.BaseURL,
		appID:           cfg.AppID,
		appSecret:       func() string { return cfg.AppSecret },
		patchOrder:      cfg.PatchOrder,
		now:             cfg.Now,
		observe:         cfg.Observe,
		surprised:       cfg.Surprised,
		timeout:         cmp.Or(cfg.Timeout, defaultTimeout),
		downloadTimeout: cmp.Or(cfg.DownloadTimeout, defaultDownloadTimeout),
		userIDType:      cmp.Or(cfg.UserIDType, idTypeOpen),
	}
	if c.patchOrder == nil {
		c.patchOrder = &PatchOrder{}
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.observe == nil {
		c.observe = func(string, string, time.Duration) {}
	}
	log := cfg.Log
	if log == nil {
		log = slog.Default()
	}
	c.http = &http.Client{}
	if cfg.HTTP != nil {
		own := *cfg.HTTP
		c.http = &own
	}
	c.http.Transport = newTransport(c.http.Transport)
	c.http.CheckRedirect = noRedirect
	c.tokens = newTokens(c.tokenFor)
	if cfg.Marketplace != nil {
		c.market = newMarketTokens(c, cfg.Marketplace)
	}
	c.lark = lark.NewClient(cfg.AppID, cfg.AppSecret,
		lark.WithOpenBaseUrl(cfg.BaseURL),
		lark.WithHttpClient(limitedClient{c.http}),
		lark.WithEnableTokenCache(false),
		lark.WithLogger(sdkLogger{log}),
		lark.WithLogLevel(larkcore.LogLevelError),
	)
	return c, nil
}

// noRedirect is a CheckRedirect that makes an http.Client return a redirect instead of following it.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// CloseIdleConnections closes the connections that no call uses.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

func (c *Client) observed(op string, err error, took time.Duration) {
	outcome := "ok"
	var api *APIError
	if errors.As(err, &api) {
		outcome = string(api.class)
	}
	c.observe(op, outcome, took)
}

// compare reports how a successful answer differs from its page.
func (c *Client) compare(op string, body []byte) {
	if published := answers[op]; c.surprised != nil && published != nil {
		shape.Compare(body, published, func(difference string) { c.surprised(op, difference) })
	}
}

// unknownCode reports a code that no page lists.
func (c *Client) unknownCode(op string, code int) {
	if c.surprised != nil {
		c.surprised(op, shape.UnknownCode+":"+strconv.Itoa(code))
	}
}

// checkBaseURL accepts a URL of scheme and host only, and plain http to loopback only. The error does not quote the
// URL.
func checkBaseURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("bot: base url is not http(s)://host")
	case u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return errors.New("bot: base url has more than scheme and host")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("bot: base url must be https, except to this machine")
	}
	return nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
