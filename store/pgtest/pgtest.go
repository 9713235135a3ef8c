// Package pgtest starts private PostgreSQL servers and gives each test a database of its own.
//
// A private server lives in a temporary directory and is reachable only by a socket in it. If its
// owner is root, it runs as an unprivileged user, because PostgreSQL refuses root. It ends with the
// process that started it, even if that process is killed. Tests share one server for each test
// binary. SHIMING_TEST_POSTGRES names an existing server to use instead, as a postgres:// URL of a
// user who may create databases. Without a server and without PostgreSQL's programs, tests are
// skipped; with SHIMING_REQUIRE_POSTGRES=1 they fail.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

var (
	// ErrMissing means that there is no server and that none can be started.
	ErrMissing = errors.New("no PostgreSQL: install it (apt-get install postgresql), " +
		"or set SHIMING_TEST_POSTGRES to a postgres:// URL")
	// ErrForeign means that this package did not start the server and so does not stop it.
	ErrForeign = errors.New("the PostgreSQL server of SHIMING_TEST_POSTGRES is not ours to stop")
)

// Server is a running PostgreSQL.
type Server struct {
	URL string // of the database postgres, with a user who may create databases

	process *process // nil for the server of SHIMING_TEST_POSTGRES
}

// Start starts a server with the durability of a default installation: commits survive a power cut.
// It fails with ErrMissing.
func Start() (*Server, error) { return open(true) }

// open returns the server of SHIMING_TEST_POSTGRES, or starts one. A server that is not durable
// loses everything in a power cut, but nothing when it is killed.
func open(durable bool) (*Server, error) {
	if dsn := os.Getenv("SHIMING_TEST_POSTGRES"); dsn != "" {
		return &Server{URL: dsn}, nil
	}
	own, err := launch(durable)
	if err != nil {
		return nil, err
	}
	return &Server{URL: own.url, process: own}, nil
}

// Database creates a database and returns its URL.
func (s *Server) Database(ctx context.Context) (dsn string, err error) {
	_, dsn, err = s.create(ctx, "")
	return dsn, err
}

// create creates a database with the options of CREATE DATABASE.
func (s *Server) create(ctx context.Context, options string) (name, dsn string, err error) {
	at, err := url.Parse(s.URL)
	if err != nil {
		return "", "", errors.New("postgres: SHIMING_TEST_POSTGRES is not a URL")
	}
	name = "shiming_" + strings.ToLower(rand.Text()[:12])
	at.Path = "/" + name
	return name, at.String(), s.exec(ctx, "CREATE DATABASE "+name+options)
}

// Kill stops the server at once, without a clean shutdown: the next start recovers from the log. It
// returns when the server has ended. It fails with ErrForeign.
func (s *Server) Kill() error {
	if s.process == nil {
		return ErrForeign
	}
	return s.process.kill()
}

// Restart starts the server again on the same data and returns when it accepts connections.
func (s *Server) Restart(ctx context.Context) error {
	if s.process == nil {
		return ErrForeign
	}
	if err := s.process.start(); err != nil {
		return err
	}
	return s.process.waitReady(ctx)
}

// Close ends the server and removes its directory. It leaves the server of SHIMING_TEST_POSTGRES
// alone.
func (s *Server) Close() error {
	if s.process == nil {
		return nil
	}
	return s.process.close()
}

// dropDatabase drops a database and ends its sessions.
func (s *Server) dropDatabase(ctx context.Context, dsn string) error {
	at, err := url.Parse(dsn)
	if err != nil {
		return errors.New("postgres: not the URL of a database")
	}
	return s.exec(ctx, "DROP DATABASE "+strings.TrimPrefix(at.Path, "/")+" WITH (FORCE)")
}

// exec runs one statement on the server.
func (s *Server) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.URL)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is left to lose
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	return nil
}

// shared returns the server of this test binary.
var shared = sync.OnceValues(func() (*Server, error) { return open(benchmarking()) })

// DSN creates a database and returns its URL. The end of the test drops the database.
func DSN(t testing.TB) string {
	t.Helper()
	s, err := shared()
	SkipIfMissing(t, err)
	return s.forTest(t, "")
}

// forTest creates a database that the end of the test drops.
func (s *Server) forTest(t testing.TB, options string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, dsn, err := s.create(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // the test's own has ended
		defer cancel()
		if err := s.dropDatabase(ctx, dsn); err != nil {
			t.Fatal(err)
		}
	})
	return dsn
}

// SkipIfMissing skips the test if err is ErrMissing, unless SHIMING_REQUIRE_POSTGRES=1. It fails the test
// for every other error.
func SkipIfMissing(t testing.TB, err error) {
	t.Helper()
	switch {
	case errors.Is(err, ErrMissing) && os.Getenv("SHIMING_REQUIRE_POSTGRES") != "1":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
}
