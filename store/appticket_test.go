package store

import (
	"testing"

	"shiming/flows"
)

func TestAppTicket(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		is := func(app, want string) {
			t.Helper()
			if got, err := w.AppTicket(ctx, app); got != want || err != nil {
				t.Errorf("%s: %q, %v; want %q", app, got, err, want)
			}
		}
		is("cli_1", "")
		must(t, w.PutAppTicket(ctx, "cli_1", "first"))
		must(t, w.PutAppTicket(ctx, "cli_1", "second"))
		is("cli_1", "second")
		is("cli_2", "")
		var kept string
		w.view(t, func(v flows.View) (err error) {
			kept, err = v.Setting(ctx, "", appTicketSetting+"cli_1")
			return err
		})
		if kept == "" || kept == "second" {
			t.Errorf("kept as %q", kept)
		}
		// Another app's sealed ticket does not open here.
		w.tx(t, func(tx flows.Tx) error { return tx.PutSetting(ctx, "", appTicketSetting+"cli_2", kept) })
		is("cli_2", "")
	})
}
