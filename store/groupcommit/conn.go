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
	if _, err := conn.(*cachingConn).ExecContext(ctx, "PRAGMA busy_timeout = "+busyWait, nil); err != nil {
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

func (s *connector) Connect(context.Context) (driver.Conn, error) { return &conn{w: s.committer}, nil }
func (s *connector) Driver() driver.Driver                        { return s.driver }

// Close closes the connection when the pool is closed.
func (s *connector) Close() error { return s.committer.close() }

// conn is a connection as database/sql knows it. It has the real one between beginning
// and end of a transaction, or for one statement.
type conn struct {
	w      *committer
	group  *group // of the open transaction
	nested bool   // the transaction is a savepoint of the group's
	broke  bool   // it was this transaction that broke the group
}

var (
	_ sqliteConn    = (*conn)(nil)
	_ driver.Tx     = (*conn)(nil)
	_ io.Closer     = (*connector)(nil)
	_ driver.Conn   = (*conn)(nil)
	_ driver.Stmt   = statement{}
	_ driver.Rows   = (*keptRows)(nil)
	_ driver.Pinger = (*conn)(nil)
)

// savepoint is the name of every member's; the innermost one is meant.
const savepoint = "member"

// BeginTx waits for the turn. Every transaction may write, so that there is nothing to choose.
func (s *conn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if err := s.w.acquire(ctx, false); err != nil {
		return nil, err
	}
	g, crowded, err := s.w.join(ctx)
	if err != nil {
		return nil, err
	}
	s.group, s.broke, s.nested = g, false, crowded || g.members > 1
	if s.nested {
		if err := s.w.run("SAVEPOINT " + savepoint); err != nil {
			g.broken = true
			return nil, errors.Join(err, s.end())
		}
	}
	return s, nil
}

// Commit returns when what was written is as durable as the pool's sync makes it.
func (s *conn) Commit() error {
	if s.nested && !s.group.broken {
		if err := s.w.run("RELEASE " + savepoint); err != nil {
			s.group.broken = true
			return errors.Join(err, s.end())
		}
	}
	return s.end()
}

// Rollback undoes this transaction only. Its error says that something which the transaction
// may have seen was undone as well.
func (s *conn) Rollback() error {
	g := s.group
	switch {
	case g.broken:
	case !s.nested: // the only member
		s.group, s.w.group = nil, nil
		err := s.w.run("ROLLBACK")
		close(g.done)
		s.w.handOver(false)
		return err
	default:
		if err := errors.Join(s.w.run("ROLLBACK TO "+savepoint), s.w.run("RELEASE "+savepoint)); err != nil {
			g.broken = true
		}
	}
	if err := s.end(); err != nil && !s.broke {
		return err
	}
	return nil
}

// end gives the turn back. A member without a savepoint was meant to be the only one.
func (s *conn) end() error {
	g, nested := s.group, s.nested
	s.group, s.nested = nil, false
	return s.w.release(g, !nested)
}

// ExecContext runs a statement in the open transaction, or as a member by itself. A context
// that ends while it runs does not interrupt it, which would undo the work of others.
func (s *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.group != nil {
		return s.exec(s.group, query, args)
	}
	var res driver.Result
	return res, s.single(ctx, query, func(g *group) (err error) {
		res, err = s.exec(g, query, args)
		return err
	})
}

// exec runs a statement under the turn. What has lost its transaction must not go on outside
// of any.
func (s *conn) exec(g *group, query string, args []driver.NamedValue) (driver.Result, error) {
	if g != nil && g.broken {
		return nil, ErrLost
	}
	res, err := s.w.conn.ExecContext(context.Background(), query, args)
	return res, s.noted(g, err)
}

func (s *conn) noted(g *group, err error) error {
	if err != nil && g != nil && g.noteError(err) {
		s.broke = true
	}
	return err
}

// QueryContext is like ExecContext. Outside of a transaction the rows are read to their end
// first, since the turn is over when it returns.
func (s *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.group != nil {
		return s.query(s.group, query, args)
	}
	var all *readRows
	err := s.single(ctx, query, func(g *group) error {
		rows, err := s.query(g, query, args)
		if err != nil {
			return err
		}
		all, err = readAll(rows)
		return s.noted(g, err)
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func (s *conn) query(g *group, query string, args []driver.NamedValue) (driver.Rows, error) {
	if g != nil && g.broken {
		return nil, ErrLost
	}
	rows, err := s.w.conn.QueryContext(context.Background(), query, args)
	return rows, s.noted(g, err)
}

// single runs one statement that is no part of a transaction. One that only reads or changes
// rows joins a group; it needs no savepoint, since SQLite undoes a failed statement by
// itself. Others, such as pragmas, run outside of any transaction, with a nil group.
func (s *conn) single(ctx context.Context, query string, run func(*group) error) error {
	alone := !reusable(query)
	if err := s.w.acquire(ctx, alone); err != nil {
		return err
	}
	if alone {
		s.w.finish()
		defer s.w.handOver(false)
		return run(nil)
	}
	g, _, err := s.w.join(ctx)
	if err != nil {
		return err
	}
	err = run(g)
	if lost := s.w.release(g, false); err == nil {
		err = lost
	}
	return err
}

func (s *conn) Begin() (driver.Tx, error) {
	return s.BeginTx(context.Background(), driver.TxOptions{})
}

func (s *conn) Prepare(query string) (driver.Stmt, error) { return statement{s, query}, nil }

func (s *conn) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	return s.Prepare(query)
}

func (s *conn) Ping(context.Context) error         { return nil }
func (s *conn) ResetSession(context.Context) error { return nil }
func (s *conn) IsValid() bool                      { return true }

// Close undoes what is open.
func (s *conn) Close() error {
	if s.group != nil {
		return s.Rollback()
	}
	return nil
}
