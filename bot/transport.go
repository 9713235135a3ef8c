package bot

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	connectTimeout = 3 * time.Second
	// maxResponse limits a JSON response, in bytes; a page of 100 members has about 20 KB.
	maxResponse = 4 << 20
)

// Causes of a call without a readable response, beside those of the standard library (see causeOf). Errors and logs
// show the texts.
var (
	errNoAnswer    = errors.New("no answer")
	errNotJSON     = errors.New("answer is not the documented JSON")
	errIncomplete  = errors.New("answer lacks what was asked for")
	errTooLong     = errors.New("answer is too long")
	errNoHost      = errors.New("host name not found")
	errCertificate = errors.New("certificate refused")
	errRequest     = errors.New("request could not be built")
)

// callTrace records what the transport sees of one call. The SDK hides most of it: it drops the cause of an error and
// the headers of a 504, and it puts the text of a response that is not JSON into an error.
type callTrace struct {
	noRetry bool      // the call must not take effect twice, see transport
	onSend  func()    // called when the transport has written the headers, and again after the body; may be nil
	file    *formFile // body, nil for another one

	started bool        // the request reached the transport
	sent    atomic.Bool // the request may have reached Feishu
	status  int         // 0 = no response
	header  http.Header
	err     error // error of the transport, without the URL that http.Client adds
}

type callTraceKey struct{}

func withCallTrace(ctx context.Context, t *callTrace) context.Context {
	return context.WithValue(ctx, callTraceKey{}, t)
}

// transport fills in the callTrace of each call. A call that must not take effect twice uses a fresh connection,
// because a reused connection that breaks right after the request was written leaves the outcome unknown.
type transport struct{ reused, fresh http.RoundTripper }

func newTransport(base http.RoundTripper) *transport {
	if base == nil {
		base = &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   connectTimeout,
			ForceAttemptHTTP2:     true,
			MaxIdleConns:          64,
			MaxIdleConnsPerHost:   32,
			IdleConnTimeout:       60 * time.Second,
			ExpectContinueTimeout: time.Second,
		}
	}
	t := &transport{reused: base, fresh: base}
	if real, ok := base.(*http.Transport); ok {
		fresh := real.Clone()
		fresh.DisableKeepAlives = true
		t.fresh = fresh
	}
	return t
}

// RoundTrip sends a request and records it in the callTrace of its context.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	tr, ok := req.Context().Value(callTraceKey{}).(*callTrace)
	if !ok {
		return t.reused.RoundTrip(req)
	}
	tr.started, tr.err = true, nil
	next := t.reused
	if tr.noRetry {
		next = t.fresh
	}
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		WroteHeaders: func() {
			tr.sent.Store(true)
			if tr.onSend != nil {
				tr.onSend()
			}
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				tr.sent.Store(true)
				if tr.onSend != nil {
					tr.onSend()
				}
			}
		},
	}))
	if tr.file != nil {
		tr.file.setBody(req)
	}
	resp, err := next.RoundTrip(req)
	if err != nil {
		tr.err = err
		return nil, err
	}
	tr.status, tr.header = resp.StatusCode, resp.Header
	return resp, nil
}

// CloseIdleConnections closes the idle connections of both transports. http.Client.CloseIdleConnections calls it.
func (t *transport) CloseIdleConnections() {
	for _, rt := range []http.RoundTripper{t.reused, t.fresh} {
		if c, ok := rt.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
	}
}

// limitedClient is the HTTP client of the SDK, which reads whole responses into memory. It ends a response of more than
// maxResponse bytes with errTooLong.
type limitedClient struct{ http *http.Client }

// Do sends a request and limits the body of the response.
func (b limitedClient) Do(req *http.Request) (*http.Response, error) {
	resp, err := b.http.Do(req)
	if err == nil {
		resp.Body = &limitedBody{ReadCloser: resp.Body, left: maxResponse}
	}
	return resp, err
}

type limitedBody struct {
	io.ReadCloser
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLong
	}
	return n, err
}

// causes are the errors that causeOf returns unchanged, because their texts are fixed and hold no addresses.
var causes = []error{
	context.Canceled, context.DeadlineExceeded, errTooLong, errNotJSON, errIncomplete, errRequest,
	io.ErrUnexpectedEOF, io.EOF, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, syscall.EHOSTUNREACH,
}

// causeOf maps an error of the network to an error with a fixed text.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, known := range causes {
		if errors.Is(err, known) {
			return known
		}
	}
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &dns):
		return errNoHost
	case errors.As(err, &certificate):
		return errCertificate
	case isTimeout(err):
		return context.DeadlineExceeded
	}
	return errNoAnswer
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
