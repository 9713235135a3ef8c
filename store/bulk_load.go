package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"shiming/flows"
)

// ImportedCase is a whole case with its past, as it lies in the database long after.
type ImportedCase struct {
	Case      *flows.Case
	Submitted time.Time // last entry into awaiting_review; zero = never
	Index     []byte    // of the number; nil = none
	Audit     []flows.AuditRow
	Surfaces  []*flows.Surface
	Jobs      []flows.Job          // that wait for their time
	Keys      map[string]time.Time // event keys and when they were noted
	Pictures  map[string][]byte    // by photo id
}

// BulkLoad writes many histories in one transaction: the rows that the program itself would have
// left, without its way there. The program does not call it: bench/growth fills databases with
// it, of a size that nobody waits for otherwise. Seq, Prev and Hash of the audit rows are computed.
func (s *Store) BulkLoad(ctx context.Context, list []ImportedCase) error {
	return s.Tx(ctx, func(ft flows.Tx) error {
		t := ft.(*txn)
		var rows bulkRows
		var jobs []flows.Job
		count, days := map[counterKey]int64{}, map[counterKey][2]int64{}
		for _, h := range list {
			if err := rows.add(t, h); err != nil {
				return err
			}
			jobs = append(jobs, h.Jobs...)
			c, at := h.Case, shard(h.Case.ID)
			count[counterKey{c.TenantKey, string(c.State), at}]++
			began := counterKey{c.TenantKey, day(c.CreatedAt), at}
			days[began] = [2]int64{days[began][0] + 1, days[began][1]}
			if c.State == flows.Done {
				ended := counterKey{c.TenantKey, day(c.EnteredAt), at}
				days[ended] = [2]int64{days[ended][0], days[ended][1] + 1}
			}
		}
		if err := rows.insert(ctx, t); err != nil {
			return err
		}
		if err := addCounts(ctx, t, count, days); err != nil {
			return err
		}
		for _, h := range list {
			if h.Case.State.Terminal() {
				continue
			}
			if err := t.notePhotos(ctx, h.Case); err != nil {
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

// counter is a row of state_counts or day_counts; name is the state or the day.
type counterKey struct {
	tenant, name string
	shard        int64
}

func (c counterKey) compare(d counterKey) int {
	return cmp.Or(strings.Compare(c.tenant, d.tenant), strings.Compare(c.name, d.name), cmp.Compare(c.shard, d.shard))
}

func addCounts(ctx context.Context, t *txn, count map[counterKey]int64, days map[counterKey][2]int64) error {
	for _, k := range slices.SortedFunc(maps.Keys(count), counterKey.compare) {
		if _, err := t.exec(ctx, "load", `INSERT INTO state_counts (tenant_key, state, shard, n) VALUES ($1,$2,$3,$4)
			ON CONFLICT (tenant_key, state, shard) DO UPDATE SET n = state_counts.n + excluded.n`, k.tenant, k.name, k.shard,
			count[k]); err != nil {
			return err
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(days), counterKey.compare) {
		if _, err := t.exec(ctx, "load",
			`INSERT INTO day_counts (tenant_key, day, shard, started, done) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (tenant_key, day, shard) DO UPDATE
			SET started = day_counts.started + excluded.started, done = day_counts.done + excluded.done`,
			k.tenant, k.name, k.shard, days[k][0], days[k][1]); err != nil {
			return err
		}
	}
	return nil
}

// bulk collects rows by table.
type bulkRows struct{ cases, audit, heads, surfaces, keys [][]any }

func (b *bulkRows) add(t *txn, h ImportedCase) error {
	c := h.Case
	data, sealed, err := t.encode(c)
	if err != nil {
		return err
	}
	times := stateTimes{submitted: millis(h.Submitted)}
	times.note(c)
	var index any
	if len(h.Index) > 0 {
		index = h.Index
	}
	b.cases = append(b.cases, []any{c.ID, c.TenantKey, c.OpenID, string(c.State), boolInt(!c.State.Terminal()), c.Rev,
		c.Version,
		millis(c.CreatedAt), millis(c.EnteredAt), times.submitted, times.reviewed, times.done, waitingIncident(c), index, data, sealed})
	prev := genesisHash
	for i, row := range h.Audit {
		row.CaseID, row.Seq, row.Prev = c.ID, int64(i)+1, prev
		if row.Hash, err = hashRow(row); err != nil {
			return err
		}
		detail, err := json.Marshal(row.Detail)
		if err != nil {
			return fmt.Errorf("store: audit: %w", err)
		}
		b.audit = append(b.audit, []any{row.CaseID, row.Seq, millis(row.At), row.Actor, row.Event, string(row.From),
			string(row.To), row.Why,
			string(detail), row.Prev, row.Hash})
		prev = row.Hash
	}
	if n := int64(len(h.Audit)); n > 0 {
		b.heads = append(b.heads, []any{c.ID, n, prev, t.keys.MAC(headPurpose, headMACParts(c.ID, n, prev)...)})
	}
	for _, s := range h.Surfaces {
		b.surfaces = append(b.surfaces, surfaceValues(s))
	}
	for key, at := range h.Keys {
		b.keys = append(b.keys, []any{key, millis(at)})
	}
	return nil
}

func (b *bulkRows) insert(ctx context.Context, t *txn) error {
	for _, part := range []struct {
		into string
		rows [][]any
	}{
		{`cases (id, tenant_key, open_id, state, live, rev, version, created_ms, entered_ms, submitted_ms, reviewed_ms, done_ms,
			incident, number_index, data, sealed)`, b.cases},
		{`audit (case_id, seq, at_ms, actor, event, from_state, to_state, why, detail, prev, hash)`, b.audit},
		{`audit_heads (case_id, seq, hash, mac)`, b.heads},
		{`surfaces (` + surfaceColumns + `)`, b.surfaces},
		{`event_keys (key, at_ms)`, b.keys},
	} {
		for chunk := range slices.Chunk(part.rows, rowsPerInsert) {
			if _, err := t.exec(ctx, "load", `INSERT INTO `+part.into+` VALUES `+placeholders(len(chunk), len(chunk[0])),
				slices.Concat(chunk...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadRows is how many rows one statement of a load inserts. SQLite's driver looks for each
// parameter among all of them, so that more would be slower.
const rowsPerInsert = 12

// placeholders is ($1,$2),($3,$4)… for a number of rows and columns.
func placeholders(rows, columns int) string {
	var s strings.Builder
	for n := range rows * columns {
		switch {
		case n == 0:
			s.WriteString("(")
		case n%columns == 0:
			s.WriteString("),(")
		default:
			s.WriteString(",")
		}
		s.WriteString("$" + strconv.Itoa(n+1))
	}
	return s.String() + ")"
}
