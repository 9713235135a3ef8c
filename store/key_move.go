package store

import (
	"context"
	"encoding/base64"
	"fmt"

	"shiming/flows"
)

// A move puts rows under the epoch in use: rows of the cases and pictures get their data key wrapped anew, so that
// what it seals stays as it is; what has no data key yet gets one. Each UPDATE compares what was read, so that a row
// which a process has written meanwhile stays as that process wrote it. A move that is cut off leaves rows under two
// epochs, which both open.

// moveBatch is how many rows one transaction moves; other writers wait for one batch at most. pictureBatch is the same
// for pictures, which SQLite writes as a whole.
const (
	moveBatch    = 100
	pictureBatch = 8
)

// keyMove moves everything of older epochs to the target, which is in use.
type keyMove struct {
	store  *Store
	target int
	index  func(*flows.Case) []byte // nil for a case without a number
	moved  func(n int)

	unreadable map[string]bool // rows that do not open, by what they are
	cut        map[string]bool // ends of audit chains that no key confirms
}

// newKeyMove moves to the epoch in use.
func (s *Store) newKeyMove(index func(*flows.Case) []byte, moved func(int)) *keyMove {
	return &keyMove{store: s, target: s.keys.InUse().Number, index: index, moved: moved,
		unreadable: map[string]bool{}, cut: map[string]bool{}}
}

// movable is a row in its table.
type movable struct {
	key             []any // of the row
	sealed, dataKey []byte
	name, aad       string
}

func (m *keyMove) run(ctx context.Context) error {
	oldest := m.store.keys.Oldest().Number
	for old := range m.target {
		if max(old, 1) < oldest { // epoch 0 is what has no data key yet, of epoch 1
			continue
		}
		for _, step := range []func(context.Context, int) error{m.movePictures, m.moveCases, m.moveNumbers} {
			if err := step(ctx, old); err != nil {
				return err
			}
		}
	}
	if err := m.moveChains(ctx); err != nil {
		return err
	}
	return m.moveShort(ctx)
}

// inBatches reads a batch of rows after the last one and changes them in one transaction, until there are no more.
// change returns how many rows it has changed.
func inBatches[T any](
	ctx context.Context, m *keyMove, read func() ([]T, error), change func(t *txn, row T) (int64, error),
) error {
	for {
		rows, err := read()
		if err != nil || len(rows) == 0 {
			return err
		}
		var n int64
		err = m.store.Tx(flows.WithLowPriority(ctx), func(tx flows.Tx) error {
			n = 0
			for _, row := range rows {
				changed, err := change(tx.(*txn), row)
				if err != nil {
					return err
				}
				n += changed
			}
			return nil
		})
		if err != nil {
			return err
		}
		m.moved(int(n))
	}
}

func (m *keyMove) movePictures(ctx context.Context, old int) error {
	caseID, photoID := "", ""
	sealed := `NULL` // a picture with a data key is not read
	if old == 0 {
		sealed = `sealed`
	}
	return inBatches(ctx, m, func() ([]movable, error) {
		rows, err := collect(ctx, m.store.backend.read, "move pictures", func(scan scanner) (r movable, err error) {
			var photo string
			var id string
			err = scan(&id, &photo, &r.sealed, &r.dataKey)
			r.key, r.aad = []any{id, photo}, pictureAAD(id, photo)
			r.name = "picture " + photo + " of case " + id
			caseID, photoID = id, photo
			return r, err
		}, `
			SELECT case_id, photo_id, `+sealed+`, data_key
			FROM pictures
			WHERE key_epoch = $1 AND (case_id, photo_id) > ($2, $3)
			ORDER BY case_id, photo_id
			LIMIT $4`,
			old, caseID, photoID, pictureBatch)
		return rows, err
	}, func(t *txn, r movable) (int64, error) {
		return m.moveRow(ctx, t, "pictures", "case_id = $3 AND photo_id = $4", old, r)
	})
}

func (m *keyMove) moveCases(ctx context.Context, old int) error {
	after := ""
	return inBatches(ctx, m, func() ([]movable, error) {
		return collect(ctx, m.store.backend.read, "move cases", func(scan scanner) (r movable, err error) {
			err = scan(&after, &r.sealed, &r.dataKey)
			r.key, r.aad, r.name = []any{after}, personalAAD(after), "case "+after
			return r, err
		}, `
			SELECT id, sealed, data_key
			FROM cases
			WHERE sealed IS NOT NULL AND key_epoch = $1 AND id > $2
			ORDER BY id
			LIMIT $3`,
			old, after, moveBatch)
	}, func(t *txn, r movable) (int64, error) {
		return m.moveRow(ctx, t, "cases", "id = $3", old, r)
	})
}

// moveRow wraps the data key of a row anew, or gives it one. where finds the row, by parameters from $3 on.
func (m *keyMove) moveRow(ctx context.Context, t *txn, table, where string, old int, r movable) (int64, error) {
	if len(r.dataKey) > 0 {
		wrapped, epoch, err := t.keys.Rewrap(r.aad, r.dataKey)
		if err != nil {
			m.unreadable[r.name] = true
			return 0, nil
		}
		args := append([]any{wrapped, epoch}, r.key...)
		return t.exec(ctx, "move key", fmt.Sprintf(`UPDATE %s SET data_key = $1, key_epoch = $2 WHERE %s AND data_key = $%d`,
			table, where, len(args)+1), append(args, r.dataKey)...)
	}
	clear, err := t.keys.Open(r.aad, r.sealed)
	if err != nil {
		m.unreadable[r.name] = true
		return 0, nil
	}
	e, err := t.keys.SealWithDataKey(r.aad, clear)
	if err != nil {
		return 0, err
	}
	args := append([]any{e.DataKey, e.Epoch}, r.key...)
	n := len(args)
	return t.exec(ctx, "move key", fmt.Sprintf(
		`UPDATE %s SET data_key = $1, key_epoch = $2, sealed = $%d WHERE %s AND sealed = $%d AND key_epoch = %d`,
		table, n+1, where, n+2, old), append(args, e.Sealed, r.sealed)...)
}

// indexedCase is a case and its stored blind index.
type indexedCase struct {
	c   *flows.Case
	id  string
	mac []byte
}

// moveNumbers computes the blind indexes anew. An index whose number is not kept any more is of no use and goes.
func (m *keyMove) moveNumbers(ctx context.Context, old int) error {
	after := ""
	return inBatches(ctx, m, func() ([]indexedCase, error) {
		v := &view{q: m.store.backend.read, keys: m.store.keys}
		return collect(ctx, v.q, "move numbers", func(scan scanner) (r indexedCase, err error) {
			r.c, err = v.scanCase(func(dest ...any) error {
				err := scan(append(dest, &r.mac)...)
				r.id = *dest[0].(*string)
				return err
			})
			if after = r.id; err != nil && r.id != "" {
				m.unreadable["number of case "+r.id] = true
				return r, nil
			}
			return r, err
		}, `
			SELECT `+caseColumns+`, c.number_index
			FROM cases c
			WHERE c.number_index IS NOT NULL AND c.index_epoch = $1 AND c.id > $2
			ORDER BY c.id
			LIMIT $3`,
			old, after, moveBatch)
	}, func(t *txn, r indexedCase) (int64, error) {
		if r.c == nil {
			return 0, nil
		}
		value, epoch := storedIndex(m.index(r.c))
		return t.exec(ctx, "move number", `
			UPDATE cases
			SET number_index = $1, index_epoch = $2
			WHERE id = $3 AND number_index = $4 AND index_epoch = $5`,
			value, epoch, r.id, r.mac, old)
	})
}

// moveShort seals anew what an epoch itself has sealed.
func (m *keyMove) moveShort(ctx context.Context) error {
	if err := m.movePushes(ctx); err != nil {
		return err
	}
	if err := m.moveLines(ctx); err != nil {
		return err
	}
	if err := m.moveRequests(ctx); err != nil {
		return err
	}
	return m.store.Tx(flows.WithLowPriority(ctx), func(tx flows.Tx) error {
		t := tx.(*txn)
		tickets, err := collect(ctx, t.q, "move tickets", scanTicket, ticketsSQL)
		if err != nil {
			return err
		}
		for _, ticket := range tickets {
			sealed, ok, err := m.reseal(t, "app ticket", ticket.aad(), ticket.sealed)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if _, err := t.exec(ctx, "move ticket",
				`UPDATE settings SET value = $1 WHERE tenant_key = '' AND key = $2 AND value = $3`,
				base64.StdEncoding.EncodeToString(sealed), ticket.key, ticket.value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *keyMove) movePushes(ctx context.Context) error {
	after := ""
	return inBatches(ctx, m, func() ([]movable, error) {
		return collect(ctx, m.store.backend.read, "move pushes", func(scan scanner) (r movable, err error) {
			err = scan(&after, &r.sealed)
			r.key, r.aad, r.name = []any{after}, pushAAD(after), "push "+after
			return r, err
		}, `SELECT id, sealed FROM pushes WHERE id > $1 ORDER BY id LIMIT $2`, after, moveBatch)
	}, func(t *txn, r movable) (int64, error) {
		return m.moveSealed(ctx, t, "pushes", "id = $2 AND sealed = $3", r)
	})
}

func (m *keyMove) moveLines(ctx context.Context) error {
	campaign, line := "", 0
	return inBatches(ctx, m, func() ([]movable, error) {
		return collect(ctx, m.store.backend.read, "move lines", func(scan scanner) (r movable, err error) {
			err = scan(&campaign, &line, &r.sealed)
			r.key, r.aad = []any{campaign, line}, lineAAD(campaign, line)
			r.name = fmt.Sprintf("line %d of campaign %s", line, campaign)
			return r, err
		}, `
			SELECT campaign_id, line, sealed
			FROM campaign_lines
			WHERE sealed IS NOT NULL AND (campaign_id, line) > ($1, $2)
			ORDER BY campaign_id, line
			LIMIT $3`,
			campaign, line, moveBatch)
	}, func(t *txn, r movable) (int64, error) {
		return m.moveSealed(ctx, t, "campaign_lines", "campaign_id = $2 AND line = $3 AND sealed = $4", r)
	})
}

func (m *keyMove) moveRequests(ctx context.Context) error {
	after := ""
	return inBatches(ctx, m, func() ([]movable, error) {
		return collect(ctx, m.store.backend.read, "move data requests", func(scan scanner) (r movable, err error) {
			err = scan(&after, &r.sealed)
			r.key, r.aad, r.name = []any{after}, requestAAD(after), "words of data request "+after
			return r, err
		}, `
			SELECT id, sealed
			FROM data_requests
			WHERE sealed IS NOT NULL AND id > $1
			ORDER BY id
			LIMIT $2`,
			after, moveBatch)
	}, func(t *txn, r movable) (int64, error) {
		return m.moveSealed(ctx, t, "data_requests", "id = $2 AND sealed = $3", r)
	})
}

// moveSealed seals a row anew. where finds the row, by parameters from $2 on, of which the last is what was sealed.
func (m *keyMove) moveSealed(ctx context.Context, t *txn, table, where string, r movable) (int64, error) {
	sealed, ok, err := m.reseal(t, r.name, r.aad, r.sealed)
	if err != nil || !ok {
		return 0, err
	}
	args := append([]any{sealed}, r.key...)
	return t.exec(ctx, "move row", `UPDATE `+table+` SET sealed = $1 WHERE `+where, append(args, r.sealed)...)
}

// reseal returns ok=false for what is under the target already, and for what does not open.
func (m *keyMove) reseal(t *txn, name, aad string, sealed []byte) (fresh []byte, ok bool, err error) {
	if epoch, _ := t.keys.EpochOf(sealed); epoch >= m.target {
		return nil, false, nil
	}
	clear, err := t.keys.Open(aad, sealed)
	if err != nil {
		m.unreadable[name] = true
		return nil, false, nil
	}
	fresh, err = t.keys.Seal(aad, clear)
	return fresh, err == nil, err
}
