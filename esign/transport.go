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

// maxAnswer limits a response, in bytes. Real responses have a few hundred bytes.
const maxAnswer = 1 << 20

// httpClients returns a client for ordinary calls and one for calls that must not take effect twice.
//
// The second opens a new connection for every call. A request may fail on a kept-alive connection that the server is
// closing; for an evidence point the outcome is then unknown, and a person has to check it.
func httpClients(given *http.Client) (ordinary, unpooled *http.Client) {
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
	// A redirect counts as a response, because the client must not send signatures and photos to an unchecked host.
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

// exchange sends one request and reads the response. sent is false only if certainly no byte of the request was sent,
// because the transport requested a connection and got none. A request with a connection counts as sent, because a
// cancelled call cannot tell whether its first byte was written.
func exchange(client *http.Client, req *http.Request) (
	status int, header http.Header, body []byte, sent bool, err error,
) {
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

// describe returns a constant text and a printable cause for an error of the transport. Errors of net/http may quote
// URLs, headers and responses; describe keeps only errors that contain addresses at most.
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
