package store

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"shiming/flows"
)

// The process that stores a push handles it at once. If the process dies or fails, any process
// takes the push when it is due. Both may handle it, which is harmless: the event key ends the
// second attempt.
const (
	// pushFirstRetry is far longer than the handling takes. It is part of the 30 s that the death
	// of a process may cost.
	pushFirstRetry = 12 * time.Second
	pushEarlyRetry = 30 * time.Second
	pushLateRetry  = 10 * time.Minute
	// pushEarlyTries is how many tries are pushEarlyRetry apart. Later ones are pushLateRetry apart.
	pushEarlyTries = 5
	// pushDeleteBatch is how many ids one DELETE takes. Each batch has the same length, so that the
	// statement is prepared once.
	pushDeleteBatch = 16
)

// pushAAD binds a sealed push to its row.
func pushAAD(id string) string { return "push:" + id }

// SavePush seals and stores an event as Feishu has pushed it. chat is what it is ordered by, "" for nothing; only a
// keyed hash of it is stored. TakeDuePushes returns the event after 12 s unless DeletePushes has deleted it by then.
func (s *Store) SavePush(ctx context.Context, chat string, body []byte) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	key, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("store: push: %w", err)
	}
	id = key.String()
	if err := s.freshKeys(ctx); err != nil {
		return "", err
	}
	sealed, err := s.keys.Seal(pushAAD(id), body)
	if err != nil {
		return "", err
	}
	now := s.now()
	_, err = s.backend.write.ExecContext(ctx, `
		INSERT INTO pushes (id, due_ms, at_ms, sealed, chat)
		VALUES ($1, $2, $3, $4, $5)`,
		id, millis(now.Add(pushFirstRetry)), millis(now), sealed, s.chatKey(chat),
	)
	if err != nil {
		return "", fmt.Errorf("store: push: %w", err)
	}
	return id, nil
}

// DeletePushes deletes pushes that have been handled.
func (s *Store) DeletePushes(ctx context.Context, ids []string) error {
	for batch := range slices.Chunk(ids, pushDeleteBatch) {
		// The last id fills up a short batch.
		args := make([]any, pushDeleteBatch)
		for i := range args {
			args[i] = batch[min(i, len(batch)-1)]
		}
		if err := s.deletePushBatch(ctx, args); err != nil {
			return fmt.Errorf("store: drop pushes: %w", err)
		}
	}
	return nil
}

var deletePushesSQL = `DELETE FROM pushes WHERE id IN ` + placeholders(1, pushDeleteBatch)

func (s *Store) deletePushBatch(ctx context.Context, ids []any) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	_, err := s.backend.write.ExecContext(ctx, deletePushesSQL, ids...)
	return err
}

// TakeDuePushes returns the pushes that are overdue, oldest first, and postpones them: by 30 s, and
// after five tries by 10 minutes.
func (s *Store) TakeDuePushes(ctx context.Context, limit int) ([]flows.Push, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	type row struct {
		id     string
		sealed []byte
		tries  int
	}
	scan := func(scan scanner) (r row, err error) {
		err = scan(&r.id, &r.sealed, &r.tries)
		return r, err
	}
	now := s.now()
	rows, err := collect(ctx, s.backend.write, "due pushes", scan, fmt.Sprintf(`
		UPDATE pushes
		SET due_ms = CASE WHEN tries < %d THEN CAST($2 AS BIGINT) ELSE CAST($3 AS BIGINT) END,
		    tries = tries + 1
		WHERE due_ms <= $1
		  AND id IN (SELECT id FROM pushes WHERE due_ms <= $1 ORDER BY id LIMIT $4)
		RETURNING id, sealed, tries`, pushEarlyTries),
		millis(now), millis(now.Add(pushEarlyRetry)), millis(now.Add(pushLateRetry)), limit,
	)
	if err != nil {
		return nil, err
	}

	// RETURNING has no order. The ids are UUIDv7, so that they sort by arrival.
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.id, b.id) })
	out := make([]flows.Push, 0, len(rows))
	for _, r := range rows {
		if body, ok := s.openPush(ctx, r.id, r.sealed); ok {
			out = append(out, flows.Push{ID: r.id, Body: body, Tries: r.tries})
		}
	}
	return out, nil
}

// PushesNow returns how many pushes are not handled yet and when the oldest arrived. The time is
// zero if there are none.
func (s *Store) PushesNow(ctx context.Context) (n int, oldest time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	var at int64
	row := s.backend.read.QueryRowContext(ctx, `SELECT count(*), coalesce(min(at_ms), 0) FROM pushes`)
	if err := row.Scan(&n, &at); err != nil {
		return 0, time.Time{}, fmt.Errorf("store: pushes: %w", err)
	}
	return n, fromMillis(at), nil
}

// purgePushes deletes pushes that are older than the event keys. Without its event key a push could
// be handled twice.
func (s *Store) purgePushes(ctx context.Context) (int64, error) {
	n, err := s.purgeRows(ctx, "pushes", `
		DELETE FROM pushes
		WHERE id IN (SELECT id FROM pushes WHERE at_ms < $1 ORDER BY id LIMIT $2)`,
		millis(s.now().Add(-keysKept)),
	)
	if n > 0 {
		s.log.LogAttrs(ctx, slog.LevelError, "pushes given up that could not be decided on for days",
			slog.Int64("pushes", n))
	}
	return n, err
}
