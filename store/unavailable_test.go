package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"shiming/store/keyset"
)

// TestUnavailable: a temporary failure is distinguished from one that somebody must fix.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dsn := "postgres://somebody:secret@" + free.Addr().String() + "/shiming?sslmode=disable"
	_ = free.Close()
	_, refused := Open(t.Context(), Config{DSN: dsn, Keyset: keyset.New()})
	if refused == nil {
		t.Fatal("a server answered where there is none")
	}
	for _, c := range []struct {
		name string
		err  error
		away bool
	}{
		{"nobody listens", refused, true},
		{"starting", fmt.Errorf("store: open: %w", &pgconn.PgError{Code: "57P03"}), true},
		{"full", &pgconn.PgError{Code: "53300"}, true},
		{"no answer in time", fmt.Errorf("store: open: %w", context.DeadlineExceeded), true},
		{"wrong password", &pgconn.PgError{Code: "28P01"}, false},
		{"no such database", &pgconn.PgError{Code: "3D000"}, false},
		{"wrong keyset", ErrWrongKeyset, false},
		{"bad dsn", ErrPostgresDSN, false},
		{"another one has the file", ErrLocked, false},
		{"something else", errors.New("x"), false},
		{"nothing", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			why, away := Unavailable(c.err)
			if away != c.away || away == (why == "") {
				t.Errorf("%s: %v %q, want %v", c.name, away, why, c.away)
			}
			if strings.Contains(why, "somebody") || strings.Contains(why, "127.0.0.1") {
				t.Errorf("%s: %q shows user or host", c.name, why)
			}
		})
	}
}
