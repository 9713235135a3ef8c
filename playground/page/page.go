// Package page holds the playground's page: static files, embedded, served as they are. Nothing is built and nothing
// is fetched from anywhere else.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var files embed.FS

// Policy is the Content-Security-Policy of every answer: only files of this origin, nothing inline, no frames, no
// forms.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type file struct {
	body []byte
	etag string
	kind string
}

var all = load()

// types are given here, since the system's table may know JavaScript under another name, or not at all.
var types = map[string]string{".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".json": "application/json; charset=utf-8", ".svg": "image/svg+xml"}

func load() map[string]file {
	out := map[string]file{}
	err := fs.WalkDir(files, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		kind := types[path.Ext(p)]
		if kind == "" {
			kind = mime.TypeByExtension(path.Ext(p))
		}
		out[strings.TrimPrefix(p, "static/")] = file{body, `"` + hex.EncodeToString(sum[:12]) + `"`, kind}
		return nil
	})
	if err != nil {
		panic(err) // impossible: the files are in the program
	}
	return out
}

// Files is the tree of the files, index.html at the top.
func Files() fs.FS {
	sub, err := fs.Sub(files, "static")
	if err != nil {
		panic(err) // impossible: the name is valid
	}
	return sub
}

// Serve answers with one file, "" being index.html. A browser asks every time whether its copy is still the right
// one, so that no page of an older program is ever mixed with a newer one.
func Serve(rw http.ResponseWriter, r *http.Request, name string) {
	if name == "" {
		name = "index.html"
	}
	h := rw.Header()
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	f, ok := all[name]
	if !ok {
		http.Error(rw, "no such file", http.StatusNotFound)
		return
	}
	h.Set("ETag", f.etag)
	h.Set("Content-Type", f.kind)
	for tag := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(tag), "W/") == f.etag {
			rw.WriteHeader(http.StatusNotModified)
			return
		}
	}
	_, _ = rw.Write(f.body)
}
