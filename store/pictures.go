package store

import (
	"context"
	"fmt"
)

// PutPicture seals a picture with a data key of its own and stores it. It replaces a picture with the same id.
func (t *txn) PutPicture(ctx context.Context, caseID, photoID string, jpeg []byte) error {
	e, err := t.keys.SealWithDataKey(pictureAAD(caseID, photoID), jpeg)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, "put picture", `
		INSERT INTO pictures (case_id, photo_id, at_ms, sealed, data_key, key_epoch)
		VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (case_id, photo_id) DO UPDATE
		SET at_ms = excluded.at_ms,
		    sealed = excluded.sealed,
		    data_key = excluded.data_key,
		    key_epoch = excluded.key_epoch`,
		caseID, photoID, millis(t.store.Now()), e.Sealed, e.DataKey, e.Epoch,
	)
	return err
}

// Picture returns the stored picture, or flows.ErrNotFound.
func (v *view) Picture(ctx context.Context, caseID, photoID string) ([]byte, error) {
	var sealed, dataKey []byte
	err := v.q.QueryRowContext(ctx, `
		SELECT sealed, data_key
		FROM pictures
		WHERE case_id = $1 AND photo_id = $2`,
		caseID, photoID,
	).Scan(&sealed, &dataKey)
	if err := orNotFound("picture", err); err != nil {
		return nil, err
	}
	jpeg, err := openSealed(v.keys, pictureAAD(caseID, photoID), sealed, dataKey)
	if err != nil {
		return nil, fmt.Errorf("picture %s of case %s: %w", photoID, caseID, err)
	}
	return jpeg, nil
}

// DeletePictures deletes pictures and returns how many of them were stored.
func (t *txn) DeletePictures(ctx context.Context, caseID string, photoIDs ...string) (int, error) {
	total := 0
	for _, id := range photoIDs {
		n, err := t.exec(ctx, "delete picture", `DELETE FROM pictures WHERE case_id = $1 AND photo_id = $2`, caseID, id)
		if err != nil {
			return total, err
		}
		total += int(n)
	}
	return total, nil
}
