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
	db := sql.OpenDB(&seats{base.Driver(), &writer{conn: conn.(*cachingConn), maxMembers: maxGroup, maxTime: maxGroupTime,
		jobPause: jobPause, background: cfg.Background}})
	db.SetMaxIdleConns(maxGroup)
	return db, nil
}

// seats is the pool's connector.
type seats struct {
	driver driver.Driver
	writer *writer
}

func (s *seats) Connect(context.Context) (driver.Conn, error) { return &seat{w: s.writer}, nil }
func (s *seats) Driver() driver.Driver                        { return s.driver }

// Close closes the connection when the pool is closed.
func (s *seats) Close() error { return s.writer.close() }

// seat is a connection as database/sql knows it. It has the real one between beginning
// and end of a transaction, or for one statement.
type seat struct {
	w      *writer
	group  *group // of the open transaction
	nested bool   // the transaction is a savepoint of the group's
	broke  bool   // it was this transaction that broke the group
}

var (
	_ sqliteConn    = (*seat)(nil)
	_ driver.Tx     = (*seat)(nil)
	_ io.Closer     = (*seats)(nil)
	_ driver.Conn   = (*seat)(nil)
	_ driver.Stmt   = statement{}
	_ driver.Rows   = (*keptRows)(nil)
	_ driver.Pinger = (*seat)(nil)
)

// savepoint is the name of every member's; the innermost one is meant.
const savepoint = "member"

// BeginTx waits for the turn. Every transaction may write, so that there is nothing to choose.
func (s *seat) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if err := s.w.take(ctx, false); err != nil {
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
func (s *seat) Commit() error {
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
func (s *seat) Rollback() error {
	g := s.group
	switch {
	case g.broken:
	case !s.nested: // the only member
		s.group, s.w.group = nil, nil
		err := s.w.run("ROLLBACK")
		close(g.done)
		s.w.pass(false)
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
func (s *seat) end() error {
	g, nested := s.group, s.nested
	s.group, s.nested = nil, false
	return s.w.leave(g, !nested)
}

// ExecContext runs a statement in the open transaction, or as a member by itself. A context
// that ends while it runs does not interrupt it, which would undo the work of others.
func (s *seat) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
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
func (s *seat) exec(g *group, query string, args []driver.NamedValue) (driver.Result, error) {
	if g != nil && g.broken {
		return nil, ErrLost
	}
	res, err := s.w.conn.ExecContext(context.Background(), query, args)
	return res, s.noted(g, err)
}

func (s *seat) noted(g *group, err error) error {
	if err != nil && g != nil && g.noteError(err) {
		s.broke = true
	}
	return err
}

// QueryContext is like ExecContext. Outside of a transaction the rows are read to their end
// first, since the turn is over when it returns.
func (s *seat) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
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

func (s *seat) query(g *group, query string, args []driver.NamedValue) (driver.Rows, error) {
	if g != nil && g.broken {
		return nil, ErrLost
	}
	rows, err := s.w.conn.QueryContext(context.Background(), query, args)
	return rows, s.noted(g, err)
}

// single runs one statement that is no part of a transaction. One that only reads or changes
// rows joins a group; it needs no savepoint, since SQLite undoes a failed statement by
// itself. Others, such as pragmas, run outside of any transaction, with a nil group.
func (s *seat) single(ctx context.Context, query string, run func(*group) error) error {
	alone := !reusable(query)
	if err := s.w.take(ctx, alone); err != nil {
		return err
	}
	if alone {
		s.w.finish()
		defer s.w.pass(false)
		return run(nil)
	}
	g, _, err := s.w.join(ctx)
	if err != nil {
		return err
	}
	err = run(g)
	if lost := s.w.leave(g, false); err == nil {
		err = lost
	}
	return err
}

func (s *seat) Begin() (driver.Tx, error) {
	return s.BeginTx(context.Background(), driver.TxOptions{})
}

func (s *seat) Prepare(query string) (driver.Stmt, error) { return statement{s, query}, nil }

func (s *seat) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	return s.Prepare(query)
}

func (s *seat) Ping(context.Context) error         { return nil }
func (s *seat) ResetSession(context.Context) error { return nil }
func (s *seat) IsValid() bool                      { return true }

// Close undoes what is open.
func (s *seat) Close() error {
	if s.group != nil {
		return s.Rollback()
	}
	return nil
}
