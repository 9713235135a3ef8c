package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"shiming/store/keyset"
)

// KeyInspection is what a database tells about its keys, without any key.
type KeyInspection struct {
	InUse      keyset.Epoch
	Unfinished bool // a rotation was begun and has not moved everything
	Left       KeyUsage
	Retired    int  // newest epoch whose keys were destroyed, 0 for none
	StillHeld  bool // the key file holds keys of a retired epoch
}

// inspectKeys checks the keyset, and reads how the epochs stand if the schema has them.
func (i *Inspection) inspectKeys(ctx context.Context, db *sql.DB, keys *keyset.Keyset, hasEpochs bool) error {
	err := compareKeyCheck(ctx, db, keys)
	if wrongKeys(err) {
		i.Key = err
		return nil
	}
	if err != nil || !hasEpochs {
		return err
	}
	if _, err := db.ExecContext(ctx, `SELECT mac_epoch FROM audit_heads LIMIT 0`); err != nil {
		return nil //nolint:nilerr // a schema from before: the next start adds the column
	}
	marks := map[string]string{}
	for _, key := range []string{epochMark, retiredMark} {
		var value string
		err := db.QueryRowContext(ctx, `SELECT value FROM settings WHERE tenant_key = '' AND key = $1`, key).Scan(&value)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		marks[key] = value
	}
	var sealed []byte
	err = db.QueryRowContext(ctx, `SELECT sealed FROM key_check WHERE id = 1`).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	checked, _ := keys.EpochOf(sealed)
	used := checked
	if marks[epochMark] != "" {
		number, keyID, err := parseEpoch(marks[epochMark])
		if err != nil {
			return err
		}
		if !keys.Has(number, keyID) {
			i.Key = &EpochError{number}
			return nil
		}
		used = number
	}
	keys.Use(used)
	usage, err := keyUsage(ctx, db, keys)
	if err != nil {
		return err
	}
	k := &KeyInspection{InUse: keys.InUse(), Left: usageBelow(usage, keys, used)}
	k.Unfinished = k.Left.Total() > 0 || checked < used || keys.Newest().Number > used
	if marks[retiredMark] != "" {
		if k.Retired, err = strconv.Atoi(marks[retiredMark]); err != nil {
			return err
		}
		k.StillHeld = keys.Oldest().Number <= k.Retired
	}
	i.Keys = k
	return nil
}
