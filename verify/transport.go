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

// maxAnswer limits a response, in bytes. Real responses are much shorter. An action whose answer holds a picture has a
// limit of its own.
const maxAnswer = 1 << 20

var (
	errRedirect  = errors.New("verify: redirected")
	errBadAnswer = errors.New("verify: unreadable answer")
)

// exchange records one HTTP exchange. The vendor's client does not return these facts.
type exchange struct {
	limit      int64       // of the response, in bytes
	connected  atomic.Bool // the request had a connection, so it may have been sent
	status     int         // 0 = no response
	retryAfter string      // header Retry-After
	body       []byte      // of a readable response
	failure    error       // errRedirect, errBadAnswer, or the error of reading the response
}

type exchangeKey struct{}

func withExchange(ctx context.Context, ex *exchange) context.Context {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		ex.connected.Store(true)
	}})
	return context.WithValue(ctx, exchangeKey{}, ex)
}

// recorder fills in the exchange of the request's context. It reads the whole response, up to the exchange's limit,
// before the vendor's client does. It refuses responses that the vendor's client would handle badly: redirects (the
// client would send the signed body to the new address), unrequested encodings, event streams, and every body that is
// not a JSON object (v1.3.209 panics on `null`).
type recorder struct{ next http.RoundTripper }

// RoundTrip sends a request and records the exchange.
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
	body, err := io.ReadAll(io.LimitReader(resp.Body, ex.limit+1))
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		ex.failure = errRedirect
	case err != nil:
		ex.failure = err
	case int64(len(body)) > ex.limit, resp.Header.Get("Content-Encoding") != "", !isObject(body):
		ex.failure = errBadAnswer
	}
	if ex.failure != nil {
		return nil, ex.failure
	}
	ex.body = body
	resp.Header.Set("Content-Type", "application/json")
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// isObject reports whether body is one valid JSON object. json.Valid limits the depth.
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
