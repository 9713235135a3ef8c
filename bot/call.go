package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
)

// effect says what a call leaves behind, which decides what may be done when its answer is lost.
type effect int

const (
	reads  effect = iota // nothing; may always be repeated
	again                // something that a repetition does not double, thanks to uuid, or that does no harm twice
	onlyMe               // something that must not be repeated blindly
)

// request is one call of the API.
type request struct {
	op     string // as in the SDK: service.resource.method
	effect effect
	method string
	path   string // /open-apis/… with :name for path parameters
	params map[string]string
	query  map[string]string
	body   any // a value for JSON, or *larkcore.Formdata

	file    *formFile // instead of body
	leaving func()    // called when the request begins to leave; may be nil
}

// call makes one call with a tenant token and decodes data into out (nil = not wanted). Every error is an *APIError.
func (c *Client) call(ctx context.Context, r request, out any) error {
	start := c.now()
	err := c.withToken(ctx, func(token string) error { return c.exchange(ctx, r, token, out) })
	c.observed(r.op, err, c.now().Sub(start))
	return err
}

// withToken runs do with the tenant token. When the token is refused, it is dropped and do runs once more.
func (c *Client) withToken(ctx context.Context, do func(token string) error) error {
	key := c.tokenOf(ctx)
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

// exchange makes one call with the given token, or with none if it is "".
func (c *Client) exchange(ctx context.Context, r request, token string, out any) error {
	for _, value := range r.params {
		if !pathSegment(value) {
			return &APIError{Op: r.op, class: ClassBug, cause: errRequest}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	tr := &callTrace{noRetry: r.effect == onlyMe, onSend: r.leaving, file: r.file}
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
	var options []larkcore.RequestOptionFunc
	if token == "" {
		req.SupportedAccessTokenTypes = []larkcore.AccessTokenType{larkcore.AccessTokenTypeNone}
	} else {
		options = append(options, larkcore.WithTenantAccessToken(token))
	}
	resp, err := c.lark.Do(withCallTrace(ctx, tr), req, options...)
	if err != nil {
		return c.lost(ctx, r, tr, err)
	}
	return c.evaluate(ctx, r, tr, resp.RawBody, out)
}

// pathSegment reports whether an id can stand in a path without changing where the path leads.
func pathSegment(s string) bool {
	return s != "" && s != "." && s != ".." && len(s) <= 512
}

// lost is the error for a call without a readable answer.
func (c *Client) lost(ctx context.Context, r request, tr *callTrace, err error) error {
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
	c.outcome(e, r, tr.sent.Load())
	return e
}

// outcome fills in what follows from not knowing. sent: the request may have reached Feishu.
func (c *Client) outcome(e *APIError, r request, sent bool) {
	e.class, e.temporary = ClassRetry, true
	if e.HTTPStatus == http.StatusTooManyRequests || !sent || r.effect == reads {
		return
	}
	e.maybeApplied = true
	if r.effect == onlyMe {
		e.class, e.temporary = ClassUnknown, false
	}
}

// errorBody is the part of an answer that all APIs share (page "通用错误码").
type errorBody struct {
	Code  *int   `json:"code"`
	Msg   string `json:"msg"`
	Error *struct {
		LogID      string `json:"log_id"`
		Violations []struct {
			Subject string `json:"subject"`
		} `json:"permission_violations"`
	} `json:"error"`
}

// evaluate reads an answer: success into out, everything else into an *APIError.
func (c *Client) evaluate(ctx context.Context, r request, tr *callTrace, body []byte, out any) error {
	var f errorBody
	if json.Unmarshal(body, &f) != nil || f.Code == nil || (*f.Code == 0 && tr.status >= 300) {
		return c.lost(ctx, r, tr, errNotJSON)
	}
	if *f.Code == 0 {
		if out != nil && json.Unmarshal(body, out) != nil {
			return c.lost(ctx, r, tr, errNotJSON)
		}
		return nil
	}
	return c.refused(r, tr, f)
}

// refused is the error for an answer with a code.
func (c *Client) refused(r request, tr *callTrace, f errorBody) error {
	e := c.newError(r, tr)
	e.Code = *f.Code
	if f.Error != nil {
		if e.logID == "" {
			e.logID = identifier(f.Error.LogID)
		}
		for _, v := range f.Error.Violations {
			if scope := identifier(v.Subject); scope != "" {
				e.scopes = append(e.scopes, scope)
			}
		}
	}
	verdict, known := verdicts[e.Code]
	if e.Code == codeCard {
		e.SubCode = subCode(f.Msg)
		if sub, ok := verdicts[e.SubCode]; ok {
			verdict = sub
		}
	}
	if (e.Code == codeLocked || e.SubCode == codeLocked) && strings.Contains(f.Msg, "is lock") {
		verdict.class, e.retryAfter = ClassRetry, max(e.retryAfter, time.Second)
	}
	switch {
	case known:
		e.class, e.field = verdict.class, verdict.field
	case e.HTTPStatus == http.StatusTooManyRequests:
		e.class = ClassRetry
	case e.HTTPStatus >= 500:
		c.outcome(e, r, true)
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
	return e
}

// maxRetryAfter bounds what a header may ask for.
const maxRetryAfter = time.Hour

// retryAfter reads x-ogw-ratelimit-reset (seconds; page "频控策略") and Retry-After (seconds or a date).
func (c *Client) retryAfter(header http.Header) time.Duration {
	for _, name := range []string{"X-Ogw-Ratelimit-Reset", "Retry-After"} {
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

// identifier lets an upstream's text through only if it looks like an id.
func identifier(s string) string {
	if identifierPattern.MatchString(s) {
		return s
	}
	return ""
}

// subCode finds the number of a card's own error in the text of 230099.
func subCode(msg string) int {
	m := subCodePattern.FindStringSubmatch(msg)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}
