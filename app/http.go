package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"shiming/web"
)

// readyTimeout limits one /readyz.
const readyTimeout = 2 * time.Second

// pages are the pages beside the bot: /healthz, /readyz and /metrics for operators, /agreement/ for applicants.
type pages struct {
	ready     func(context.Context) error // /readyz logs its error and does not show it
	warnings  func() []string             // words that /readyz shows although the bot is ready
	metrics   http.Handler
	agreement http.Handler // nil without the agreement page
	face      http.Handler // nil without the method face
	log       *slog.Logger
}

// public serves /healthz, /agreement/ and, if admin is true, /readyz and /metrics. bot serves every other path.
func (p pages) public(bot http.Handler, admin bool) http.Handler {
	paths := map[string]http.Handler{"/healthz": http.HandlerFunc(healthz)}
	if admin {
		paths = p.adminPaths()
	}
	return recovered(p.log, byPath(paths, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case p.face != nil && strings.HasPrefix(r.URL.Path, web.FacePrefix): // lies below web.Prefix
			p.face.ServeHTTP(w, r)
		case p.agreement != nil && strings.HasPrefix(r.URL.Path, web.Prefix):
			p.agreement.ServeHTTP(w, r)
		default:
			bot.ServeHTTP(w, r)
		}
	})))
}

// admin serves /healthz, /readyz and /metrics.
func (p pages) admin() http.Handler {
	return recovered(p.log, byPath(p.adminPaths(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		respondError(w, http.StatusNotFound, "not_found")
	})))
}

func (p pages) adminPaths() map[string]http.Handler {
	return map[string]http.Handler{
		"/healthz": http.HandlerFunc(healthz),
		"/readyz":  http.HandlerFunc(p.readyz),
		"/metrics": p.metrics,
	}
}

// byPath serves the paths for GET and refuses other methods. rest serves every other path. It replaces http.ServeMux,
// which would redirect paths such as //x.
func byPath(paths map[string]http.Handler, rest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := paths[r.URL.Path]
		switch {
		case !ok:
			rest.ServeHTTP(w, r)
		case r.Method != http.MethodGet:
			w.Header().Set("Allow", http.MethodGet)
			respondError(w, http.StatusMethodNotAllowed, "method_not_allowed")
		default:
			page.ServeHTTP(w, r)
		}
	})
}

func healthz(w http.ResponseWriter, _ *http.Request) { respond(w, http.StatusOK, `{"status":"ok"}`) }

func (p pages) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := p.ready(ctx); err != nil {
		p.log.WarnContext(ctx, "not ready", "error", err)
		respondError(w, http.StatusServiceUnavailable, "not_ready")
		return
	}
	if warnings := p.warnings(); len(warnings) > 0 {
		respondJSON(w, http.StatusOK, map[string]any{"status": "ready", "warnings": warnings})
		return
	}
	respond(w, http.StatusOK, `{"status":"ready"}`)
}

// respondJSON writes a value of fixed words.
func respondJSON(w http.ResponseWriter, status int, value any) {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // a map of strings
	}
	respond(w, status, string(raw))
}

// respondError writes {"error": word}.
func respondError(w http.ResponseWriter, status int, word string) {
	respond(w, status, fmt.Sprintf(`{"error":%q}`, word))
}

func respond(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // fails only if the client has disconnected
}

// shutdownTimeout is the part of drainTimeout for open requests. The longest request takes 2.5 s, but for a login
// of the agreement page, which may be cut off: it begins again from the link.
const shutdownTimeout = 4 * time.Second

// recovered answers a panic of h with a neutral 500. It logs the type of the value and the stack; net/http would print
// the value, which may quote what a person has sent.
func recovered(log *slog.Logger, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			log.ErrorContext(r.Context(), "panic in handler", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			respondError(w, http.StatusInternalServerError, "internal")
		}()
		h.ServeHTTP(w, r)
	})
}

// NewHTTPServer returns a server whose timeouts limit how long a client can hold a connection.
func NewHTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}
