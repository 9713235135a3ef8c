package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiming/store/pgtest"
)

// TestCrash is a short run on each store.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	for name, o := range map[string]options{
		"sqlite":   {Store: "sqlite", Instances: 1},
		"postgres": {Store: "postgres", Instances: 2, Patch: "allow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.People, o.Kills, o.Seed = 6, 6, 3
			o.Every, o.Pause, o.Latency = 700*time.Millisecond, 500*time.Millisecond, 80*time.Millisecond
			o.Within = 3 * time.Minute
			if o.Patch == "" {
				o.Patch = "lock"
			}
			o.Out = filepath.Join(t.TempDir(), "crash.jsonl")
			ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
			defer cancel()
			e, err := run(ctx, &o, io.Discard)
			if errors.Is(err, pgtest.ErrMissing) {
				pgtest.SkipIfMissing(t, err)
			}
			if err != nil {
				t.Fatal(err)
			}
			verdicts := verify(e)
			if err := write(ctx, e, verdicts); err != nil {
				t.Error(err)
			}
			var table bytes.Buffer
			print(&table, e, verdicts)
			if !holds(verdicts) {
				t.Errorf("%s\n%s", table.String(), strings.Join(e.logs, "\n"))
			}
			if len(e.injections) == 0 || len(e.record.Presses) == 0 {
				t.Errorf("got no injection or no registration, want some: %s", table.String())
			}
		})
	}
}
