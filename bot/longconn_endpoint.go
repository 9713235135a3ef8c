package bot

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// socketEndpoint returns the address of the WebSocket for a POST with {AppID, AppSecret} (SDK: ws/const.go).
	socketEndpoint = "/callback/ws/endpoint"
	opEndpoint     = "callback.ws.endpoint"
)

// socketConfig holds the platform's settings for a connection, in seconds (SDK: ws/model.go).
type socketConfig struct {
	ReconnectInterval int
	PingInterval      int
}

func (c socketConfig) ping() time.Duration {
	if c.PingInterval <= 0 {
		return defaultPing
	}
	return time.Duration(c.PingInterval) * time.Second
}

func (c socketConfig) pause() time.Duration {
	if c.ReconnectInterval <= 0 {
		return maxRefusalPause
	}
	return min(maxRefusalPause, time.Duration(c.ReconnectInterval)*time.Second)
}

// endpointError is a response of socketEndpoint without an address.
type endpointError struct {
	Code   int
	Status int
}

func (e *endpointError) Error() string {
	return (&APIError{Op: opEndpoint, Code: e.Code, HTTPStatus: e.Status}).Error()
}

// UpstreamCode returns the business code for Feishu's support, "" for none.
func (e *endpointError) UpstreamCode() string { return (&APIError{Code: e.Code}).UpstreamCode() }

// Codes of the long connection (SDK: ws/const.go). The first two are temporary failures; the endpoint and the handshake
// both answer with the others.
const (
	codeSystemBusy      = 1
	codeInternalError   = 1000040343
	codeForbidden       = 403
	codeAuthFailed      = 514
	codeExceedConnLimit = 1000040350
)

// documented reports whether the SDK or a page names the code.
func (e *endpointError) documented() bool {
	switch e.Code {
	case codeSystemBusy, codeInternalError, codeForbidden, codeAuthFailed, codeExceedConnLimit:
		return true
	}
	_, known := codes[e.Code]
	return known
}

// longConnRemedies says what the operator has to do about a refusal.
var longConnRemedies = map[string]string{
	strconv.Itoa(codeAuthFailed): credentialsRemedy,
	strconv.Itoa(codeForbidden): "the long connection is for self-built apps (企业自建应用) with the bot ability; use " +
		"feishu.transport: webhook for another app",
	strconv.Itoa(codeExceedConnLimit): "50 connections of this app are open: stop other programs that use the same app",
}

// refusalOf returns the code and the remedy of an error that the operator has to fix, and ok = false for another error.
func refusalOf(err error) (code, remedy string, ok bool) {
	if refused, is := errors.AsType[*endpointError](err); is && !refused.temporary() {
		code, ok = refused.UpstreamCode(), true
	}
	if refused, is := errors.AsType[*handshakeError](err); is && !refused.temporary {
		code, ok = refused.Code, true
	}
	return code, cmp.Or(longConnRemedies[code], "run shiming check, which says what to click"), ok
}

// temporary reports whether a later attempt may succeed. It is false for a refusal that the operator has to fix, such
// as a wrong app secret.
func (e *endpointError) temporary() bool {
	busy := e.Status >= 500 || e.Status == http.StatusTooManyRequests
	return busy || e.Code == codeSystemBusy || e.Code == codeInternalError
}

// endpoint requests the address of a new connection. The address holds a ticket and is valid for one connection.
func (l *LongConn) endpoint(ctx context.Context) (*url.URL, socketConfig, error) {
	var config socketConfig
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	body, err := json.Marshal(map[string]string{"AppID": l.appID, "AppSecret": l.appSecret()})
	if err != nil {
		return nil, config, errRequest
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+socketEndpoint, bytes.NewReader(body))
	if err != nil {
		return nil, config, errRequest
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("locale", "zh")
	resp, err := l.http.Do(req)
	if err != nil {
		return nil, config, causeOf(ctx, err)
	}
	defer resp.Body.Close() //nolint:errcheck // the response was read
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return nil, config, causeOf(ctx, err)
	}
	var out struct {
		Code *int `json:"code"`
		Data struct {
			URL          string
			ClientConfig socketConfig
		} `json:"data"`
	}
	if json.Unmarshal(raw, &out) != nil || out.Code == nil {
		return nil, config, &endpointError{Status: resp.StatusCode}
	}
	if refused := (&endpointError{Code: *out.Code}); *out.Code != 0 && !refused.documented() {
		l.client.unknownCode(opEndpoint, *out.Code)
	}
	if *out.Code == 0 {
		l.client.compare(opEndpoint, raw)
	}
	if *out.Code != 0 || resp.StatusCode != http.StatusOK {
		return nil, config, &endpointError{Code: *out.Code, Status: resp.StatusCode}
	}
	target, err := url.Parse(out.Data.URL)
	if err != nil || target.Host == "" || !safeScheme(target) {
		return nil, config, errSocket
	}
	return target, out.Data.ClientConfig, nil
}

// safeScheme accepts plain ws to loopback only, because the connection carries messages of users without encryption.
func safeScheme(u *url.URL) bool {
	return u.Scheme == "wss" || u.Scheme == "ws" && loopback(u.Hostname())
}

// serviceID returns the number of the connection, which pings must carry.
func serviceID(target *url.URL) int32 {
	f := frame{headers: []frameHeader{{"service_id", strings.TrimSpace(target.Query().Get("service_id"))}}}
	return int32(f.number("service_id"))
}
