package esign

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// maxAnswer limits how much of an answer is read; real ones are a few hundred bytes.
const maxAnswer = 1 << 20

// httpClients returns the client for ordinary calls and the one for calls that must not reach e签宝 twice.
//
// The second opens a fresh connection for every call. On a kept-alive connection that the server is just closing, a
// request dies half-way often enough, and for an evidence point that means a person has to find out what happened.
func httpClients(given *http.Client) (ordinary, once *http.Client) {
	var base http.Client
	if given != nil {
		base = *given
	} else {
		base.Transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    5 * time.Second,
			MaxIdleConnsPerHost:    16,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		}
	}
	// A redirect is an answer like any other: following it would carry signatures and ID photos to a host nobody checked.
	base.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	second := base
	transport := second.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	if t, ok := transport.(*http.Transport); ok {
		t = t.Clone()
		t.DisableKeepAlives = true
		second.Transport = t
	}
	return &base, &second
}

// exchange sends one request and reads the answer. sent is false only when it is certain that no byte of the request
// left: the transport announced that it wants a connection and never got one. Having a connection already counts as
// sent, because between that and the first byte lies only a moment in which a cancelled call cannot tell what went
// out.
func exchange(client *http.Client, req *http.Request) (status int, header http.Header, body []byte, sent bool,
	err error) {
	if err := req.Context().Err(); err != nil {
		return 0, nil, nil, false, err
	}
	var asked, got atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { got.Store(true) },
	}
	resp, err := client.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		sent = got.Load() || !asked.Load() && !isDialError(err)
		return 0, nil, nil, sent, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errTooLong
	}
	return resp.StatusCode, resp.Header, body, true, err
}

var errTooLong = errors.New("answer longer than 1 MB")

func isDialError(err error) bool {
	var dns *net.DNSError
	var op *net.OpError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial"
}

// describe turns a failure of the transport into a constant text and a cause that is safe to print. Errors of net/http
// quote URLs, headers and first lines of answers, so only those known to carry addresses at most are kept.
func describe(err error) (reason string, cause error) {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var timeout interface{ Timeout() bool }
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled", context.Canceled
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout", context.DeadlineExceeded
	case errors.As(err, &dns):
		return "host name not found", dns
	case errors.As(err, &cert):
		return "certificate refused", cert
	case errors.As(err, &op) && op.Op == "dial":
		return "cannot connect", op
	case errors.As(err, &op):
		return "connection broken", op
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "answer cut off", io.ErrUnexpectedEOF
	case errors.Is(err, errTooLong):
		return errTooLong.Error(), errTooLong
	}
	return "connection broken", nil
}
