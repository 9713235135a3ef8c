package page

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, name string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/page/"+name, nil)
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	Serve(w, r, name)
	return w
}

func TestServe(t *testing.T) {
	for name, kind := range map[string]string{
		"":          "text/html",
		"main.js":   "text/javascript",
		"style.css": "text/css",
		"flow.json": "application/json",
		"icon.svg":  "image/svg+xml",
	} {
		w := get(t, name, nil)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || w.Body.Len() == 0 {
			t.Errorf("%q: %d %s, want %v, %q at its beginning", name, w.Code, w.Header().Get("Content-Type"), http.StatusOK,
				kind)
		}
		for header, want := range map[string]string{"Content-Security-Policy": Policy, "X-Content-Type-Options": "nosniff",
			"Cache-Control": "no-cache"} {
			if got := w.Header().Get(header); got != want {
				t.Errorf("%q: %s is %q, want %v", name, header, got, want)
			}
		}
		tag := w.Header().Get("ETag")
		if again := get(t, name, http.Header{"If-None-Match": {`"x", W/` + tag}}); again.Code != http.StatusNotModified ||
			again.Body.Len() != 0 {
			t.Errorf("%q: %d for the same ETag, want %v", name, again.Code, http.StatusNotModified)
		}
	}
	for _, name := range []string{"../page.go", "page.go", "static/main.js", "nothing.js"} {
		if w := get(t, name, nil); w.Code != http.StatusNotFound || w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%q: %d, want %v", name, w.Code, http.StatusNotFound)
		}
	}
	if strings.Contains(Policy, "unsafe") || !strings.Contains(Policy, "default-src 'none'") {
		t.Errorf("the policy allows too much: %s, want %q in it", Policy, "default-src 'none'")
	}
}

var (
	imports  = regexp.MustCompile(`(?m)(?:^import|^export|import\()[^;\n]*?['"](\./[^'"]+|/page/[^'"]+)['"]`)
	anyFrom  = regexp.MustCompile(`(?m)^(?:import|export) [^;]*from '([^']+)'`)
	links    = regexp.MustCompile(`(?:href|src)="([^"]+)"`)
	external = regexp.MustCompile(`(?i)https?://[a-z0-9][a-z0-9.-]*\.[a-z]{2,}`)
)

// TestFiles checks that every import and link names a file of the page, that every file is reachable, that no URL
// leads to another host, and that nothing is inline.
func TestFiles(t *testing.T) {
	reached := map[string]bool{"index.html": true}
	texts := map[string]string{}
	err := fs.WalkDir(Files(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(Files(), p)
		texts[p] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lead := func(from, to string) {
		name := strings.TrimPrefix(to, "/page/")
		if strings.HasPrefix(to, "./") {
			name = path.Join(path.Dir(from), to)
		}
		if _, ok := texts[name]; !ok {
			t.Errorf("got a link from %s to %s, want one to a file of the page", from, to)
		}
		reached[name] = true
	}
	for name, text := range texts {
		switch path.Ext(name) {
		case ".js":
			for _, m := range imports.FindAllStringSubmatch(text, -1) {
				lead(name, m[1])
			}
			for _, m := range anyFrom.FindAllStringSubmatch(text, -1) {
				if !strings.HasPrefix(m[1], "./") {
					t.Errorf("%s imports %s, want %q at its beginning", name, m[1], "./")
				}
			}
			for _, m := range regexp.MustCompile(`fetch\('(/page/[^']+)'`).FindAllStringSubmatch(text, -1) {
				lead(name, m[1])
			}
			for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
				"new Function"} {
				if strings.Contains(text, word) {
					t.Errorf("got %s using %s, want nothing that builds HTML", name, word)
				}
			}
			if n := strings.Count(text, "\n"); n > 400 {
				t.Errorf("%s: got %d lines, want fewer", name, n)
			}
		case ".html":
			for _, m := range links.FindAllStringSubmatch(text, -1) {
				lead(name, m[1])
			}
			if regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\son[a-z]+=|\sstyle=`).MatchString(text) {
				t.Errorf("%s: got something inline, want none because of the policy", name)
			}
		case ".css":
			if strings.Contains(text, "@import") || strings.Contains(text, "url(") {
				t.Errorf("%s: got something loaded from elsewhere, want none", name)
			}
		}
		for _, m := range external.FindAllString(text, -1) {
			if m != "http://www.w3.org" { // the namespace of SVG, never requested
				t.Errorf("%s names %s, want %q", name, m, "http://www.w3.org")
			}
		}
	}
	for name := range texts {
		if !reached[name] {
			t.Errorf("got no link to %s, want one", name)
		}
	}
}

// TestNoImportCycle checks that the imports of the scripts contain no cycle.
func TestNoImportCycle(t *testing.T) {
	const begun, done = 1, 2
	state := map[string]int{}
	var visit func(name string, way []string)
	visit = func(name string, way []string) {
		way = append(way, name)
		switch state[name] {
		case begun:
			t.Errorf("got the import cycle %s, want none", strings.Join(way, " → "))
			return
		case done:
			return
		}
		state[name] = begun
		text, err := fs.ReadFile(Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range anyFrom.FindAllStringSubmatch(string(text), -1) {
			visit(path.Join(path.Dir(name), m[1]), way)
		}
		state[name] = done
	}
	visit("main.js", nil)
	if len(state) < 20 {
		t.Errorf("got %d files, want at least 20", len(state))
	}
}

// TestWords checks that every text is there in both languages, and that every key which the page uses exists.
func TestWords(t *testing.T) {
	raw, err := fs.ReadFile(Files(), "words.js")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	entry := regexp.MustCompile(`(?:'([^']+)'|\b([a-z]+)): \['([^']*)', '([^']*)'\]`)
	for _, m := range entry.FindAllStringSubmatch(string(raw), -1) {
		known[m[1]+m[2]] = true
		if m[3] == "" || m[4] == "" {
			t.Errorf("%s%s: got one language, want two", m[1], m[2])
		}
	}
	if len(known) < 80 {
		t.Fatalf("got %d texts, want at least 80", len(known))
	}
	entries, err := fs.ReadDir(Files(), ".")
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`\bt\('([^']+)'[,)]`)
	for _, e := range entries {
		text, err := fs.ReadFile(Files(), e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(text), -1) {
			if !known[m[1]] {
				t.Errorf("%s: got the unknown key %q, want a text for it", e.Name(), m[1])
			}
		}
	}
	var flow struct{ States []string }
	raw, err = fs.ReadFile(Files(), "flow.json")
	if err != nil || json.Unmarshal(raw, &flow) != nil || len(flow.States) == 0 {
		t.Fatal("got an unreadable flow.json, want the states")
	}
	for _, s := range flow.States {
		if !known["s."+s] {
			t.Errorf("got no name for the state %s, want one", s)
		}
	}
}
