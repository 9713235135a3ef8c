package groupcommit

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openCachingDB(t *testing.T) *sql.DB {
	t.Helper()
	db, err := OpenCaching(dsn(filepath.Join(t.TempDir(), "x.db")))
	must(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

func TestReusable(t *testing.T) {
	for query, want := range map[string]bool{
		"SELECT 1":                      true,
		"\n\t INSERT INTO x":            true,
		"-- name: X :many\nUPDATE x":    true,
		"DELETE FROM x":                 true,
		"WITH a AS (SELECT 1) SELECT 1": true,
		"CREATE TABLE x (a)":            false,
		"PRAGMA x":                      false,
		"-- only a comment":             false,
		"":                              false,
		"BEGIN":                         false,
		"-- comment\nDROP TABLE x":      false,
	} {
		t.Run(query, func(t *testing.T) {
			if got := reusable(query); got != want {
				t.Errorf("reusable(%q) = %v, want %v", query, got, want)
			}
		})
	}
}

// TestStatementCache uses a query while its rows are being read, after an error, after a change of
// the schema, and when the cache is full.
func TestStatementCache(t *testing.T) {
	ctx := t.Context()
	db := openCachingDB(t)
	exec := func(query string, args ...any) {
		t.Helper()
		_, err := db.ExecContext(ctx, query, args...)
		must(t, err)
	}
	exec(`CREATE TABLE x (a BIGINT UNIQUE)`)
	for i := range 3 {
		exec(`INSERT INTO x (a) VALUES ($1)`, i)
	}
	for range 2 {
		if _, err := db.ExecContext(ctx, `INSERT INTO x (a) VALUES ($1)`, 1); err == nil {
			t.Fatal("a duplicate went in")
		}
	}
	exec(`INSERT INTO x (a) VALUES ($1)`, 3)

	tx, err := db.BeginTx(ctx, nil)
	must(t, err)
	const list = `SELECT a FROM x WHERE a >= $1 ORDER BY a`
	pairs := 0
	outer, err := tx.QueryContext(ctx, list, 0)
	must(t, err)
	for outer.Next() {
		var a int
		must(t, outer.Scan(&a))
		inner, err := tx.QueryContext(ctx, list, a)
		must(t, err)
		for inner.Next() {
			pairs++
		}
		must(t, inner.Err())
		must(t, inner.Close())
	}
	must(t, outer.Err())
	must(t, outer.Close())
	must(t, tx.Commit())
	if pairs != 4+3+2+1 {
		t.Errorf("%d pairs from nested reading, want 10", pairs)
	}

	exec(`ALTER TABLE x ADD COLUMN b TEXT NOT NULL DEFAULT 'new'`)
	const wide = `SELECT * FROM x WHERE a = $1`
	for range 2 {
		var (
			a int
			b string
		)
		must(t, db.QueryRowContext(ctx, wide, 2).Scan(&a, &b))
		if a != 2 || b != "new" {
			t.Errorf("got %d %q, want 2, %q", a, b, "new")
		}
	}
	exec(`ALTER TABLE x ADD COLUMN c BIGINT NOT NULL DEFAULT 7`)
	var a, c int
	var b string
	must(t, db.QueryRowContext(ctx, wide, 2).Scan(&a, &b, &c)) // the cached statement returns the new column
	if c != 7 {
		t.Errorf("c = %d, want 7", c)
	}
	for i := range maxCachedStmts + 50 {
		var n int
		must(t, db.QueryRowContext(ctx, fmt.Sprintf(`SELECT count(*) + %d FROM x`, i)).Scan(&n))
		if n != i+4 {
			t.Fatalf("text %d gives %d, want %v", i, n, i+4)
		}
	}
}
