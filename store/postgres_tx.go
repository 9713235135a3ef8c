package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// borrowedTx presents a transaction of database/sql to River as a pgx.Tx on the same connection, so
// that River inserts jobs in it. It can set savepoints but cannot end the transaction.
type borrowedTx struct {
	*session
	depth int // of nested savepoints, 0 for the transaction itself
}

// session renames pgx.Conn: the embedded field must not be called Conn, because pgx.Tx has a method
// of that name.
type session = pgx.Conn

var _ pgx.Tx = borrowedTx{}

var errBorrowed = errors.New("store: the transaction belongs to database/sql")

// Begin sets a savepoint.
func (b borrowedTx) Begin(ctx context.Context) (pgx.Tx, error) {
	inner := borrowedTx{b.session, b.depth + 1}
	_, err := b.Exec(ctx, inner.sql("SAVEPOINT"))
	return inner, err
}

func (b borrowedTx) Commit(ctx context.Context) error { return b.end(ctx, "RELEASE SAVEPOINT") }

func (b borrowedTx) Rollback(ctx context.Context) error { return b.end(ctx, "ROLLBACK TO SAVEPOINT") }

func (b borrowedTx) end(ctx context.Context, how string) error {
	if b.depth == 0 {
		return errBorrowed
	}
	_, err := b.Exec(ctx, b.sql(how))
	return err
}

func (b borrowedTx) sql(what string) string { return fmt.Sprintf("%s borrowed_%d", what, b.depth) }

func (b borrowedTx) Conn() *pgx.Conn { return b.session }

func (b borrowedTx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }
