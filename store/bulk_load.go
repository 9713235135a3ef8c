package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"shiming/flows"
)

// ImportedCase is a case with its history, in the form that it has long after its end.
type ImportedCase struct {
	Case      *flows.Case
	Submitted time.Time // last entry into awaiting_review; zero if never
	Index     []byte    // blind index of the number; nil for none
	Audit     []flows.AuditRow
	Surfaces  []*flows.Surface
	Jobs      []flows.Job          // scheduled jobs
	Keys      map[string]time.Time // event keys and when they were stored
	Pictures  map[string][]byte    // by photo id
}

// BulkLoad writes many cases in one transaction, with the rows that the program itself would have
// written. It computes Seq, Prev and Hash of the audit rows. The program does not call it:
// bench/growth fills large databases with it.
func (s *Store) BulkLoad(ctx context.Context, list []ImportedCase) error {
	return s.Tx(ctx, func(ft flows.Tx) error {
		t := ft.(*txn)
		if err := t.insertImported(ctx, list); err != nil {
			return err
		}
		if err := t.addImportedCounts(ctx, list); err != nil {
			return err
		}
		var jobs []flows.Job
		for _, h := range list {
			jobs = append(jobs, h.Jobs...)
			if h.Case.State.Terminal() {
				continue
			}
			if err := t.syncPhotos(ctx, h.Case); err != nil {
				return err
			}
			for id, jpeg := range h.Pictures {
				if err := t.PutPicture(ctx, h.Case.ID, id, jpeg); err != nil {
					return err
				}
			}
		}
		return t.Enqueue(ctx, jobs...)
	})
}

// insertImported inserts the rows of all tables without photos, counters and jobs.
func (t *txn) insertImported(ctx context.Context, list []ImportedCase) error {
	var rows bulkRows
	for _, h := range list {
		if err := rows.add(t, h); err != nil {
			return err
		}
	}
	return rows.insert(ctx, t)
}

// counterKey identifies a row of state_counts or day_counts; name is the state or the day.
type counterKey struct {
	tenant, name string
	shard        int64
}

func (c counterKey) compare(d counterKey) int {
	return cmp.Or(strings.Compare(c.tenant, d.tenant), strings.Compare(c.name, d.name), cmp.Compare(c.shard, d.shard))
}

// addImportedCounts adds the cases to the counters, each counter once and in a fixed order.
func (t *txn) addImportedCounts(ctx context.Context, list []ImportedCase) error {
	states, started, done := map[counterKey]int64{}, map[counterKey]int64{}, map[counterKey]int64{}
	for _, h := range list {
		c, sh := h.Case, shard(h.Case.ID)
		states[counterKey{c.TenantKey, string(c.State), sh}]++
		started[counterKey{c.TenantKey, day(c.CreatedAt), sh}]++
		if c.State == flows.Done {
			done[counterKey{c.TenantKey, day(c.EnteredAt), sh}]++
		}
		if c.State.Terminal() {
			if err := t.AddFigures(ctx, c, c.EnteredAt, flows.EndFigures(c)); err != nil {
				return err
			}
		}
		if err := t.moveDepartment(ctx, c, "", ""); err != nil {
			return err
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(states), counterKey.compare) {
		_, err := t.exec(ctx, "load", `
			INSERT INTO state_counts (tenant_key, state, shard, n)
			VALUES ($1,$2,$3,$4)
			ON CONFLICT (tenant_key, state, shard) DO UPDATE
			SET n = state_counts.n + excluded.n`,
			k.tenant, k.name, k.shard, states[k],
		)
		if err != nil {
			return err
		}
	}
	days := maps.Clone(started)
	maps.Copy(days, done)
	for _, k := range slices.SortedFunc(maps.Keys(days), counterKey.compare) {
		_, err := t.exec(ctx, "load", `
			INSERT INTO day_counts (tenant_key, day, shard, started, done)
			VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (tenant_key, day, shard) DO UPDATE
			SET started = day_counts.started + excluded.started,
			    done = day_counts.done + excluded.done`,
			k.tenant, k.name, k.shard, started[k], done[k],
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// bulkRows collects the rows to insert, by table.
type bulkRows struct{ cases, audit, heads, surfaces, keys [][]any }

func (b *bulkRows) add(t *txn, h ImportedCase) error {
	if err := b.addCase(t, h); err != nil {
		return err
	}
	if err := b.addAudit(t, h); err != nil {
		return err
	}
	for _, s := range h.Surfaces {
		b.surfaces = append(b.surfaces, surfaceValues(s))
	}
	for key, at := range h.Keys {
		b.keys = append(b.keys, []any{key, millis(at)})
	}
	return nil
}

// addCase adds the row of the case itself, as InsertCase and SetBlindIndex would leave it.
func (b *bulkRows) addCase(t *txn, h ImportedCase) error {
	c := h.Case
	data, personal, err := t.encodeCase(c)
	if err != nil {
		return err
	}
	times := stateTimes{submitted: millis(h.Submitted)}
	times.note(c)
	index, epoch := storedIndex(h.Index)
	b.cases = append(b.cases, append(newCaseValues(c, times, data, personal), index, epoch))
	return nil
}

// addAudit adds the audit chain of a case and its head.
func (b *bulkRows) addAudit(t *txn, h ImportedCase) (err error) {
	prev := genesisHash
	for i, row := range h.Audit {
		row.CaseID, row.Seq, row.Prev = h.Case.ID, int64(i)+1, prev
		if row.Hash, err = hashRow(row); err != nil {
			return err
		}
		values, err := auditValues(row)
		if err != nil {
			return err
		}
		b.audit = append(b.audit, values)
		prev = row.Hash
	}
	if n := int64(len(h.Audit)); n > 0 {
		mac, epoch := t.keys.MACWithEpoch(headPurpose, headMACParts(h.Case.ID, n, prev)...)
		b.heads = append(b.heads, []any{h.Case.ID, n, prev, mac, epoch})
	}
	return nil
}

// rowsPerInsert is how many rows one INSERT of BulkLoad has. SQLite's driver searches all parameters
// for each parameter, so that longer statements are slower.
const rowsPerInsert = 12

// insert inserts all collected rows, table by table.
func (b *bulkRows) insert(ctx context.Context, t *txn) error {
	for _, table := range []struct {
		into string
		rows [][]any
	}{
		{`cases (` + newCaseColumns + `, number_index, index_epoch)`, b.cases},
		{`audit (` + auditColumns + `)`, b.audit},
		{`audit_heads (case_id, seq, hash, mac, mac_epoch)`, b.heads},
		{`surfaces (` + surfaceColumns + `)`, b.surfaces},
		{`event_keys (key, at_ms)`, b.keys},
	} {
		for chunk := range slices.Chunk(table.rows, rowsPerInsert) {
			query := `INSERT INTO ` + table.into + ` VALUES ` + placeholders(len(chunk), len(chunk[0]))
			if _, err := t.exec(ctx, "load", query, slices.Concat(chunk...)...); err != nil {
				return err
			}
		}
	}
	return nil
}
