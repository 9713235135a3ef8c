package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// usesKept is how long a use is stored: longer than any window over which flows counts.
const usesKept = 48 * time.Hour

// Uses returns when the key was used since a moment, oldest first. On PostgreSQL transactions that
// ask for the same key follow each other, so that each counts what the one before it has added. former are the same
// key under other hashing keys: another process may use one of them until a rotation has gone on.
func (t *txn) Uses(ctx context.Context, key string, since time.Time, former ...string) ([]time.Time, error) {
	keys := append([]string{key}, former...)
	slices.Sort(keys) // the same order in every process
	for _, k := range keys {
		if _, err := t.lock(ctx, "uses/"+k); err != nil {
			return nil, err
		}
	}
	// One statement reads all of them: between two, a rotation might move a use from one key to the other.
	marks, args := make([]string, 0, len(keys)), []any{millis(since)}
	for _, k := range keys {
		args = append(args, k)
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
	}
	return collect(ctx, t.q, "uses", scanMillis, `
		SELECT at_ms
		FROM uses
		WHERE at_ms > $1 AND key IN (`+strings.Join(marks, ",")+`)
		ORDER BY at_ms`,
		args...,
	)
}

func scanMillis(scan scanner) (time.Time, error) {
	var ms int64
	err := scan(&ms)
	return fromMillis(ms), err
}

// PutUse stores that the act id uses the key at a moment, which may lie ahead. A second use with the
// same id replaces the first.
func (t *txn) PutUse(ctx context.Context, key, id string, at time.Time, former ...string) error {
	for _, k := range former {
		if err := t.DeleteUse(ctx, k, id); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, "put use", `
		INSERT INTO uses (key, id, at_ms)
		VALUES ($1,$2,$3)
		ON CONFLICT (key, id) DO UPDATE SET at_ms = excluded.at_ms`,
		key, id, millis(at),
	)
	return err
}

// DeleteUse deletes a use that did not take place.
func (t *txn) DeleteUse(ctx context.Context, key, id string, former ...string) error {
	for _, k := range append([]string{key}, former...) {
		if _, err := t.exec(ctx, "delete use", `DELETE FROM uses WHERE key = $1 AND id = $2`, k, id); err != nil {
			return err
		}
	}
	return nil
}

// purgeUses deletes the uses that no window counts any more.
func (s *Store) purgeUses(ctx context.Context) (int64, error) {
	return s.purgeRows(ctx, "uses", `
		DELETE FROM uses
		WHERE (key, id) IN (SELECT key, id FROM uses WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)`,
		millis(s.Now().Add(-usesKept)),
	)
}
