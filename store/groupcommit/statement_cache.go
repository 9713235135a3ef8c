package groupcommit

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"regexp"
	"strings"

	"modernc.org/sqlite"
)

// The driver parses a statement at each use, which is a third of the cost of a small transaction.
// So each connection caches its prepared statements. Callers do not notice.

// maxCachedStmts bounds the cache of one connection. The store and River have about a hundred
// statements. Lists of varying length may fill the cache; further statements then run without it.
const maxCachedStmts = 300

// OpenCaching opens a pool whose connections cache their prepared statements.
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

// sqliteConn lists the interfaces of database/sql that the driver's connections implement.
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

// cachingConn is a connection with a statement cache. One goroutine at a time uses it, as
// database/sql guarantees.
type cachingConn struct {
	sqliteConn
	stmts map[string]*cachedStmt
}

// cachedStmt is a prepared statement. One query at a time can use it.
type cachedStmt struct {
	driver.Stmt
	busy bool // its rows are being read
}

// cached returns the prepared statement of a query, or nil if the query must run without the cache.
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

// internalStmt returns the prepared statement of one of this package's own statements, such as
// COMMIT.
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

// hideLimit turns LIMIT $n into LIMIT +$n. SQLite's plan may depend on the value of a bare
// parameter there, so that SQLite would parse the statement again at each use.
func hideLimit(query string) string { return limitParameter.ReplaceAllString(query, "LIMIT +$1") }

// reusable reports whether a statement only reads or changes rows, so that it may be cached and may
// join a group.
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

// Close closes the cached statements and the connection.
func (c *cachingConn) Close() error {
	for _, s := range c.stmts {
		_ = s.Stmt.Close() // closing the connection reports the same error
	}
	clear(c.stmts)
	return c.sqliteConn.Close()
}

// cachedRows marks its statement as free when it is closed.
type cachedRows struct {
	driver.Rows
	stmt *cachedStmt
}

func (r *cachedRows) Close() error {
	err := r.Rows.Close()
	r.stmt.busy = false
	return err
}
