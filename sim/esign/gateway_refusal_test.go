package esign_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestGatewayRefuses(t *testing.T) {
	const prefix = "X-Tsign-Open-"
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	stamp := func(off time.Duration) func(*http.Request) {
		return set(prefix+"Ca-Timestamp", strconv.FormatInt(start.Add(off).UnixMilli(), 10))
	}
	for _, tc := range []struct {
		name, want string
		change     func(*http.Request)
	}{
		{"no app", "缺少参数", func(r *http.Request) { r.Header.Del(prefix + "App-Id") }},
		{"another app", "无效的应用", set(prefix+"App-Id", "5111000001")},
		{"no mode", "TOKEN_CANT_BE_NULL", func(r *http.Request) { r.Header.Del(prefix + "Auth-Mode") }},
		{"token mode", "AUTHSTRATEGY_NOT_FOUND", set(prefix+"Auth-Mode", "Token")},
		{"no time", "缺少参数", func(r *http.Request) { r.Header.Del(prefix + "Ca-Timestamp") }},
		{"no signature", "缺少参数", func(r *http.Request) { r.Header.Del(prefix + "Ca-Signature") }},
		{"seconds", "INVALID_TIMESTAMP", set(prefix+"Ca-Timestamp", strconv.FormatInt(start.Unix(), 10))},
		{"words", "INVALID_TIMESTAMP", set(prefix+"Ca-Timestamp", "now")},
		{"15 minutes ago", "", stamp(-15 * time.Minute)},
		{"in 15 minutes", "", stamp(15 * time.Minute)},
		{"longer ago", "INVALID_TIMESTAMP", stamp(-15*time.Minute - time.Millisecond)},
		{"later", "INVALID_TIMESTAMP", stamp(15*time.Minute + time.Millisecond)},
		{"wrong signature", "INVALID_SIGNATURE", set(prefix+"Ca-Signature", "AAAA")},
		{"accept changed after signing", "INVALID_SIGNATURE", set("Accept", "application/json")},
		{"type changed after signing", "INVALID_SIGNATURE", set("Content-Type", "application/json;charset=UTF-8")},
		{"body changed after signing", "INVALID_SIGNATURE", func(r *http.Request) {
			r.Body, r.ContentLength, r.GetBody = io.NopCloser(strings.NewReader("{}")), 2, nil
		}},
		{"query changed after signing", "INVALID_SIGNATURE", func(r *http.Request) { r.URL.RawQuery = "a=1" }},
	} {
		for _, target := range []string{"/v3/files/file-upload-url", "/v3/no/such/path"} {
			t.Run(tc.name+" "+target, func(t *testing.T) {
				p := setup(t, "", 0)
				r := p.call("POST", target, `{"a":1}`, tc.change)
				if tc.want == "" {
					if r.Status == 401 {
						t.Errorf("refused: %s", r.body)
					}
					return
				}
				if r.Status != 401 || r.Success == nil || *r.Success || r.Code != 401 || r.Message != tc.want ||
					strings.Contains(r.body, `"data"`) {
					t.Errorf("got %d %s, want %s", r.Status, r.body, tc.want)
				}
			})
		}
	}
	p := setup(t, "", 0)
	if r := p.call("POST", "/v3/no/such/path", "{}", nil); r.Status != 404 {
		t.Errorf("unknown path: %d %s, want 404", r.Status, r.body)
	}
	if r := p.call("POST", "/v3/files/file-upload-url", strings.Repeat(" ", 2<<20), nil); r.Status != 413 {
		t.Errorf("endless body: %d, want 413", r.Status)
	}
}
