package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// maxAnswer is far more than either action answers.
const maxAnswer = 1 << 20

var (
	errRedirect  = errors.New("verify: redirected")
	errBadAnswer = errors.New("verify: unreadable answer")
)

// exchange is what one HTTP exchange was like, seen from below the vendor's client, which does not tell.
type exchange struct {
	connected  atomic.Bool // a connection was there, so the request may have left
	status     int         // 0: no answer
	retryAfter string      // header Retry-After
	failure    error       // errRedirect, errBadAnswer, or what broke while reading the answer
}

type exchangeKey struct{}

func withExchange(ctx context.Context, ex *exchange) context.Context {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		ex.connected.Store(true)
	}})
	return context.WithValue(ctx, exchangeKey{}, ex)
}

// recorder fills the exchange in the request's context. It reads the whole answer, within limits, before the vendor's
// client sees any of it, and refuses what that client would treat in ways we do not want: redirects (it would send
// the signed body on), encodings that were not asked for, event streams, and anything but a JSON object (v1.3.209
// panics on `null`).
type recorder struct{ next http.RoundTripper }

func (t recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	ex, ok := req.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errors.New("verify: request without exchange")
	}
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	ex.status, ex.retryAfter = resp.StatusCode, resp.Header.Get("Retry-After")
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		ex.failure = errRedirect
	case err != nil:
		ex.failure = err
	case len(body) > maxAnswer, resp.Header.Get("Content-Encoding") != "", !isObject(body):
		ex.failure = errBadAnswer
	}
	if ex.failure != nil {
		return nil, ex.failure
	}
	resp.Header.Set("Content-Type", "application/json")
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// isObject says whether body is one well-formed JSON object of reasonable depth.
func isObject(body []byte) bool {
	b := bytes.TrimLeft(body, " \t\r\n")
	return len(b) > 0 && b[0] == '{' && json.Valid(b)
}

func newTransport(timeout time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: min(timeout, 5*time.Second), KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   min(timeout, 5*time.Second),
		ResponseHeaderTimeout: timeout,
		IdleConnTimeout:       60 * time.Second,
		MaxIdleConnsPerHost:   16,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true,
	}
}
