package app

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiming/config"
	"shiming/sim/vault"
	"shiming/store/keyset"
)

// TestStartWaitsForKeyService: a start waits for a service that is sealed, goes on when it is unsealed, and gives up
// with its words after a minute. A refusal ends the start at once.
func TestStartWaitsForKeyService(t *testing.T) {
	fake := new(vault.Server)
	fake.AddToken("t0k3n")
	fake.AddKey("shiming")
	srv := httptest.NewServer(fake)
	defer srv.Close()
	cfg := config.Defaults()
	cfg.KMS.URI = "hcvault+http://" + strings.TrimPrefix(srv.URL, "http://") + "/transit/keys/shiming"
	cfg.KMS.Token = "t0k3n"
	cfg.Security.KeysetFile = filepath.Join(t.TempDir(), "keyset.json")
	wrapping, err := KeyWrapping(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := keyset.WriteWrapped(cfg.Security.KeysetFile, keyset.New(), wrapping); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	tries, unsealAt := 0, 3
	var told []string
	clock := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	r := startRetry{limit: time.Minute, pause: time.Nanosecond, now: func() time.Time {
		if tries++; tries == unsealAt {
			fake.Seal(false)
		}
		clock = clock.Add(5 * time.Second)
		return clock
	}, waiting: func(what, why string) { told = append(told, what+" "+why) }}
	fake.Seal(true)
	if _, err := r.loadKeys(t.Context(), cfg, wrapping, log); err != nil || !strings.Contains(said.String(), "is sealed") {
		t.Errorf("after the unsealing: %v, said %s", err, said.String())
	}
	if len(told) == 0 || told[0] != "key_service sealed" {
		t.Errorf("told %q, want that the key service is sealed", told)
	}
	tries, unsealAt = 0, -1
	fake.Seal(true)
	_, err = r.loadKeys(t.Context(), cfg, wrapping, log)
	if wrap, ok := errors.AsType[*keyset.WrapError](err); !ok || !wrap.Temporary() || tries < 10 {
		t.Errorf("sealed for longer: %v after %d looks at the clock", err, tries)
	}
	fake.Seal(false)
	fake.RevokeToken("t0k3n")
	tries = 0
	if _, err := r.loadKeys(t.Context(), cfg, wrapping, log); err == nil || tries > 1 {
		t.Errorf("a refusal: %v after %d looks at the clock, want none", err, tries)
	}
}
