package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// Surprise counts one way in which what a platform sent differed from its published page. It names fields and codes and
// belongs to no tenant.
type Surprise struct {
	Upstream  string    `json:"upstream"`  // feishu, esign or tencent
	Operation string    `json:"operation"` // as in the metrics, or the type of an event
	What      string    `json:"what"`      // kind and name, such as unknown_field:data.user.nickname
	Count     int64     `json:"count"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
}

// SurprisesKept is how many surprises the database keeps. AddSurprises counts others only if they are there already.
const SurprisesKept = 500

// AddSurprises adds to the counts of surprises. Each may stand in the list once.
func (s *Store) AddSurprises(ctx context.Context, all []Surprise) error {
	all = slices.Clone(all)
	// Two instances that lock the same rows in one order cannot deadlock.
	slices.SortFunc(all, bySurprise)
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	tx, err := s.beginWrite(ctx)
	if err != nil {
		return err
	}
	defer tx.end()
	for _, x := range all {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO surprises (upstream, operation, what, n, first_ms, last_ms)
			SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT),
			       CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT)
			WHERE (SELECT count(*) FROM surprises) < $7
			OR EXISTS (SELECT 1 FROM surprises WHERE upstream = $1 AND operation = $2 AND what = $3)
			ON CONFLICT (upstream, operation, what) DO UPDATE
			SET n = surprises.n + excluded.n,
			    last_ms = CASE WHEN excluded.last_ms > surprises.last_ms THEN excluded.last_ms ELSE surprises.last_ms END`,
			x.Upstream, x.Operation, x.What, x.Count, millis(x.First), millis(x.Last), SurprisesKept,
		)
		if err != nil {
			return fmt.Errorf("store: surprises: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	return nil
}

func bySurprise(a, b Surprise) int {
	return cmp.Or(cmp.Compare(a.Upstream, b.Upstream), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.What, b.What))
}

// readSurprises returns the surprises by upstream, operation and name.
func readSurprises(ctx context.Context, db *sql.DB) ([]Surprise, error) {
	return collect(ctx, db, "surprises", func(scan scanner) (x Surprise, err error) {
		var first, last int64
		err = scan(&x.Upstream, &x.Operation, &x.What, &x.Count, &first, &last)
		x.First, x.Last = fromMillis(first).UTC(), fromMillis(last).UTC()
		return x, err
	}, `
		SELECT upstream, operation, what, n, first_ms, last_ms
		FROM surprises
		ORDER BY upstream, operation, what`)
}

// Surprises returns the surprises by upstream, operation and name.
func (s *Store) Surprises(ctx context.Context) ([]Surprise, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	return readSurprises(ctx, s.backend.read)
}
