package workers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"shiming/bot"
	"shiming/engine"
	"shiming/esign"
	"shiming/flows"
	"shiming/verify"
	"shiming/workers"
	"shiming/workers/workerstest"
)

// answer is the answer of a platform to one kind of call.
type answer struct {
	status int // 0 = 200
	body   string
	header map[string]string
	drop   bool // the connection breaks after the request was read
}

// platforms is an HTTP server in the place of Feishu, e签宝 and Tencent Cloud. The real clients call it, so that the
// errors are those of the real clients.
type platforms struct {
	*httptest.Server
	mu     sync.Mutex
	faults map[string]answer // by kind of call
	calls  map[string]int
	total  int // number of the request, for ids
}

// callOf names the call that a request makes.
func callOf(r *http.Request) string {
	p := r.URL.Path
	switch {
	case r.Header.Get("X-TC-Action") == "SendSms":
		return "sms"
	case r.Header.Get("X-TC-Action") == "PhoneVerification":
		return "check"
	case r.Header.Get("X-TC-Action") == "BankCard4EVerification":
		return "card"
	case r.Header.Get("X-TC-Action") == "CheckBankCardInformation":
		return "bank"
	case r.Header.Get("X-TC-Action") == "DetectAuth":
		return "open_face"
	case r.Header.Get("X-TC-Action") == "GetDetectInfoEnhanced":
		return "face"
	case strings.HasSuffix(p, "/tenant_access_token/internal"):
		return "token"
	case strings.Contains(p, "/resources/"):
		return "download"
	case strings.HasSuffix(p, "/reply"):
		return "reply"
	case p == "/open-apis/im/v1/files":
		return "file"
	case p == "/open-apis/im/v1/messages":
		return "send"
	case strings.HasSuffix(p, "/urgent_app"):
		return "urgent"
	case r.Method == http.MethodPatch:
		return "patch"
	case strings.HasSuffix(p, "/id_card/recognize"):
		return "ocr"
	case strings.Contains(p, "/contact/v3/users/"):
		return "contact"
	case strings.HasSuffix(p, "/identities"):
		return "identity"
	case p == "/v3/files/file-upload-url":
		return "upload_url"
	case r.Method == http.MethodPut:
		return "put"
	case strings.HasPrefix(p, "/v3/files/"):
		return "file_status"
	case strings.HasSuffix(p, "/psn-realname"):
		return "evidence"
	}
	return "unknown call " + r.Method + " " + p
}

// newPlatforms starts the server, for as long as the test runs.
func newPlatforms(t testing.TB) *platforms {
	p := &platforms{faults: map[string]answer{}, calls: map[string]int{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *platforms) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	call := callOf(r)
	p.mu.Lock()
	p.calls[call]++
	p.total++
	n, fault := p.total, p.faults[call]
	_, broken := p.faults[call]
	p.mu.Unlock()
	if !broken {
		p.succeed(w, r, call, n, body)
		return
	}
	if fault.drop {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
		return
	}
	for k, v := range fault.header {
		w.Header().Set(k, v)
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	if fault.status != 0 {
		w.WriteHeader(fault.status)
	}
	_, _ = io.WriteString(w, strings.ReplaceAll(fault.body, "{extra}", extraOf(body)))
}

// succeed answers a call as the platforms do when it succeeds.
func (p *platforms) succeed(w http.ResponseWriter, r *http.Request, call string, n int, body []byte) {
	ok := func(data any) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(data)
	}
	data := func(d map[string]any) { ok(map[string]any{"code": 0, "msg": "ok", "message": "成功", "data": d}) }
	switch call {
	case "token":
		ok(map[string]any{"code": 0, "tenant_access_token": fmt.Sprint("t-", n), "expire": 7200})
	case "download":
		key := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(workerstest.Picture(key))
	case "send", "reply":
		data(map[string]any{"message_id": fmt.Sprint("om_", n)})
	case "file":
		data(map[string]any{"file_key": fmt.Sprint("file_v3_", n)})
	case "patch":
		data(nil)
	case "ocr":
		data(map[string]any{"id_card": map[string]any{"side": 0, "entities": []map[string]string{
			{"type": "issued_by", "value": "样本市公安局"}, {"type": "valid_date_start", "value": "2020.01.01"},
			{"type": "valid_date_end", "value": "2040.01.01"}}}})
	case "contact":
		data(map[string]any{"user": map[string]any{"name": "小样", "mobile": "+86" + flows.SampleMobile}})
	case "identity":
		data(map[string]any{"verify_uid": "7001"})
	case "upload_url":
		data(map[string]any{"fileId": fmt.Sprint("file", n), "fileUploadUrl": fmt.Sprintf("%s/put/%d?sign=x", p.URL, n)})
	case "put":
		ok(map[string]any{"errCode": 0, "msg": "成功"})
	case "file_status":
		data(map[string]any{"fileId": r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], "fileStatus": 2})
	case "evidence":
		data(map[string]any{"eviPointId": fmt.Sprint("P", n)})
	case "sms":
		ok(map[string]any{"Response": map[string]any{"RequestId": "req-sms",
			"SendStatusSet": []map[string]any{{"SerialNo": "serial-1", "Code": "Ok"}}}})
	case "check":
		ok(map[string]any{"Response": map[string]any{"RequestId": "req-check", "Result": "0", "Isp": "移动"}})
	case "card":
		ok(map[string]any{"Response": map[string]any{"RequestId": "req-card", "Result": "0"}})
	case "bank":
		ok(map[string]any{"Response": map[string]any{"RequestId": "req-bank", "Result": "0", "AccountBank": "样本银行",
			"AccountType": 1}})
	case "open_face":
		ok(map[string]any{"Response": map[string]any{"RequestId": "req-open", "BizToken": fmt.Sprint("face-token-", n),
			"Url": "https://face.example.com/"}})
	case "face":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, strings.ReplaceAll(faceSays("0").body, "{extra}", extraOf(body)))
	default:
		http.NotFound(w, r)
	}
}

// fail answers one kind of call with a, until clear. It resets the counts.
func (p *platforms) fail(call string, a answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = map[string]answer{call: a}
	p.calls = map[string]int{}
}

// clear lets every call succeed again.
func (p *platforms) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = map[string]answer{}
}

// callCount is how often a call was made since the last fail.
func (p *platforms) callCount(call string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[call]
}

// newHarnessOnPlatforms returns a harness with the real clients.
func newHarnessOnPlatforms(t testing.TB) (*workerstest.Harness, *platforms) {
	t.Helper()
	p := newPlatforms(t)
	feishu, err := bot.NewClient(bot.ClientConfig{
		BaseURL:   p.URL,
		AppID:     "cli_test",
		AppSecret: "secret",
		Log:       workerstest.Quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	notary, err := esign.New(esign.Config{
		BaseURL:   p.URL,
		AppID:     "app",
		AppSecret: "secret",
		Revision:  esign.Revision2024,
		Wait:      func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	supplier, err := verify.NewTencent(verify.Config{
		EndpointFaceID: p.URL,
		EndpointSMS:    p.URL,
		SecretID:       "id",
		SecretKey:      "key",
		SMSSdkAppID:    "1400006666",
		SMSSignName:    "样本",
		SMSTemplateID:  "1234",
		FaceRuleID:     "7",
		Now:            func() time.Time { return flows.SampleTime },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(supplier.Close)
	w := workerstest.New(t, func(_ *engine.Deps, d *workers.Deps) {
		d.Messenger, d.IDCardReader, d.IdentityRecorder = feishu, feishu, feishu
		d.EvidenceClient, d.Verifier = notary, supplier
	})
	return w, p
}

// feishuSays is a refusal by Feishu.
func feishuSays(code int) answer {
	return answer{
		status: 400,
		body:   fmt.Sprintf(`{"code":%d,"msg":"refused"}`, code),
		header: map[string]string{"X-Tt-Logid": "log-7"},
	}
}

// esignSays is a refusal by e签宝.
func esignSays(code int) answer {
	return answer{body: fmt.Sprintf(`{"code":%d,"message":"refused","data":null}`, code)}
}

// tencentSays is an error of Tencent Cloud.
func tencentSays(code string) answer {
	return answer{body: fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":"refused"},"RequestId":"req-9"}}`, code)}
}

// resultSays is a result of the check.
func resultSays(result string) answer {
	return answer{body: fmt.Sprintf(`{"Response":{"Result":%q,"Isp":"移动","RequestId":"req-9"}}`, result)}
}

// smsSays is the status of the one message.
func smsSays(code string) answer {
	const body = `{"Response":{"SendStatusSet":[{"SerialNo":"","Code":%q}],"RequestId":"req-9"}}`
	return answer{body: fmt.Sprintf(body, code)}
}
