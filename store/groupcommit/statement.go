package groupcommit

import (
	"context"
	"database/sql/driver"
)

// statement holds only the text. The writing connection caches the prepared statement.
type statement struct {
	conn  *conn
	query string
}

func (statement) Close() error  { return nil }
func (statement) NumInput() int { return -1 } // SQLite checks the number of arguments

func (st statement) Exec(args []driver.Value) (driver.Result, error) {
	return st.conn.ExecContext(context.Background(), st.query, namedValues(args))
}

func (st statement) Query(args []driver.Value) (driver.Rows, error) {
	return st.conn.QueryContext(context.Background(), st.query, namedValues(args))
}

func (st statement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return st.conn.ExecContext(ctx, st.query, args)
}

func (st statement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return st.conn.QueryContext(ctx, st.query, args)
}

func namedValues(args []driver.Value) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, v := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return out
}
