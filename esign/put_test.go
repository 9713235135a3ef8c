package esign

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var (
	photo     = []byte("0123456789")
	photoFile = File{
		Name:        "front.jpg",
		ContentType: ContentTypeBinary,
		Size:        10,
		MD5:         "eB5eJF1ptWaXm4bijSPyxw==",
	}
)

func TestPutSendsWhatWasDeclared(t *testing.T) {
	for _, declared := range []string{"", ContentTypeBinary, "application/pdf"} {
		t.Run("declared "+declared, func(t *testing.T) {
			g := says(t, 200, `{"errCode":0,"msg":"成功"}`)
			f := photoFile
			f.ContentType = declared
			const target = "/1111563841/b/c%2Fd%20e%E5%BC%A0.jpg" +
				"?Expires=1742812659&OSSAccessKeyId=LTAI&Signature=k%2B%2Fa%3D&b=%e5&a=;~"
			if err := g.client(t).Put(t.Context(), Upload{frontID, UploadLink(g.URL + target)}, f, photo); err != nil {
				t.Fatal(err)
			}
			r := g.requests()[0]
			if r.method != "PUT" || r.uri != target || r.body != string(photo) || r.length != 10 || r.chunked {
				t.Errorf("got %s %s, length %d, chunked %v; want PUT %s, 10, false", r.method, r.uri, r.length, r.chunked, target)
			}
			if r.header.Get("Content-Type") != f.contentType() || r.header.Get("Content-MD5") != f.MD5 {
				t.Errorf("got headers %v, want the declared type and MD5", r.header)
			}
			for name := range r.header {
				if strings.HasPrefix(name, "X-Tsign") {
					t.Errorf("got header %s at the storage, want none of the API's", name)
				}
			}
		})
	}
}

func TestPutAnswers(t *testing.T) {
	tests := []struct {
		name      string
		status    int
		body      string
		kind      Kind // empty for success
		code      string
		temporary bool
	}{
		{"documented success", 200, `{"errCode":0,"msg":"成功"}`, "", "", false},
		{"plain OSS success", 200, "", "", "", false},
		{"blank", 200, " \n", "", "", false},
		{"refused with number", 200, `{"errCode":1430002,"msg":"x"}`, KindRefused, "1430002", false},
		{"refused with number, 400", 400, `{"errCode":7,"msg":"x"}`, KindRefused, "7", false},
		{"success in a failed answer", 400, `{"errCode":0}`, KindMalformed, "", false},
		{"unexpected success status", 204, "", KindMalformed, "", true},
		{"HTML", 200, "<html>login</html>", KindMalformed, "", true},
		{"JSON without number", 200, `{"msg":"ok"}`, KindMalformed, "", true},
		{"number as text", 200, `{"errCode":"0"}`, KindMalformed, "", true},
		{"array", 200, `[0]`, KindMalformed, "", true},
		{"OSS JSON", 403, `{"Code":"AccessDenied","Message":"Request has expired.","RequestId":"64AB"}`, KindUploadExpired,
			"AccessDenied", false},
		{"undocumented OSS word", 400, `<Error><Code>EntityTooLarge</Code></Error>`, KindRefused, "EntityTooLarge", false},
		{"OSS 5xx", 503, `<Error><Code>InternalError</Code></Error>`, KindServer, "InternalError", true},
		{"word that is none", 400, `<Error><Code>13040119960101</Code></Error>`, KindMalformed, "", false},
		{"bare 5xx", 502, "bad gateway", KindServer, "", true},
		{"bare 429", 429, "", KindRate, "", true},
		{"bare 403", 403, "no", KindPermission, "", false},
		{"bare 404", 404, "no", KindMalformed, "", false},
		{"too long", 200, strings.Repeat(" ", maxAnswer+1), KindMalformed, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := says(t, tt.status, tt.body)
			err := g.client(t).Put(t.Context(), Upload{frontID, UploadLink(g.URL + "/x")}, photoFile, photo)
			if tt.kind == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			e := mustError(t, err)
			if e.Kind != tt.kind || e.Code != tt.code || e.Temporary() != tt.temporary || e.MaybeApplied() ||
				e.HTTPStatus != tt.status {
				t.Errorf("got %v, temporary %v; want kind %s, code %q, temporary %v", e, e.Temporary(), tt.kind, tt.code,
					tt.temporary)
			}
		})
	}
}

func TestPutRefusesOtherBytesThanDeclared(t *testing.T) {
	g := says(t, 200, "")
	for _, body := range []string{"012345678", "012345678X", ""} {
		err := g.client(t).Put(t.Context(), Upload{frontID, UploadLink(g.URL + "/x")}, photoFile, []byte(body))
		if e := mustError(t, err); e.Kind != KindUploadMismatch || e.HTTPStatus != 0 {
			t.Errorf("%q: %v", body, err)
		}
	}
	if n := len(g.requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

var uploadAddresses = []struct {
	url string
	ok  bool
}{
	{"https://oss.esign.cn/a?b=c", true},
	{"https://esignoss.esign.cn/a", true},
	{"https://upload-pre.esign.cn:443/a", true},
	{"https://OSS.ESIGN.CN/a", true},
	{"https://127.0.0.1:8080/a", false},             // the base url is http
	{"http://127.0.0.1:8080/a?Signature=%2B", true}, // the base url's host
	{"http://127.0.0.1:8081/a", false},
	{"http://127.0.0.1/a", false},
	{"http://localhost:8080/a", false},
	{"http://oss.esign.cn/a", false},
	{"https://oss.esign.cn:8443/a", false},
	{"https://evil.cn/a", false},
	{"https://evil-esign.cn/a", false},
	{"https://esign.cn/a", false},
	{"https://oss.esign.cn.evil.cn/a", false},
	{"https://evil.cn/oss.esign.cn", false},
	{"https://evil.cn#.esign.cn", false},
	{"https://evil.cn?.esign.cn", false},
	{"https://evil.cn\\.esign.cn/a", false},
	{"https://user@oss.esign.cn/a", false},
	{"https://user:pw@oss.esign.cn/a", false},
	{"https://oss.esign.cn@evil.cn/a", false},
	{"https://oss.esİgn.cn/a", false}, // lowers to esign.cn
	{"https://oss.esign.cn./a", false},
	{"https://oss.esign.cn/a#b", false},
	{"https://oss.esign.cn/a#", false},
	{"https://oss.esign.cn/张", false}, // would be sent escaped
	{"https://oss.esign.cn/a b", false},
	{"https://oss.esign.cn", false},
	{"ftp://oss.esign.cn/a", false},
	{"//oss.esign.cn/a", false},
	{"https:oss.esign.cn/a", false},
	{"/a", false},
	{"", false},
	{"https://oss.esign.cn/a\r\nX: y", false},
}

func TestUploadAddressCheck(t *testing.T) {
	c := newClient(t, "http://127.0.0.1:8080", func(cfg *Config) {
		cfg.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: 200,
				Body:       http.NoBody,
				Header:     http.Header{},
				Request:    r,
			}, nil
		})}
	})
	for _, tt := range uploadAddresses {
		err := c.Put(t.Context(), Upload{frontID, UploadLink(tt.url)}, photoFile, photo)
		if tt.ok && err != nil || !tt.ok && KindOf(err) != KindUploadHost {
			t.Errorf("%q: %v, want ok %v", tt.url, err, tt.ok)
		}
		if strings.Contains(tt.url, "user") && !strings.Contains(err.Error(), "carries a user") {
			t.Errorf("%q: %v, want the user named as the reason", tt.url, err)
		}
		if err != nil && mustError(t, err).Temporary() {
			t.Errorf("%q: temporary", tt.url)
		}
	}
}

func FuzzUploadAddress(f *testing.F) {
	for _, tt := range uploadAddresses {
		f.Add(tt.url)
	}
	c, err := New(Config{
		BaseURL:   "http://127.0.0.1:8080",
		AppID:     testAppID,
		AppSecret: testSecret,
		Revision:  Revision2024,
	})
	if err != nil {
		f.Fatal(err)
	}
	allowed := regexp.MustCompile(`^(https://([0-9A-Za-z._-]*)\.(?i:esign\.cn)(:443|:)?|http://127\.0\.0\.1:8080)/[!-~]*$`)
	f.Fuzz(func(t *testing.T, raw string) {
		target, reason := c.checkUploadURL(raw)
		if (target == "") == (reason == "") {
			t.Fatalf("target %q with reason %q", target, reason)
		}
		if reason == "" && (target != raw || !allowed.MatchString(raw)) {
			t.Errorf("%q is accepted as %q", raw, target)
		}
	})
}

func TestUploadHosts(t *testing.T) {
	hosts := []string{"esign.cn", "bucket.oss-cn-hangzhou.aliyuncs.com"}
	c, err := New(Config{
		BaseURL:     ProductionURL,
		AppID:       "app",
		AppSecret:   "secret",
		Revision:    Revision2024,
		UploadHosts: hosts,
	})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"https://oss.esign.cn/a":                                 true,
		"https://bucket.oss-cn-hangzhou.aliyuncs.com/a":          true,
		"https://eu.bucket.oss-cn-hangzhou.aliyuncs.com/a":       true,
		"https://BUCKET.oss-cn-hangzhou.aliyuncs.com/a":          true,
		"https://other.oss-cn-hangzhou.aliyuncs.com/a":           false,
		"https://evilbucket.oss-cn-hangzhou.aliyuncs.com/a":      false,
		"http://bucket.oss-cn-hangzhou.aliyuncs.com/a":           false,
		"https://user@bucket.oss-cn-hangzhou.aliyuncs.com/a":     false,
		"https://bucket.oss-cn-hangzhou.aliyuncs.com:8443/a":     false,
		"https://bucket.oss-cn-hangzhou.aliyuncs.com.evil.com/a": false,
	} {
		t.Run(address, func(t *testing.T) {
			if _, reason := c.checkUploadURL(address); (reason == "") != want {
				t.Errorf("got %q, want it allowed: %v", reason, want)
			}
		})
	}
	for _, bad := range []string{"cn", "", "*.esign.cn", "https://esign.cn", "esign.cn:443", ".esign.cn", "Esign.cn"} {
		t.Run("bad "+bad, func(t *testing.T) {
			if validUploadHost(bad) {
				t.Errorf("%q: got it accepted, want it refused", bad)
			}
		})
	}
}

func TestPutFollowsNoRedirect(t *testing.T) {
	evil := says(t, 200, "")
	for _, status := range []int{301, 302, 307, 308} {
		g := newGateway(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			w.Header().Set("Location", evil.URL+"/x")
			w.WriteHeader(status)
		})
		err := g.client(t).Put(t.Context(), Upload{frontID, UploadLink(g.URL + "/x")}, photoFile, photo)
		if e := mustError(t, err); e.Kind != KindMalformed || e.HTTPStatus != status || e.Temporary() {
			t.Errorf("%d: %v", status, err)
		}
	}
	if n := len(evil.requests()); n != 0 {
		t.Errorf("%d photos followed the redirect, want 0", n)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestGetBody checks that a PUT has GetBody, which a transport needs to repeat it after a lost connection, and that the
// creation of an evidence point has none.
func TestGetBody(t *testing.T) {
	g := newGateway(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		if r.Method == http.MethodPost {
			_, _ = io.WriteString(w, `{"code":0,"data":{"eviPointId":"P1"}}`)
		}
	})
	var repeatable []bool
	c := g.client(t, func(cfg *Config) {
		cfg.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			repeatable = append(repeatable, r.GetBody != nil)
			if r.GetBody == nil {
				return http.DefaultTransport.RoundTrip(r)
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil { // the first attempt is lost
				return nil, err
			}
			retry := r.Clone(r.Context())
			body, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			retry.Body = body
			return http.DefaultTransport.RoundTrip(retry)
		})}
	})
	if err := c.Put(t.Context(), Upload{frontID, UploadLink(g.URL + "/x")}, photoFile, photo); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreatePersonPoint(t.Context(), threeElements()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(repeatable); got != "[true false]" {
		t.Errorf("PUT and point are repeatable: %s, want [true false]", got)
	}
	seen := g.requests()
	if len(seen) != 2 || seen[0].body != string(photo) {
		t.Errorf("%d requests, first with %q, want 2", len(seen), seen[0].body)
	}
}

func TestPutWithoutAnswer(t *testing.T) {
	g := newGateway(t, func(http.ResponseWriter, *http.Request, []byte) { panic(http.ErrAbortHandler) })
	err := g.client(t).Put(t.Context(), Upload{frontID, UploadLink(g.URL + "/x?Signature=canary")}, photoFile, photo)
	e := mustError(t, err)
	if e.Kind != KindNetwork || !e.Temporary() || e.MaybeApplied() {
		t.Errorf("got %v", e)
	}
	for cause := error(e); cause != nil; cause = errors.Unwrap(cause) {
		if strings.Contains(cause.Error(), "canary") {
			t.Errorf("error chain shows the address: %v", cause)
		}
	}
}
