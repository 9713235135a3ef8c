package app

import (
	"context"
	"log/slog"
	"time"

	"shiming/engine"
	"shiming/flows"
	"shiming/store"
)

// Reapplied is what ReapplyDeletions has done.
type Reapplied struct {
	Again   int // deletions that were applied again
	Unknown int // of cases that are not in the backup
	Overdue Overdue
}

// ReapplyDeletions deletes again what was deleted after the backup was made, as the list has it, and then what is due
// by the settings. A repeated run does nothing twice.
func ReapplyDeletions(
	ctx context.Context, s *store.Store, p flows.Policy, list []store.Deleted,
) (out Reapplied, err error) {
	purge := newPurge(s, p)
	unknown := map[string]bool{}
	for _, d := range list {
		if known, err := s.KnowsDeletion(ctx, d); err != nil || known {
			if err != nil {
				return out, err
			}
			continue
		}
		_, did, err := purge.engine.Report(ctx, d.CaseID, flows.Event{
			Kind:  flows.ErasedBefore,
			Field: string(d.Scope),
		})
		switch {
		case flows.IsNotFound(err):
			unknown[d.CaseID] = true
		case err != nil:
			return out, err
		case did:
			out.Again++
		}
	}
	out.Unknown = len(unknown)
	out.Overdue, err = purge.Run(ctx, false)
	return out, err
}

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
