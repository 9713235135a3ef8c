package feishu

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestAppLink: the way back to the chat ends at a page, for this app only.
func TestAppLink(t *testing.T) {
	w := newWorld(t)
	for app, want := range map[string]string{"cli_test": "打开和机器人的聊天", "cli_other": "没有这个应用"} {
		resp, err := http.Get(w.api.URL + "/client/bot/open?appId=" + app)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: got HTTP %d %q, want %q", app, resp.StatusCode, body, want)
		}
	}
}
