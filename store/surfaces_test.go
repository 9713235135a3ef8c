package store

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"shiming/flows"
)

func TestSurfaces(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		full := &flows.Surface{
			ID:                "case/c1/hr/oc_1",
			CaseID:            "c1",
			TenantKey:         "t1",
			Audience:          "hr",
			To:                flows.Receiver{Type: "chat_id", ID: "oc_1"},
			WantedGeneration:  3,
			SentGeneration:    2,
			MessageID:         "om_2",
			OldID:             "om_1",
			SendingGeneration: 4,
			RenderedHash:      []byte{0, 1, 255},
			LeaseOwner:        "show/7",
			LeaseUntil:        epoch.UTC(),
			Dirty:             true,
			Unreachable:       true,
		}
		mine := &flows.Surface{ID: "case/c1/applicant", CaseID: "c1", Audience: "applicant"}
		ts.tx(t, func(tx flows.Tx) error {
			return errors.Join(tx.PutSurface(ctx, full), tx.PutSurface(ctx, mine),
				tx.PutSurface(ctx, &flows.Surface{ID: "board/oc_1/2026-11-02", Audience: "board", MessageID: "om_9"}))
		})
		ts.view(t, func(v flows.View) error {
			got, err := v.Surface(ctx, full.ID)
			if err != nil || !reflect.DeepEqual(got, full) {
				t.Errorf("got %+v (%v)\nwant %+v", got, err, full)
			}
			got, err = v.SurfaceByMessage(ctx, "om_2")
			if err != nil || got.ID != full.ID {
				t.Errorf("by message: %+v (%v), want %s", got, err, full.ID)
			}
			for _, id := range []string{"om_1", ""} {
				if _, err := v.SurfaceByMessage(ctx, id); !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("by message %q: %v, want %v", id, err, flows.ErrNotFound)
				}
			}
			if _, err := v.Surface(ctx, "nothing"); !errors.Is(err, flows.ErrNotFound) {
				t.Errorf("no surface: %v, want %v", err, flows.ErrNotFound)
			}
			hr, err1 := v.SurfacesOf(ctx, "c1", "hr")
			all, err2 := v.SurfacesOf(ctx, "c1", "")
			if len(hr) != 1 || len(all) != 2 || all[0].ID != mine.ID {
				t.Errorf("%d of hr, %d in all, want 1, 2", len(hr), len(all))
			}
			return errors.Join(err1, err2)
		})
		full.Dirty, full.LeaseUntil, full.RenderedHash, full.MessageID = false, time.Time{}, nil, "om_3"
		ts.tx(t, func(tx flows.Tx) error { return tx.PutSurface(ctx, full) })
		ts.view(t, func(v flows.View) error {
			got, err := v.Surface(ctx, full.ID)
			if !reflect.DeepEqual(got, full) {
				t.Errorf("replaced: got %+v\nwant %+v", got, full)
			}
			return err
		})
	})
}
