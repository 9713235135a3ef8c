package workers_test

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"shiming/cards"
	e2efiles "shiming/e2e/files"
	"shiming/flows"
	"shiming/privacy"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
	"shiming/store/storetest"
	"shiming/workers/workerstest"
)

// onRawBoth runs a test on both databases. raw reads the database past the store.
func onRawBoth(t *testing.T, test func(t *testing.T, w *workerstest.Harness, raw *sql.DB)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "bot.db")
		w := workerstest.NewOn(t, store.Config{DSN: "sqlite:" + path, Sync: "normal", Keyset: storetest.Write(t, path)},
			withStaff(flows.JoinersAuto))
		raw, err := sql.Open("sqlite", path)
		w.Must(err)
		t.Cleanup(func() { _ = raw.Close() })
		test(t, w, raw)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		dsn := pgtest.DSN(t)
		w := workerstest.NewOn(t, store.Config{DSN: dsn, Sync: "normal", Keyset: keyset.New()},
			withStaff(flows.JoinersAuto))
		c, err := pgx.ParseConfig(dsn)
		w.Must(err)
		delete(c.RuntimeParams, "pool_max_conns")
		raw := stdlib.OpenDB(*c)
		t.Cleanup(func() { _ = raw.Close() })
		test(t, w, raw)
	})
}

var createTable = regexp.MustCompile(`CREATE TABLE (\w+)`)

// tablesHolding returns the tables of which a row has a value in any column, as text or as bytes, clear or in hex.
func tablesHolding(t *testing.T, raw *sql.DB, values ...string) (found []string) {
	t.Helper()
	for _, file := range e2efiles.Glob(t, "store/migrations/*.sql") {
		for _, m := range createTable.FindAllStringSubmatch(e2efiles.Read(t, file), -1) {
			if tableHolds(t, raw, m[1], values) {
				found = append(found, m[1])
			}
		}
	}
	slices.Sort(found)
	return found
}

func tableHolds(t *testing.T, raw *sql.DB, table string, values []string) bool {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), `SELECT * FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err reports a failed read
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		for _, cell := range cells {
			text := fmt.Sprint(*cell.(*any))
			if b, ok := (*cell.(*any)).([]byte); ok {
				text = string(b) + " " + hex.EncodeToString(b)
			}
			if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(text, v) }) {
				return true
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return false
}

// pseudonymousTables are those of which the table of facts says that they name a person for good.
func pseudonymousTables() (all []string) {
	for _, f := range privacy.Data() {
		if f.Pseudonymous {
			all = append(all, f.Tables...)
		}
	}
	return all
}

// TestNothingOfAForgottenPerson: when a leaver's retention is over, no table of either database holds the name, the
// number or the mobile of the person, as they are or as a key by which rows are found, and none but those that the
// table of facts names holds the id of the account. A start that asks the directory again writes nothing of the
// person.
func TestNothingOfAForgottenPerson(t *testing.T) {
	onRawBoth(t, func(t *testing.T, w *workerstest.Harness, raw *sql.DB) {
		ctx, who := t.Context(), "ou_leaver"
		staffChange(w, who, flows.StaffJoined)
		w.Must(w.Engine.Entered(ctx, flows.Entered{EventID: w.NextID(), TenantKey: workerstest.Tenant, OpenID: who}))
		w.Say(who, "取消")
		c := w.Walk(who, flows.SampleNumber, flows.Done)
		w.Click(who, c, cards.ActCopyData)
		w.RunJobs()
		w.Click(who, c, cards.ActObjectData, "request_words", flows.SampleName)
		campaign := &flows.Campaign{ID: w.NextID(), TenantKey: workerstest.Tenant, State: flows.CampaignEnded, By: "ou_hr1",
			MadeAt: w.Now(), Target: flows.CampaignTarget{Kind: flows.TargetEveryone}}
		w.Must(w.Store.Tx(ctx, func(tx flows.Tx) error {
			if err := tx.InsertCampaign(ctx, campaign); err != nil {
				return err
			}
			people := []flows.CampaignPerson{{OpenID: who, Status: flows.PersonInvite}}
			if _, err := tx.PutCampaignPeople(ctx, campaign, people); err != nil {
				return err
			}
			return tx.PutChase(ctx, campaign.ID, who, "om_chase")
		}))
		index := hex.EncodeToString(numberIndex(t, raw, c.ID))
		greeted := hex.EncodeToString(w.Store.MAC("greeted", workerstest.Tenant, who))
		if got := tablesHolding(t, raw, greeted); !slices.Equal(got, []string{"settings"}) {
			t.Fatalf("got the greeting in %v, want it in settings before the deletion", got)
		}
		personal := []string{flows.SampleName, flows.SampleNumber, flows.SampleMobile, greeted}
		if got := tablesHolding(t, raw, index); !slices.Equal(got, []string{"cases"}) {
			t.Fatalf("got the index of the number in %v, want it in cases before the deletion", got)
		}
		for _, table := range []string{"employments", "exports", "settings", "campaign_people", "campaign_messages"} {
			if !slices.Contains(tablesHolding(t, raw, who), table) {
				t.Errorf("the test keeps nothing of the person in %s", table)
			}
		}

		w.Advance(flows.ExportKept)
		w.RunJobs(flows.JobRecallExport)
		staffChange(w, who, flows.StaffLeft)
		w.Advance(w.Policy.LeaverRetention)
		w.RunJobs(flows.JobEraseLeaver)
		runRetention(w)
		if _, err := w.Store.Purge(ctx); err != nil {
			t.Fatal(err)
		}
		check := func(when string) {
			t.Helper()
			if got := tablesHolding(t, raw, append(personal, index)...); len(got) > 0 {
				t.Errorf("%s: got the name, the number or its index in %v, want nothing", when, got)
			}
			for _, table := range tablesHolding(t, raw, who) {
				if !slices.Contains(pseudonymousTables(), table) {
					t.Errorf("%s: %s names the person, and the table of facts does not say so", when, table)
				}
			}
		}
		check("after the deletion")
		var uses int
		w.Must(raw.QueryRowContext(ctx, `SELECT count(*) FROM uses`).Scan(&uses))
		if uses != 0 {
			t.Errorf("got %d counters by keyed hashes of the person and the mobile, want none", uses)
		}

		// The directory still knows the person as somebody who has left.
		w.Directory.Staff = append(w.Directory.Staff,
			flows.DirectoryPerson{OpenID: who, Status: flows.StatusLeft, Resigned: true, Departments: []string{"od_1"}})
		w.Engine.Policy.Leads = []string{who} // whom a start asks about
		w.Advance(time.Hour)
		w.Must(w.Engine.SyncStaff(ctx, []string{workerstest.Tenant}))
		w.RunJobs(flows.JobSyncStaff)
		if e := employment(w, who); !e.LeftAt.IsZero() || !e.PresenceAt.IsZero() {
			t.Errorf("got %+v after another start, want nothing written of who was forgotten", e)
		}
		if n := len(w.Waiting(flows.JobEraseLeaver)); n != 0 {
			t.Errorf("got %d jobs that delete a forgotten person again, want none", n)
		}
		// Whom the settings name stays a former admin; without the settings even that goes.
		w.Engine.Policy.Leads = nil
		runRetention(w)
		check("after another start, without the person in the settings")
		w.Must(w.Store.VerifyChain(ctx, c.ID))
	})
}

// numberIndex returns the keyed hash of the number of a case.
func numberIndex(t *testing.T, raw *sql.DB, caseID string) (index []byte) {
	t.Helper()
	err := raw.QueryRowContext(t.Context(), `SELECT number_index FROM cases WHERE id = '`+caseID+`'`).Scan(&index)
	if err != nil || len(index) == 0 {
		t.Fatalf("got the index %x, %v, want one", index, err)
	}
	return index
}

// TestCopiesGoWithTheDeletion: what is on record of a copy goes with the fields of somebody who still works here, but
// not while its message stands in the chat.
func TestCopiesGoWithTheDeletion(t *testing.T) {
	onRawBoth(t, func(t *testing.T, w *workerstest.Harness, raw *sql.DB) {
		c := w.Walk("ou_1", flows.SampleNumber, flows.Done)
		w.Click("ou_1", c, cards.ActCopyData)
		w.RunJobs()
		kept := func() bool { return slices.Contains(tablesHolding(t, raw, "ou_1"), "exports") }
		w.Advance(flows.ExportKept)
		runRetention(w)
		if !kept() {
			t.Fatal("gone before its message was recalled")
		}
		w.RunJobs(flows.JobRecallExport)
		runRetention(w)
		if !kept() {
			t.Fatal("gone although the fields are kept")
		}
		w.Click("ou_1", w.CaseNow(c.ID), cards.ActWithdraw)
		runRetention(w)
		if kept() {
			t.Error("kept after everything of the person was deleted")
		}
	})
}
