package app

import (
	"context"
	"log/slog"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/store"
)

// MarkRestored has each open case take note that it may have gone on without the database. It
// may be interrupted and run again.
func MarkRestored(ctx context.Context, s *store.Store, p flows.Policy) (marked int, err error) {
	of, err := s.CopyOf(ctx)
	if err != nil {
		return 0, err
	}
	name := "unknown"
	if !of.IsZero() {
		name = of.UTC().Format(time.RFC3339)
	}
	ids, err := s.OpenCases(ctx)
	if err != nil {
		return 0, err
	}
	engine := engine.New(engine.Deps{Store: s, Policy: p, Log: slog.New(slog.DiscardHandler)})
	for _, id := range ids {
		_, did, err := engine.Report(ctx, id, flows.Event{Kind: flows.Restored, ID: name})
		if err != nil {
			return marked, err
		}
		if did {
			marked++
		}
	}
	return marked, nil
}
