package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"shiming/flows"
	"shiming/store/keyset"
)

func TestPostgresDSN(t *testing.T) {
	for _, dsn := range []string{
		"postgres://user:secret@host:port/db",
		"postgres://user:secret@host/db?pool_max_conns=2",
		"postgresql://user:secret@host/db?pool_max_conns=many",
		"postgres://user:secret@host/db?sslmode=perhaps",
	} {
		_, err := Open(t.Context(), Config{DSN: dsn, Keyset: keyset.New()})
		if !errors.Is(err, ErrPostgresDSN) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %v", dsn, err, ErrPostgresDSN)
		}
	}
	_, err := Open(t.Context(), Config{DSN: "postgres://user:secret@127.0.0.1:1/db", Keyset: keyset.New()})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("without a server: %v, want an error without the password", err)
	}
	for dsn, want := range map[string]int32{
		"postgres://host/db":                  defaultPoolSize,
		"postgres://host/db?pool_max_conns=7": 7,
	} {
		t.Run(dsn, func(t *testing.T) {
			pool, err := poolConfig(Config{DSN: dsn})
			must(t, err)
			if pool.MaxConns != want {
				t.Errorf("%d connections, want %d", pool.MaxConns, want)
			}
			if got := pool.ConnConfig.ConnectTimeout; got != dialTimeout {
				t.Errorf("connect timeout %s, want %s", got, dialTimeout)
			}
			if got := pool.ConnConfig.RuntimeParams["application_name"]; got != "shiming" {
				t.Errorf("application name %q, want shiming", got)
			}
		})
	}
}

func TestSessionSettings(t *testing.T) {
	onDatabase(t, "postgres", func(t *testing.T, ts *testStore) {
		for sync, want := range map[string]string{"full": "on", "normal": "off"} {
			t.Run(sync, func(t *testing.T) {
				cfg := ts.cfg
				cfg.Sync = sync
				s := mustOpen(t, cfg)
				for name, want := range map[string]string{
					"synchronous_commit":                  want,
					"lock_timeout":                        "15s",
					"idle_in_transaction_session_timeout": "30s",
				} {
					t.Run(name, func(t *testing.T) {
						var got string
						must(t, s.backend.write.QueryRowContext(t.Context(), "SHOW "+name).Scan(&got))
						if got != want {
							t.Errorf("sync %s: %s is %s, want %s", sync, name, got, want)
						}
					})
				}
			})
		}
	})
}

func TestReadyNeedsWritableServer(t *testing.T) {
	onDatabase(t, "postgres", func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		for _, readOnly := range []bool{false, true} {
			tx, err := ts.backend.write.BeginTx(ctx, &sql.TxOptions{ReadOnly: readOnly})
			must(t, err)
			if err := ts.backend.writable(ctx, tx); (err != nil) != readOnly {
				t.Errorf("read only %v: writable = %v", readOnly, err)
			}
			must(t, tx.Rollback())
		}
	})
}

// TestBrokenConnections: the store continues after the server has closed every connection, as in a
// restart.
func TestBrokenConnections(t *testing.T) {
	onDatabase(t, "postgres", func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		runs := make(jobRuns, 10)
		ts.startJobs(t, func(_ context.Context, j flows.Job) error {
			runs <- j
			return nil
		})
		ts.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "before"})
		runs.next(t)
		admin, err := pgx.Connect(ctx, ts.cfg.DSN)
		must(t, err)
		defer admin.Close(context.WithoutCancel(ctx)) //nolint:errcheck // was only asked
		_, err = admin.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		must(t, err)
		ts.enqueue(t, flows.Job{Kind: flows.JobShow, Case: "after"})
		for j := runs.next(t); j.Case != "after"; j = runs.next(t) { // the first job may run again
		}
		ts.view(t, func(v flows.View) error {
			_, err := v.CountByState(ctx, "t1")
			return err
		})
		must(t, ts.Ready(ctx))
	})
}

// TestBorrowedTx: River can set savepoints but cannot end the transaction.
func TestBorrowedTx(t *testing.T) {
	onDatabase(t, "postgres", func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		conn, err := pgx.Connect(ctx, ts.cfg.DSN)
		must(t, err)
		defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is left
		outer, err := conn.Begin(ctx)
		must(t, err)
		var tx pgx.Tx = borrowedTx{conn, 0}
		if tx.Commit(ctx) == nil || tx.Rollback(ctx) == nil {
			t.Error("the borrowed transaction was ended")
		}
		for _, keep := range []bool{true, false} {
			inner, err := tx.Begin(ctx)
			must(t, err)
			deeper, err := inner.Begin(ctx)
			must(t, err)
			_, err = deeper.Exec(ctx, `INSERT INTO settings VALUES ('t1', $1, 'v')`,
				map[bool]string{true: "kept", false: "undone"}[keep])
			must(t, err)
			must(t, deeper.Commit(ctx))
			if keep {
				must(t, inner.Commit(ctx))
			} else {
				must(t, inner.Rollback(ctx))
			}
		}
		must(t, outer.Commit(ctx))
		kept := ts.countRows(t, "settings WHERE key = 'kept'")
		undone := ts.countRows(t, "settings WHERE key = 'undone'")
		if kept != 1 || undone != 0 {
			t.Errorf("kept %d, undone %d, want 1, 0", kept, undone)
		}
	})
}
