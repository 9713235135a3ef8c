package esign

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// SDK calls the service of 电子签名 SDK 3.0 (paas-sdk-service) in the operator's own network, to open a signing account
// with an evidence point. The pages show no authentication: the service is reached over a private network, and like
// every other base URL over https unless it runs on this machine.
type SDK struct {
	base           *url.URL
	http, unpooled *http.Client
	timeout        time.Duration
	now            func() time.Time
}

// SDKConfig configures an SDK.
type SDKConfig struct {
	BaseURL    string           // scheme and host without a path
	HTTPClient *http.Client     // as in Config
	Timeout    time.Duration    // of a call; 0 means 10 s
	Now        func() time.Time // nil means time.Now
}

// NewSDK returns a client.
func NewSDK(cfg SDKConfig) (*SDK, error) {
	base, err := parseBaseURL(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	s := &SDK{base: base, timeout: cfg.Timeout, now: cfg.Now}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.http, s.unpooled = httpClients(cfg.HTTPClient)
	return s, nil
}

// Values of idNoType (page of addPerson, SDK 3.0). The service checks MAINLAND by its form and OTHER not at all.
const (
	IDMainland = "MAINLAND"
	IDOther    = "OTHER"
)

// SDKPerson is a person for whom an account is opened. Name and IDNo must be those of the evidence point.
type SDKPerson struct {
	Name, IDNo, IDNoType string
	EviPointID           string
}

func (SDKPerson) String() string   { return "[person]" }
func (SDKPerson) GoString() string { return "[person]" }

// SDKAccount is the answer to a query for an account.
type SDKAccount struct {
	ID   string // "" if there is none
	Name string
	// Certain is set if the service has said that there is none: errCode 0 without an account. The pages document no code
	// for "not found", so that another code may mean that, or that the query failed.
	Certain bool
	Code    string // the other code
}

func (SDKAccount) String() string   { return "[account]" }
func (SDKAccount) GoString() string { return "[account]" }

// Paths of the service (esign SDK 3.0, HTTP interface).
const (
	sdkPrefix    = "/paas-sdk-service/timevale/account/"
	sdkAdd       = sdkPrefix + "addPerson"
	sdkFind      = sdkPrefix + "queryByIdNo"
	typeOfPerson = "PERSON"
)

// FindPerson asks for the account of an ID number, under the kind of id that it was opened with.
func (s *SDK) FindPerson(ctx context.Context, idNo, idNoType string) (SDKAccount, error) {
	answer, err := s.do(ctx, "FindPerson", sdkFind, false, map[string]string{
		"idNo": idNo, "idNoType": idNoType, "accountType": typeOfPerson,
	})
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == KindRefused && e.HTTPStatus/100 == 2 {
		return SDKAccount{Code: e.Code}, nil
	}
	if err != nil {
		return SDKAccount{}, err
	}
	return SDKAccount{ID: answer.AccountID, Name: answer.Name, Certain: answer.AccountID == ""}, nil
}

// AddPerson opens an account and returns its id. Whether the service refuses a second account for a number is not
// documented: the caller asks with FindPerson before, and again after a call whose outcome is not known.
func (s *SDK) AddPerson(ctx context.Context, p SDKPerson) (accountID string, err error) {
	answer, err := s.do(ctx, "AddPerson", sdkAdd, true, map[string]string{
		"name": p.Name, "idNo": p.IDNo, "idNoType": p.IDNoType, "realnameEvidencePointId": p.EviPointID,
	})
	if err != nil {
		return "", err
	}
	if answer.AccountID == "" {
		e := &Error{Op: "AddPerson", Kind: KindMalformed, HTTPStatus: http.StatusOK, reason: "success without an account"}
		return "", e.decideRetry(true)
	}
	return answer.AccountID, nil
}

// Probe asks for a number that nobody has. An answer of the service, of any code, is a success.
func (s *SDK) Probe(ctx context.Context) error {
	_, err := s.FindPerson(ctx, "000000000000000000", IDOther)
	return err
}

// sdkAnswer is the envelope of the service, with the fields of both calls.
type sdkAnswer struct {
	ErrCode   json.RawMessage `json:"errCode"`
	AccountID string          `json:"accountId"`
	Name      string          `json:"name"`
}

// do makes a call. write marks the one that must not take effect twice.
func (s *SDK) do(ctx context.Context, op, path string, write bool, fields map[string]string) (sdkAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err) // strings can be marshalled
	}
	target := *s.base
	target.Path = path
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil {
		return sdkAnswer{}, &Error{Op: op, Kind: KindParameter, reason: "cannot build the request"}
	}
	req.Header.Set("Content-Type", "application/json;charset=UTF-8")
	client := s.http
	if write {
		client, req.GetBody = s.unpooled, nil
	}
	status, header, raw, sent, err := exchange(client, req)
	if status == 0 {
		return sdkAnswer{}, call{op: op, noRetry: write}.noAnswer(err, sent)
	}
	e := &Error{Op: op, HTTPStatus: status, RequestID: requestID(header), retryAfter: retryAfter(header, s.now())}
	answer, ok := e.evaluateSDK(raw, err)
	if !ok {
		return sdkAnswer{}, e.decideRetry(write)
	}
	return answer, nil
}

// evaluateSDK decodes an answer of the service, or fills in e. The code counts, whatever the HTTP status.
func (e *Error) evaluateSDK(body []byte, readErr error) (answer sdkAnswer, ok bool) {
	if readErr != nil {
		e.reason, e.cause = describe(readErr)
		e.Kind = KindMalformed
		return sdkAnswer{}, false
	}
	n, problem := int64(0), json.Unmarshal(body, &answer)
	if problem == nil {
		text := string(answer.ErrCode)
		if unquoted, err := strconv.Unquote(text); err == nil {
			text = unquoted
		}
		n, problem = strconv.ParseInt(text, 10, 32)
	}
	switch {
	case problem == nil && n == 0 && e.HTTPStatus/100 == 2:
		return answer, true
	case problem == nil && n != 0:
		e.Code, e.Kind = strconv.FormatInt(n, 10), KindRefused
		for _, r := range sdkCodes {
			if r.code == e.Code {
				e.Kind = r.kind
			}
		}
	case e.HTTPStatus == http.StatusTooManyRequests:
		e.Kind, e.Code = KindRate, "429"
	case e.HTTPStatus >= 500:
		e.Kind, e.Code = KindServer, strconv.Itoa(e.HTTPStatus)
	case e.HTTPStatus/100 != 2:
		e.Kind, e.Code = KindSDKAddress, strconv.Itoa(e.HTTPStatus)
	default:
		e.Kind, e.reason = KindMalformed, "answer without a code"
	}
	return sdkAnswer{}, false
}

// sdkCodes are the codes of the previous generation of the service, whose meaning is taken over: no stored page of SDK
// 3.0 lists codes. Every other code than 0 is KindRefused.
var sdkCodes = []code{
	{"150020", "", KindParameter, "stop, tell HR: the number does not fit its kind"},
	{"1068", "", KindParameter, "stop, tell HR: a phone number has a wrong form; a bug, since none is sent"},
	{"1011", "", KindParameter, "stop, tell HR: the number is missing; a bug"},
}
