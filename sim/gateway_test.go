package sim

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"shiming/sim/wire"
)

func TestGateway(t *testing.T) {
	bot := func(name string) string {
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			h := r.Header
			_, _ = fmt.Fprintln(rw, name, r.RequestURI, h.Get("X-Forwarded-For"), h.Get("X-Forwarded-Proto"))
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	first, second := bot("first"), bot("second")
	h := newHarness(t, Config{})
	for _, tt := range []struct {
		name, webhook string
		status        int
		want          string
	}{
		{"no webhook", "", 502, "The bot is not running"},
		{"no URL", "file:///etc", 502, "The bot is not running"},
		{"bot away", gone.URL + "/webhook/event", 502, "机器人现在没有运行"},
		{"first bot", first + "/webhook/event", 200, "first /a?b=1 " + ReaderIP + " http"},
		{"second bot", second + "/webhook/event", 200, "second /a?b=1 " + ReaderIP + " http"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.w.SetWebhook(tt.webhook)
			r, err := http.NewRequestWithContext(h.Ctx, http.MethodGet, h.w.GatewayURL+"/a?b=1", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Forwarded-For", "192.0.2.7") // a proxy does not take a stranger's word
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != tt.status || !strings.Contains(string(body), tt.want) {
				t.Errorf("got %d %q, %v, want %d with %q", resp.StatusCode, body, err, tt.status, tt.want)
			}
		})
	}
}

// TestGatewayIsNoPlatform checks that a fault of every platform leaves the gateway alone.
func TestGatewayIsNoPlatform(t *testing.T) {
	h := newHarness(t, Config{})
	before := len(h.w.Recorder.Calls())
	h.w.Faults.Arm(wire.Fault{Kind: wire.Refuse})
	p, err := h.w.Browser("").Open(h.Ctx, h.w.GatewayURL+"/")
	if err != nil || p.Text != "{}" {
		t.Errorf("got %+v, %v, want the answer of the bot", p, err)
	}
	if n := len(h.w.Recorder.Calls()); n != before {
		t.Errorf("got %d calls to platforms, want none", n-before)
	}
}

func TestAgreementFile(t *testing.T) {
	h := newHarness(t, Config{})
	text, err := os.ReadFile(h.w.agreementPath())
	if err != nil || !strings.Contains(string(text), "样本") || !strings.Contains(string(text), agreementTitle) {
		t.Errorf("got a text of %d bytes, %v, want a specimen", len(text), err)
	}
	files := h.w.Settings()["agreement.files"]
	if !strings.Contains(files, h.w.agreementPath()) || strings.Contains(files, "\n") {
		t.Errorf("got %q, want one line with the path", files)
	}
	dir := h.w.dir
	if err := h.w.Close(h.Ctx); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("got %v, want no directory after Close", err)
	}
}
