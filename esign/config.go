package esign

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Revision is one of the two documented forms of the evidence request. They differ in the agreement fields, the type of
// timeStamp and the default layout of verifyTime.
type Revision string

const (
	// Revision2024 is the older page (sample data of 2025-03): timeStamp in milliseconds, no agreement fields.
	Revision2024 Revision = "2024"
	// Revision202510 is the page of 2025-10: timeStamp as text, six required certAgreementRead* fields.
	Revision202510 Revision = "2025-10"
)

// Base URLs of the two environments, which share no applications, files or evidence points (identity_service/pliyh2).
const (
	ProductionURL = "https://openapi.esign.cn"
	SandboxURL    = "https://smlopenapi.esign.cn"
)

// DefaultUploadHosts returns the domain under which the pages show the storage.
func DefaultUploadHosts() []string { return []string{"esign.cn"} }

const (
	defaultTimeout    = 10 * time.Second
	defaultPutTimeout = 60 * time.Second
)

// Config configures a Client. BaseURL, AppID, AppSecret and Revision are required; the other fields have defaults.
type Config struct {
	// BaseURL is scheme and host without a path, e.g. ProductionURL. Plain http is allowed to loopback only.
	BaseURL   string
	AppID     string
	AppSecret Secret
	Revision  Revision

	// UploadHosts are the domains to which photos may be put: suffixes of hosts. nil means DefaultUploadHosts. The pages
	// show hosts under esign.cn; older ones show storage of Alibaba Cloud.
	UploadHosts []string
	// HTTPClient sends the calls; nil means a client with timeouts and at least TLS 1.2. The Client never follows a
	// redirect and ignores its CheckRedirect. If its Transport is nil or a *http.Transport, the Client creates evidence
	// points over a copy without keep-alive.
	HTTPClient *http.Client
	// Now is the clock for the request timestamp; nil means time.Now.
	Now func() time.Time
	// Wait pauses UploadFile between two status requests; nil means a timer that also ends with the context.
	Wait func(ctx context.Context, d time.Duration) error
	// Timeout limits one call to the API; 0 means 10 s.
	Timeout time.Duration
	// PutTimeout limits one PUT of a file; 0 means 60 s.
	PutTimeout time.Duration
	// VerifyTimeLayout is the Go layout of verifyTime in every revision; empty means yyyyMMdd for Revision2024 and
	// yyyy-MM-dd HH:mm:ss for Revision202510. It is configurable, because the documentation shows a sample and no format.
	VerifyTimeLayout string
	// Surprised, if set, is called for each difference between an answer and its published page, with the name of the
	// method, as package shape names it.
	Surprised func(op, difference string)
}

// Client calls e签宝 for one application. It keeps no state between calls and is safe for concurrent use.
type Client struct {
	base       *url.URL
	appID      string
	sign       func(stringToSign string) string // a closure, so that printing a Client cannot show the secret
	revision   Revision
	layout     string // of verifyTime, "" for that of the revision
	http       *http.Client
	unpooled   *http.Client // sends calls that must not take effect twice, without keep-alive
	now        func() time.Time
	wait       func(ctx context.Context, d time.Duration) error
	timeout    time.Duration
	putTimeout time.Duration

	uploadHosts []string
	surprised   func(op, difference string) // nil = answers are not compared
}

// New checks the configuration and builds a client. It makes no call. The error lists every mistake, without values.
func New(cfg Config) (*Client, error) {
	var problems []error
	problem := func(text string) { problems = append(problems, errors.New("esign: "+text)) }

	base, err := parseBaseURL(cfg.BaseURL)
	if err != nil {
		problems = append(problems, err)
	}
	if !plainASCII(cfg.AppID) {
		problem("app id: must be set, printable ASCII without spaces")
	}
	if strings.TrimSpace(string(cfg.AppSecret)) == "" {
		problem("app secret: must be set")
	}
	if cfg.Revision != Revision2024 && cfg.Revision != Revision202510 {
		problem(`evidence revision: must be "2025-10" or "2024"`)
	}
	if layout := cfg.VerifyTimeLayout; layout != "" && !hasDate(layout) {
		problem("verify time layout: must be a Go time layout with year, month and day")
	}
	for _, host := range cfg.UploadHosts {
		if !validUploadHost(host) {
			problem("upload hosts: must be domains such as esign.cn")
			break
		}
	}
	if cfg.Timeout < 0 || cfg.PutTimeout < 0 {
		problem("timeouts: must not be negative")
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}

	c := &Client{
		base:       base,
		appID:      cfg.AppID,
		sign:       signer(cfg.AppSecret),
		revision:   cfg.Revision,
		layout:     cfg.VerifyTimeLayout,
		now:        cfg.Now,
		wait:       cfg.Wait,
		timeout:    cfg.Timeout,
		putTimeout: cfg.PutTimeout,

		uploadHosts: cfg.UploadHosts,
		surprised:   cfg.Surprised,
	}
	if c.uploadHosts == nil {
		c.uploadHosts = DefaultUploadHosts()
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.wait == nil {
		c.wait = waitTimer
	}
	if c.timeout == 0 {
		c.timeout = defaultTimeout
	}
	if c.putTimeout == 0 {
		c.putTimeout = defaultPutTimeout
	}
	c.http, c.unpooled = httpClients(cfg.HTTPClient)
	return c, nil
}

var errBaseURL = errors.New("esign: base url: must be https://host without path, query or user (http only to loopback)")

func parseBaseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Path != "" || u.Opaque != "" ||
		u.RawQuery != "" || u.ForceQuery || strings.Contains(raw, "#") {
		return nil, errBaseURL
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()) {
		return u, nil
	}
	return nil, errBaseURL
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// verifyTimeLayout returns the layout of verifyTime in a revision.
func (c *Client) verifyTimeLayout(r Revision) string {
	switch {
	case c.layout != "":
		return c.layout
	case r == Revision2024:
		return "20060102"
	}
	return wireTimeLayout
}

// hasDate reports whether a layout contains at least the date. A mistake in the layout must not reach the evidence.
func hasDate(layout string) bool {
	t := time.Date(2031, 11, 27, 15, 8, 9, 0, chinaTime)
	back, err := time.ParseInLocation(layout, t.Format(layout), chinaTime)
	return err == nil && back.Year() == 2031 && back.Month() == time.November && back.Day() == 27
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

func firstNonEmpty(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func waitTimer(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
