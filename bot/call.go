package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"shiming/shape"
)

// effect says whether a call may be repeated after its response was lost.
type effect int

const (
	readOnly      effect = iota // the call changes nothing
	idempotent                  // the call has a uuid, or a second execution does no harm
	notIdempotent               // a repetition needs the consent of a person
)

// request describes one call of the API.
type request struct {
	op     string // as in the SDK: service.resource.method
	effect effect
	method string
	path   string // /open-apis/… with :name for path parameters
	params map[string]string
	query  map[string]string
	lists  map[string][]string // query parameters that are given once for each value
	body   any                 // a value for JSON, or *larkcore.Formdata

	file    *formFile     // replaces body
	timeout time.Duration // 0 means the client's
	onSend  func()        // called when the transport has written the headers, and again after the body; may be nil
}

// call makes one call with a tenant token and decodes the response into out unless it is nil. Every error is an
// *APIError.
func (c *Client) call(ctx context.Context, r request, out any) error {
	start := c.now()
	err := c.withToken(ctx, func(token string) error { return c.exchange(ctx, r, token, out) })
	c.observed(r.op, err, c.now().Sub(start))
	return err
}

// withToken runs do with the tenant token. If the platform refuses the token, withToken fetches a new one and runs do
// once more.
func (c *Client) withToken(ctx context.Context, do func(token string) error) error {
	key := c.tokenKey(ctx)
	token, err := c.tokens.get(ctx, key)
	if err != nil {
		return err
	}
	err = do(token)
	var api *APIError
	if !errors.As(err, &api) || !tokenRefused[api.Code] {
		return err
	}
	c.tokens.drop(key, token)
	if token, err = c.tokens.get(ctx, key); err != nil {
		return err
	}
	return do(token)
}

// exchange makes one call with a token, or without one if token is "".
func (c *Client) exchange(ctx context.Context, r request, token string, out any) error {
	for _, value := range r.params {
		if !pathSegment(value) {
			return &APIError{Op: r.op, class: ClassBug, cause: errRequest}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(r.timeout, c.timeout))
	defer cancel()
	tr := &callTrace{noRetry: r.effect == notIdempotent, onSend: r.onSend, file: r.file}
	req := &larkcore.ApiReq{
		HttpMethod:                r.method,
		ApiPath:                   r.path,
		Body:                      r.body,
		PathParams:                larkcore.PathParams{},
		QueryParams:               larkcore.QueryParams{},
		SupportedAccessTokenTypes: []larkcore.AccessTokenType{larkcore.AccessTokenTypeTenant},
	}
	for name, value := range r.params {
		req.PathParams.Set(name, value)
	}
	for name, value := range r.query {
		req.QueryParams.Set(name, value)
	}
	for name, values := range r.lists {
		for _, value := range values {
			req.QueryParams.Add(name, value)
		}
	}
	var options []larkcore.RequestOptionFunc
	if token == "" {
		req.SupportedAccessTokenTypes = []larkcore.AccessTokenType{larkcore.AccessTokenTypeNone}
	} else {
		options = append(options, larkcore.WithTenantAccessToken(token))
	}
	resp, err := c.lark.Do(withCallTrace(ctx, tr), req, options...)
	if err != nil {
		return c.noResponse(ctx, r, tr, err)
	}
	return c.evaluate(ctx, r, tr, resp.RawBody, out)
}

// pathSegment reports whether an id can be a path segment without changing the target of the path.
func pathSegment(s string) bool {
	return s != "" && s != "." && s != ".." && len(s) <= 512
}

// noResponse returns the error for a call without a readable response.
func (c *Client) noResponse(ctx context.Context, r request, tr *callTrace, err error) error {
	var late *larkcore.ClientTimeoutError
	if errors.As(err, &late) || isTimeout(err) {
		err = context.DeadlineExceeded
	} else if tr.err != nil {
		err = tr.err
	}
	e := c.newError(r, tr)
	if !tr.started && ctx.Err() == nil {
		e.class, e.cause = ClassBug, errRequest
		return e
	}
	e.cause = causeOf(ctx, err)
	c.unclear(e, r, tr.sent.Load())
	return e
}

// unclear classifies a call whose outcome is not known. sent means that the request may have reached Feishu.
func (c *Client) unclear(e *APIError, r request, sent bool) {
	e.class, e.temporary = ClassRetry, true
	if e.HTTPStatus == http.StatusTooManyRequests || !sent || r.effect == readOnly {
		return
	}
	e.maybeApplied = true
	if r.effect == notIdempotent {
		e.class, e.temporary = ClassUnknown, false
	}
}

// errorBody is the part of a response that all APIs share (page "通用错误码").
type errorBody struct {
	Code  *int        `json:"code"`
	Msg   string      `json:"msg"`
	Error errorDetail `json:"error"`
}

// errorDetail is the object "error" of a refusal. It stays empty for another value: the token API of the web login has
// a text there (page "获取 user_access_token").
type errorDetail struct {
	LogID      string `json:"log_id"`
	Violations []struct {
		Subject string `json:"subject"`
	} `json:"permission_violations"`
}

// UnmarshalJSON accepts every JSON value.
func (d *errorDetail) UnmarshalJSON(raw []byte) error {
	type object errorDetail
	var o object
	if json.Unmarshal(raw, &o) == nil {
		*d = errorDetail(o)
	}
	return nil
}

// evaluate decodes the response of a successful call into out, and returns an *APIError for every other response.
func (c *Client) evaluate(ctx context.Context, r request, tr *callTrace, body []byte, out any) error {
	var f errorBody
	if json.Unmarshal(body, &f) != nil || f.Code == nil || (*f.Code == 0 && tr.status >= 300) {
		return c.noResponse(ctx, r, tr, errNotJSON)
	}
	if *f.Code == 0 {
		c.compare(r.op, body)
		if out != nil && json.Unmarshal(body, out) != nil {
			return c.noResponse(ctx, r, tr, errNotJSON)
		}
		return nil
	}
	return c.refused(r, tr, f)
}

// refused returns the error for a response with a non-zero code.
func (c *Client) refused(r request, tr *callTrace, f errorBody) error {
	e := c.newError(r, tr)
	e.Code = *f.Code
	if e.logID == "" {
		e.logID = identifier(f.Error.LogID)
	}
	for _, v := range f.Error.Violations {
		if scope := identifier(v.Subject); scope != "" {
			e.scopes = append(e.scopes, scope)
		}
	}
	row, known := codes[e.Code]
	if !known {
		c.unknownCode(r.op, e.Code)
	}
	if e.Code == codeCard {
		e.SubCode = subCode(f.Msg)
		if sub, ok := codes[e.SubCode]; ok {
			row = sub
		} else if e.SubCode != 0 {
			c.unknownCode(r.op, e.SubCode)
		}
	}
	if (e.Code == codeLocked || e.SubCode == codeLocked) && strings.Contains(f.Msg, "is lock") {
		row.class, e.retryAfter = ClassRetry, max(e.retryAfter, time.Second)
	}
	switch {
	case known:
		e.class, e.field = row.class, row.field
	case e.HTTPStatus == http.StatusTooManyRequests:
		e.class = ClassRetry
	case e.HTTPStatus >= 500:
		c.unclear(e, r, true)
		return e
	default:
		e.class = ClassUnknown
	}
	e.temporary = e.class == ClassRetry
	return e
}

func (c *Client) newError(r request, tr *callTrace) *APIError {
	e := &APIError{Op: r.op, HTTPStatus: tr.status, retryAfter: c.retryAfter(tr.header)}
	if e.logID = identifier(tr.header.Get("X-Tt-Logid")); e.logID == "" {
		e.logID = identifier(tr.header.Get("X-Request-Id"))
	}
	if n, err := strconv.ParseFloat(tr.header.Get(headerReset), 64); err == nil && n > maxRetryAfter.Seconds() &&
		c.surprised != nil {
		c.surprised(r.op, shape.TimeUnit+":"+headerReset)
	}
	return e
}

// headerReset names the seconds until a limit is over (page "频控策略").
const headerReset = "X-Ogw-Ratelimit-Reset"

// maxRetryAfter limits the wait that a header may request.
const maxRetryAfter = time.Hour

// retryAfter parses the headers x-ogw-ratelimit-reset (seconds; page "频控策略") and Retry-After (seconds or a date).
func (c *Client) retryAfter(header http.Header) time.Duration {
	for _, name := range []string{headerReset, "Retry-After"} {
		value := header.Get(name)
		if value == "" {
			continue
		}
		var d time.Duration
		if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 {
			d = time.Duration(min(seconds, maxRetryAfter.Seconds()) * float64(time.Second))
		} else if at, err := http.ParseTime(value); err == nil {
			d = at.Sub(c.now())
		}
		if d > 0 {
			return min(d, maxRetryAfter)
		}
	}
	return 0
}

var (
	identifierPattern = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,100}$`)
	subCodePattern    = regexp.MustCompile(`ErrCode: ?(\d{1,9})`)
)

// identifier returns s if it has the form of an id, and "" for any other text of an upstream.
func identifier(s string) string {
	if identifierPattern.MatchString(s) {
		return s
	}
	return ""
}

// subCode returns the card's ErrCode, which Feishu reports only in the text of 230099.
func subCode(msg string) int {
	m := subCodePattern.FindStringSubmatch(msg)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}
