package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"shiming/flows"
)

// Who keeps a push decides on it at once. If that process dies or fails, any process takes it up
// when it is due, which is harmless where the former one still works on it, since every event has
// its key.
const (
	pushFirstRetry = 12 * time.Second // far more than deciding takes; part of the 30 s that a dead process may cost
	pushEarlyRetry = 30 * time.Second
	pushLateRetry  = 10 * time.Minute
	// pushSoon is how many tries come after pushAgain; the others after pushLater.
	pushEarlyTries = 5
	// dropBatch is how many one statement deletes; lists of one length are one text to keep.
	pushDeleteBatch = 16
)

func pushAAD(id string) string { return "push:" + id }

// KeepPush stores an event as it was pushed, sealed. It comes back from DuePushes in 12 s unless it
// was dropped by then.
func (s *Store) KeepPush(ctx context.Context, body []byte) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	key, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("store: push: %w", err)
	}
	id = key.String()
	sealed, err := s.keys.Seal(pushAAD(id), body)
	if err != nil {
		return "", err
	}
	now := s.now()
	if _, err := s.backend.write.ExecContext(ctx, `INSERT INTO pushes (id, due_ms, at_ms, sealed) VALUES ($1, $2, $3, $4)`,
		id, millis(now.Add(pushFirstRetry)), millis(now), sealed); err != nil {
		return "", fmt.Errorf("store: push: %w", err)
	}
	return id, nil
}

// DropPushes forgets pushes that were decided on.
func (s *Store) DropPushes(ctx context.Context, ids []string) error {
	for part := range slices.Chunk(ids, pushDeleteBatch) {
		args := make([]any, pushDeleteBatch)
		for i := range args {
			args[i] = part[min(i, len(part)-1)]
		}
		if err := s.deletePushBatch(ctx, args); err != nil {
			return fmt.Errorf("store: drop pushes: %w", err)
		}
	}
	return nil
}

var deletePushesSQL = func() string {
	places := make([]string, pushDeleteBatch)
	for i := range places {
		places[i] = fmt.Sprintf("$%d", i+1)
	}
	return `DELETE FROM pushes WHERE id IN (` + strings.Join(places, ",") + `)`
}()

func (s *Store) deletePushBatch(ctx context.Context, ids []any) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	_, err := s.backend.write.ExecContext(ctx, deletePushesSQL, ids...)
	return err
}

// DuePushes returns pushes that nobody has decided on in time, the oldest first, and puts them off:
// by 30 s, and after five tries by 10 minutes.
func (s *Store) DuePushes(ctx context.Context, limit int) ([]flows.Push, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	now := s.now()
	type row struct {
		id     string
		sealed []byte
	}
	rows, err := collect(ctx, s.backend.write, "due pushes", func(r *sql.Rows) (x row, err error) {
		err = r.Scan(&x.id, &x.sealed)
		return
	}, fmt.Sprintf(`UPDATE pushes SET due_ms = CASE WHEN tries < %d THEN CAST($2 AS BIGINT) ELSE CAST($3 AS BIGINT) END, tries = tries + 1
		WHERE due_ms <= $1 AND id IN (SELECT id FROM pushes WHERE due_ms <= $1 ORDER BY id LIMIT $4)
		RETURNING id, sealed`, pushEarlyTries),
		millis(now), millis(now.Add(pushEarlyRetry)), millis(now.Add(pushLateRetry)), limit)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.id, b.id) })
	out := make([]flows.Push, 0, len(rows))
	for _, r := range rows {
		body, err := s.keys.Open(pushAAD(r.id), r.sealed)
		if err != nil {
			s.log.LogAttrs(ctx, slog.LevelError, "a push that was kept cannot be opened", slog.String("push", r.id),
				slog.String("error", err.Error()))
			continue
		}
		out = append(out, flows.Push{ID: r.id, Body: body})
	}
	return out, nil
}

// PushesNow returns how many pushes wait for a decision, and since when the oldest does; zero if
// none.
func (s *Store) PushesNow(ctx context.Context) (n int, oldest time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	var at int64
	if err := s.backend.read.QueryRowContext(ctx, `SELECT count(*), coalesce(min(at_ms), 0) FROM pushes`).Scan(&n,
		&at); err != nil {
		return 0, time.Time{}, fmt.Errorf("store: pushes: %w", err)
	}
	return n, fromMillis(at), nil
}

// purgePushes gives up what could not be decided on for as long as event keys live: afterwards it
// might happen twice.
func (s *Store) purgePushes(ctx context.Context) (int64, error) {
	n, err := s.purgeRows(ctx, "pushes", `DELETE FROM pushes WHERE id IN
		(SELECT id FROM pushes WHERE at_ms < $1 ORDER BY id LIMIT $2)`, millis(s.now().Add(-keysKept)))
	if n > 0 {
		s.log.LogAttrs(ctx, slog.LevelError, "pushes given up that could not be decided on for days", slog.Int64("pushes", n))
	}
	return n, err
}
