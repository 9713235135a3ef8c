package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/cards"
	"shiming/flows"
)

// exported reads all pages of an export.
func (ts *testStore) exported(t *testing.T, f flows.ExportFilter, until time.Time, page int) (all []flows.ExportRow) {
	t.Helper()
	for after := ""; ; {
		var rows []flows.ExportRow
		ts.view(t, func(v flows.View) (err error) {
			rows, after, err = v.ExportPage(t.Context(), "t1", f, until, after, page)
			return err
		})
		all = append(all, rows...)
		if after == "" {
			return all
		}
	}
}

// TestExportPage: one row a person, the newest case, of this tenant and as the filter says, in any size of page.
func TestExportPage(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		at := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Minute) }
		put := func(id, openID string, state flows.State, created int, more func(c *flows.Case)) {
			t.Helper()
			c := newCase(id, openID)
			c.State, c.CreatedAt, c.EnteredAt = state, at(created), at(created+1)
			c.Personal.Name, c.Personal.Number, c.Personal.Mobile = "张三丰", "110101199001011237", "13812345678"
			if more != nil {
				more(c)
			}
			ts.insert(t, c)
		}
		put("older", "ou_1", flows.Expired, 1, nil)
		put("newer", "ou_1", flows.Done, 5, func(c *flows.Case) {
			c.Method, c.Department = flows.ThreeElements, "od-1"
			c.Evidence = &flows.Write{State: flows.WriteDone, ID: "P1"}
			c.Review = &flows.Review{By: "ou_hr", What: flows.ReviewApproved, At: at(5)}
		})
		put("unfiled", "ou_2", flows.AwaitingReview, 2, func(c *flows.Case) {
			c.Evidence = &flows.Write{State: flows.WriteStarted, ID: "P2"}
			c.Department = "od-2"
		})
		put("unnamed", "ou_3", flows.AwaitingPhotos, 3, func(c *flows.Case) { c.Personal = flows.Personal{} })
		put("late", "ou_4", flows.AwaitingConsent, 50, nil)
		put("over", "ou_5", flows.Rejected, 4, nil)
		put("elsewhere", "ou_1", flows.Done, 6, func(c *flows.Case) { c.TenantKey = "t2" })
		ts.tx(t, func(tx flows.Tx) error {
			return tx.PutDepartment(t.Context(), "t1", flows.Department{ID: "od-1", Name: "销售部"})
		})
		for name, c := range map[string]struct {
			filter flows.ExportFilter
			want   []string
		}{
			"all":             {flows.ExportFilter{People: cards.ExportAll}, []string{"newer", "unfiled", "unnamed", "over"}},
			"open":            {flows.ExportFilter{People: cards.ExportOpen}, []string{"unfiled", "unnamed"}},
			"HR":              {flows.ExportFilter{People: cards.ExportHR}, []string{"unfiled"}},
			"done":            {flows.ExportFilter{People: cards.ExportDone}, []string{"newer"}},
			"ended":           {flows.ExportFilter{People: cards.ExportEnded}, []string{"over"}},
			"department":      {flows.ExportFilter{People: cards.ExportAll, Department: "od-2"}, []string{"unfiled"}},
			"both":            {flows.ExportFilter{People: cards.ExportDone, Department: "od-2"}, nil},
			"gone department": {flows.ExportFilter{People: cards.ExportAll, Department: "od-9"}, nil},
		} {
			for _, page := range []int{1, 2, 4, 100} {
				t.Run(fmt.Sprintf("%s, pages of %d", name, page), func(t *testing.T) {
					var got []string
					for _, r := range ts.exported(t, c.filter, at(40), page) {
						got = append(got, r.CaseID)
					}
					if !slices.Equal(got, c.want) {
						t.Errorf("got %v, want %v", got, c.want)
					}
				})
			}
		}

		ts.view(t, func(v flows.View) error {
			some, err := v.ExportCases(t.Context(), "t1", []string{"ou_1", "ou_4", "ou_nobody", "ou_5"}, at(40))
			slices.SortFunc(some, func(a, b flows.ExportRow) int { return strings.Compare(a.OpenID, b.OpenID) })
			if len(some) != 2 || some[0].CaseID != "newer" || some[0].MaskedName != "张**" || some[1].CaseID != "over" {
				t.Errorf("got %+v of some people, want the newest cases until then", some)
			}
			return err
		})

		rows := ts.exported(t, flows.ExportFilter{People: cards.ExportAll}, at(40), 10)
		want := flows.ExportRow{
			CaseID: "newer", OpenID: "ou_1", MaskedName: "张**", Department: "销售部", State: flows.Done,
			Method: flows.ThreeElements, OpenedAt: at(5), DecidedAt: at(5), DoneAt: at(6), EvidencePoint: "P1",
		}
		if got := rows[0]; !sameRow(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got := rows[1]; got.EvidencePoint != "" || got.Department != "" || !got.SubmittedAt.Equal(at(3)) {
			t.Errorf("got %+v, want no point before it is filed, no unknown department, and the submission", got)
		}
		if got := rows[2]; got.MaskedName != "" {
			t.Errorf("got the name %q of a case without one", got.MaskedName)
		}
	})
}

func sameRow(a, b flows.ExportRow) bool {
	times := func(r *flows.ExportRow) []*time.Time {
		return []*time.Time{&r.OpenedAt, &r.SubmittedAt, &r.DecidedAt, &r.DoneAt}
	}
	for i, at := range times(&a) {
		other := times(&b)[i]
		if !at.Equal(*other) {
			return false
		}
		*at, *other = time.Time{}, time.Time{}
	}
	return a == b
}

// TestExportLedger: an export comes back as it was put, and only its own admin's are listed.
func TestExportLedger(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		x := flows.Export{ID: "x1", TenantKey: "t1", By: "ou_hr1", AskedAt: epoch.UTC(), Language: "zh",
			State: flows.ExportMaking, Filter: flows.ExportFilter{People: cards.ExportDone, Department: "od-1", Campaign: "c1"}}
		other, elsewhere := x, x
		other.ID, other.By = "x2", "ou_hr2"
		elsewhere.ID, elsewhere.TenantKey = "x3", "t2"
		ts.tx(t, func(tx flows.Tx) error {
			for _, x := range []flows.Export{x, other, elsewhere} {
				if err := tx.PutExport(ctx, &x); err != nil {
					return err
				}
			}
			return nil
		})
		x.State, x.Rows, x.Bytes, x.SHA256, x.FileKey = flows.ExportSent, 3, 1000, "ab", "file_1"
		x.SendingAt, x.SentAt = epoch.Add(time.Second).UTC(), epoch.Add(time.Minute).UTC()
		x.MessageID, x.Code = "om_1", "230013"
		ts.tx(t, func(tx flows.Tx) error { return tx.PutExport(ctx, &x) })
		ts.view(t, func(v flows.View) error {
			list, err := v.ExportsOf(ctx, "t1", "ou_hr1", epoch.Add(-time.Second))
			if err != nil || len(list) != 1 {
				t.Fatalf("got %v, %v, want one export", list, err)
			}
			got := *list[0]
			for _, at := range []*time.Time{&got.AskedAt, &got.SendingAt, &got.SentAt} {
				*at = at.UTC()
			}
			if want := x; got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if list, err := v.ExportsOf(ctx, "t1", "ou_hr1", epoch); err != nil || len(list) != 0 {
				t.Errorf("got %v, %v, want none after that moment", list, err)
			}
			if _, err := v.Export(ctx, "nothing"); !flows.IsNotFound(err) {
				t.Errorf("got %v for an unknown id, want ErrNotFound", err)
			}
			return nil
		})
	})
}

// TestAuditEach: many rows at once make the same chains as one after the other.
func TestAuditEach(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		x := &flows.Export{ID: "x1", By: "ou_hr"}
		var rows []flows.AuditRow
		for i := range 30 { // more than a statement takes
			c := newCase(fmt.Sprintf("c%02d", i), fmt.Sprintf("ou_%d", i))
			ts.insert(t, c)
			if i%2 == 0 { // some have a chain already
				ts.tx(t, func(tx flows.Tx) error {
					return tx.Audit(ctx, flows.AuditRow{CaseID: c.ID, At: epoch, Actor: "ou_1", Event: "opened"})
				})
			}
			rows = append(rows, x.Exported(c.ID, c.State, "ab", epoch))
		}
		slices.Reverse(rows)
		ts.tx(t, func(tx flows.Tx) error { return tx.AuditEach(ctx, rows) })
		ts.tx(t, func(tx flows.Tx) error { return tx.AuditEach(ctx, rows[:5]) })
		for i, row := range rows {
			if err := ts.VerifyChain(ctx, row.CaseID); err != nil {
				t.Fatal(err)
			}
			var chain []flows.AuditRow
			ts.view(t, func(v flows.View) (err error) { chain, err = v.AuditOf(ctx, row.CaseID); return err })
			want := 1
			if (len(rows)-1-i)%2 == 0 {
				want++
			}
			if i < 5 {
				want++
			}
			last := chain[len(chain)-1]
			if len(chain) != want || last.Event != flows.EventExported || last.Detail["export"] != "x1" ||
				last.Detail["sha256"] != "ab" || last.Actor != "ou_hr" {
				t.Errorf("%s: got %d rows, the last %+v; want %d", row.CaseID, len(chain), last, want)
			}
		}
		if err := ts.Tx(ctx, func(tx flows.Tx) error { return tx.AuditEach(ctx, nil) }); err != nil {
			t.Errorf("got %v for no rows", err)
		}
	})
}
