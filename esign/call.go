package esign

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// call is one request to the API.
type call struct {
	op      string
	method  string
	path    string // plain ASCII without a query, so that the signed text equals the sent text
	body    []byte // JSON; the same bytes are signed and sent
	noRetry bool   // the call must not take effect twice
}

// do sends the call and decodes the data of the response into data.
func (c *Client) do(ctx context.Context, k call, data interface{ complete() bool }) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	target := *c.base
	target.Path = k.path
	req, err := http.NewRequestWithContext(ctx, k.method, target.String(), bytes.NewReader(k.body))
	if err != nil {
		return &Error{Op: k.op, Kind: KindParameter, reason: "cannot build the request"}
	}
	client := c.http
	if k.noRetry {
		client = c.unpooled
		req.GetBody = nil // without GetBody the transport cannot repeat the request
	}
	if len(k.body) == 0 {
		req.Body, req.GetBody = nil, nil
	}
	c.signRequest(req, k.body, c.now())

	status, header, body, sent, err := exchange(client, req)
	if status == 0 {
		return k.noAnswer(err, sent)
	}
	if err == nil {
		c.compare(k.op, status, body)
	}
	e := c.newError(k.op, status, header)
	if !e.evaluate(body, err, data) {
		return e.decideRetry(k.noRetry)
	}
	return nil
}

// noAnswer returns the error for a request without a response.
func (k call) noAnswer(err error, sent bool) *Error {
	e := &Error{Op: k.op, Kind: KindNetwork}
	e.reason, e.cause = describe(err)
	if !sent {
		e.reason += " before anything was sent"
	}
	return e.decideRetry(k.noRetry && sent)
}

// newError returns an error with status and headers of a response.
func (c *Client) newError(op string, status int, header http.Header) *Error {
	return &Error{
		Op:         op,
		HTTPStatus: status,
		RequestID:  requestID(header),
		retryAfter: retryAfter(header, c.now()),
	}
}

// evaluate decodes a response of the API. It fills in data and returns true for a success, and fills in e otherwise.
//
// It decodes the body for every HTTP status, because the status of business failures is not documented. A success has
// code 0, HTTP 2xx and complete data. 401, 403 and 429 are refusals even without a readable body.
func (e *Error) evaluate(body []byte, readErr error, data interface{ complete() bool }) bool {
	if readErr != nil {
		e.reason, e.cause = describe(readErr)
		switch {
		case e.applyStatus(""):
		case e.HTTPStatus >= 500:
			e.Kind = KindServer
		case errors.Is(e.cause, context.Canceled), errors.Is(e.cause, context.DeadlineExceeded):
			e.Kind = KindNetwork
		default:
			e.Kind = KindMalformed
		}
		return false
	}
	a, problem := decodeAnswer(body)
	if problem == "" && a.code == 0 && !a.refused && e.HTTPStatus/100 == 2 {
		if json.Unmarshal(a.data, data) == nil && data.complete() {
			return true
		}
		e.Kind, e.reason = KindMalformed, "success without usable data"
		return false
	}
	if problem == "" && a.code != 0 {
		e.applyBusiness(a.code, a.message)
		return false
	}
	if problem == "" {
		problem = "code 0 in a failed answer"
	}
	switch {
	case e.applyStatus(a.message):
	case e.HTTPStatus >= 500:
		e.Kind = KindServer
	default:
		e.Kind, e.reason = KindMalformed, problem
	}
	return false
}

// decideRetry sets temporary and maybeApplied. noRetry marks a call that must not take effect twice and that may have
// reached e签宝.
func (e *Error) decideRetry(noRetry bool) *Error {
	unclear := e.Kind == KindNetwork || e.Kind == KindServer || e.Kind == KindMalformed || e.HTTPStatus >= 500
	e.maybeApplied = noRetry && unclear
	if e.maybeApplied {
		return e
	}
	switch e.Kind {
	case KindRate, KindServer, KindNetwork, KindUploadPending:
		e.temporary = true
	case KindMalformed: // the page of a proxy is temporary; a redirect or a 404 page is not
		e.temporary = e.HTTPStatus/100 == 2 || e.HTTPStatus >= 500
	}
	return e
}

// answer is the envelope of a response of the API or of the gateway.
type answer struct {
	code    int64
	message string
	data    json.RawMessage
	refused bool // the gateway responded with success:false
}

// decodeAnswer decodes {"code":int,"message":string|null,"data":object|null}, or {"success":false,"code":int,
// "message":string} of the gateway. It ignores unknown fields and a message of another type. The code must be a 32-bit
// number, as documented. problem is a constant text, empty for a valid envelope.
func decodeAnswer(body []byte) (a answer, problem string) {
	var raw struct {
		Success json.RawMessage `json:"success"`
		Code    json.RawMessage `json:"code"`
		Message json.RawMessage `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	if json.Unmarshal(body, &raw) != nil {
		return answer{}, "answer is not a JSON object"
	}
	_ = json.Unmarshal(raw.Message, &a.message)
	a.refused = string(raw.Success) == "false"
	a.data = raw.Data
	if len(raw.Code) == 0 {
		return a, "answer without code"
	}
	n, err := strconv.ParseInt(string(raw.Code), 10, 32)
	if err != nil {
		return a, "answer whose code is not a number"
	}
	a.code = n
	return a, ""
}

// requestID returns an id for e签宝's support. The header of the API is not documented, that of the storage is.
func requestID(h http.Header) string {
	for _, name := range requestIDHeaders {
		if v := h.Get(name); isToken(v, 64) {
			return v
		}
	}
	return ""
}

var requestIDHeaders = []string{
	"X-Tsign-Request-Id", "X-Tsign-Trace-Id", "X-Request-Id", "X-Trace-Id", "X-Oss-Request-Id", "Eagleeye-Traceid",
}

// retryAfter parses the Retry-After header (seconds or a date) and limits it to the range from 0 to one hour.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	const most = time.Hour
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		return time.Duration(min(max(n, 0), int64(most/time.Second))) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(t.Sub(now), 0), most)
	}
	return 0
}

// isToken reports whether s is an identifier of at most limit bytes: ASCII letters, digits, - and _.
func isToken(s string, limit int) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return false
		}
	}
	return s != "" && len(s) <= limit
}
