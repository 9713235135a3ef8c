package handover

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Config configures a Client.
type Config struct {
	// URL receives the notifications; config checks its form.
	URL string
	// Secrets sign every notification, all of them, newest first: while a secret is replaced the receiver accepts the old
	// or the new one.
	Secrets []Secret
	// AllowPrivate also allows addresses of the operator's own networks and this machine; see Allowed.
	AllowPrivate bool
	Timeout      time.Duration    // of an attempt; 0 = 15 s
	Now          func() time.Time // nil = time.Now
	RootCAs      *x509.CertPool   // nil = those of the system
}

// Client sends notifications. It is safe for concurrent use.
type Client struct {
	cfg  Config
	http *http.Client
}

// Limits of an attempt.
const (
	defaultTimeout = 15 * time.Second
	connectTimeout = 5 * time.Second
	maxAnswer      = 4 << 10 // bytes of an answer's body that are read, and discarded
	maxHeaders     = 16 << 10
	maxRetryAfter  = 24 * time.Hour
)

// New returns a client.
func New(cfg Config) (*Client, error) {
	if len(cfg.Secrets) == 0 {
		return nil, ErrSecret
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	return &Client{cfg: cfg, http: &http.Client{
		Timeout: cfg.Timeout,
		// A receiver that has moved is named in the settings: the signature goes nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve the name itself, past the check of the address
			DialContext:            dialer(cfg.AllowPrivate, connectTimeout),
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.RootCAs},
			TLSHandshakeTimeout:    connectTimeout,
			ResponseHeaderTimeout:  cfg.Timeout,
			MaxResponseHeaderBytes: maxHeaders,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
			ForceAttemptHTTP2:      true,
		},
	}}, nil
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Send makes one attempt. id is the same in every attempt of one notification, and body the same bytes. nil means that
// the receiver has answered 2xx; any other error than those of the context is an *Error.
func (c *Client) Send(ctx context.Context, id string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return &Error{Kind: KindRefused, reason: "cannot build the request"}
	}
	at := c.cfg.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "shiming")
	req.Header.Set(HeaderID, id)
	req.Header.Set(HeaderTimestamp, unixSeconds(at))
	req.Header.Set(HeaderSignature, Sign(c.cfg.Secrets, id, at, body))
	status, header, err := c.exchange(req)
	if err != nil {
		return err
	}
	return judge(status, header, c.cfg.Now())
}

// Reach asks the address whether it answers at all, with a HEAD that no receiver acts on. Any answer but a redirect is
// a success.
func (c *Client) Reach(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.cfg.URL, nil)
	if err != nil {
		return &Error{Kind: KindRefused, reason: "cannot build the request"}
	}
	status, _, err := c.exchange(req)
	if err == nil && status/100 == 3 {
		return &Error{Kind: KindRedirect, HTTPStatus: status}
	}
	return err
}

// TestType is the type of the notification that SendTest sends.
const TestType = "shiming.test"

// SendTest makes one attempt with a notification about nobody, which a receiver verifies like any other.
func (c *Client) SendTest(ctx context.Context) error {
	at := c.cfg.Now()
	body := `{"type":"` + TestType + `","timestamp":"` + at.UTC().Format(time.RFC3339) + `","data":{}}`
	return c.Send(ctx, "test_"+rand.Text(), []byte(body))
}

// exchange returns status and headers of the answer. It reads a little of the body, so that the connection can be used
// again, and keeps nothing of it.
func (c *Client) exchange(req *http.Request) (int, http.Header, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		if req.Context().Err() != nil {
			return 0, nil, req.Context().Err()
		}
		return 0, nil, noAnswer(err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // the status says it all
	return resp.StatusCode, resp.Header, nil
}

// judge turns the status of an answer into nil or an *Error.
func judge(status int, header http.Header, now time.Time) error {
	e := &Error{Kind: KindRefused, HTTPStatus: status, retryAfter: retryAfter(header, now)}
	switch {
	case status/100 == 2:
		return nil
	case status/100 == 3:
		e.Kind = KindRedirect
	case status == http.StatusGone:
		e.Kind = KindGone
	case status == http.StatusTooManyRequests:
		e.Kind = KindRate
	case status >= 500 || status == http.StatusRequestTimeout || status == http.StatusTooEarly:
		e.Kind = KindServer
	}
	return e
}

// noAnswer returns the error of an attempt without an answer. Texts of net/http may quote the address.
func noAnswer(err error) *Error {
	e := &Error{Kind: KindNetwork, reason: "connection broken"}
	var blocked addressError
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var wrapped *url.Error
	var dial *net.OpError
	switch {
	case errors.As(err, &blocked):
		e.Kind, e.reason = KindAddress, blocked.Error()
	case errors.As(err, &wrapped) && wrapped.Timeout():
		e.reason = "timeout"
	case errors.As(err, &dns):
		e.reason = "host name not found"
	case errors.As(err, &certificate):
		e.reason = "certificate refused"
	case errors.As(err, &dial) && dial.Op == "dial":
		e.reason = "cannot connect"
	}
	return e
}

// retryAfter reads the header Retry-After: seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		return time.Duration(min(max(n, 0), int64(maxRetryAfter/time.Second))) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(t.Sub(now), 0), maxRetryAfter)
	}
	return 0
}
