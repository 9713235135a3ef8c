package web

import (
	"html/template"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"shiming/flows"
)

// discard is an answer of which nothing is kept.
type discard struct {
	header http.Header
	status int
	size   int
}

func (d *discard) Header() http.Header    { return d.header }
func (d *discard) WriteHeader(status int) { d.status = status }
func (d *discard) Write(b []byte) (int, error) {
	d.size += len(b)
	return len(b), nil
}

// costOfReader returns how many bytes a page takes for each reader, with a text of about so many bytes.
func costOfReader(t *testing.T, size int) uint64 {
	t.Helper()
	const readers = 10
	w := newWorld(t, flows.ReadCheck, flows.LoginNone, func(c *Config) {
		for sum := range c.Texts {
			c.Texts[sum] = []byte(strings.Repeat("第一条 <b>&\"\n", size/17))
		}
	})
	r := httptest.NewRequest(http.MethodGet, w.url(), nil)
	r.RemoteAddr = w.proxy
	r.Header.Set(xForwardedFor, "203.0.113.9")
	var before, after runtime.MemStats
	for i := range readers + 1 {
		if i == 1 { // the first page also prepares the templates
			runtime.ReadMemStats(&before)
		}
		d := &discard{header: http.Header{}}
		w.pages.ServeHTTP(d, r)
		if want, _ := strconv.Atoi(d.header.Get("Content-Length")); d.status != http.StatusOK || d.size != want || want < size {
			t.Fatalf("got HTTP %d and %d bytes, want the whole page of %d", d.status, d.size, want)
		}
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / readers
}

// TestLargeText: a large text costs a reader no more memory than a small one, however slow the phone. It measures the
// whole process, so that it must not run in parallel.
func TestLargeText(t *testing.T) {
	small, large := costOfReader(t, 1<<10), costOfReader(t, 1<<20)
	if large > small+1<<19 {
		t.Errorf("got %d bytes for each reader, %d with a small text, want no copy of the text", large, small)
	}
}

// TestTextsInTheirPlaces: each text stands under its title, escaped, and no mark is left.
func TestTextsInTheirPlaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, flows.ReadCheck, flows.LoginNone, nil, "第一份", "第二份", "第三份")
	body := w.browser().get(w.url()).body
	if strings.Contains(body, markBase) {
		t.Error("got a mark on the page, want the texts")
	}
	at := 0
	for _, f := range w.files {
		for _, want := range []string{">" + f.Title + "</h2>", template.HTMLEscapeString(string(w.texts[f.SHA256]))} {
			i := strings.Index(body[at:], want)
			if i < 0 {
				t.Fatalf("got no %q after byte %d, want it there", want, at)
			}
			at += i
		}
	}
}
