package store

import (
	"context"
	"fmt"
	"time"

	"shiming/flows"
)

// photoRow is a row of case_photos without its case.
type photoRow struct {
	id, messageID string
	receivedMS    int64
	unread        int64
}

// syncPhotos brings the rows of case_photos in line with the case. A photo counts as unread while
// it waits for OCR: it is stored, or it waits for its download and the applicant has consented. A
// finished case has no rows.
func (t *txn) syncPhotos(ctx context.Context, c *flows.Case) error {
	want := map[string]photoRow{}
	if !c.State.Terminal() {
		for _, p := range c.Photos {
			unread := p.State == flows.PhotoStored || p.State == flows.PhotoWaiting && c.Consent != nil
			want[p.ID] = photoRow{p.ID, p.MessageID, millis(p.At), boolInt(unread)}
		}
	}

	// Delete the rows that are no longer wanted, and leave out the rows that are right already.
	stored, err := t.photoRows(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, old := range stored {
		p, keep := want[old.id]
		if keep && p == old {
			delete(want, old.id)
		}
		if keep {
			continue
		}
		_, err := t.exec(ctx, "forget photo",
			`DELETE FROM case_photos WHERE case_id = $1 AND photo_id = $2`, c.ID, old.id)
		if err != nil {
			return err
		}
	}

	for _, p := range want {
		_, err := t.exec(ctx, "note photo", `
			INSERT INTO case_photos (case_id, photo_id, message_id, received_ms, unread)
			VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (case_id, photo_id) DO UPDATE
			SET message_id = excluded.message_id,
			    received_ms = excluded.received_ms,
			    unread = excluded.unread`,
			c.ID, p.id, p.messageID, p.receivedMS, p.unread,
		)
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *view) photoRows(ctx context.Context, caseID string) ([]photoRow, error) {
	scan := func(scan scanner) (p photoRow, err error) {
		err = scan(&p.id, &p.messageID, &p.receivedMS, &p.unread)
		return p, err
	}
	return collect(ctx, v.q, "photos of case", scan, `
		SELECT photo_id, message_id, received_ms, unread
		FROM case_photos
		WHERE case_id = $1`,
		caseID,
	)
}

// CaseOfMessage returns the open case that holds a photo of the message, or flows.ErrNotFound.
func (v *view) CaseOfMessage(ctx context.Context, messageID string) (*flows.Case, error) {
	return v.oneCase(ctx, "case of message", `
		SELECT `+caseColumns+`
		FROM case_photos p
		JOIN cases c ON c.id = p.case_id
		WHERE p.message_id = $1
		  AND c.live = 1
		LIMIT 1`+v.lockCase,
		messageID,
	)
}

// CountUnreadPhotos counts the unread photos of other cases that were received before a time, of each case as many as
// are read at once.
func (v *view) CountUnreadPhotos(ctx context.Context, before time.Time, notCase string) (int, error) {
	var n int
	err := v.q.QueryRowContext(ctx, `
		SELECT CAST(coalesce(sum(CASE WHEN n > $3 THEN $3 ELSE n END), 0) AS BIGINT)
		FROM (
			SELECT count(*) AS n
			FROM case_photos
			WHERE unread = 1
			  AND received_ms < $1
			  AND case_id <> $2
			GROUP BY case_id || '' -- an expression, so that SQLite does not scan all photos in the order of their cases
		) AS of_case`,
		millis(before), notCase, flows.PhotosAtOnce,
	).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("store: unread: %w", err)
	}
	return n, nil
}
