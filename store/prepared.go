package store

import (
	"context"
	"database/sql"
	"sync"
)

// prepared keeps the statements of one pool. Parsing is a quarter of what a small
// transaction costs on SQLite.
type prepared struct {
	db *sql.DB

	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

// maxPrepared bounds the cache: there are some sixty texts, and those that depend on an
// argument's length add a few.
const maxPrepared = 200

func newPrepared(db *sql.DB) *prepared { return &prepared{db: db, stmts: map[string]*sql.Stmt{}} }

func (p *prepared) get(query string) *sql.Stmt {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.stmts[query]
}

// learn prepares texts that a transaction met for the first time, after it has ended: inside
// it the writer's connection is taken.
func (p *prepared) learn(ctx context.Context, queries []string) {
	for _, query := range queries {
		p.mu.RLock()
		skip := p.stmts[query] != nil || len(p.stmts) >= maxPrepared
		p.mu.RUnlock()
		if skip {
			continue
		}
		stmt, err := p.db.PrepareContext(ctx, query)
		if err != nil {
			return // it runs unprepared, as it did now
		}
		p.mu.Lock()
		if p.stmts[query] == nil {
			p.stmts[query], stmt = stmt, nil
		}
		p.mu.Unlock()
		if stmt != nil {
			_ = stmt.Close() // somebody was first
		}
	}
}

// preparedTx runs a transaction's statements from the cache.
type preparedTx struct {
	tx    *sql.Tx
	cache *prepared
	new   []string
}

// stmt returns nil for a text that is not prepared yet.
func (t *preparedTx) stmt(ctx context.Context, query string) *sql.Stmt {
	stmt := t.cache.get(query)
	if stmt == nil {
		t.new = append(t.new, query)
		return nil
	}
	return t.tx.StmtContext(ctx, stmt)
}

func (t *preparedTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := t.stmt(ctx, query); stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return t.tx.QueryContext(ctx, query, args...)
}

func (t *preparedTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := t.stmt(ctx, query); stmt != nil {
		return stmt.QueryRowContext(ctx, args...)
	}
	return t.tx.QueryRowContext(ctx, query, args...)
}

func (t *preparedTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := t.stmt(ctx, query); stmt != nil {
		return stmt.ExecContext(ctx, args...)
	}
	return t.tx.ExecContext(ctx, query, args...)
}
