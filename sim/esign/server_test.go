package esign_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"shiming/sim/esign"
)

const (
	appID  = "7438000001"
	secret = "sim-secret"
)

var start = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// platform is a simulated e签宝 with a movable clock and a client that signs by itself.
type platform struct {
	t   *testing.T
	sim *esign.Server
	srv *httptest.Server
	now time.Time
}

func setup(t *testing.T, revision string, polls int) *platform {
	t.Helper()
	p := &platform{t: t, now: start}
	p.sim = esign.New(esign.Config{
		AppID:           appID,
		AppSecret:       secret,
		Revision:        revision,
		PollsUntilReady: polls,
		Now:             func() time.Time { return p.now },
	})
	p.srv = httptest.NewServer(p.sim)
	t.Cleanup(p.srv.Close)
	return p
}

type reply struct {
	Status  int
	Success *bool
	Code    int
	Message string
	Data    map[string]any
	body    string
}

// call signs and sends a request; change may alter the signed request.
func (p *platform) call(method, target, body string, change func(*http.Request)) reply {
	p.t.Helper()
	req, err := http.NewRequest(method, p.srv.URL+target, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Accept", "*/*")
	contentMD5 := ""
	if body != "" {
		contentMD5 = md5Base64([]byte(body))
		req.Header.Set("Content-MD5", contentMD5)
	}
	req.Header.Set("Content-Type", "application/json; charset=UTF-8")
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%s\n*/*\n%s\napplication/json; charset=UTF-8\n\n%s", method, contentMD5, target)
	req.Header.Set("X-Tsign-Open-App-Id", appID)
	req.Header.Set("X-Tsign-Open-Auth-Mode", "Signature")
	req.Header.Set("X-Tsign-Open-Ca-Timestamp", strconv.FormatInt(p.now.UnixMilli(), 10))
	req.Header.Set("X-Tsign-Open-Ca-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	if change != nil {
		change(req)
	}
	return p.do(req)
}

func (p *platform) do(req *http.Request) reply {
	p.t.Helper()
	resp, err := p.srv.Client().Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	r := reply{Status: resp.StatusCode, body: string(b)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(b, &r); err != nil {
			p.t.Fatalf("%v in %s", err, b)
		}
	}
	return r
}

func (p *platform) announce(name string, content []byte) (id, address string) {
	p.t.Helper()
	r := p.call("POST", "/v3/files/file-upload-url", mustJSON(announcement(name, content)), nil)
	if r.Status != 200 || r.Code != 0 {
		p.t.Fatalf("announce: %s", r.body)
	}
	return r.Data["fileId"].(string), r.Data["fileUploadUrl"].(string)
}

func (p *platform) put(address string, content []byte, change func(*http.Request)) reply {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPut, address, bytes.NewReader(content))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("Content-MD5", md5Base64(content))
	if change != nil {
		change(req)
	}
	return p.do(req)
}

// upload announces and puts a picture, and waits until it is ready.
func (p *platform) upload(name string) string {
	p.t.Helper()
	content := []byte("\xFF\xD8\xFF picture " + name)
	id, address := p.announce(name, content)
	if r := p.put(address, content, nil); r.Status != 200 || r.body != `{"errCode":0,"msg":"成功"}`+"\n" {
		p.t.Fatalf("put: %d %s, want 200, %v", r.Status, r.body, `{"errCode":0,"msg":"成功"}`+"\n")
	}
	return id
}

func (p *platform) status(id string) any {
	p.t.Helper()
	r := p.call("GET", "/v3/files/"+id, "", nil)
	if r.Code != 0 {
		p.t.Fatalf("status: %s", r.body)
	}
	return r.Data["fileStatus"]
}

func announcement(name string, content []byte) map[string]any {
	return map[string]any{
		"contentMd5":   md5Base64(content),
		"contentType":  "application/octet-stream",
		"fileName":     name,
		"fileSize":     len(content),
		"convertToPDF": false,
	}
}

func md5Base64(b []byte) string {
	sum := md5.Sum(b)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestOperation(t *testing.T) {
	for target, want := range map[string]string{
		"POST /v3/files/file-upload-url":           esign.OpUploadURL,
		"GET /v3/files/0123?pageSize=true":         esign.OpFileStatus,
		"POST /v3/evidence/evi-point/psn-realname": esign.OpPersonPoint,
		"PUT /storage/0123":                        esign.OpPut,
		"GET /storage/0123":                        esign.OpPut,
		"GET /v3/evidence/evi-point/psn-realname":  "",
		"GET /v3/files/a/b":                        "",
		"GET /":                                    "",
	} {
		t.Run(target, func(t *testing.T) {
			method, path, _ := strings.Cut(target, " ")
			if got := esign.Operation(httptest.NewRequest(method, path, nil)); got != want {
				t.Errorf("%s: %q, want %q", target, got, want)
			}
		})
	}
}
