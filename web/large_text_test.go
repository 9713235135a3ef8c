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

// TestLargeText: a page with a text of 1 MB costs each reader little memory, however slow the phone. It measures the
// whole process, so that it must not run in parallel.
func TestLargeText(t *testing.T) {
	const readers = 20
	w := newWorld(t, flows.ReadCheck, flows.LoginNone, func(c *Config) {
		for sum := range c.Texts {
			c.Texts[sum] = []byte(strings.Repeat("第一条 <b>&\"\n", 1<<20/17))
		}
	})
	r := httptest.NewRequest(http.MethodGet, w.url(), nil)
	r.RemoteAddr = w.proxy
	r.Header.Set(xForwardedFor, "203.0.113.9")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range readers {
		d := &discard{header: http.Header{}}
		w.pages.ServeHTTP(d, r)
		if want, _ := strconv.Atoi(d.header.Get("Content-Length")); d.status != http.StatusOK || d.size != want || want < 1<<20 {
			t.Fatalf("got HTTP %d and %d bytes, want the whole page of %d", d.status, d.size, want)
		}
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) / readers; got > 256<<10 {
		t.Errorf("got %d bytes for each reader, want no copy of the text", got)
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
