package e2e

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"shiming/app"
	"shiming/config"
	"shiming/e2e/harness"
	"shiming/sim/vault"
	"shiming/store/keyset"
)

// keysCommand runs `shiming keys …` in a process of its own, on the database of the bot in this one.
func keysCommand(h *harness.Harness, args ...string) (code int, out string) {
	h.Helper()
	env := config.Environ(h.Values)
	empty := filepath.Join(h.TempDir(), "config.yaml")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		h.Fatal(err)
	}
	return harness.Command(h.Ctx, env, append(append([]string{"keys"}, args...), "--config", empty)...).Run(h.T)
}

// says runs a command that must end with a code and say all words.
func says(h *harness.Harness, code int, words []string, args ...string) {
	h.Helper()
	got, out := keysCommand(h, args...)
	if got != code {
		h.Fatalf("keys %v: %d %s, want %d", args, got, out, code)
	}
	for _, w := range words {
		if !strings.Contains(out, w) {
			h.Errorf("keys %v said %q, want %q in it", args, out, w)
		}
	}
}

// TestKeysWhileServing: the keys are listed, rotated and retired by commands while the bot works. People on their way
// go on, and the bot starts with what is left.
func TestKeysWhileServing(t *testing.T) {
	h := harness.Start(t, harness.Setup{HR: harness.Diligent})
	before, during := h.Hire(), h.Hire()
	before.ToCode()
	during.ToForm()

	says(h, 0, []string{"EPOCH", "in use"}, "list")
	says(h, 1, []string{"shiming keys rotate"}, "retire", "1")
	says(h, 0, []string{"rotated to key epoch 2", "shiming keys retire 1"}, "rotate")
	code, out := keysCommand(h, "list")
	if code != 0 || !strings.Contains(out, "old") || !strings.Contains(out, "PROCESS") {
		t.Errorf("list: %d %s", code, out)
	}
	submitForm(during)
	during.CheckFiled()

	says(h, 0, []string{"no longer in", "Destroy every other copy"}, "retire", "1")
	says(h, 1, []string{"does not hold"}, "retire", "1")
	says(h, 0, []string{"retired"}, "list")
	h.StopBot()
	h.StartBot()
	before.TypeCode()
	before.CheckFiled()
	before.Say("我的资料")
	before.WaitForCard("我的资料")
}

// TestKeysOfAnotherInstallation: each command refuses a key file that belongs elsewhere, is cut off or open to others,
// and changes neither file nor database.
func TestKeysOfAnotherInstallation(t *testing.T) {
	h := harness.Start(t, harness.Setup{})
	p := h.Hire()
	p.ToForm()
	file := h.Values["security.keyset_file"]
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := keyset.Write(bad, keyset.New()); err != nil {
		t.Fatal(err)
	}
	h.Values["security.keyset_file"] = bad
	says(h, 1, []string{"security.keyset_file", "not the one"}, "rotate")
	for words, change := range map[string]func() error{
		"cut off":   func() error { return os.WriteFile(bad, good[:len(good)/3], 0o600) },
		"chmod 600": func() error { return os.Chmod(bad, 0o644) },
	} {
		if err := os.WriteFile(bad, good, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := change(); err != nil {
			t.Fatal(err)
		}
		says(h, 1, []string{"security.keyset_file", words}, "rotate")
		says(h, 1, []string{"security.keyset_file", words}, "list")
		if err := os.Chmod(bad, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.Values["security.keyset_file"] = file
	if now, err := os.ReadFile(file); err != nil || string(now) != string(good) {
		t.Error("the key file has changed")
	}
	submitForm(p)
}

// TestKeysByVault: the key file is wrapped by Vault. The bot asks it once at its start and goes on without it; a
// rotation without it changes nothing and says why, and succeeds when it is back.
func TestKeysByVault(t *testing.T) {
	fake := new(vault.Server)
	fake.AddToken("t0k3n")
	fake.AddKey("shiming")
	srv := httptest.NewServer(fake)
	defer srv.Close()
	uri := "hcvault+http://" + strings.TrimPrefix(srv.URL, "http://") + "/transit/keys/shiming"
	h := harness.Start(t, harness.Setup{
		HR:       harness.Diligent,
		Settings: map[string]string{"kms.uri": uri, "kms.token": "t0k3n"},
	})
	if !strings.Contains(h.Logs.String(), "are in clear") {
		t.Error("the bot does not say that the keys are not wrapped yet")
	}
	says(h, 0, []string{"rotated to key epoch 2"}, "rotate")
	file := h.Values["security.keyset_file"]
	wrapped, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(wrapped), "keyData") || !strings.Contains(string(wrapped), uri) {
		t.Fatalf("the key file is not wrapped (%v)", err)
	}
	h.StopBot()
	asked := fake.Calls("decrypt")
	h.StartBot()
	if n := fake.Calls("decrypt") - asked; n != 1 {
		t.Errorf("the start asked %d times, want once", n)
	}
	fake.Seal(true)
	h.Advance(25 * time.Hour) // nothing runs out when the service is away for a day
	p := h.Hire()
	p.ToForm()
	asked = fake.Calls("decrypt") + fake.Calls("encrypt")
	submitForm(p)
	p.CheckFiled()
	if n := fake.Calls("decrypt") + fake.Calls("encrypt") - asked; n != 0 {
		t.Errorf("a registration asked the service %d times", n)
	}
	says(h, 1, []string{"security.keyset_file", "is sealed"}, "rotate")
	if now, err := os.ReadFile(file); err != nil || string(now) != string(wrapped) {
		t.Error("a rotation without the service has changed the key file")
	}
	fake.Seal(false)
	says(h, 0, []string{"rotated to key epoch 3"}, "rotate")
	h.StopBot()

	// Without the service, or with a token that is no longer valid, nobody opens the file.
	fake.RevokeToken("t0k3n")
	cfg, err := config.FromValues(h.Values)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(h.Ctx, cfg, app.Options{Log: h.Logger()})
	if err == nil || !strings.Contains(err.Error(), "denies it") {
		t.Errorf("a start with a revoked token: %v", err)
		if a != nil {
			a.Close()
		}
	}
	fake.AddToken("t0k3n")

	// The same keys go under a key from the configuration, without the service afterwards.
	from := filepath.Join(t.TempDir(), "from.yaml")
	if err := os.WriteFile(from, []byte("kms: {uri: \""+uri+"\", token: t0k3n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	delete(h.Values, "kms.uri")
	delete(h.Values, "kms.token")
	h.Values["security.wrapping_key"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	says(h, 1, []string{"security.keyset_file", "not by security.wrapping_key"}, "rewrap")
	says(h, 0, []string{"the same keys"}, "rewrap", "--from", from)
	srv.Close()
	h.StartBot()
	says(h, 0, []string{"in use"}, "list")
	p.Say("我的资料")
	p.WaitForCard("我的资料")
}

// TestStartWithoutTheKeyService: the service is away when the bot starts. The process is alive and says for whom it
// waits; when the service is back, the bot opens its keys on the same port and works. It logs in by AppRole.
func TestStartWithoutTheKeyService(t *testing.T) {
	fake := new(vault.Server)
	fake.AddKey("shiming")
	fake.AddRole("role", "secret", time.Hour, 24*time.Hour)
	srv := httptest.NewServer(fake)
	defer srv.Close()
	h := harness.Start(t, harness.Setup{
		HR: harness.Diligent,
		Settings: map[string]string{
			"kms.uri":       "hcvault+http://" + strings.TrimPrefix(srv.URL, "http://") + "/transit/keys/shiming",
			"kms.role_id":   "role",
			"kms.secret_id": "secret",
		},
	})
	says(h, 0, []string{"rotated to key epoch 2"}, "rotate")
	h.StopBot()
	fake.Seal(true)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.Values["server.listen"] = free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	url := "http://" + h.Values["server.listen"]
	answer := func(path string) string {
		res, err := http.Get(url + path) //nolint:noctx // a test's
		if err != nil {
			return ""
		}
		defer res.Body.Close() //nolint:errcheck // a test's
		raw, _ := io.ReadAll(res.Body)
		return string(raw)
	}
	want := `{"error":"not_ready","waiting_for":"key_service","why":"sealed"}`
	alive := make(chan string, 1)
	go func() { // beside the start, which the service holds up
		for h.Ctx.Err() == nil && answer("/readyz") != want {
			runtime.Gosched()
		}
		alive <- answer("/healthz")
		fake.Seal(false)
	}()
	h.StartBot()
	if got := <-alive; got != `{"status":"ok"}` {
		t.Errorf("healthz while the start waits: %s", got)
	}
	h.Until("the bot is ready", func() bool { return answer("/readyz") == `{"status":"ready"}` })
	p := h.Hire()
	p.ToForm()
	submitForm(p)
	p.CheckFiled()
}
