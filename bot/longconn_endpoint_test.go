package bot

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestPausesAfterRefusals checks that the pause after a temporary failure is short, because clicks are lost meanwhile,
// and that it is long after a refusal that the operator has to fix.
func TestPausesAfterRefusals(t *testing.T) {
	for _, c := range []struct {
		name     string
		status   int
		body     string
		upgrade  int
		maxPause time.Duration
	}{
		{"wrong secret", 200, `{"code":514,"msg":"x"}`, 0, maxRefusalPause},
		{"forbidden", 200, `{"code":403,"msg":"x"}`, 0, maxRefusalPause},
		{"no JSON", 200, `<html>`, 0, maxRefusalPause},
		{"busy", 200, `{"code":1,"msg":"x"}`, 0, maxNetworkPause},
		{"internal", 200, `{"code":1000040343,"msg":"x"}`, 0, maxNetworkPause},
		{"gateway", 502, `<html>`, 0, maxNetworkPause},
		{"rate", 429, `{"code":99991400,"msg":"x"}`, 0, maxNetworkPause},
		{"upgrade refused", 200, "", 403, 90 * time.Second},
		{"upgrade fails", 200, "", 503, maxNetworkPause},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			f.mux.HandleFunc("POST "+socketEndpoint, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(c.status)
				body := c.body
				if body == "" {
					body = `{"code":0,"data":{"URL":"ws://` + r.Host + `/ws","ClientConfig":{"ReconnectInterval":90}}}`
				}
				_, _ = io.WriteString(w, body)
			})
			f.mux.HandleFunc("GET /ws", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.upgrade) })
			uptime, maxPause, err := newTestServer(t).LongConn(f.client(t)).connection(t.Context())
			if uptime != 0 || maxPause != c.maxPause || err == nil {
				t.Errorf("got uptime %v, pause %v, %v; want 0, %v and an error", uptime, maxPause, err, c.maxPause)
			}
		})
	}
}

// TestRefusalsHaveARemedy checks that a refusal of the long connection that the operator has to fix says how.
func TestRefusalsHaveARemedy(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		code   string
		remedy string
	}{
		{"wrong secret", &endpointError{Code: 514, Status: 200}, "514", "copy App ID and App Secret"},
		{"forbidden", &endpointError{Code: 403, Status: 200}, "403", "self-built"},
		{"too many connections", &handshakeError{Code: "1000040350"}, "1000040350", "50 connections"},
		{"wrong ticket", &handshakeError{Code: "514"}, "514", "copy App ID and App Secret"},
		{"unknown code", &endpointError{Code: 7, Status: 200}, "7", "shiming check"},
		{"no code", &endpointError{Status: 404}, "", "shiming check"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, remedy, ok := refusalOf(c.err)
			if !ok || code != c.code || !strings.Contains(remedy, c.remedy) {
				t.Errorf("got %q, %q, %t; want %q and a remedy with %q", code, remedy, ok, c.code, c.remedy)
			}
		})
	}
	for name, err := range map[string]error{
		"busy":        &endpointError{Code: 1, Status: 200},
		"gateway":     &endpointError{Status: 502},
		"unavailable": &handshakeError{Code: "503", temporary: true},
		"network":     errSocket,
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, ok := refusalOf(err); ok {
				t.Error("got a refusal, want none: a later attempt may succeed")
			}
		})
	}
}

// TestSocketWantsTLS checks that plain ws is allowed to loopback only, because the connection carries personal data.
func TestSocketWantsTLS(t *testing.T) {
	for raw, want := range map[string]bool{
		"wss://msg-frontier.feishu.cn/ws/v2?service_id=1": true, "ws://127.0.0.1:1/ws": true, "ws://[::1]/ws": true,
		"ws://msg-frontier.feishu.cn/ws/v2": false, "https://feishu.cn/": false, "ws://127.0.0.1.example.com/": false,
	} {
		t.Run(raw, func(t *testing.T) {
			u, err := url.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if got := safeScheme(u); got != want {
				t.Errorf("got %t, want %t", got, want)
			}
		})
	}
}
