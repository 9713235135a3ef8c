package esign

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNewBaseURL(t *testing.T) {
	tests := []struct {
		url string
		ok  bool
	}{
		{ProductionURL, true},
		{SandboxURL, true},
		{"https://esign.internal:8443", true},
		{"http://127.0.0.1:8080", true},
		{"http://127.9.9.9", true},
		{"http://[::1]:8080", true},
		{"http://localhost:9", true},
		{"http://openapi.esign.cn", false},
		{"http://localhost.evil.cn", false},
		{"http://0.0.0.0:80", false},
		{"https://openapi.esign.cn/", false},
		{"https://openapi.esign.cn/v3", false},
		{"https://openapi.esign.cn?x", false},
		{"https://openapi.esign.cn?", false},
		{"https://openapi.esign.cn#", false},
		{"https://user:pw@openapi.esign.cn", false},
		{"https://:443", false},
		{"ftp://openapi.esign.cn", false},
		{"openapi.esign.cn", false},
		{"", false},
		{"https://%zz", false},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			_, err := New(Config{
				BaseURL:   tt.url,
				AppID:     testAppID,
				AppSecret: testSecret,
				Revision:  Revision2024,
			})
			if (err == nil) != tt.ok {
				t.Errorf("New with base url %q: error %v, want ok %v", tt.url, err, tt.ok)
			}
		})
	}
}

func TestNewReportsEveryMistakeWithoutValues(t *testing.T) {
	_, err := New(Config{
		BaseURL:          "http://secret-host.example",
		AppID:            "has space",
		AppSecret:        " ",
		Revision:         "2023",
		VerifyTimeLayout: "15:04",
		Timeout:          -1,
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"base url", "app id", "app secret", "revision", "layout", "timeouts"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not mention %q: %v", want, err)
		}
	}
	for _, leak := range []string{"secret-host", "has space", "2023"} {
		if strings.Contains(err.Error(), leak) {
			t.Errorf("error shows %q", leak)
		}
	}
}

func TestVerifyTimeLayouts(t *testing.T) {
	for layout, ok := range map[string]bool{
		"": true, "20060102": true, "2006-01-02 15:04:05": true, "2006/01/02": true, "2006年01月02日": true,
		"yyyyMMdd": false, "2006-01": false, "15:04:05": false,
	} {
		t.Run(layout, func(t *testing.T) {
			_, err := New(Config{
				BaseURL:          SandboxURL,
				AppID:            testAppID,
				AppSecret:        testSecret,
				Revision:         Revision202510,
				VerifyTimeLayout: layout,
			})
			if (err == nil) != ok {
				t.Errorf("layout %q: error %v, want ok %v", layout, err, ok)
			}
		})
	}
}

// TestSecretNeverShows prints a configuration and a client with every verb. None shows the secret.
func TestSecretNeverShows(t *testing.T) {
	c := newClient(t, SandboxURL)
	cfg := Config{BaseURL: SandboxURL, AppSecret: testSecret}
	up := Upload{FileID: frontID, URL: "https://oss.esign.cn/x?Signature=canary-signature"}
	var out strings.Builder
	log := slog.New(slog.NewJSONHandler(&out, nil))
	for _, v := range []any{c, *c, cfg, &cfg, cfg.AppSecret, up, &up, up.URL,
		map[string]any{"a": up.URL, "b": cfg.AppSecret}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		if b, err := json.Marshal(v); err == nil {
			out.Write(b)
		}
		log.Info("x", "v", v)
	}
	for _, leak := range []string{testSecret, fmt.Sprintf("%x", testSecret), fmt.Sprintf("%X", testSecret),
		"canary-signature"} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("output contains %q", leak)
		}
	}
}
