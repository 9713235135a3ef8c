package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"shiming/flows"
)

// setting is a value as it was read.
type setting struct {
	value  string
	exists bool
}

func (v *view) setting(ctx context.Context, tenantKey, key, hold string) (s setting, err error) {
	err = v.q.QueryRowContext(ctx,
		`SELECT value FROM settings WHERE tenant_key = $1 AND key = $2`+hold, tenantKey, key).Scan(&s.value)
	if errors.Is(err, sql.ErrNoRows) {
		return setting{}, nil
	}
	if err != nil {
		return setting{}, fmt.Errorf("store: setting: %w", err)
	}
	s.exists = true
	return s, nil
}

// Setting returns a value, "" if it is not set.
func (v *view) Setting(ctx context.Context, tenantKey, key string) (string, error) {
	s, err := v.setting(ctx, tenantKey, key, "")
	return s.value, err
}

// Setting returns a value, "" if it is not set, and remembers it. Most are read only, and
// often, so that a first try does not hold them; PutSetting looks whether they are the same.
func (t *txn) Setting(ctx context.Context, tenantKey, key string) (string, error) {
	hold := ""
	if t.locksReads {
		hold = t.lockRow
	}
	s, err := t.setting(ctx, tenantKey, key, hold)
	if err != nil {
		return "", err
	}
	t.remember(tenantKey, key, s)
	return s.value, nil
}

func (t *txn) remember(tenantKey, key string, s setting) {
	if t.settings == nil {
		t.settings = map[[2]string]setting{}
	}
	t.settings[[2]string{tenantKey, key}] = s
}

// PutSetting sets a value. If the transaction has read the setting before and it has changed
// since, that is flows.ErrStale.
func (t *txn) PutSetting(ctx context.Context, tenantKey, key, value string) error {
	const insert = `INSERT INTO settings (tenant_key, key, value) VALUES ($1,$2,$3) ON CONFLICT (tenant_key, key) `
	var (
		n   int64
		err error
	)
	switch was, read := t.settings[[2]string{tenantKey, key}]; {
	case !read:
		n, err = t.exec(ctx, "put setting", insert+`DO UPDATE SET value = excluded.value`, tenantKey, key, value)
	case !was.exists:
		n, err = t.exec(ctx, "put setting", insert+`DO NOTHING`, tenantKey, key, value)
	default:
		n, err = t.exec(ctx, "put setting",
			`UPDATE settings SET value = $3 WHERE tenant_key = $1 AND key = $2 AND value = $4`, tenantKey, key, value, was.value)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return flows.ErrStale
	}
	t.remember(tenantKey, key, setting{value, true})
	return nil
}
