package tencent_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"shiming/sim/tencent"
)

// request is a valid call; each test spoils one property of it.
type request struct {
	method, path, host string
	header             map[string]string
	secretID, key      string
	service, date      string
	signed             string
	body               string
	at                 time.Time
}

var now = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

func newRequest(action, body string) request {
	r := request{
		method:   "POST",
		path:     "/",
		host:     "127.0.0.1:1234",
		body:     body,
		at:       now,
		signed:   "content-type;host",
		secretID: tencent.DefaultConfig().SecretID,
		key:      tencent.DefaultConfig().SecretKey,
		date:     now.Format("2006-01-02"),
		header:   map[string]string{"Content-Type": "application/json", "X-TC-Action": action},
	}
	switch action {
	case "SendSms":
		r.service, r.header["X-TC-Version"], r.header["X-TC-Region"] = "sms", "2021-01-11", "ap-guangzhou"
	case "PhoneVerification":
		r.service, r.header["X-TC-Version"] = "faceid", "2018-03-01"
	}
	return r
}

// do signs and performs the request and returns Response.
func (r request) do(t *testing.T, s http.Handler) map[string]any {
	t.Helper()
	mac := func(key []byte, msg string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(msg))
		return m.Sum(nil)
	}
	sum := func(s string) string {
		x := sha256.Sum256([]byte(s))
		return hex.EncodeToString(x[:])
	}
	headers := ""
	for name := range strings.SplitSeq(r.signed, ";") {
		value := r.header[map[string]string{"content-type": "Content-Type", "x-tc-action": "X-TC-Action"}[name]]
		if name == "host" {
			value = r.host
		}
		headers += name + ":" + strings.ToLower(value) + "\n"
	}
	canonical := r.method + "\n/\n\n" + headers + "\n" + r.signed + "\n" + sum(r.body)
	scope := r.date + "/" + r.service + "/tc3_request"
	toSign := fmt.Sprintf("TC3-HMAC-SHA256\n%d\n%s\n%s", r.at.Unix(), scope, sum(canonical))
	key := mac(mac(mac([]byte("TC3"+r.key), r.date), r.service), "tc3_request")
	req := httptest.NewRequest(r.method, r.path, strings.NewReader(r.body))
	req.Host = r.host
	req.Header.Set("X-TC-Timestamp", fmt.Sprint(r.at.Unix()))
	req.Header.Set("Authorization", fmt.Sprintf("TC3-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
		r.secretID, scope, r.signed, hex.EncodeToString(mac(key, toSign))))
	for k, v := range r.header {
		if v == "" {
			req.Header.Del(k)
		} else {
			req.Header.Set(k, v)
		}
	}
	return answer(t, s, req)
}

func answer(t *testing.T, s http.Handler, req *http.Request) map[string]any {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	var v struct{ Response map[string]any }
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || w.Code != 200 ||
		w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("answer %d %s: %v, want 200", w.Code, w.Body, err)
	}
	if id, _ := v.Response["RequestId"].(string); len(id) != 36 {
		t.Fatalf("RequestId %q", id)
	}
	return v.Response
}

// code returns the error code of the answer, the status of the first number, or the result.
func code(response map[string]any) string {
	if e, ok := response["Error"].(map[string]any); ok {
		return e["Code"].(string)
	}
	if set, ok := response["SendStatusSet"].([]any); ok {
		return set[0].(map[string]any)["Code"].(string)
	}
	return response["Result"].(string)
}

const (
	smsBody   = `{"PhoneNumberSet":["+8619800002222"],"SmsSdkAppId":"1400006666","SignName":"示例公司","TemplateId":"1110","TemplateParamSet":["483920","5"]}`
	checkBody = `{"Name":"测试张三","IdCard":"130401199601018395","Phone":"19800002222"}`
)

func newServer() *tencent.Server {
	s := tencent.New(tencent.Config{Now: func() time.Time { return now }})
	s.Register("测试张三", "130401199601018395", "19800002222")
	return s
}

func TestGoodRequests(t *testing.T) {
	s := newServer()
	if got := code(newRequest("SendSms", smsBody).do(t, s)); got != "Ok" {
		t.Errorf("SendSms: %s, want %q", got, "Ok")
	}
	if got := code(newRequest("PhoneVerification", checkBody).do(t, s)); got != "0" {
		t.Errorf("PhoneVerification: %s, want %q", got, "0")
	}
	for name, spoil := range map[string]func(*request){
		"more signed headers": func(r *request) { r.signed = "content-type;host;x-tc-action" },
		"charset":             func(r *request) { r.header["Content-Type"] = "application/json; charset=utf-8" },
		"host of the service": func(r *request) { r.host = "sms.example.com:80" },
		"edge of the window":  func(r *request) { r.at = now.Add(-5 * time.Minute) },
		"clock ahead":         func(r *request) { r.at = now.Add(5 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRequest("SendSms", smsBody)
			spoil(&r)
			if got := code(r.do(t, s)); got != "Ok" {
				t.Errorf("%s: %s, want %q", name, got, "Ok")
			}
		})
	}
}

func TestRefusedRequests(t *testing.T) {
	header := func(k, v string) func(*request) { return func(r *request) { r.header[k] = v } }
	for name, c := range map[string]struct {
		spoil func(*request)
		want  string
	}{
		"wrong key":          {func(r *request) { r.key += "x" }, "AuthFailure.SignatureFailure"},
		"wrong id":           {func(r *request) { r.secretID += "x" }, "AuthFailure.SecretIdNotFound"},
		"other service":      {func(r *request) { r.service = "faceid" }, "AuthFailure.SignatureFailure"},
		"other day":          {func(r *request) { r.date = "2026-11-20" }, "AuthFailure.SignatureFailure"},
		"too old":            {func(r *request) { r.at = now.Add(-301 * time.Second) }, "AuthFailure.SignatureExpire"},
		"too new":            {func(r *request) { r.at = now.Add(301 * time.Second) }, "AuthFailure.SignatureExpire"},
		"host not signed":    {func(r *request) { r.signed = "content-type" }, "AuthFailure.InvalidAuthorization"},
		"unsorted":           {func(r *request) { r.signed = "host;content-type" }, "AuthFailure.InvalidAuthorization"},
		"no authorization":   {header("Authorization", ""), "AuthFailure.InvalidAuthorization"},
		"odd authorization":  {header("Authorization", "Bearer x"), "AuthFailure.InvalidAuthorization"},
		"get":                {func(r *request) { r.method = "GET" }, "UnsupportedProtocol"},
		"path":               {func(r *request) { r.path = "/v3" }, "InvalidRequest"},
		"query":              {func(r *request) { r.path = "/?a=b" }, "InvalidRequest"},
		"form":               {header("Content-Type", "application/x-www-form-urlencoded"), "InvalidRequest"},
		"no action":          {header("X-TC-Action", ""), "MissingParameter"},
		"no version":         {header("X-TC-Version", ""), "MissingParameter"},
		"no timestamp":       {header("X-TC-Timestamp", ""), "MissingParameter"},
		"timestamp is text":  {header("X-TC-Timestamp", "now"), "InvalidParameter"},
		"unknown action":     {header("X-TC-Action", "SendMail"), "InvalidAction"},
		"host of the other":  {func(r *request) { r.host = "faceid.tencentcloudapi.com" }, "InvalidAction"},
		"old version":        {header("X-TC-Version", "2019-07-11"), "NoSuchVersion"},
		"no region":          {header("X-TC-Region", ""), "MissingParameter"},
		"region without sms": {header("X-TC-Region", "ap-shanghai"), "UnsupportedRegion"},
		"not json":           {func(r *request) { r.body = "{" }, "InvalidParameter"},
		"null":               {func(r *request) { r.body = "null" }, "InvalidParameter"},
		"two objects":        {func(r *request) { r.body = "{}{}" }, "InvalidParameter"},
		"unknown field":      {func(r *request) { r.body = `{"Phone":"x"}` }, "UnknownParameter"},
		"wrong type":         {func(r *request) { r.body = `{"PhoneNumberSet":"x"}` }, "InvalidParameter"},
		"too large":          {func(r *request) { r.body = strings.Repeat(" ", 10<<20+1) }, "RequestSizeLimitExceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			r := newRequest("SendSms", smsBody)
			c.spoil(&r)
			if got := code(r.do(t, s)); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
			if len(s.Inbox("19800002222")) != 0 {
				t.Errorf("%s: a message was delivered", name)
			}
		})
	}
}

func TestBodyIsSigned(t *testing.T) {
	s := newServer()
	var got string
	spoiler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.NoBody
		s.ServeHTTP(w, r)
	})
	if got = code(newRequest("SendSms", smsBody).do(t, spoiler)); got != "AuthFailure.SignatureFailure" {
		t.Errorf("changed body: %s, want %q", got, "AuthFailure.SignatureFailure")
	}
}

func FuzzServe(f *testing.F) {
	f.Add("SendSms", "TC3-HMAC-SHA256 Credential=a/2026-11-21/sms/tc3_request, SignedHeaders=content-type;host, Signature=00", "1", smsBody)
	f.Add("PhoneVerification", "", "", "{}")
	s := newServer()
	f.Fuzz(func(t *testing.T, action, authorization, timestamp, body string) {
		// With a valid signature any body must get an answer.
		newRequest("SendSms", body).do(t, s)
		newRequest("PhoneVerification", body).do(t, s)
		// Without one no request may succeed.
		req := httptest.NewRequest("POST", "/", strings.NewReader(body))
		req.Header = http.Header{
			"Content-Type":   {"application/json"},
			"X-Tc-Action":    {action},
			"X-Tc-Version":   {"2021-01-11"},
			"X-Tc-Region":    {"ap-beijing"},
			"X-Tc-Timestamp": {timestamp},
			"Authorization":  {authorization},
		}
		if _, refused := answer(t, s, req)["Error"]; !refused {
			t.Errorf("unsigned request was served")
		}
	})
}
