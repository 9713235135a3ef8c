package app

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"shiming/config"
	"shiming/store/keyset/vault"
)

// waitingApp is an app whose start waits.
func waitingApp(t *testing.T, admin bool) *App {
	t.Helper()
	a := &App{cfg: config.Defaults(), log: slog.New(slog.DiscardHandler), failed: make(chan error, 2)}
	a.cfg.Server.Listen = "127.0.0.1:0"
	if admin {
		a.cfg.Server.AdminListen = "127.0.0.1:0"
	}
	t.Cleanup(a.Close)
	return a
}

func asks(t *testing.T, ln net.Listener, method, path string, status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+ln.Addr().String()+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // a test's
	var got bytes.Buffer
	_, _ = got.ReadFrom(res.Body)
	if res.StatusCode != status || got.String() != body {
		t.Errorf("%s %s: %d %s, want %d %s", method, path, res.StatusCode, got.String(), status, body)
	}
}

// TestWaitingStartAnswers: while a start waits, the process is alive, not ready, and says for whom it waits; pushes are
// refused so that they come again. The same listeners serve the bot afterwards.
func TestWaitingStartAnswers(t *testing.T) {
	a := waitingApp(t, false)
	a.serveWaiting(waitingForKeyService, "sealed")
	ln := a.ln
	asks(t, ln, http.MethodGet, "/healthz", 200, `{"status":"ok"}`)
	asks(t, ln, http.MethodGet, "/readyz", 503, `{"error":"not_ready","waiting_for":"key_service","why":"sealed"}`)
	asks(t, ln, http.MethodPost, "/webhook/event", 503, `{"error":"starting"}`)
	asks(t, ln, http.MethodGet, "/metrics", 503, `{"error":"starting"}`)
	a.serveWaiting(waitingForDatabase, "")
	asks(t, ln, http.MethodGet, "/readyz", 503, `{"error":"not_ready","waiting_for":"database"}`)
	bot := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { respond(w, http.StatusOK, "bot") })
	a.serve(bot, bot)
	asks(t, ln, http.MethodPost, "/webhook/event", 200, "bot")
	if a.ln != ln || len(a.servers) != 1 {
		t.Error("the bot has other listeners than the start")
	}
}

// TestWaitingStartBesideAdmin: with server.admin_listen /readyz is only there.
func TestWaitingStartBesideAdmin(t *testing.T) {
	a := waitingApp(t, true)
	a.serveWaiting(waitingForKeyService, "")
	asks(t, a.ln, http.MethodGet, "/healthz", 200, `{"status":"ok"}`)
	asks(t, a.ln, http.MethodGet, "/readyz", 503, `{"error":"starting"}`)
	asks(t, a.admin, http.MethodGet, "/healthz", 200, `{"status":"ok"}`)
	asks(t, a.admin, http.MethodGet, "/readyz", 503, `{"error":"not_ready","waiting_for":"key_service"}`)
}

// TestWaitingStartOnATakenPort: the start goes on to wait, and fails by the port at its end.
func TestWaitingStartOnATakenPort(t *testing.T) {
	taken := waitingApp(t, false)
	taken.serveWaiting(waitingForKeyService, "")
	a := waitingApp(t, true)
	a.cfg.Server.AdminListen = taken.ln.Addr().String()
	a.serveWaiting(waitingForKeyService, "")
	if a.ln != nil || a.admin != nil || a.servers != nil {
		t.Error("a start serves on one of two listeners")
	}
	if err := a.listen(); err == nil || !strings.Contains(err.Error(), "server.admin_listen") {
		t.Errorf("listens: %v", err)
	}
}

// fakeService is a key service.
type fakeService struct{ err error }

func (f *fakeService) Keep(string) error { return f.err }

// TestKeyServiceGoesAwayInTheMiddle: a bot that runs stays ready, since it has its keys, and says that its next start
// would fail; it says so once in the log, and again when the reason changes.
func TestKeyServiceGoesAwayInTheMiddle(t *testing.T) {
	var said bytes.Buffer
	service := &fakeService{}
	k := &keyService{client: service, log: slog.New(slog.NewTextHandler(&said, nil))}
	a := &App{keyService: k}
	p := pages{ready: func(context.Context) error { return nil }, warnings: a.warnings}
	ready := func(want string) {
		t.Helper()
		w := httptest.NewRecorder()
		p.readyz(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		if w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("readyz: %d %s, want %s", w.Code, w.Body.String(), want)
		}
	}
	ready(`{"status":"ready"}`)
	k.look()
	ready(`{"status":"ready"}`)
	service.err = &vault.Error{Op: "health", Code: vault.CodeSealed, Status: 503}
	for range 24 * 60 { // for a day
		k.look()
	}
	ready(`{"status":"ready","warnings":["key_service"]}`)
	if n := strings.Count(said.String(), "is sealed"); n != 1 {
		t.Errorf("said %d times that it is sealed, want once", n)
	}
	service.err = &vault.Error{Op: "renew-self", Code: vault.CodeDenied, Status: 403}
	k.look()
	if !strings.Contains(said.String(), "denies it") {
		t.Errorf("said %s, want the new reason", said.String())
	}
	service.err = nil
	k.look()
	ready(`{"status":"ready"}`)
	if !strings.Contains(said.String(), "is back") {
		t.Error("does not say that the service is back")
	}
}
