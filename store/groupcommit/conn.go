package groupcommit

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"

	"modernc.org/sqlite"
)

// Config configures the queues of one file.
type Config struct {
	// Background reports whether ctx belongs to work that nobody waits for. Such work has a low
	// priority, but it gets the writer at regular intervals. nil means that no work is in the
	// background.
	Background func(ctx context.Context) bool
}

// Open opens a pool on one connection that writes. The pool has no maximum size: its connections
// cost nothing, and a transaction waits for the writer when it begins.
func Open(ctx context.Context, dsn string, cfg Config) (*sql.DB, error) {
	if cfg.Background == nil {
		cfg.Background = func(context.Context) bool { return false }
	}
	base, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	conn, err := cachingConnector{base}.Connect(ctx)
	if err != nil {
		return nil, err
	}
	// Opening may wait longer for a lock than a transaction does.
	if _, err := conn.(*cachingConn).ExecContext(ctx, "PRAGMA busy_timeout = "+busyTimeoutMillis, nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	db := sql.OpenDB(&connector{base.Driver(), &committer{
		conn:            conn.(*cachingConn),
		maxMembers:      maxGroup,
		maxTime:         maxGroupTime,
		backgroundPause: backgroundPause,
		isBackground:    cfg.Background,
	}})
	db.SetMaxIdleConns(maxGroup)
	return db, nil
}

// connector creates the connections of the pool.
type connector struct {
	driver    driver.Driver
	committer *committer
}

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	return &conn{committer: c.committer}, nil
}
func (c *connector) Driver() driver.Driver { return c.driver }

// Close closes the writing connection. database/sql calls it when the pool is closed.
func (c *connector) Close() error { return c.committer.close() }

// conn is a connection for database/sql. It uses the writing connection from the beginning to the
// end of a transaction, or for one statement.
type conn struct {
	committer  *committer
	group      *group // of the open transaction
	nested     bool   // the transaction is a savepoint in the group
	brokeGroup bool   // this transaction broke the group
}

var (
	_ sqliteConn    = (*conn)(nil)
	_ driver.Tx     = (*conn)(nil)
	_ io.Closer     = (*connector)(nil)
	_ driver.Conn   = (*conn)(nil)
	_ driver.Stmt   = statement{}
	_ driver.Rows   = (*cachedRows)(nil)
	_ driver.Pinger = (*conn)(nil)
)

// savepoint is the name of every member's savepoint. SQLite takes the innermost one of a name.
const savepoint = "member"

// BeginTx waits for the writer. It ignores the options, because every transaction may write.
func (c *conn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if err := c.committer.acquire(ctx, false); err != nil {
		return nil, err
	}
	g, othersWait, err := c.committer.join(ctx)
	if err != nil {
		return nil, err
	}
	c.group, c.brokeGroup, c.nested = g, false, othersWait || g.members > 1
	if c.nested {
		if err := c.committer.exec("SAVEPOINT " + savepoint); err != nil {
			g.broken = true
			return nil, errors.Join(err, c.end())
		}
	}
	return c, nil
}

// Commit returns when the group has committed, as durably as the synchronous setting says.
func (c *conn) Commit() error {
	if c.nested && !c.group.broken {
		if err := c.committer.exec("RELEASE " + savepoint); err != nil {
			c.group.broken = true
			return errors.Join(err, c.end())
		}
	}
	return c.end()
}

// Rollback undoes this transaction only. It returns an error if something that the transaction may
// have read was undone as well.
func (c *conn) Rollback() error {
	g := c.group
	switch {
	case g.broken: // there is nothing left to undo
	case !c.nested: // the only member
		c.group, c.committer.group = nil, nil
		err := c.committer.exec("ROLLBACK")
		close(g.done)
		c.committer.handOver(false)
		return err
	default:
		undone := c.committer.exec("ROLLBACK TO " + savepoint)
		released := c.committer.exec("RELEASE " + savepoint)
		if undone != nil || released != nil {
			g.broken = true
		}
	}
	if err := c.end(); err != nil && !c.brokeGroup {
		return err
	}
	return nil
}

// end releases the writer. A transaction without a savepoint admits no further members.
func (c *conn) end() error {
	g, nested := c.group, c.nested
	c.group, c.nested = nil, false
	return c.committer.release(g, !nested)
}

// ExecContext runs a statement in the open transaction, or as a member of its own. The end of ctx
// does not interrupt a running statement, because that would undo the work of other members.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.group != nil {
		return c.exec(c.group, query, args)
	}
	var res driver.Result
	return res, c.runSingle(ctx, query, func(g *group) (err error) {
		res, err = c.exec(g, query, args)
		return err
	})
}

// exec runs a statement while this connection has the writer. After the loss of its transaction it
// must not run outside of any.
func (c *conn) exec(g *group, query string, args []driver.NamedValue) (driver.Result, error) {
	if g != nil && g.broken {
		return nil, ErrLost
	}
	res, err := c.committer.conn.ExecContext(context.Background(), query, args)
	return res, c.checkError(g, err)
}

// checkError notes whether err has broken the group, and returns err.
func (c *conn) checkError(g *group, err error) error {
	if err != nil && g != nil && g.noteError(err) {
		c.brokeGroup = true
	}
	return err
}

// QueryContext is like ExecContext. Outside of a transaction it reads all rows first, because
// another connection may get the writer as soon as it returns.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.group != nil {
		return c.query(c.group, query, args)
	}
	var all *bufferedRows
	err := c.runSingle(ctx, query, func(g *group) error {
		rows, err := c.query(g, query, args)
		if err != nil {
			return err
		}
		all, err = readAll(rows)
		return c.checkError(g, err)
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func (c *conn) query(g *group, query string, args []driver.NamedValue) (driver.Rows, error) {
	if g != nil && g.broken {
		return nil, ErrLost
	}
	rows, err := c.committer.conn.QueryContext(context.Background(), query, args)
	return rows, c.checkError(g, err)
}

// runSingle runs a statement outside of a transaction. A statement that only reads or changes rows
// joins a group. It needs no savepoint, because SQLite undoes a failed statement itself. Other
// statements, such as pragmas, run outside of any transaction, with a nil group.
func (c *conn) runSingle(ctx context.Context, query string, run func(*group) error) error {
	exclusive := !reusable(query)
	if err := c.committer.acquire(ctx, exclusive); err != nil {
		return err
	}
	if exclusive {
		c.committer.commitGroup()
		defer c.committer.handOver(false)
		return run(nil)
	}
	g, _, err := c.committer.join(ctx)
	if err != nil {
		return err
	}
	err = run(g)
	if lost := c.committer.release(g, false); err == nil {
		err = lost
	}
	return err
}

func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

func (c *conn) Prepare(query string) (driver.Stmt, error) { return statement{c, query}, nil }

func (c *conn) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	return c.Prepare(query)
}

func (c *conn) Ping(context.Context) error         { return nil }
func (c *conn) ResetSession(context.Context) error { return nil }
func (c *conn) IsValid() bool                      { return true }

// Close undoes an open transaction.
func (c *conn) Close() error {
	if c.group != nil {
		return c.Rollback()
	}
	return nil
}
