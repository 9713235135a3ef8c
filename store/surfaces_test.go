package store

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"shiming/flows"
)

func TestUnreadPhotos(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		c := newCase("c1", "ou_1")
		c.Photos = []flows.Photo{
			{ID: "p1", MessageID: "m1", State: flows.PhotoWaiting, At: epoch},
			{ID: "p2", MessageID: "m1", State: flows.PhotoWaiting, At: epoch.Add(time.Second)},
			{ID: "p3", MessageID: "m2", State: flows.PhotoRefused, At: epoch},
		}
		ts.insert(t, c)
		unread := func(before time.Time, not string, want int) {
			t.Helper()
			ts.view(t, func(v flows.View) error {
				n, err := v.Unread(ctx, before, not)
				if n != want {
					t.Errorf("unread = %d, want %d", n, want)
				}
				return err
			})
		}
		update := func() {
			t.Helper()
			ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, c) })
		}
		later := epoch.Add(time.Minute)
		unread(later, "", 0) // before consent nothing is to be read
		c.Consent = &flows.Consent{At: epoch}
		update()
		unread(later, "", 2)
		unread(epoch.Add(time.Second), "", 1)
		unread(later, "c1", 0)
		c.Photos[0].State, c.Photos[1].State = flows.PhotoStored, flows.PhotoRead
		update()
		unread(later, "other", 1)
		ts.view(t, func(v flows.View) error {
			for message, found := range map[string]bool{"m1": true, "m2": true, "m3": false, "": false} {
				got, err := v.CaseOfMessage(ctx, message)
				if found && (err != nil || got.ID != "c1") || !found && !errors.Is(err, flows.ErrNotFound) {
					t.Errorf("case of %q: %v", message, err)
				}
			}
			return nil
		})
		c.Photos = c.Photos[:2]
		update()
		if n := ts.countRows(t, "case_photos"); n != 2 {
			t.Errorf("%d photos noted, want 2", n)
		}
		c.State = flows.Withdrawn
		update()
		unread(later, "", 0)
		ts.view(t, func(v flows.View) error {
			if _, err := v.CaseOfMessage(ctx, "m1"); !errors.Is(err, flows.ErrNotFound) {
				t.Errorf("photo of a finished case: %v, want %v", err, flows.ErrNotFound)
			}
			return nil
		})
	})
}

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
				t.Errorf("by message: %+v, %v", got, err)
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

func TestSettings(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		for _, value := range []string{"oc_1", "oc_2", ""} {
			ts.tx(t, func(tx flows.Tx) error { return tx.PutSetting(ctx, "t1", "review_chat", value) })
			ts.view(t, func(v flows.View) error {
				got, err := v.Setting(ctx, "t1", "review_chat")
				other, err2 := v.Setting(ctx, "t2", "review_chat")
				if got != value || other != "" {
					t.Errorf("setting %q (other tenant %q), want %q", got, other, value)
				}
				return errors.Join(err, err2)
			})
		}
	})
}
