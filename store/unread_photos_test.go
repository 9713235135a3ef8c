package store

import (
	"errors"
	"fmt"
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
		// Somebody who sends a hundred photos is not a hundred photos ahead of everybody.
		many := newCase("c2", "ou_2")
		many.Consent = &flows.Consent{At: epoch}
		for i := range 100 {
			many.Photos = append(many.Photos, flows.Photo{ID: fmt.Sprint("q", i), MessageID: "m9", State: flows.PhotoStored,
				At: epoch.Add(time.Hour)})
		}
		ts.insert(t, many)
		unread := func(before time.Time, not string, want int) {
			t.Helper()
			ts.view(t, func(v flows.View) error {
				n, err := v.CountUnreadPhotos(ctx, before, not)
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
		unread(epoch.Add(2*time.Hour), "c1", flows.PhotosAtOnce)
		many.State = flows.Withdrawn
		ts.tx(t, func(tx flows.Tx) error { return tx.UpdateCase(ctx, many) })
		later := epoch.Add(time.Minute)
		unread(later, "", 0) // without consent a photo is not downloaded
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
					t.Errorf("case of %q: %v, want found %v", message, err, found)
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
