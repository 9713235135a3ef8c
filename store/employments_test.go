package store

import (
	"reflect"
	"testing"
	"time"

	"shiming/flows"
)

// TestEmployments: a row keeps what was put, joiners come in the order of their time, and each person counts on the day
// of joining and leaving, in the own tenant only.
func TestEmployments(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		at := func(hours int) time.Time { return epoch.Add(time.Duration(hours) * time.Hour).UTC() }
		full := flows.Employment{
			TenantKey: "t1", OpenID: "ou_1", JoinedAt: at(1), LeftAt: at(30), SuspendedAt: at(3), Joiner: flows.JoinerLeftOut,
			InviteAt: at(4), NameCheck: flows.NameKept, PresenceAt: at(30), StatusAt: at(3),
		}
		waiting := func(id string, invite int) flows.Employment {
			return flows.Employment{
				TenantKey: "t1", OpenID: id, JoinedAt: at(2), PresenceAt: at(2), Joiner: flows.JoinerWaiting, InviteAt: at(invite),
			}
		}
		other := waiting("ou_1", 5)
		other.TenantKey = "t2"
		ts.tx(t, func(tx flows.Tx) error {
			for _, e := range []flows.Employment{
				{TenantKey: "t1", OpenID: "ou_1"}, full, waiting("ou_late", 9), waiting("ou_3", 6), waiting("ou_2", 6), other,
			} {
				if err := tx.PutEmployment(ctx, e); err != nil {
					return err
				}
			}
			got, err := tx.EmploymentForUpdate(ctx, "t1", "ou_1")
			if err == nil && !reflect.DeepEqual(got, full) {
				t.Errorf("got %+v, want %+v", got, full)
			}
			return err
		})
		ts.view(t, func(v flows.View) error {
			none, err := v.Employment(ctx, "t1", "ou_nobody")
			if want := (flows.Employment{TenantKey: "t1", OpenID: "ou_nobody"}); err != nil || none != want {
				t.Errorf("got %+v, %v for somebody unknown, want %+v", none, err, want)
			}
			due, err := v.Joiners(ctx, "t1", flows.JoinerWaiting, at(8), 10)
			if err != nil || len(due) != 2 || due[0].OpenID != "ou_2" || due[1].OpenID != "ou_3" {
				t.Errorf("got the joiners %+v, %v, want ou_2 and ou_3", due, err)
			}
			if n, err := v.CountJoiners(ctx, "t1", flows.JoinerWaiting, at(9)); err != nil || n != 3 {
				t.Errorf("got %d joiners, %v, want 3", n, err)
			}
			joined, left, err := v.CountStaff(ctx, "t1", at(2), at(30))
			if err != nil || joined != 3 || left != 0 {
				t.Errorf("got %d joined and %d left, %v, want 3 and 0", joined, left, err)
			}
			joined, left, err = v.CountStaff(ctx, "t1", at(0), at(31))
			if joined != 4 || left != 1 {
				t.Errorf("got %d joined and %d left, want 4 and 1", joined, left)
			}
			return err
		})
		if keys, err := ts.Tenants(ctx); err != nil || !reflect.DeepEqual(keys, []string{"t1", "t2"}) {
			t.Errorf("got the tenants %v, %v, want t1 and t2", keys, err)
		}
	})
}
