package store

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"shiming/flows"
)

// TestFigures: counts add up over the days that are asked for, by China's calendar, and only those of the tenant.
func TestFigures(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		midnight := time.Date(2026, 3, 2, 0, 0, 0, 0, flows.ChinaTime)
		for i, at := range []time.Time{
			midnight.Add(-time.Millisecond), midnight, midnight.Add(24*time.Hour - time.Millisecond), midnight.Add(24 * time.Hour),
		} {
			c := newCase(fmt.Sprint("c", i), fmt.Sprint("ou_", i))
			c.CreatedAt = at
			ts.insert(t, c)
			other := *c
			other.TenantKey = "t2"
			ts.tx(t, func(tx flows.Tx) error {
				for range 2 {
					if err := tx.AddFigures(ctx, c, at, flows.Figures{"end/expired": 1, "photo/blurred": i}); err != nil {
						return err
					}
				}
				return tx.AddFigures(ctx, &other, at, flows.Figures{"end/expired": 100})
			})
		}
		for _, tt := range []struct {
			days int
			want flows.Figures
		}{
			{0, flows.Figures{}},
			{1, flows.Figures{"end/expired": 4, "photo/blurred": 6, flows.FigureStarted: 2}},
			{2, flows.Figures{"end/expired": 6, "photo/blurred": 12, flows.FigureStarted: 3}},
		} {
			ts.view(t, func(v flows.View) error {
				got, err := v.Figures(ctx, "t1", midnight.Add(time.Hour), midnight.AddDate(0, 0, tt.days))
				if !maps.Equal(got, tt.want) {
					t.Errorf("%d days: got %v, want %v", tt.days, got, tt.want)
				}
				return err
			})
		}
	})
}

// TestDepartmentCounts: a case is counted in its department while it is open and when it is done. It leaves with another
// end, goes along with a change of the department, and stays when its fields are deleted after its end.
func TestDepartmentCounts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		counts := func() map[string][2]int {
			out := map[string][2]int{}
			ts.view(t, func(v flows.View) error {
				list, err := v.DepartmentCounts(ctx, "t1")
				for _, d := range list {
					out[d.Name] = [2]int{d.Open, d.Done}
				}
				return err
			})
			return out
		}
		want := func(what string, sales, ops [2]int) {
			t.Helper()
			if got := counts(); got["销售"] != sales || got["运营"] != ops {
				t.Errorf("%s: got %v, want 销售 %v and 运营 %v", what, got, sales, ops)
			}
		}
		update := func(c *flows.Case, s flows.State, department string) {
			t.Helper()
			c.State, c.Department = s, department
			ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
		}
		ts.tx(t, func(tx flows.Tx) error {
			for id, name := range map[string]string{"od_s": "市场", "od_o": "运营"} {
				if err := tx.PutDepartment(ctx, "t1", flows.Department{ID: id, Name: name}); err != nil {
					return err
				}
			}
			return tx.PutDepartment(ctx, "t1", flows.Department{ID: "od_s", Name: "销售"}) // renamed
		})
		a, b := newCase("c1", "ou_1"), newCase("c2", "ou_2")
		b.Department = "od_s"
		ts.insert(t, a)
		ts.insert(t, b)
		want("one of two known", [2]int{1, 0}, [2]int{})
		update(a, flows.AwaitingConfirmation, "od_s")
		want("both known", [2]int{2, 0}, [2]int{})
		update(a, flows.AwaitingConfirmation, "od_o")
		want("moved to another department", [2]int{1, 0}, [2]int{1, 0})
		update(a, flows.Done, "od_o")
		want("done", [2]int{1, 0}, [2]int{0, 1})
		update(a, flows.Done, "")
		want("fields deleted", [2]int{1, 0}, [2]int{0, 1})
		update(b, flows.Withdrawn, "")
		want("withdrawn with its fields", [2]int{}, [2]int{0, 1})
		ts.view(t, func(v flows.View) error {
			name, err := v.DepartmentName(ctx, "t1", "od_s")
			if name != "销售" {
				t.Errorf("got %q, want 销售", name)
			}
			if other, _ := v.DepartmentName(ctx, "t2", "od_s"); other != "" {
				t.Errorf("another tenant reads %q, want nothing", other)
			}
			return err
		})
	})
}
