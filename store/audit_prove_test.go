package store

import (
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"shiming/flows"
)

// publish puts a head of a day over everything that has grown.
func (ts *testStore) publish(t *testing.T, day string) []byte {
	t.Helper()
	ctx := t.Context()
	h := &flows.PublishedHead{TenantKey: "t1", Day: day, Previous: flows.NoHead(), At: epoch}
	ts.tx(t, func(tx flows.Tx) error {
		if last, err := tx.LastHead(ctx, "t1"); err == nil {
			h.Previous = last.Hash
		}
		for after := ""; ; {
			ends, last, err := tx.GrownChains(ctx, "t1", after, 2)
			if err != nil {
				return err
			}
			if err := tx.AddPublishedEnds(ctx, "t1", day, ends); err != nil {
				return err
			}
			if after = last; after == "" {
				break
			}
		}
		ends, err := tx.PublishedEnds(ctx, "t1", day, "", 100)
		sum := flows.NewHeadHasher("t1", day, h.Previous)
		for _, e := range ends {
			sum.Add(e)
		}
		h.Hash, h.Chains = sum.Sum(), sum.Ends()
		if err != nil {
			return err
		}
		return tx.PutHead(ctx, h)
	})
	return h.Hash
}

// growThree begins the chains of three cases, c1 to c3, of the tenant t1.
func (ts *testStore) growThree(t *testing.T, events ...string) {
	t.Helper()
	for i, id := range []string{"c1", "c2", "c3"} {
		c := newCase(id, fmt.Sprintf("ou_%d", i))
		c.TenantKey = "t1"
		ts.insert(t, c)
		ts.grow(t, id, events...)
	}
}

// grow appends rows to the chain of a case.
func (ts *testStore) grow(t *testing.T, caseID string, events ...string) {
	t.Helper()
	for i, event := range events {
		ts.tx(t, func(tx flows.Tx) error {
			return tx.Audit(t.Context(), flows.AuditRow{CaseID: caseID, At: epoch.Add(time.Duration(i) * time.Second),
				Actor: "ou_1", Event: event, Detail: map[string]string{"a": "1"}})
		})
	}
}

// gapsOf writes gaps as kind:case:row, with the day of a head instead of case and row.
func gapsOf(p *AuditProof) (out []string) {
	for _, g := range p.Gaps {
		at := fmt.Sprintf("%s:%s:%d", g.Kind, g.CaseID, g.Seq)
		switch g.Kind {
		case GapHead:
			at = fmt.Sprintf("%s:%s", g.Kind, g.Day)
		case GapRewritten:
			at = string(g.Kind)
		}
		out = append(out, at)
	}
	return out
}

// TestProveAudit: each way to change the trail is found and named by case and row, on both databases.
func TestProveAudit(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		ts.growThree(t, "start", "consent", "photo", "confirm")
		first := ts.publish(t, "2026-06-01")
		ts.grow(t, "c2", "approve")
		second := ts.publish(t, "2026-06-02")
		ts.grow(t, "c2", "later")
		p, err := ts.ProveAudit(ctx, first, second)
		if err != nil || len(p.Gaps) != 0 || p.Chains != 3 || p.Rows != 14 || p.Heads != 2 || p.Given != 2 ||
			p.LastHead != hex.EncodeToString(second) {
			t.Fatalf("got %+v %v, want 14 rows of 3 chains under 2 heads without a gap", p, err)
		}
		for _, tt := range []struct {
			name   string
			tamper []string
			want   []string
		}{
			{"reason altered", []string{`UPDATE audit SET why = 'other' WHERE case_id = 'c1' AND seq = 2`},
				[]string{"altered:c1:2"}},
			{"row missing", []string{`DELETE FROM audit WHERE case_id = 'c1' AND seq = 2`}, []string{"missing:c1:2"}},
			{"two rows missing in two cases", []string{`DELETE FROM audit WHERE case_id IN ('c1', 'c3') AND seq = 3`},
				[]string{"missing:c1:3", "missing:c3:3"}},
			{"rows reordered", []string{
				`UPDATE audit SET seq = 99 WHERE case_id = 'c1' AND seq = 2`,
				`UPDATE audit SET seq = 2 WHERE case_id = 'c1' AND seq = 3`,
				`UPDATE audit SET seq = 3 WHERE case_id = 'c1' AND seq = 99`,
			}, []string{"reordered:c1:2", "reordered:c1:3", "reordered:c1:4"}},
			{"end cut after the last head", []string{`DELETE FROM audit WHERE case_id = 'c2' AND seq = 6`},
				[]string{"cut:c2:5"}},
			{"published end cut", []string{`DELETE FROM audit WHERE case_id = 'c3' AND seq = 4`},
				[]string{"cut:c3:3", "published:c3:4"}},
			{"chain gone", []string{`DELETE FROM audit WHERE case_id = 'c3'`, `DELETE FROM audit_heads WHERE case_id = 'c3'`},
				[]string{"published:c3:4"}},
			{"case gone", []string{`DELETE FROM cases WHERE id = 'c3'`}, []string{"no_case:c3:0"}},
			{"end of a head altered", []string{`UPDATE published_ends SET seq = 3 WHERE case_id = 'c3'`},
				[]string{"head:2026-06-01", "published:c3:3"}},
			{"head gone", []string{`DELETE FROM published_heads WHERE day = '2026-06-01'`},
				[]string{"head:2026-06-02", "rewritten"}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				restore := ts.saveTables(t, "audit", "audit_heads", "cases", "published_heads", "published_ends")
				defer restore()
				ts.execAll(t, tt.tamper...)
				p, err := ts.ProveAudit(ctx, first)
				if got := gapsOf(p); err != nil || fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Errorf("got %v %v, want %v", got, err, tt.want)
				}
			})
		}
	})
}

// TestRewrittenHistory: somebody with the database and the keyset computes chain, keyed hashes and heads anew, so that
// the database proves itself; the head that was published before shows it.
func TestRewrittenHistory(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		for i, id := range []string{"c1", "c2"} {
			c := newCase(id, fmt.Sprintf("ou_%d", i))
			c.TenantKey = "t1"
			ts.insert(t, c)
		}
		ts.grow(t, "c1", "start", "look", "approve")
		ts.grow(t, "c2", "start")
		published := ts.publish(t, "2026-06-01")
		ts.grow(t, "c1", "later")
		ts.publish(t, "2026-06-02")

		ts.execAll(t, `DELETE FROM audit WHERE case_id = 'c1'`, `DELETE FROM audit_heads WHERE case_id = 'c1'`,
			`DELETE FROM published_heads`, `DELETE FROM published_ends`)
		ts.grow(t, "c1", "start", "approve") // without the look
		forged := ts.publish(t, "2026-06-01")
		ts.grow(t, "c1", "later")
		ts.publish(t, "2026-06-02")

		p, err := ts.ProveAudit(ctx)
		if err != nil || len(p.Gaps) != 0 {
			t.Fatalf("got %v %v, want a database that proves itself", gapsOf(p), err)
		}
		p, err = ts.ProveAudit(ctx, published)
		if got := gapsOf(p); err != nil || fmt.Sprint(got) != "[rewritten]" {
			t.Errorf("got %v %v, want the published head not found", got, err)
		}
		if p, err = ts.ProveAudit(ctx, forged); err != nil || len(p.Gaps) != 0 || p.Given != 1 {
			t.Errorf("got %v %v, want the head of the forgery found", gapsOf(p), err)
		}
	})
}

func (ts *testStore) execAll(t *testing.T, queries ...string) {
	t.Helper()
	for _, q := range queries {
		ts.exec(t, q)
	}
}

// saveTables copies tables and returns a function that restores them.
func (ts *testStore) saveTables(t *testing.T, tables ...string) func() {
	t.Helper()
	for _, name := range tables {
		ts.exec(t, `CREATE TABLE saved_`+name+` AS SELECT * FROM `+name)
	}
	return func() {
		for _, name := range tables {
			ts.execAll(t, `DELETE FROM `+name, `INSERT INTO `+name+` SELECT * FROM saved_`+name, `DROP TABLE saved_`+name)
		}
	}
}
