package store

import (
	"errors"
	"testing"

	"shiming/flows"
)

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
