package groupcommit

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"

	"modernc.org/sqlite"
)

// Config says how the writers of one file take turns.
type Config struct {
	// Background reports whether ctx belongs to work that nobody waits for at this moment. Such
	// work lets all other go first, but gets a turn now and then. nil: none is.
	Background func(ctx context.Context) bool
}

// Open opens a pool on one connection that writes. The pool has no limit of size: a
// connection of it costs nothing, and who begins a transaction on one waits for its turn.
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
	// Only from here on: opening may wait for longer.
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

// connector is the pool's connector.
type connector struct {
	driver    driver.Driver
	committer *committer
}

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	return &conn{committer: c.committer}, nil
}
func (c *connector) Driver() driver.Driver { return c.driver }

// Close closes the connection when the pool is closed.
func (c *connector) Close() error { return c.committer.close() }

// conn is a connection as database/sql knows it. It has the real one between beginning
// and end of a transaction, or for one statement.
type conn struct {
	committer  *committer
	group      *group // of the open transaction
	nested     bool   // the transaction is a savepoint of the group's
	brokeGroup bool   // it was this transaction that broke the group
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

// savepoint is the name of every member's; the innermost one is meant.
const savepoint = "member"

// BeginTx waits for the turn. Every transaction may write, so that there is nothing to choose.
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

// Commit returns when what was written is as durable as the pool's sync makes it.
func (c *conn) Commit() error {
	if c.nested && !c.group.broken {
		if err := c.committer.exec("RELEASE " + savepoint); err != nil {
			c.group.broken = true
			return errors.Join(err, c.end())
		}
	}
	return c.end()
}

// Rollback undoes this transaction only. Its error says that something which the transaction
// may have seen was undone as well.
func (c *conn) Rollback() error {
	g := c.group
	switch {
	case g.broken:
	case !c.nested: // the only member
		c.group, c.committer.group = nil, nil
		err := c.committer.exec("ROLLBACK")
		close(g.done)
		c.committer.handOver(false)
		return err
	default:
		if err := errors.Join(c.committer.exec("ROLLBACK TO "+savepoint), c.committer.exec("RELEASE "+savepoint)); err != nil {
			g.broken = true
		}
	}
	if err := c.end(); err != nil && !c.brokeGroup {
		return err
	}
	return nil
}

// end gives the turn back. A member without a savepoint was meant to be the only one.
func (c *conn) end() error {
	g, nested := c.group, c.nested
	c.group, c.nested = nil, false
	return c.committer.release(g, !nested)
}

// ExecContext runs a statement in the open transaction, or as a member by itself. A context
// that ends while it runs does not interrupt it, which would undo the work of others.
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

// exec runs a statement under the turn. What has lost its transaction must not go on outside
// of any.
func (c *conn) exec(g *group, query string, args []driver.NamedValue) (driver.Result, error) {
	if g != nil && g.broken {
		return nil, ErrLost
	}
	res, err := c.committer.conn.ExecContext(context.Background(), query, args)
	return res, c.checkError(g, err)
}

func (c *conn) checkError(g *group, err error) error {
	if err != nil && g != nil && g.noteError(err) {
		c.brokeGroup = true
	}
	return err
}

// QueryContext is like ExecContext. Outside of a transaction the rows are read to their end
// first, since the turn is over when it returns.
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

// single runs one statement that is no part of a transaction. One that only reads or changes
// rows joins a group; it needs no savepoint, since SQLite undoes a failed statement by
// itself. Others, such as pragmas, run outside of any transaction, with a nil group.
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

// Close undoes what is open.
func (c *conn) Close() error {
	if c.group != nil {
		return c.Rollback()
	}
	return nil
}
