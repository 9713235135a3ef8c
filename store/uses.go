package store

import (
	"context"
	"time"
)

// usesKept is how long a use is stored: longer than any window over which flows counts.
const usesKept = 48 * time.Hour

// Uses returns when the key was used since a moment, oldest first. On PostgreSQL transactions that
// ask for the same key follow each other, so that each counts what the one before it has added.
func (t *txn) Uses(ctx context.Context, key string, since time.Time) ([]time.Time, error) {
	if _, err := t.lock(ctx, "uses/"+key); err != nil {
		return nil, err
	}
	return collect(ctx, t.q, "uses", scanMillis, `
		SELECT at_ms
		FROM uses
		WHERE key = $1 AND at_ms > $2
		ORDER BY at_ms`,
		key, millis(since),
	)
}

func scanMillis(scan scanner) (time.Time, error) {
	var ms int64
	err := scan(&ms)
	return fromMillis(ms), err
}

// PutUse stores that the act id uses the key at a moment, which may lie ahead. A second use with the
// same id replaces the first.
func (t *txn) PutUse(ctx context.Context, key, id string, at time.Time) error {
	_, err := t.exec(ctx, "put use", `
		INSERT INTO uses (key, id, at_ms)
		VALUES ($1,$2,$3)
		ON CONFLICT (key, id) DO UPDATE SET at_ms = excluded.at_ms`,
		key, id, millis(at),
	)
	return err
}

// DeleteUse deletes a use that did not take place.
func (t *txn) DeleteUse(ctx context.Context, key, id string) error {
	_, err := t.exec(ctx, "delete use", `DELETE FROM uses WHERE key = $1 AND id = $2`, key, id)
	return err
}

// purgeUses deletes the uses that no window counts any more.
func (s *Store) purgeUses(ctx context.Context) (int64, error) {
	return s.purgeRows(ctx, "uses", `
		DELETE FROM uses
		WHERE (key, id) IN (SELECT key, id FROM uses WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)`,
		millis(s.Now().Add(-usesKept)),
	)
}
