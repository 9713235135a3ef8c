package app

import (
	"context"
	"log/slog"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/store"
)

// MarkRestored sends the event Restored to each open case, because the case may have progressed after the backup was
// made. It returns the number of marked cases. An interrupted MarkRestored may be repeated.
func MarkRestored(ctx context.Context, s *store.Store, p flows.Policy) (marked int, err error) {
	backupTime, err := s.CopyOf(ctx)
	if err != nil {
		return 0, err
	}
	name := "unknown"
	if !backupTime.IsZero() {
		name = backupTime.UTC().Format(time.RFC3339)
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
