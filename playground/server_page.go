package playground

import (
	"mime"
	"net/http"
	"strings"

	"shiming/playground/page"
)

// routePage adds the page and the routes that only the page uses.
func (pg *Server) routePage(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Vary", "Accept")
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			page.Serve(rw, r, "")
			return
		}
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = rw.Write([]byte(helpFor(r.Host)))
	})
	mux.HandleFunc("GET /page/{file...}", func(rw http.ResponseWriter, r *http.Request) {
		page.Serve(rw, r, r.PathValue("file"))
	})
	mux.HandleFunc("GET /favicon.ico", func(rw http.ResponseWriter, r *http.Request) { page.Serve(rw, r, "icon.svg") })
	mux.HandleFunc("GET /sim/stream", pg.stream)
	mux.HandleFunc("GET /sim/images/{key}", pg.getImage)
	mux.HandleFunc("GET /sim/files/{key}", pg.getFile)
	mux.HandleFunc("POST /sim/chats/{who}/upload", func(rw http.ResponseWriter, r *http.Request) {
		answer(rw, r, func(r *http.Request) (any, error) { return pg.postUpload(rw, r) })
	})
}

// getImage serves a picture of a message or a card.
func (pg *Server) getImage(rw http.ResponseWriter, r *http.Request) {
	_, data, ok := pg.World.Feishu.Resource(r.PathValue("key"))
	kind := http.DetectContentType(data)
	if !ok || !strings.HasPrefix(kind, "image/") {
		http.Error(rw, "no such picture", http.StatusNotFound)
		return
	}
	h := rw.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store") // a picture is as private as the chat
	_, _ = rw.Write(data)
}

// getFile serves a file of a message for downloading. The browser never shows it: somebody may have sent a page.
func (pg *Server) getFile(rw http.ResponseWriter, r *http.Request) {
	name, data, ok := pg.World.Feishu.Resource(r.PathValue("key"))
	if !ok {
		http.Error(rw, "no such file", http.StatusNotFound)
		return
	}
	h := rw.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, _ = rw.Write(data)
}
