// Package pgtest gives each test a PostgreSQL database of its own.
//
// It starts one private server per test binary, in a temporary directory, reachable by a
// socket in it only, as an unprivileged user when the tests run as root (PostgreSQL refuses
// root). The server ends with the test binary, also when that is killed. Where a server is
// at hand, SHIMING_TEST_POSTGRES names it instead, as a postgres:// URL of a user who may
// create databases. Where there is neither, tests are skipped; with
// SHIMING_REQUIRE_POSTGRES=1 they fail.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// errMissing: no server is at hand and none can be started.
var errMissing = errors.New("no PostgreSQL: install it (apt-get install postgresql), or set SHIMING_TEST_POSTGRES to a postgres:// URL")

var server = sync.OnceValues(func() (*url.URL, error) {
	if dsn := os.Getenv("SHIMING_TEST_POSTGRES"); dsn != "" {
		return url.Parse(dsn)
	}
	return start()
})

// DSN creates a database and returns its URL. The database is dropped when the test ends.
func DSN(t testing.TB) string {
	t.Helper()
	at, err := server()
	switch {
	case errors.Is(err, errMissing) && os.Getenv("SHIMING_REQUIRE_POSTGRES") != "1":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	name := "shiming_" + strings.ToLower(rand.Text()[:12])
	run(t, at, "CREATE DATABASE "+name)
	t.Cleanup(func() { run(t, at, "DROP DATABASE "+name+" WITH (FORCE)") })
	db := *at
	db.Path = "/" + name
	return db.String()
}

// run executes one statement on the server. A test's own context ends before its cleanups.
func run(t testing.TB, at *url.URL, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, at.String())
	if err != nil {
		t.Fatalf("postgres: %v", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is left to lose
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("postgres: %v", err)
	}
}
