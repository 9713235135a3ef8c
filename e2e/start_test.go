package e2e

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiming/config"
	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/sim"
)

// TestServeSaysWhatIsWrongAtStart checks that serve names a refused app and a lone admin in its log, at once and with a
// next step. Nothing else would show either before the first employee waits in vain.
func TestServeSaysWhatIsWrongAtStart(t *testing.T) {
	t.Parallel()
	world, err := sim.Start(t.Context(), sim.Config{Seed: 4711})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { harness.CutOff(world) })
	overSocket := map[string]string{
		"feishu.transport":          "websocket",
		"feishu.encrypt_key":        "",
		"feishu.verification_token": "",
	}
	wrongSecret := map[string]string{"feishu.app_secret": "wrongSecretEXAMPLE"}
	wrongID := map[string]string{"feishu.app_id": "cli_other"}
	const (
		app      = "Feishu refuses feishu.app_id or feishu.app_secret"
		longConn = "Feishu refuses the long connection"
		copied   = "copy App ID and App Secret"
	)
	for _, c := range []struct {
		name    string
		socket  bool
		setting map[string]string
		level   string
		says    string
		remedy  string
		code    string
	}{
		{"wrong secret", false, wrongSecret, "ERROR", app, copied, "10015"},
		{"wrong app id", false, wrongID, "ERROR", app, copied, "10003"},
		{"wrong secret, token", true, wrongSecret, "ERROR", app, copied, "10015"},
		{"wrong secret, socket", true, wrongSecret, "ERROR", longConn, copied, "514"},
		{"wrong app id, socket", true, wrongID, "ERROR", longConn, copied, "514"},
		{"one admin", false, map[string]string{"hr.admins": world.Admins()[0]}, "WARN",
			"nobody can review that person's own registration", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, settings := t.TempDir(), world.Settings()
			maps.Copy(settings, map[string]string{
				"server.listen":        "127.0.0.1:0",
				"store.dsn":            "sqlite:" + filepath.Join(dir, "shiming.db"),
				"security.keyset_file": filepath.Join(dir, "keyset.json"),
			})
			if c.socket {
				maps.Copy(settings, overSocket)
			}
			maps.Copy(settings, c.setting)
			file := files.WriteTemp(t, "config.yaml", "")
			p := harness.Command(t.Context(), config.Environ(settings), "serve", "--config", file)
			if err := p.Cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line := lineWith(t, p, c.says)
			if err := p.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if code := p.WaitExit(t); code != 0 {
				t.Errorf("SIGTERM: got exit code %d, want 0: %s", code, p.Out)
			}
			var got struct{ Level, Msg, Remedy, Code string }
			if err := json.Unmarshal([]byte(line), &got); err != nil {
				t.Fatalf("got the line %q, want JSON: %v", line, err)
			}
			if got.Level != c.level || !strings.Contains(got.Remedy, c.remedy) || got.Code != c.code {
				t.Errorf("got %+v, want level %s, code %s and a remedy with %q", got, c.level, c.code, c.remedy)
			}
			if strings.Contains(p.Out.String(), "wrongSecretEXAMPLE") {
				t.Error("got the secret in the log, want it nowhere")
			}
		})
	}
}

// lineWith waits for a line of the program's log with a text.
func lineWith(t *testing.T, p *harness.Program, text string) string {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(harness.TestTimeout()); ; {
		for line := range strings.Lines(p.Out.String()) {
			if strings.HasSuffix(line, "\n") && strings.Contains(line, text) {
				return line
			}
		}
		select {
		case <-tick.C:
		case <-end:
			_ = p.Cmd.Process.Kill()
			_ = p.Cmd.Wait()
			t.Fatalf("got no line with %q, want one in\n%s", text, p.Out)
		}
	}
}
