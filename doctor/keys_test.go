package doctor

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiming/config"
	"shiming/flows"
	simvault "shiming/sim/vault"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/keyset/vault"
)

// keyedDatabase makes a key file and a database, and the doctor that looks at them.
func keyedDatabase(t *testing.T) (d *Doctor, command func() *store.Store) {
	t.Helper()
	dir := t.TempDir()
	cfg := config.Defaults()
	cfg.Store.DSN = "sqlite:" + filepath.Join(dir, "bot.db")
	cfg.Security.KeysetFile = filepath.Join(dir, "keyset.json")
	must(t, keyset.Write(cfg.Security.KeysetFile, keyset.New()))
	open := func(beside bool) *store.Store {
		keys, err := keyset.Load(cfg.Security.KeysetFile)
		must(t, err)
		s, err := store.Open(t.Context(), store.Config{DSN: cfg.Store.DSN, Keyset: keys, Beside: beside})
		must(t, err)
		return s
	}
	must(t, open(false).Close())
	return &Doctor{cfg: cfg, Now: time.Now}, func() *store.Store {
		s := open(true)
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func rotate(ctx context.Context, s *store.Store) error {
	_, err := s.RotateKeys(ctx, store.RotateConfig{
		Index:    func(*flows.Case) []byte { return nil },
		Progress: func(store.KeyProgress) {},
	})
	return err
}

func (d *Doctor) finds(t *testing.T, r result, want Outcome, zh, en string) {
	t.Helper()
	if r.outcome != want || !strings.Contains(r.found.ZH, zh) || !strings.Contains(r.found.EN, en) {
		t.Errorf("%s: %q, %q, want %s with %q and %q", r.outcome, r.found.ZH, r.found.EN, want, zh, en)
	}
	if want != OK && (r.remedy.ZH == "" || r.remedy.EN == "") {
		t.Errorf("%q has no remedy", r.found.EN)
	}
}

// TestKeyEpochs: the check tells the age of the keys, a rotation that was cut off, a former copy of the key file, and a
// copy that still holds destroyed keys.
func TestKeyEpochs(t *testing.T) {
	d, command := keyedDatabase(t)
	ctx := t.Context()
	file := d.cfg.Security.KeysetFile
	d.finds(t, d.checkKeyset(ctx), OK, "", "")
	d.Now = func() time.Time { return time.Now().Add(400 * 24 * time.Hour) }
	d.finds(t, d.checkKeyset(ctx), Warning, "已经用了 400 天", "400 days old")
	d.Now = time.Now

	former, err := os.ReadFile(file)
	must(t, err)
	keys, err := keyset.Load(file)
	must(t, err)
	next, err := keys.WithNewEpoch()
	must(t, err)
	must(t, keys.Put(next))
	d.finds(t, d.checkKeyset(ctx), Warning, "没有做完", "not finished")
	must(t, rotate(ctx, command()))
	d.finds(t, d.checkKeyset(ctx), OK, "", "")
	both, err := os.ReadFile(file)
	must(t, err)

	must(t, os.WriteFile(file, former, 0o600))
	d.finds(t, d.checkKeyset(ctx), Problem, "旧副本", "before the keys were rotated")
	must(t, os.WriteFile(file, both, 0o600))
	_, err = command().RetireKeys(ctx, store.RetireConfig{Epoch: 1, Now: time.Now()})
	must(t, err)
	d.finds(t, d.checkKeyset(ctx), OK, "", "")
	must(t, os.WriteFile(file, both, 0o600))
	d.finds(t, d.checkKeyset(ctx), Problem, "版本 1 已销毁", "epoch 1 was retired")
}

// TestKeyService: the check tells why the service cannot be used, and that the keys are not wrapped yet.
func TestKeyService(t *testing.T) {
	d, _ := keyedDatabase(t)
	if r := d.checkKMS(t.Context()); r.outcome != "" {
		t.Errorf("without kms.uri: %v", r)
	}
	fake := new(simvault.Server)
	fake.AddToken("t0k3n")
	fake.AddKey("shiming")
	srv := httptest.NewServer(fake)
	defer srv.Close()
	d.cfg.KMS.URI = "hcvault+http://" + strings.TrimPrefix(srv.URL, "http://") + "/transit/keys/shiming"
	d.cfg.KMS.Token = "t0k3n"
	d.finds(t, d.checkKMS(t.Context()), OK, "", "")
	d.finds(t, d.checkKeyset(t.Context()), Warning, "还是明文", "still in clear")
	w, _, err := d.wrapping()
	must(t, err)
	keys, err := keyset.Load(d.cfg.Security.KeysetFile)
	must(t, err)
	must(t, keyset.Replace(d.cfg.Security.KeysetFile, keys, w))
	d.finds(t, d.checkKeyset(t.Context()), OK, "", "")
	d.cfg.KMS.Token = "another"
	d.finds(t, d.checkKeyset(t.Context()), Problem, "kms.token 是否还有效", "denies it")
	fake.AddRole("role", "secret", time.Hour, time.Hour)
	d.cfg.KMS.Token, d.cfg.KMS.RoleID, d.cfg.KMS.SecretID = "", "role", "secret"
	d.finds(t, d.checkKeyset(t.Context()), OK, "", "")
	d.cfg.KMS.SecretID = "another"
	d.finds(t, d.checkKeyset(t.Context()), Problem, "kms.role_id", "refuses the login")
	d.cfg.KMS.CAFile = filepath.Join(t.TempDir(), "none")
	d.finds(t, d.checkKMS(t.Context()), Problem, "kms.ca_file", "kms.ca_file")
	d.cfg.KMS.CAFile = ""
	fake.Seal(true)
	d.finds(t, d.checkKMS(t.Context()), Problem, "封存", "sealed")
	srv.Close()
	d.finds(t, d.checkKMS(t.Context()), Problem, "连不上", "cannot be reached")
}

func TestKeyServiceTexts(t *testing.T) {
	for _, code := range vault.Codes() {
		if chineseKMS[code] == "" {
			t.Errorf("%s has no Chinese text", code)
		}
	}
}
