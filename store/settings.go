package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"shiming/flows"
)

// setting is the state of a setting at one moment.
type setting struct {
	value  string
	exists bool
}

// readSetting reads a setting. lock is empty or the clause that locks the row.
func (v *view) readSetting(ctx context.Context, tenantKey, key, lock string) (s setting, err error) {
	err = v.q.QueryRowContext(ctx, `
		SELECT value
		FROM settings
		WHERE tenant_key = $1 AND key = $2`+lock,
		tenantKey, key,
	).Scan(&s.value)
	if errors.Is(err, sql.ErrNoRows) {
		return setting{}, nil
	}
	if err != nil {
		return setting{}, fmt.Errorf("store: setting: %w", err)
	}
	s.exists = true
	return s, nil
}

// Setting returns a value, or "" if it is not set.
func (v *view) Setting(ctx context.Context, tenantKey, key string) (string, error) {
	s, err := v.readSetting(ctx, tenantKey, key, "")
	return s.value, err
}

// Setting returns a value, or "" if it is not set. Transactions read settings often and write them
// rarely, so that the first try does not lock the row. PutSetting detects a change since the read.
func (t *txn) Setting(ctx context.Context, tenantKey, key string) (string, error) {
	lock := ""
	if t.locksReads {
		lock = t.lockRow
	}
	s, err := t.readSetting(ctx, tenantKey, key, lock)
	if err != nil {
		return "", err
	}
	t.rememberSetting(tenantKey, key, s)
	return s.value, nil
}

func (t *txn) rememberSetting(tenantKey, key string, s setting) {
	if t.settings == nil {
		t.settings = map[[2]string]setting{}
	}
	t.settings[[2]string{tenantKey, key}] = s
}

// PutSetting sets a value. It returns flows.ErrStale if another transaction has changed the setting
// since this one read it.
func (t *txn) PutSetting(ctx context.Context, tenantKey, key, value string) error {
	const insert = `
		INSERT INTO settings (tenant_key, key, value)
		VALUES ($1,$2,$3)
		ON CONFLICT (tenant_key, key) `
	var (
		n   int64
		err error
	)
	switch old, read := t.settings[[2]string{tenantKey, key}]; {
	case !read:
		n, err = t.exec(ctx, "put setting", insert+`DO UPDATE SET value = excluded.value`, tenantKey, key, value)
	case !old.exists:
		n, err = t.exec(ctx, "put setting", insert+`DO NOTHING`, tenantKey, key, value)
	default:
		n, err = t.exec(ctx, "put setting", `
			UPDATE settings
			SET value = $3
			WHERE tenant_key = $1 AND key = $2 AND value = $4`,
			tenantKey, key, value, old.value,
		)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return flows.ErrStale
	}
	t.rememberSetting(tenantKey, key, setting{value, true})
	return nil
}
