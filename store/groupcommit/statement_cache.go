package groupcommit

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"regexp"
	"strings"

	"modernc.org/sqlite"
)

// Parsing is a third of what a small transaction costs on SQLite, and the driver parses a
// statement each time. So each connection keeps the statements that it has seen. Its users do
// not know.

// maxStmts bounds what a connection keeps. The store's and River's texts are about a hundred; lists
// of changing length may add some and then run unkept.
const maxCachedStmts = 300

// OpenCaching opens a pool of connections that keep their statements.
func OpenCaching(dsn string) (*sql.DB, error) {
	base, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(cachingConnector{base}), nil
}

type cachingConnector struct{ driver.Connector }

func (c cachingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	raw, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &cachingConn{sqliteConn: raw.(sqliteConn), stmts: map[string]*cachedStmt{}}, nil
}

// sqliteConn is what the driver's connections can do and database/sql asks for.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// cachingConn is used by one goroutine at a time, like any connection.
type cachingConn struct {
	sqliteConn
	stmts map[string]*cachedStmt
}

type cachedStmt struct {
	driver.Stmt
	busy bool // its rows are still being read
}

// kept returns the statement for the text, or nil if it must run unkept.
func (c *cachingConn) cached(ctx context.Context, query string) (*cachedStmt, error) {
	s := c.stmts[query]
	switch {
	case s != nil && !s.busy:
		return s, nil
	case s != nil || len(c.stmts) >= maxCachedStmts || !reusable(query):
		return nil, nil
	}
	return c.prepare(ctx, query)
}

// keep returns the statement for the text, whatever it does; for a few texts of our own.
func (c *cachingConn) internalStmt(query string) (*cachedStmt, error) {
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	return c.prepare(context.Background(), query)
}

func (c *cachingConn) prepare(ctx context.Context, query string) (*cachedStmt, error) {
	raw, err := c.PrepareContext(ctx, hideLimit(query))
	if err != nil {
		return nil, err
	}
	s := &cachedStmt{Stmt: raw}
	c.stmts[query] = s
	return s, nil
}

var limitParameter = regexp.MustCompile(`\bLIMIT ([?$]\d+)`)

// steady hides a bound LIMIT from SQLite's planner. The plan may depend on the value of a bare parameter there, so
// that SQLite would parse the statement again at each run.
func hideLimit(query string) string { return limitParameter.ReplaceAllString(query, "LIMIT +$1") }

// reusable picks the statements that only read or change rows.
func reusable(query string) bool {
	for {
		query = strings.TrimLeft(query, " \t\r\n")
		if !strings.HasPrefix(query, "--") {
			break
		}
		_, query, _ = strings.Cut(query, "\n")
	}
	for _, verb := range []string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"} {
		if strings.HasPrefix(query, verb) {
			return true
		}
	}
	return false
}

func (c *cachingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.cached(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (c *cachingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.cached(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &cachedRows{Rows: rows, stmt: s}, nil
}

// Close gives the statements back before the connection.
func (c *cachingConn) Close() error {
	for _, s := range c.stmts {
		_ = s.Stmt.Close() // the connection's own error says it too
	}
	clear(c.stmts)
	return c.sqliteConn.Close()
}

// keptRows frees its statement when it is read to the end or given up.
type cachedRows struct {
	driver.Rows
	stmt *cachedStmt
}

func (r *cachedRows) Close() error {
	err := r.Rows.Close()
	r.stmt.busy = false
	return err
}
