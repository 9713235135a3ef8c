package pgtest

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestKillAndUp: committed rows survive two kills of the server.
func TestKillAndUp(t *testing.T) {
	if os.Getenv("SHIMING_TEST_POSTGRES") != "" {
		t.Skip("the server is not ours")
	}
	s, err := Start()
	SkipIfMissing(t, err)
	dsn, err := s.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	do := func(statement string) error {
		conn, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			return err
		}
		defer conn.Close(t.Context()) //nolint:errcheck // nothing is left to lose
		_, err = conn.Exec(t.Context(), statement)
		return err
	}
	if err := do("CREATE TABLE kept (id BIGINT)"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := do("INSERT INTO kept VALUES (1)"); err != nil {
			t.Fatal(err)
		}
		if err := s.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := do("SELECT 1"); err == nil {
			t.Error("a killed server answers")
		}
		if err := s.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := do("DO $$ BEGIN IF (SELECT count(*) FROM kept) <> 2 THEN RAISE 'lost'; END IF; END $$"); err != nil {
		t.Error(err)
	}
	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(at.Query().Get("host")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory is still there: %v, want %v", err, fs.ErrNotExist)
	}
}

// TestForeign: the server of SHIMING_TEST_POSTGRES is used but not stopped.
func TestForeign(t *testing.T) {
	s := &Server{URL: "postgres://somebody@127.0.0.1/postgres"}
	if err := s.Kill(); !errors.Is(err, ErrForeign) {
		t.Error(err)
	}
	if err := s.Restart(t.Context()); !errors.Is(err, ErrForeign) {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
