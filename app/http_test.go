package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	t.Parallel()
	notReady := false
	p := pages{
		ready: func(context.Context) error {
			if notReady {
				return errors.New("no database")
			}
			return nil
		},
		metrics:  http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "metrics") }),
		warnings: func() []string { return nil },
		log:      slog.New(slog.DiscardHandler),
	}
	bot := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		respondError(w, http.StatusNotFound, "the bot's")
	})
	withPage := p
	withPage.agreement = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "page "+r.URL.Path)
	})
	page := withPage.public(bot, true)
	together, apart, admin := p.public(bot, true), p.public(bot, false), p.admin()
	for name, tt := range map[string]struct {
		handler      http.Handler
		method, path string
		down         bool
		status       int
		body         string
	}{
		"alive":                   {together, "GET", "/healthz", false, 200, `{"status":"ok"}`},
		"ready":                   {together, "GET", "/readyz", false, 200, `{"status":"ready"}`},
		"not ready":               {together, "GET", "/readyz", true, 503, `{"error":"not_ready"}`},
		"metrics":                 {together, "GET", "/metrics", false, 200, "metrics"},
		"another method":          {together, "POST", "/readyz", false, 405, `{"error":"method_not_allowed"}`},
		"the bot's path":          {together, "POST", "/webhook/event", false, 404, `{"error":"the bot's"}`},
		"a path that is no page":  {together, "GET", "//healthz", false, 404, `{"error":"the bot's"}`},
		"agreement page":          {page, "GET", "/agreement/x", false, 200, "page /agreement/x"},
		"agreement form":          {page, "POST", "/agreement/x/renew", false, 200, "page /agreement/x/renew"},
		"no agreement":            {page, "GET", "/agreement", false, 404, `{"error":"the bot's"}`},
		"pushes beside the page":  {page, "POST", "/webhook/event", false, 404, `{"error":"the bot's"}`},
		"alive beside the page":   {page, "GET", "/healthz", false, 200, `{"status":"ok"}`},
		"no page":                 {together, "GET", "/agreement/x", false, 404, `{"error":"the bot's"}`},
		"no page for the admin":   {admin, "GET", "/agreement/x", false, 404, `{"error":"not_found"}`},
		"alive, apart":            {apart, "GET", "/healthz", false, 200, `{"status":"ok"}`},
		"no readiness in public":  {apart, "GET", "/readyz", false, 404, `{"error":"the bot's"}`},
		"no metrics in public":    {apart, "GET", "/metrics", false, 404, `{"error":"the bot's"}`},
		"alive, admin":            {admin, "GET", "/healthz", false, 200, `{"status":"ok"}`},
		"ready, admin":            {admin, "GET", "/readyz", false, 200, `{"status":"ready"}`},
		"metrics, admin":          {admin, "GET", "/metrics", false, 200, "metrics"},
		"no pushes for the admin": {admin, "POST", "/webhook/event", false, 404, `{"error":"not_found"}`},
	} {
		t.Run(name, func(t *testing.T) {
			notReady = tt.down
			w := httptest.NewRecorder()
			tt.handler.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, nil))
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, tt.status, tt.body)
			}
		})
	}
}

// TestPanicOfAPage: the answer and the log say that a page has panicked, and not with what.
func TestPanicOfAPage(t *testing.T) {
	t.Parallel()
	var printed bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&printed, nil))
	panics := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(errors.New("no such person: 样甲明")) })
	p := pages{log: log, agreement: panics, face: panics, metrics: panics}
	for path, handler := range map[string]http.Handler{
		"/agreement/x": p.public(panics, false), "/agreement/face/x": p.public(panics, false),
		"/webhook/event": p.public(panics, false), "/metrics": p.admin(),
	} {
		t.Run(path, func(t *testing.T) {
			printed.Reset()
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code != http.StatusInternalServerError || w.Body.String() != `{"error":"internal"}` {
				t.Errorf("got %d %s, want a neutral 500", w.Code, w.Body)
			}
			if out := printed.String(); !strings.Contains(out, `"type":"*errors.errorString"`) ||
				!strings.Contains(out, "http_test.go") || strings.Contains(out, "样甲明") {
				t.Errorf("logged %s, want type and stack without the value", out)
			}
		})
	}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("a cut connection did not stay one")
		}
	}()
	aborts := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	p.public(aborts, false).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/webhook/event", nil))
}
