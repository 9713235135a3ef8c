package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"shiming/flows"
)

// photo is what the database must know of a photo beside the case's own JSON.
type photoRow struct {
	id, message string
	received    int64
	unread      int64
}

// notePhotos keeps case_photos in step with the case. A photo is unread when it is stored,
// or waits to be fetched and may be, because consent was given. A finished case has none.
func (t *txn) notePhotos(ctx context.Context, c *flows.Case) error {
	want := map[string]photoRow{}
	if !c.State.Terminal() {
		for _, p := range c.Photos {
			unread := p.State == flows.PhotoStored || p.State == flows.PhotoWaiting && c.Consent != nil
			want[p.ID] = photoRow{p.ID, p.MessageID, millis(p.At), boolInt(unread)}
		}
	}
	have, err := collect(ctx, t.q, "photos of case", func(r *sql.Rows) (p photoRow, err error) {
		err = r.Scan(&p.id, &p.message, &p.received, &p.unread)
		return
	}, `SELECT photo_id, message_id, received_ms, unread FROM case_photos WHERE case_id = $1`, c.ID)
	if err != nil {
		return err
	}
	for _, old := range have {
		p, keep := want[old.id]
		if keep && p == old {
			delete(want, old.id)
		}
		if !keep {
			if _, err := t.exec(ctx, "forget photo",
				`DELETE FROM case_photos WHERE case_id = $1 AND photo_id = $2`, c.ID, old.id); err != nil {
				return err
			}
		}
	}
	for _, p := range want {
		_, err := t.exec(ctx, "note photo", `INSERT INTO case_photos (case_id, photo_id, message_id, received_ms, unread)
			VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (case_id, photo_id) DO UPDATE SET message_id = excluded.message_id,
				received_ms = excluded.received_ms, unread = excluded.unread`,
			c.ID, p.id, p.message, p.received, p.unread)
		if err != nil {
			return err
		}
	}
	return nil
}

// CaseOfMessage finds the open case that holds a photo of the message, or flows.ErrNotFound.
func (v *view) CaseOfMessage(ctx context.Context, messageID string) (*flows.Case, error) {
	return v.oneCase(ctx, "case of message", `SELECT `+caseColumns+` FROM case_photos p JOIN cases c ON c.id = p.case_id
		WHERE p.message_id = $1 AND c.live = 1 LIMIT 1`+v.lockCase, messageID)
}

// Unread counts photos of other cases that are to be read and were received before t.
func (v *view) Unread(ctx context.Context, before time.Time, notCase string) (int, error) {
	var n int
	err := v.q.QueryRowContext(ctx, `SELECT count(*) FROM case_photos
		WHERE unread = 1 AND received_ms < $1 AND case_id <> $2`, millis(before), notCase).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("store: unread: %w", err)
	}
	return n, nil
}
