package tencent

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Config is the simulated account. Empty fields get the values of DefaultConfig.
type Config struct {
	SecretID     string
	SecretKey    string
	SMSSdkAppID  string // SmsSdkAppId of the account's one application
	SMSSignName  string // its one approved signature
	TemplateID   string // its one approved template
	Template     string // text of the template with {1}, {2}, …; a request must fill each with up to six digits
	FaceRuleID   string // RuleId of its one approved flow for faces
	SMSLimits    Limits // zero: no limits
	HistoryLimit int    // number of calls that are kept; counts cover all

	Now func() time.Time // nil = time.Now
	// SignatureClock is the clock that timestamps of signatures are checked by; nil = Now. The vendor's clients sign by
	// the machine's clock, even if the rest of a program has a movable one.
	SignatureClock func() time.Time
}

// DefaultConfig returns an account that works without further settings.
func DefaultConfig() Config {
	return Config{
		SecretID:     "AKIDsimulatedSecretIdEXAMPLE",
		SecretKey:    "simulatedSecretKeyEXAMPLE",
		SMSSdkAppID:  "1400006666",
		SMSSignName:  "示例公司",
		TemplateID:   "1110",
		Template:     "{1}为您的实名登记验证码，请于{2}分钟内填写。如非本人操作，请忽略本短信。",
		FaceRuleID:   "10086",
		HistoryLimit: 100_000,
	}
}

func (c Config) withDefaults() Config {
	d := DefaultConfig()
	for _, f := range []struct{ at, or *string }{
		{&c.SecretID, &d.SecretID}, {&c.SecretKey, &d.SecretKey}, {&c.SMSSdkAppID, &d.SMSSdkAppID},
		{&c.SMSSignName, &d.SMSSignName}, {&c.TemplateID, &d.TemplateID}, {&c.Template, &d.Template},
		{&c.FaceRuleID, &d.FaceRuleID},
	} {
		if *f.at == "" {
			*f.at = *f.or
		}
	}
	if c.HistoryLimit <= 0 {
		c.HistoryLimit = d.HistoryLimit
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.SignatureClock == nil {
		c.SignatureClock = c.Now
	}
	return c
}

// Server is the simulated cloud. It is safe for concurrent use.
type Server struct {
	cfg    Config
	params int // variables in the template

	mu       sync.Mutex
	people   map[string]person   // by mobile
	accounts map[string]Account  // by the number of the bank card
	next     map[string][]string // by ID number or bank card
	faces    map[string]string   // names in the source of photos, by ID number
	nextFace map[string][]int    // by ID number
	flows    map[string]*faceFlow
	blocked  map[string]bool
	inbox    map[string][]SMS
	arrival  map[string]chan struct{} // by mobile: closed when the next message arrives
	onSMS    []func(SMS)
	serial   int

	flowOrder []string // tokens of flows, in the order in which they were begun

	templateStatus int // see TemplateStatus
	history        history
}

// New returns a cloud without registered people.
func New(c Config) *Server {
	c = c.withDefaults()
	return &Server{
		cfg:      c,
		params:   countVariables(c.Template),
		people:   map[string]person{},
		accounts: map[string]Account{},
		next:     map[string][]string{},
		faces:    map[string]string{},
		nextFace: map[string][]int{},
		flows:    map[string]*faceFlow{},
		blocked:  map[string]bool{},
		inbox:    map[string][]SMS{},
		arrival:  map[string]chan struct{}{},
		history:  newHistory(c.HistoryLimit),
	}
}

// apiError refuses the whole request.
type apiError struct{ code, message string }

func (e *apiError) Error() string { return e.code }

func refuse(code, message string) *apiError { return &apiError{code, message} }

// endpoint is one action of one service.
type endpoint struct {
	service, version string
	regions          []string // nil: X-TC-Region is not needed and not checked
	handle           func(*Server, []byte, *Call) (map[string]any, *apiError)
}

var endpoints = map[string]endpoint{
	"SendSms":                  {"sms", "2021-01-11", smsRegions, (*Server).sendSms},
	"DescribeSmsTemplateList":  {"sms", "2021-01-11", smsRegions, (*Server).describeTemplates},
	"PhoneVerification":        {"faceid", "2018-03-01", nil, (*Server).phoneVerification},
	"BankCard4EVerification":   {"faceid", "2018-03-01", nil, (*Server).bankCard4E},
	"CheckBankCardInformation": {"faceid", "2018-03-01", nil, (*Server).bankCardInformation},
	"DetectAuth":               {"faceid", "2018-03-01", nil, (*Server).detectAuth},
	"GetDetectInfoEnhanced":    {"faceid", "2018-03-01", nil, (*Server).detectInfo},
}

var smsRegions = []string{"ap-beijing", "ap-guangzhou", "ap-nanjing"}

// OpFacePage is what Operation calls a request of the page on which a person shows the face.
const OpFacePage = "face.page"

// Operation names a request by its X-TC-Action, for records and faults.
func Operation(r *http.Request) string {
	if r.URL.Path == FacePage {
		return OpFacePage
	}
	return r.Header.Get("X-TC-Action")
}

// ErrorBody returns the vendor's answer for an error code, for injected faults.
func ErrorBody(code string) string {
	b, err := json.Marshal(map[string]any{"Response": map[string]any{
		"Error":     map[string]any{"Code": code, "Message": "injected"},
		"RequestId": uuid.NewString(),
	}})
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(b)
}

// maxBody is the vendor's limit for requests with TC3-HMAC-SHA256.
const maxBody = 10 << 20

// ServeHTTP serves the page for faces to people, and answers one call of a program with HTTP 200 and
// {"Response":{…,"RequestId":…}}, errors included, as the vendor does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == FacePage {
		s.serveFacePage(w, r)
		return
	}
	call := Call{At: s.cfg.Now(), Action: Operation(r), RequestID: uuid.NewString(), host: r.Host}
	content, refusal := s.serve(r, &call)
	if refusal != nil {
		call.Code = refusal.code
		content = map[string]any{"Error": map[string]any{"Code": refusal.code, "Message": refusal.message}}
	}
	content["RequestId"] = call.RequestID
	s.record(call)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"Response": content}) // fails only if the client has disconnected
}

func (s *Server) serve(r *http.Request, call *Call) (map[string]any, *apiError) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, refuse("InvalidRequest", "The request body could not be read.")
	}
	if len(body) > maxBody {
		return nil, refuse("RequestSizeLimitExceeded", "The request is larger than 10 MB.")
	}
	call.BodySHA256 = hexSHA256(body)
	e, refusal := s.route(r)
	if refusal != nil {
		return nil, refusal
	}
	call.Service = e.service
	if refusal := s.authenticate(r, body, e.service); refusal != nil {
		return nil, refusal
	}
	return e.handle(s, body, call)
}

// route checks everything about a request but its signature and its body.
func (s *Server) route(r *http.Request) (endpoint, *apiError) {
	if r.Method != http.MethodPost {
		return endpoint{}, refuse("UnsupportedProtocol", "Only POST is simulated.")
	}
	if r.URL.Path != "/" || r.URL.RawQuery != "" {
		return endpoint{}, refuse("InvalidRequest", "The path must be / without a query.")
	}
	if ct, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || ct != "application/json" {
		return endpoint{}, refuse("InvalidRequest", "Content-Type must be application/json.")
	}
	for _, h := range []string{"X-TC-Action", "X-TC-Version", "X-TC-Timestamp"} {
		if len(r.Header.Values(h)) != 1 {
			return endpoint{}, refuse("MissingParameter", "The request is missing a required parameter `"+
				strings.TrimPrefix(h, "X-TC-")+"`.")
		}
	}
	e, ok := endpoints[Operation(r)]
	if !ok || !hostServes(r.Host, e.service) {
		return endpoint{}, refuse("InvalidAction", "The request action is invalid or not found on this host.")
	}
	if r.Header.Get("X-TC-Version") != e.version {
		return endpoint{}, refuse("NoSuchVersion", "The API version is not found.")
	}
	if e.regions == nil {
		return e, nil
	}
	region := r.Header.Get("X-TC-Region")
	if region == "" {
		return endpoint{}, refuse("MissingParameter", "The request is missing a required parameter `Region`.")
	}
	for _, known := range e.regions {
		if region == known {
			return e, nil
		}
	}
	return endpoint{}, refuse("UnsupportedRegion", "The service is not offered in this region.")
}

// hostServes reports whether a host serves a service. A host that begins with a service's name serves that service; an
// address or a name like localhost serves both.
func hostServes(host, service string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	first, _, _ := strings.Cut(host, ".")
	return first == service || first != "sms" && first != "faceid"
}

// decode reads the parameters strictly: like the vendor, it refuses a field that the action does not have.
func decode(body []byte, into any) *apiError {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		if d.More() || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
			return refuse("InvalidParameter", "The body must be one JSON object.")
		}
		return nil
	case errors.As(err, &wrongType):
		return refuse("InvalidParameter", "The type of parameter `"+wrongType.Field+"` is wrong.")
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return refuse("UnknownParameter", "The parameter is not recognized.")
	default:
		return refuse("InvalidParameter", "The body is not valid JSON.")
	}
}
