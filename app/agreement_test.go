package app

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiming/config"
	"shiming/e2e/files"
	"shiming/flows"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/web"
)

// pageConfig returns a configuration with an agreement page, whose text is as given.
func pageConfig(t *testing.T, dir, text string, env ...string) config.Config {
	t.Helper()
	for name, content := range map[string]string{
		"config.yaml": files.CompleteConfig + `
agreement:
  files:
    - {title: 隐私政策, version: "1", path: ` + filepath.Join(dir, "privacy.txt") + `}
    - {title: 数字证书服务协议, version: "2025", path: ` + filepath.Join(dir, "cert.txt") + `}
`,
		"privacy.txt": "隐私",
		"cert.txt":    text,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(filepath.Join(dir, "config.yaml"), append([]string{
		"SHIMING_SERVER_PUBLIC_URL=https://hr.example.com",
		"SHIMING_SERVER_LISTEN=127.0.0.1:0",
		"SHIMING_SERVER_ADMIN_LISTEN=",
		"SHIMING_STORE_DSN=sqlite:" + filepath.Join(dir, "db"),
		"SHIMING_SECURITY_KEYSET_FILE=" + filepath.Join(dir, "keyset.json"),
		"SHIMING_ESIGN_EVIDENCE_REVISION=2025-10",
	}, env...))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestAppServesTheAgreements builds the bot: the texts are kept, the policy's links open on the page, and a text that
// changes without a new version refuses the start.
func TestAppServesTheAgreements(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var log bytes.Buffer
	o := Options{Log: slog.New(slog.NewTextHandler(&log, nil))}
	cfg := pageConfig(t, dir, "第一版")
	a, err := New(t.Context(), cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	page := a.engine.Policy.Page
	if page == nil || len(page.Files) != 2 || page.Files[0].Title != "数字证书服务协议" || page.ReadType != flows.ReadCheck ||
		page.Login != flows.LoginFeishu || a.engine.Policy.Revision != flows.Revision202510 {
		t.Fatalf("got %+v, want both texts, CHECK, feishu and 2025-10", page)
	}
	if !strings.Contains(log.String(), "server.trusted_proxies is empty") {
		t.Errorf("got no warning about the proxy: %s", &log)
	}
	handler := a.pages.public(http.NotFoundHandler(), true)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		return w
	}
	// The file changes on the disk while the program runs: what people are shown and what is recorded stay as they are.
	if err := os.WriteFile(filepath.Join(dir, "cert.txt"), []byte("第三版"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := get(web.Prefix + "text/" + page.Files[0].SHA256)
	if text.Code != http.StatusOK || text.Body.String() != "第一版" {
		t.Errorf("got %d %s, want the text", text.Code, text.Body)
	}
	l := flows.AgreementLink{CaseID: "01970000-0000-7000-8000-000000000001", Rev: 1}
	link := page.Link(l, a.store.Now().Add(time.Hour))
	path, ours := strings.CutPrefix(link, "https://hr.example.com")
	// The link is authentic, and there is no such case.
	if got := get(path); !ours || got.Code != http.StatusGone || !strings.Contains(got.Body.String(),
		"https://applink.feishu.cn/client/bot/open?appId="+cfg.Feishu.AppID) {
		t.Errorf("got %d for %s: %s", got.Code, link, got.Body)
	}
	if got := get(path + "x"); got.Code != http.StatusNotFound {
		t.Errorf("got %d for a forged link, want 404", got.Code)
	}
	if got := get("/metrics").Body.String(); !strings.Contains(got, `shiming_agreement_pages_total{outcome="gone"} 1`) ||
		!strings.Contains(got, `shiming_agreement_pages_total{outcome="no_address"} 0`) {
		t.Errorf("got\n%s\nwant the answers counted", got)
	}
	a.Close()

	changed, err := New(t.Context(), pageConfig(t, dir, "第二版"), o)
	if !errors.Is(err, store.ErrAgreementChanged) || !strings.HasPrefix(err.Error(),
		"agreement.files: the text of 《数字证书服务协议》 version 2025 has changed since it was first used; give it another version") {
		t.Errorf("got %v, want the title and version that changed", err)
		changed.Close()
	}
}

// TestOlderTextsStay: a text that the configuration no longer names can still be read.
func TestOlderTextsStay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Config{DSN: "sqlite:" + filepath.Join(dir, "texts"), Keyset: keyset.New()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	page, err := agreementPage(t.Context(), pageConfig(t, dir, "第一版"), s)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second start keeps nothing new
		if _, err := agreementPage(t.Context(), pageConfig(t, dir, "第一版"), s); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := s.AgreementText(t.Context(), page.Files[0].SHA256); err != nil || string(text) != "第一版" {
		t.Errorf("got %q, %v, want the text", text, err)
	}
	none := pageConfig(t, dir, "第一版")
	none.Server.PublicURL = ""
	if page, err := agreementPage(t.Context(), none, s); page != nil || err != nil {
		t.Errorf("got %v, %v without a public address, want no page", page, err)
	}
}

func TestWarnOfProxy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		env  string
		want bool
	}{
		"https without proxies": {"SHIMING_SERVER_TRUSTED_PROXIES=", true},
		"https with proxies":    {"SHIMING_SERVER_TRUSTED_PROXIES=10.0.0.0/8", false},
		"http on this machine":  {"SHIMING_SERVER_PUBLIC_URL=http://127.0.0.1:8080", false},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			warnOfProxy(pageConfig(t, dir, "x", tt.env), slog.New(slog.NewTextHandler(&log, nil)))
			if got := strings.Contains(log.String(), "WARN"); got != tt.want {
				t.Errorf("got a warning %v, want %v: %s", got, tt.want, &log)
			}
		})
	}
}

func TestWarnWithoutPage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const old, nowhere, nothing = "SHIMING_ESIGN_EVIDENCE_REVISION=2024", "SHIMING_SERVER_PUBLIC_URL=",
		"SHIMING_VERIFICATION_METHOD=none"
	for name, tt := range map[string]struct {
		env  []string
		want string // of the warning; "" wants none
	}{
		"2025-10":              {nil, ""},
		"2024":                 {[]string{old}, "it is configured so"},
		"2024 without address": {[]string{old, nowhere}, "without server.public_url"},
		"nothing is filed":     {[]string{old, nothing}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			warnWithoutPage(pageConfig(t, dir, "x", tt.env...), slog.New(slog.NewTextHandler(&log, nil)))
			if got := log.String(); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestChatURL(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://open.feishu.cn":     "https://applink.feishu.cn/client/bot/open?appId=cli_1",
		"https://open.larksuite.com": "https://applink.larksuite.com/client/bot/open?appId=cli_1",
		"http://127.0.0.1:8081":      "http://127.0.0.1:8081/client/bot/open?appId=cli_1",
	} {
		t.Run(base, func(t *testing.T) {
			var cfg config.Config
			cfg.Feishu.BaseURL, cfg.Feishu.AppID = base, "cli_1"
			if got := chatURL(cfg); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
