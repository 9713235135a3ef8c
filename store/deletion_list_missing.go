package store

import (
	"context"
	"fmt"
	"time"
)

// settledMark is the setting that says when a restored copy was dealt with, RFC 3339. The deletions of a list until
// then were applied, as far as the cases allowed.
const settledMark = "database/deletions_settled"

// MissingDeletions returns those of a list that the database has not, although it has the case. A list never runs
// ahead of its database: with one such deletion the database is older than the list, because a backup, a snapshot or a former
// point in time was put back, whatever the marks of a copy say.
func (s *Store) MissingDeletions(ctx context.Context, list []Deleted) (missing []Deleted, err error) {
	settled := time.Time{}
	mark, found, err := s.readMark(ctx, settledMark)
	if err != nil {
		return nil, err
	}
	if found {
		if settled, err = time.Parse(time.RFC3339Nano, mark); err != nil {
			return nil, fmt.Errorf("store: deletions: %w", err)
		}
	}
	known, err := s.deletionKeys(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		if !d.At.After(settled) || known[d.key()] {
			continue
		}
		has := false
		const query = `SELECT EXISTS (SELECT 1 FROM cases WHERE id = $1)`
		if err := s.backend.read.QueryRowContext(ctx, query, d.CaseID).Scan(&has); err != nil {
			return nil, fmt.Errorf("store: deletions: %w", err)
		}
		if has {
			missing = append(missing, d)
		}
	}
	return missing, nil
}

// deletionKeys returns the keys of all deletions in the database.
func (s *Store) deletionKeys(ctx context.Context) (map[string]bool, error) {
	known := map[string]bool{}
	for after := (Deleted{}); ; {
		page, err := s.Deletions(ctx, after, deletionsPage)
		if err != nil {
			return nil, err
		}
		for _, d := range page {
			known[d.key()] = true
		}
		if len(page) < deletionsPage {
			return known, nil
		}
		after = page[len(page)-1]
	}
}
