package verify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"shiming/shape"
)

// DefaultSupplier is the legal name of Tencent Cloud's company, which the evidence states (infoVerifySupplier,
// smsSupplier) unless the configuration names another contracting party.
const DefaultSupplier = "腾讯云计算（北京）有限责任公司"

// Tencent calls Tencent Cloud. It is safe for concurrent use.
type Tencent struct {
	faceid, sms               *common.Client
	sdkAppID, signName, tplID string
	sendsCodes                bool // the settings have all keys of SMS
	faceRuleID                string
	supplier                  string // name in the results
	transport                 *http.Transport
	timeout                   time.Duration
	now                       func() time.Time
	surprised                 func(action, difference string) // nil = answers are not compared
}

// NewTencent checks the configuration and builds a client. It makes no call. The error lists every mistake.
func NewTencent(c Config) (*Tencent, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	faceid, _ := parseEndpoint(c.EndpointFaceID, DefaultEndpointFaceID) // Validate has checked both endpoints
	sms, _ := parseEndpoint(c.EndpointSMS, DefaultEndpointSMS)
	if c.Region == "" {
		c.Region = DefaultRegion
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	cred := common.NewCredential(c.SecretID, string(c.SecretKey))
	transport := newTransport(c.Timeout)
	return &Tencent{
		faceid:   newClient(cred, "", faceid, transport), // PhoneVerification takes no region
		sms:      newClient(cred, c.Region, sms, transport),
		sdkAppID: c.SMSSdkAppID,
		signName: c.SMSSignName,
		tplID:    c.SMSTemplateID,

		sendsCodes: c.sendsCodes(),
		faceRuleID: c.FaceRuleID,
		supplier:   cmp.Or(c.Supplier, DefaultSupplier),

		transport: transport,
		timeout:   c.Timeout,
		now:       c.Now,
		surprised: c.Surprised,
	}, nil
}

// newClient returns a vendor's client that neither repeats, redirects nor logs a request.
func newClient(cred *common.Credential, region string, e endpoint, transport http.RoundTripper) *common.Client {
	p := profile.NewClientProfile()
	p.HttpProfile.Scheme = e.scheme
	p.HttpProfile.Endpoint = e.host
	p.HttpProfile.ReqMethod = http.MethodPost
	p.HttpProfile.ReqTimeout = 0 // every call has a deadline in its context
	p.SignMethod = "TC3-HMAC-SHA256"
	p.Debug = false
	p.DisableRegionBreaker = true
	p.NetworkFailureMaxRetries = 0
	p.RateLimitExceededMaxRetries = 0
	p.UnsafeRetryOnConnectionFailure = false
	return common.NewCommonClient(cred, region, p).WithHttpTransport(recorder{transport})
}

// Close closes idle connections. The client stays usable.
func (t *Tencent) Close() { t.transport.CloseIdleConnections() }

// notSetUp is the error of an action whose keys the settings lack. Nothing was sent.
func notSetUp(a action) *Error { return &Error{Op: a.name, Code: CodeNotSetUp, Class: ClassOperator} }

// action is one action of the supplier's API.
type action struct {
	service, version, name string
	codes                  map[string]row
	writes                 bool         // the action must not take effect twice
	maxAnswer              int64        // limit of a response, in bytes; 0 = maxAnswer
	answer                 *shape.Shape // of Response; nil = not compared
}

// call performs one action and decodes the content of Response into out. It does not retry.
func (t *Tencent) call(ctx context.Context, client *common.Client, a action, params map[string]any, out any) error {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	ex := &exchange{limit: cmp.Or(a.maxAnswer, maxAnswer)}
	req := tchttp.NewCommonRequest(a.service, a.version, a.name)
	req.SetContext(withExchange(ctx, ex))
	if err := req.SetActionParameters(params); err != nil {
		return &Error{Op: a.name, Code: CodeBadArgument, Class: ClassUnknown} // the cause may quote the parameters
	}
	resp := tchttp.NewCommonResponse()
	if err := client.Send(req, resp); err != nil {
		return t.failure(ctx, a, ex, err)
	}
	t.compare(a, ex.body)
	var envelope struct{ Response json.RawMessage }
	if json.Unmarshal(resp.GetBody(), &envelope) != nil || envelope.Response == nil ||
		json.Unmarshal(envelope.Response, out) != nil {
		return badAnswer(a, ex.status, "")
	}
	return nil
}

// compare reports how a successful answer differs from its page.
func (t *Tencent) compare(a action, body []byte) {
	if t.surprised == nil || a.answer == nil || !json.Valid(body) {
		return
	}
	shape.Compare(body, shape.Object(shape.Fields{"Response": a.answer}), func(difference string) {
		t.surprised(a.name, difference)
	})
}

// unknownCode reports an error or result code that no page lists.
func (t *Tencent) unknownCode(a action, code string) {
	if t.surprised != nil {
		t.surprised(a.name, shape.UnknownCode+":"+code)
	}
}

// refused returns the error for a code in the supplier's response.
func (t *Tencent) refused(a action, code, requestID string, status int) *Error {
	code = cleanCode(code)
	if code == CodeBadAnswer {
		return badAnswer(a, status, requestID)
	}
	r, documented := lookup(a.codes, code)
	if !documented {
		t.unknownCode(a, code)
	}
	return &Error{
		Op:           a.name,
		Code:         code,
		HTTPStatus:   status,
		RequestID:    cleanID(requestID),
		Class:        r.class,
		PersonReason: r.reason,
		after:        r.wait.from(t.now()),
		maybe:        a.writes && (r.maybe || status >= 500),
	}
}

// badAnswer returns the error for an unreadable response. The action may have taken effect.
func badAnswer(a action, status int, requestID string) *Error {
	return &Error{
		Op:         a.name,
		Code:       CodeBadAnswer,
		HTTPStatus: status,
		RequestID:  cleanID(requestID),
		Class:      ClassRetry,
		maybe:      a.writes,
	}
}

// failure converts an error of the vendor's client to an *Error. It drops the vendor's messages, which quote whole
// bodies.
func (t *Tencent) failure(ctx context.Context, a action, ex *exchange, err error) *Error {
	var api *tcerrors.TencentCloudSDKError
	if errors.As(err, &api) && ex.status != 0 && ex.failure == nil && !isClientCode(api.Code) {
		return t.withRetryAfter(t.refused(a, api.Code, api.RequestId, ex.status), ex)
	}
	e := &Error{
		Op:         a.name,
		HTTPStatus: ex.status,
		Class:      ClassRetry,
		maybe:      a.writes && ex.connected.Load(),
	}
	readable := ex.failure == nil || errors.Is(ex.failure, errBadAnswer) // the response was complete
	switch {
	case errors.Is(ex.failure, errRedirect):
		e.Code, e.Class, e.maybe = CodeRedirect, ClassOperator, false
	case ex.status != 0 && readable && ex.status != http.StatusOK:
		e.Code = CodeHTTPStatus
		if ex.status < 500 {
			e.maybe = false
			if ex.status != http.StatusTooManyRequests && ex.status != http.StatusRequestTimeout {
				e.Class = ClassOperator
			}
		}
	case ex.status != 0 && readable:
		t.compare(a, ex.body)
		e.Code = CodeBadAnswer
	case errors.Is(ctx.Err(), context.Canceled):
		e.Code, e.cause = CodeCanceled, context.Canceled
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		e.Code, e.cause = CodeTimeout, context.DeadlineExceeded
	case !ex.connected.Load():
		e.Code = CodeConnect
	case isTimeout(err):
		e.Code = CodeTimeout
	default:
		e.Code = CodeDisconnected
	}
	return t.withRetryAfter(e, ex)
}

// withRetryAfter extends the wait to the Retry-After header, which must be in seconds and at most a day.
func (t *Tencent) withRetryAfter(e *Error, ex *exchange) *Error {
	if s, err := strconv.Atoi(ex.retryAfter); err == nil && s > 0 && s <= 24*60*60 {
		e.after = max(e.after, time.Duration(s)*time.Second)
	}
	return e
}

// isClientCode reports whether the vendor's client, and not the supplier, created the code.
func isClientCode(code string) bool {
	return code == "" || strings.HasPrefix(code, "ClientError")
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
