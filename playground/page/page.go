// Package page holds the playground's page: embedded static files that are served unchanged. There is no build step,
// and the page loads nothing from other hosts.
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

// Policy is the Content-Security-Policy of every answer. It allows only files of this origin and no inline code,
// frames or forms.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type file struct {
	body []byte
	etag string
	kind string
}

var all = load()

// types is fixed here because the system's MIME table may map .js to another type, or to none.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".json": "application/json; charset=utf-8",
	".svg":  "image/svg+xml",
}

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
		panic(err) // impossible: the files are embedded
	}
	return out
}

// Files returns the file tree with index.html at its root.
func Files() fs.FS {
	sub, err := fs.Sub(files, "static")
	if err != nil {
		panic(err) // impossible: the name is valid
	}
	return sub
}

// Serve answers with one file; "" means index.html. Browsers revalidate their copy on each request, so a page never
// mixes files of two versions of the program.
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
