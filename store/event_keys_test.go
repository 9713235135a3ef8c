package store

import (
	"fmt"
	"testing"

	"shiming/flows"
)

func TestSeen(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		for i, step := range []struct {
			keys []string
			want bool
		}{
			{[]string{"a", "", "b"}, false},
			{[]string{"", ""}, false},
			{[]string{"c", "b"}, true},
			{[]string{"c"}, true}, // was inserted together with the known one
			{[]string{"d", "d"}, true},
			{nil, false},
		} {
			t.Run(fmt.Sprintf("%d %q", i+1, step.keys), func(t *testing.T) {
				ts.tx(t, func(tx flows.Tx) error {
					got, err := tx.InsertEventKeys(t.Context(), epoch, step.keys...)
					if got != step.want {
						t.Errorf("step %d: Seen(%q) = %v, want %v", i, step.keys, got, step.want)
					}
					return err
				})
			})
		}
	})
}
