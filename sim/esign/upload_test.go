package esign_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"shiming/sim/esign"
)

func TestUploadURLValidation(t *testing.T) {
	content := []byte("0123456789")
	for _, tc := range []struct {
		name  string
		field string
		value any // nil removes the field
		code  int
	}{
		{"as it should be", "convertToPDF", false, 0},
		{"100 characters", "fileName", strings.Repeat("样", 96) + ".jpg", 0},
		{"101 characters", "fileName", strings.Repeat("样", 97) + ".jpg", 1430002},
		{"no name", "fileName", nil, 1435002},
		{"no extension", "fileName", "front", 1430002},
		{"only an extension", "fileName", ".jpg", 1430002},
		{"unknown extension", "fileName", "front.heic", 1430002},
		{"slash", "fileName", "a/b.jpg", 1430601},
		{"full-width colon", "fileName", "a：b.jpg", 1430601},
		{"emoji", "fileName", "😀.jpg", 1430601},
		{"no MD5", "contentMd5", nil, 1435002},
		{"hexadecimal MD5", "contentMd5", "781e5e245d69b566979b86e28d23f2c7", 1435002},
		{"image type", "contentType", "image/jpeg", 1435002},
		{"size zero", "fileSize", 0, 1430002},
		{"size as text", "fileSize", "10", 1435002},
		{"no size", "fileSize", nil, 1435002},
		{"too large", "fileSize", 50<<20 + 1, 1430002},
		{"flag as text", "convertToPDF", "false", 1435002},
		{"misspelt field", "filename", "front.jpg", 1435002},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := setup(t, "", 0)
			in := announcement("front.jpg", content)
			if in[tc.field] = tc.value; tc.value == nil {
				delete(in, tc.field)
			}
			r := p.call("POST", "/v3/files/file-upload-url", mustJSON(in), nil)
			if r.Status != 200 || r.Code != tc.code {
				t.Errorf("got %d %s, want code %d", r.Status, r.body, tc.code)
			}
			if n := len(p.sim.Files()); (n == 1) != (tc.code == 0) {
				t.Errorf("%d files", n)
			}
		})
	}
	p := setup(t, "", 0)
	for _, body := range []string{"", "[]", "null", "{", "\xff"} {
		if r := p.call("POST", "/v3/files/file-upload-url", body, nil); r.Code != 1435002 {
			t.Errorf("body %q: %s", body, r.body)
		}
	}
}

func TestPutRefuses(t *testing.T) {
	content := []byte("\xFF\xD8\xFF0123456789")
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	remove := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Del(name) }
	}
	mangle := func(r *http.Request) { r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "%2B", "+") }
	other := []byte("\xFF\xD8\xFF012345678X")
	for _, tc := range []struct {
		name   string
		late   time.Duration
		send   []byte
		change func(*http.Request)
		status int
		code   string
	}{
		{name: "other type", change: set("Content-Type", "image/jpeg"), status: 403, code: "SignatureDoesNotMatch"},
		{name: "no type", change: remove("Content-Type"), status: 403, code: "SignatureDoesNotMatch"},
		{name: "other MD5", change: set("Content-MD5", md5Base64([]byte("x"))), status: 403, code: "SignatureDoesNotMatch"},
		{name: "no MD5", change: remove("Content-MD5"), status: 403, code: "SignatureDoesNotMatch"},
		{name: "other bytes", send: other, change: set("Content-MD5", md5Base64(content)), status: 400,
			code: "InvalidDigest"},
		{name: "POST", change: func(r *http.Request) { r.Method = http.MethodPost }, status: 405, code: "MethodNotAllowed"},
		{name: "expired", late: time.Hour + time.Second, status: 403, code: "AccessDenied"},
		{name: "in time", late: time.Hour, status: 200},
		{name: "mangled URL", change: mangle, status: 403, code: "InvalidAccessKeyId"},
		{name: "other file", change: func(r *http.Request) { r.URL.Path += "0" }, status: 403, code: "SignatureDoesNotMatch"},
		{name: "gateway headers", change: set("X-Tsign-Open-App-Id", appID), status: 400, code: "InvalidArgument"},
		{name: "chunked", change: func(r *http.Request) { r.ContentLength = -1 }, status: 411, code: "MissingContentLength"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := setup(t, "", 0)
			id, address := p.announce("front.jpg", content)
			p.now = p.now.Add(tc.late)
			if tc.send == nil {
				tc.send = content
			}
			r := p.put(address, tc.send, tc.change)
			if r.Status != tc.status || !strings.Contains(r.body, tc.code) ||
				(tc.code != "") != strings.Contains(r.body, "<Code>"+tc.code+"</Code>") {
				t.Errorf("got %d %s, want %v, %q in it", r.Status, r.body, tc.status, tc.code)
			}
			if want := map[bool]any{true: 2.0, false: 0.0}[tc.status == 200]; p.status(id) != want {
				t.Errorf("file status %v, want %v", p.status(id), want)
			}
		})
	}
}

func TestFileStatus(t *testing.T) {
	t.Run("ready after two questions", func(t *testing.T) {
		p := setup(t, "", 2)
		content := []byte("\xFF\xD8\xFF...")
		id, address := p.announce("a.jpg", content)
		got := []any{p.status(id)}
		p.put(address, content, nil)
		for range 4 {
			got = append(got, p.status(id))
		}
		if fmt.Sprint(got) != "[0 1 1 2 2]" {
			t.Errorf("got %v", got)
		}
		if r := p.put(address, content, nil); r.Status != 200 || p.status(id) != 2.0 || p.sim.Files()[0].Puts != 2 {
			t.Errorf("the same bytes again: %d, status %v, want 200, %v", r.Status, p.status(id), 2.0)
		}
	})
	t.Run("content contradicts the name", func(t *testing.T) {
		p := setup(t, "", 0)
		id, address := p.announce("a.png", []byte("\xFF\xD8\xFF"))
		p.put(address, []byte("\xFF\xD8\xFF"), nil)
		if p.status(id) != 3.0 {
			t.Errorf("status %v, want %v", p.status(id), 3.0)
		}
	})
	t.Run("size was declared wrongly", func(t *testing.T) {
		p := setup(t, "", 0)
		content := []byte("\xFF\xD8\xFF")
		in := announcement("a.jpg", content)
		in["fileSize"] = 4
		r := p.call("POST", "/v3/files/file-upload-url", mustJSON(in), nil)
		p.put(r.Data["fileUploadUrl"].(string), content, nil)
		if got := p.status(r.Data["fileId"].(string)); got != 3.0 {
			t.Errorf("status %v, want %v", got, 3.0)
		}
	})
	t.Run("converted to PDF", func(t *testing.T) {
		p := setup(t, "", 0)
		content := []byte("PK...")
		in := announcement("a.docx", content)
		in["convertToPDF"] = true
		r := p.call("POST", "/v3/files/file-upload-url", mustJSON(in), nil)
		p.put(r.Data["fileUploadUrl"].(string), content, nil)
		if got := p.status(r.Data["fileId"].(string)); got != 5.0 {
			t.Errorf("status %v, want %v", got, 5.0)
		}
	})
	t.Run("unknown", func(t *testing.T) {
		p := setup(t, "", 0)
		if r := p.call("GET", "/v3/files/"+strings.Repeat("0", 32), "", nil); r.Code != 1430608 {
			t.Errorf("got %s", r.body)
		}
	})
	t.Run("lost", func(t *testing.T) {
		p := setup(t, "", 0)
		lost, kept := p.upload("a.jpg"), p.upload("b.jpg")
		p.sim.Lose(lost)
		if r := p.call("GET", "/v3/files/"+lost, "", nil); r.Code != 1430608 {
			t.Errorf("got %s", r.body)
		}
		if got := p.status(kept); got != 2.0 || len(p.sim.Files()) != 1 {
			t.Errorf("status %v, %d files, want %v, 1", got, len(p.sim.Files()), 2.0)
		}
	})
	t.Run("with a query", func(t *testing.T) {
		p := setup(t, "", 0)
		if r := p.call("GET", "/v3/files/"+p.upload("a.jpg")+"?pageSize=true", "", nil); r.Code != 0 {
			t.Errorf("got %s", r.body)
		}
	})
}

func TestStorageBase(t *testing.T) {
	sim := esign.New(esign.Config{
		AppID:     appID,
		AppSecret: secret,
		StorageBase: func() string {
			return "https://esignoss.esign.cn"
		},
	})
	p := &platform{
		t:   t,
		sim: sim,
		srv: httptest.NewServer(sim),
		now: time.Now(),
	}
	t.Cleanup(p.srv.Close)
	if _, address := p.announce("a.jpg", []byte("x")); !strings.HasPrefix(address, "https://esignoss.esign.cn/storage/") {
		t.Errorf("address %s, want %q at its beginning", address, "https://esignoss.esign.cn/storage/")
	}
}
