package store

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"shiming/flows"
)

func TestAuditChain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		must(t, ts.VerifyChain(ctx, "nobody"))
		for i, event := range []string{"start", "consent", "photo", "confirm"} {
			ts.tx(t, func(tx flows.Tx) error {
				other := tx.Audit(ctx, flows.AuditRow{CaseID: "c2", Event: event})
				return errors.Join(other, tx.Audit(ctx, flows.AuditRow{
					CaseID: "c1",
					Seq:    99,
					At:     epoch.Add(time.Duration(i) * time.Second),
					Actor:  "ou_1",
					Event:  event,
					From:   flows.AwaitingConsent,
					To:     flows.AwaitingPhotos,
					Why:    "table",
					Detail: map[string]string{"b": "2", "a": "1"},
					Hash:   []byte("forged"),
				}))
			})
		}
		ts.view(t, func(v flows.View) error {
			rows, err := v.AuditOf(ctx, "c1")
			if len(rows) != 4 {
				t.Fatalf("%d links, want 4", len(rows))
			}
			for i, row := range rows {
				if row.Seq != int64(i)+1 || row.CaseID != "c1" || row.Detail["a"] != "1" ||
					!row.At.Equal(epoch.Add(time.Duration(i)*time.Second)) {
					t.Errorf("link %d: %+v", i, row)
				}
				if i > 0 && !bytes.Equal(row.Prev, rows[i-1].Hash) {
					t.Errorf("link %d does not have the hash of the previous one", i)
				}
			}
			return err
		})
		must(t, ts.VerifyChain(ctx, "c1"))
		must(t, ts.VerifyChain(ctx, "c2"))

		for _, tt := range []struct {
			name   string
			what   string // of the ChainError
			tamper []string
		}{
			{"other reason", "changed", []string{
				`UPDATE audit SET why = 'other' WHERE case_id = 'c1' AND seq = 2`,
			}},
			{"other detail", "changed", []string{
				`UPDATE audit SET detail = '{"a":"9","b":"2"}' WHERE case_id = 'c1' AND seq = 4`,
			}},
			{"row deleted", "missing", []string{
				`DELETE FROM audit WHERE case_id = 'c1' AND seq = 2`,
			}},
			{"first row deleted", "missing", []string{
				`DELETE FROM audit WHERE case_id = 'c1' AND seq = 1`,
			}},
			{"row deleted and renumbered", "unlinked", []string{
				`DELETE FROM audit WHERE case_id = 'c1' AND seq = 2`,
				`UPDATE audit SET seq = seq - 1 WHERE case_id = 'c1' AND seq > 2`,
			}},
			{"other hash", "changed", []string{
				`UPDATE audit SET hash = ` + ts.blobLiteral("00") + ` WHERE case_id = 'c1' AND seq = 3`,
			}},
			{"last row deleted", "cut", []string{
				`DELETE FROM audit WHERE case_id = 'c1' AND seq = 4`,
			}},
			{"all rows deleted", "cut", []string{
				`DELETE FROM audit WHERE case_id = 'c1'`,
			}},
			{"last row deleted and head moved", "cut", []string{
				`DELETE FROM audit WHERE case_id = 'c1' AND seq = 4`,
				`UPDATE audit_heads
					SET seq = 3, hash = (SELECT hash FROM audit WHERE case_id = 'c1' AND seq = 3)
					WHERE case_id = 'c1'`,
			}},
			{"head deleted", "cut", []string{
				`DELETE FROM audit_heads WHERE case_id = 'c1'`,
			}},
			{"rows of another case", "changed", []string{
				`DELETE FROM audit WHERE case_id = 'c1'`,
				`INSERT INTO audit
					SELECT 'c1', seq, at_ms, actor, event, from_state, to_state, why, detail, prev, hash
					FROM audit
					WHERE case_id = 'c2'`,
			}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				restore := saveAudit(t, ts)
				for _, q := range tt.tamper {
					if _, err := ts.backend.write.ExecContext(ctx, q); err != nil {
						t.Fatal(err)
					}
				}
				var broken *ChainError
				err := ts.VerifyChain(ctx, "c1")
				if !errors.Is(err, ErrChain) || !errors.As(err, &broken) || broken.What != tt.what {
					t.Errorf("got %v, want %s", err, tt.what)
				}
				restore()
			})
		}
		must(t, ts.VerifyChain(ctx, "c1"))
	})
}

// saveAudit copies the audit tables and returns a function that restores them.
func saveAudit(t *testing.T, ts *testStore) func() {
	t.Helper()
	run := func(queries ...string) {
		t.Helper()
		for _, q := range queries {
			if _, err := ts.backend.write.ExecContext(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
	}
	run(`CREATE TABLE saved AS SELECT * FROM audit`, `CREATE TABLE saved_heads AS SELECT * FROM audit_heads`)
	return func() {
		t.Helper()
		run(`DELETE FROM audit`, `DELETE FROM audit_heads`, `INSERT INTO audit SELECT * FROM saved`,
			`INSERT INTO audit_heads SELECT * FROM saved_heads`, `DROP TABLE saved`, `DROP TABLE saved_heads`)
	}
}

func TestChainErrorIsFlowsErrChain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		ts.insert(t, newCase("c1", "ou_1"))
		for range 2 {
			ts.tx(t, func(tx flows.Tx) error { return tx.Audit(ctx, flows.AuditRow{CaseID: "c1", Actor: "bot", Event: "x"}) })
		}
		must(t, ts.VerifyChain(ctx, "c1"))
		_, err := ts.backend.write.ExecContext(ctx, `UPDATE audit SET actor = 'ou_evil' WHERE seq = 1`)
		must(t, err)
		if err := ts.VerifyChain(ctx, "c1"); !errors.Is(err, flows.ErrChain) || !errors.Is(err, ErrChain) {
			t.Errorf("%v, want %v, %v", err, flows.ErrChain, ErrChain)
		}
	})
}
