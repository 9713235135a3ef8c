package esign

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func TestUploadURLRefusesBadFiles(t *testing.T) {
	g := says(t, 200, `{}`)
	c := g.client(t)
	good := File{Name: "front.jpg", Size: 10, MD5: "eB5eJF1ptWaXm4bijSPyxw=="}
	tests := []struct {
		name   string
		change func(*File)
		path   string
	}{
		{"no extension", func(f *File) { f.Name = "front" }, "fileName"},
		{"unknown extension", func(f *File) { f.Name = "front.exe" }, "fileName"},
		{"only an extension", func(f *File) { f.Name = ".jpg" }, "fileName"},
		{"too long", func(f *File) { f.Name = strings.Repeat("长", 97) + ".jpg" }, "fileName"},
		{"slash", func(f *File) { f.Name = "a/b.jpg" }, "fileName"},
		{"full-width question mark", func(f *File) { f.Name = "a？.jpg" }, "fileName"},
		{"emoji", func(f *File) { f.Name = "a😀.jpg" }, "fileName"},
		{"newline", func(f *File) { f.Name = "a\n.jpg" }, "fileName"},
		{"not UTF-8", func(f *File) { f.Name = "a\xff.jpg" }, "fileName"},
		{"content type", func(f *File) { f.ContentType = "image/jpeg" }, "contentType"},
		{"empty", func(f *File) { f.Size = 0 }, "fileSize"},
		{"huge", func(f *File) { f.Size = 50<<20 + 1 }, "fileSize"},
		{"no MD5", func(f *File) { f.MD5 = "" }, "contentMd5"},
		{"hex MD5", func(f *File) { f.MD5 = "781e5e245d69b566979b86e28d23f2c7" }, "contentMd5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good
			tt.change(&f)
			_, err := c.UploadURL(t.Context(), f)
			v, ok := errors.AsType[*ValidationError](err)
			if !ok || len(v.Problems) != 1 || v.Problems[0].Path != tt.path {
				t.Fatalf("got %v, want one problem with %s", err, tt.path)
			}
			if e := mustError(t, err); e.Kind != KindParameter || e.Temporary() || e.MaybeApplied() || e.HTTPStatus != 0 {
				t.Errorf("got %+v, want a parameter error that nothing was sent for", *e)
			}
		})
	}
	for _, name := range []string{strings.Repeat("长", 96) + ".jpg", "证件-人像面.JPG", "a b.c.png"} {
		if err := (File{Name: name, Size: 1, MD5: good.MD5}).Validate(); err != nil {
			t.Errorf("%q is refused: %v", name, err)
		}
	}
	if n := len(g.requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

func TestFileStatusTable(t *testing.T) {
	// u usable, p pending, f failed, - neither: the page gives 7 no consequence
	for status, want := range []string{"p", "p", "u", "f", "p", "u", "p", "-", "p", "f", "p", "p", "f", "-"} {
		s := FileStatus{Status: status}
		got := ""
		if s.Usable() {
			got += "u"
		}
		if s.Pending() {
			got += "p"
		}
		if s.Failed() {
			got += "f"
		}
		if got == "" {
			got = "-"
		}
		if got != want {
			t.Errorf("status %d: %s, want %s", status, got, want)
		}
	}
}

func TestFileStatus(t *testing.T) {
	tests := []struct {
		name, body string
		want       int
		kind       Kind
	}{
		{"usable", `{"code":0,"message":"成功","data":{"fileId":"` + frontID +
			`","fileStatus":2,"fileSize":null,"fileDownloadUrl":"x","new":[1]}}`, 2, ""},
		{"zero is a status", `{"code":0,"data":{"fileStatus":0}}`, 0, ""},
		{"no status", `{"code":0,"data":{"fileId":"` + frontID + `"}}`, 0, KindMalformed},
		{"status as text", `{"code":0,"data":{"fileStatus":"2"}}`, 0, KindMalformed},
		{"another file", `{"code":0,"data":{"fileId":"` + backID + `","fileStatus":2}}`, 0, KindMalformed},
		{"no data", `{"code":0,"data":null}`, 0, KindMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := says(t, 200, tt.body)
			s, err := g.client(t).FileStatus(t.Context(), frontID)
			if KindOf(err) != tt.kind || s.Status != tt.want {
				t.Errorf("got %+v, %v; want status %d, kind %q", s, err, tt.want, tt.kind)
			}
			if r := g.requests()[0]; r.method != "GET" || r.uri != "/v3/files/"+frontID || r.body != "" {
				t.Errorf("sent %s %s with body %q, want %q, %v, %q", r.method, r.uri, r.body, "GET", "/v3/files/"+frontID, "")
			}
		})
	}
}

func TestFileStatusRefusesForeignPaths(t *testing.T) {
	g := says(t, 200, `{"code":0,"data":{"fileStatus":2}}`)
	c := g.client(t)
	for _, id := range []string{"", "../x", "a/b", "a?b", "a b", "a%2fb", "某", strings.Repeat("a", 129)} {
		if _, err := c.FileStatus(t.Context(), id); KindOf(err) != KindParameter {
			t.Errorf("file id %q: %v, want a parameter error", id, err)
		}
	}
	if n := len(g.requests()); n != 0 {
		t.Errorf("%d requests were sent, want 0", n)
	}
}

func TestUploadURLNeedsIDAndAddress(t *testing.T) {
	for _, body := range []string{
		`{"code":0,"data":{"fileId":"` + frontID + `"}}`,
		`{"code":0,"data":{"fileUploadUrl":"https://oss.esign.cn/x"}}`,
		`{"code":0,"data":{"fileId":"../x","fileUploadUrl":"https://oss.esign.cn/x"}}`,
		`{"code":0}`,
	} {
		_, err := says(t, 200, body).client(t).UploadURL(t.Context(),
			File{Name: "a.jpg", Size: 1, MD5: ContentMD5([]byte("a"))})
		if e := mustError(t, err); e.Kind != KindMalformed || !e.Temporary() || e.MaybeApplied() {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestAPIFollowsNoRedirect checks that the client sends a signed body to no other host.
func TestAPIFollowsNoRedirect(t *testing.T) {
	elsewhere := says(t, 200, `{"code":0,"data":{"fileStatus":2,"eviPointId":"P1"}}`)
	for _, status := range []int{301, 302, 307, 308} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			g := newGateway(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
				w.Header().Set("Location", elsewhere.URL+"/v3/x")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, "moved")
			})
			following := func(cfg *Config) { cfg.HTTPClient = &http.Client{} } // its default would follow
			_, err := g.client(t, following).FileStatus(t.Context(), frontID)
			if e := mustError(t, err); e.Kind != KindMalformed || e.HTTPStatus != status || e.Temporary() {
				t.Errorf("got %v, want a final error of kind %s", err, KindMalformed)
			}
			_, err = g.client(t, following).CreatePersonPoint(t.Context(), threeElements())
			if e := mustError(t, err); e.Kind != KindMalformed || !e.MaybeApplied() || e.Temporary() {
				t.Errorf("got %v, want a final error of kind %s", err, KindMalformed)
			}
		})
	}
	if n := len(elsewhere.requests()); n != 0 {
		t.Errorf("%d requests followed the redirect, want 0", n)
	}
}
