package verify_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/verify"
)

const (
	testID     = "AKIDtestsecretid"
	testKey    = "test-secret-key-0123456789"
	testName   = "测试张三"
	testNumber = "130401199601018395"
	testMobile = "19800002222"
	testCode   = "483920"
)

var testNow = time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC) // 23:30 in China

// seen is one request that the supplier received.
type seen struct {
	Header http.Header
	Host   string
	Path   string
	Method string
	Raw    []byte
	Body   map[string]any
}

// supplier is an HTTP server that responds to every request with answer and records the requests.
type supplier struct {
	*httptest.Server
	mu    sync.Mutex
	calls []seen
}

func newSupplier(t *testing.T, answer http.HandlerFunc) *supplier {
	t.Helper()
	s := &supplier{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("request body: %v", err)
		}
		c := seen{
			Header: r.Header,
			Host:   r.Host,
			Path:   r.URL.RequestURI(),
			Method: r.Method,
			Raw:    raw,
		}
		if err := json.Unmarshal(raw, &c.Body); err != nil {
			t.Errorf("request body: %v", err)
		}
		service := map[string]string{"SendSms": "sms", "PhoneVerification": "faceid",
			"BankCard4EVerification": "faceid", "CheckBankCardInformation": "faceid",
			"DetectAuth": "faceid", "GetDetectInfoEnhanced": "faceid"}[r.Header.Get("X-TC-Action")]
		if err := checkSigned(r, raw, testID, testKey, service); err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		s.calls = append(s.calls, c)
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *supplier) seen() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]seen(nil), s.calls...)
}

func config(url string) verify.Config {
	return verify.Config{
		EndpointFaceID: url,
		EndpointSMS:    url,
		SecretID:       testID,
		SecretKey:      testKey,
		Region:         "ap-nanjing",
		SMSSdkAppID:    "1400006666",
		SMSSignName:    "示例公司",
		SMSTemplateID:  "1110",
		FaceRuleID:     "7",
		Timeout:        5 * time.Second,
		Now:            func() time.Time { return testNow },
	}
}

func newClient(t *testing.T, c verify.Config) *verify.Tencent {
	t.Helper()
	client, err := verify.NewTencent(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// text returns a handler that responds with a status and a body.
func text(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func apiError(code string) http.HandlerFunc {
	return text(200, `{"Response":{"Error":{"Code":"`+code+`","Message":"number `+testMobile+` of `+testName+
		` refused"},"RequestId":"req-1"}}`)
}

func smsStatus(code string) http.HandlerFunc {
	return text(200, `{"Response":{"SendStatusSet":[{"SerialNo":"","PhoneNumber":"+86`+testMobile+
		`","Fee":0,"SessionContext":"","Code":"`+code+
		`","Message":"`+testMobile+`","IsoCode":"CN"}],"RequestId":"req-1"}}`)
}

func result(code string) http.HandlerFunc {
	return text(200, `{"Response":{"Result":"`+code+`","Description":"`+testName+`","Isp":"移动","RequestId":"req-2"}}`)
}

func send(t *testing.T, client *verify.Tencent) error {
	t.Helper()
	_, err := client.SendCode(context.Background(), testMobile, testCode, 5*time.Minute)
	return err
}

func check(t *testing.T, client *verify.Tencent) error {
	t.Helper()
	_, err := client.CheckThreeElements(context.Background(), testName, testNumber, testMobile)
	return err
}

// asError returns err as *Error and checks the invariants of every *Error.
func asError(t *testing.T, err error) *verify.Error {
	t.Helper()
	var e *verify.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v), want *verify.Error", err, err)
	}
	for unwrapped := err; unwrapped != nil; unwrapped = errors.Unwrap(unwrapped) {
		for _, secret := range []string{testMobile, testNumber, testName, testCode, testKey, testID} {
			if strings.Contains(unwrapped.Error(), secret) {
				t.Fatalf("error carries what it must not: %q", unwrapped)
			}
		}
	}
	if (e.PersonReason != "") != (e.Class == verify.ClassPerson) {
		t.Fatalf("class %q with reason %q", e.Class, e.PersonReason)
	}
	if e.Temporary() != (e.Class == verify.ClassRetry) {
		t.Fatalf("class %q, temporary %v, want %v", e.Class, e.Temporary(), (e.Class == verify.ClassRetry))
	}
	return e
}
