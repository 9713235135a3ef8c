package store

import (
	"testing"

	"shiming/flows"
)

func TestAppTicket(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		checkTicket := func(app, want string) {
			t.Helper()
			if got, err := ts.AppTicket(ctx, app); got != want || err != nil {
				t.Errorf("%s: %q, %v; want %q", app, got, err, want)
			}
		}
		checkTicket("cli_1", "")
		must(t, ts.PutAppTicket(ctx, "cli_1", "first"))
		must(t, ts.PutAppTicket(ctx, "cli_1", "second"))
		checkTicket("cli_1", "second")
		checkTicket("cli_2", "")
		var kept string
		ts.view(t, func(v flows.View) (err error) {
			kept, err = v.Setting(ctx, "", appTicketSetting+"cli_1")
			return err
		})
		if kept == "" || kept == "second" {
			t.Errorf("stored as %q, want it sealed", kept)
		}
		// The sealed ticket of one app does not open under another app's key.
		ts.tx(t, func(tx flows.Tx) error { return tx.PutSetting(ctx, "", appTicketSetting+"cli_2", kept) })
		checkTicket("cli_2", "")
	})
}
