package bot

import (
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// TestPausesAfterRefusals: the platform's own trouble is waited for like a network's, since clicks are lost meanwhile;
// what somebody has to put right is asked for ever less often.
func TestPausesAfterRefusals(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  int
		body    string
		upgrade int
		longest time.Duration
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
			stood, longest, err := newTestServer(t).LongConn(f.client(t)).connection(t.Context())
			if stood != 0 || longest != c.longest || err == nil {
				t.Errorf("%s: stood %v, waits at most %v, want %v; %v", c.name, stood, longest, c.longest, err)
			}
		})
	}
}

// TestSocketWantsTLS: people's words travel over the conn in plain text.
func TestSocketWantsTLS(t *testing.T) {
	for raw, want := range map[string]bool{
		"wss://msg-frontier.feishu.cn/ws/v2?service_id=1": true, "ws://127.0.0.1:1/ws": true, "ws://[::1]/ws": true,
		"ws://msg-frontier.feishu.cn/ws/v2": false, "https://feishu.cn/": false, "ws://127.0.0.1.example.com/": false,
	} {
		t.Run(raw, func(t *testing.T) {
			u, err := url.Parse(raw)
			if err != nil || safeScheme(u) != want {
				t.Errorf("%s: %v", raw, !want)
			}
		})
	}
}
