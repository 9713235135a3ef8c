package store

import (
	"context"
	"database/sql"
	"regexp"
	"testing"

	"shiming/flows"
)

// explainer asks SQLite for the plan of each query before it runs.
type explainer struct {
	t *testing.T
	querier
	seen int
}

// fullScan matches a step that walks through a whole table or alias of a table. Subqueries
// and the rows of a page are walked through by design.
var fullScan = regexp.MustCompile(`^SCAN (cases|c|case_photos|p|audit|surfaces|pictures|event_keys|day_counts|state_counts)\b`)

func (e *explainer) explain(ctx context.Context, query string, args []any) {
	e.t.Helper()
	e.seen++
	rows, err := e.querier.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query, args...)
	must(e.t, err)
	defer rows.Close()
	for rows.Next() {
		var (
			id, parent, unused int
			detail             string
		)
		must(e.t, rows.Scan(&id, &parent, &unused, &detail))
		if fullScan.MatchString(detail) {
			e.t.Errorf("%s\n%s", detail, query)
		}
	}
	must(e.t, rows.Err())
}

func (e *explainer) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	e.t.Helper()
	e.explain(ctx, query, args)
	return e.querier.QueryContext(ctx, query, args...)
}

func (e *explainer) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	e.t.Helper()
	e.explain(ctx, query, args)
	return e.querier.QueryRowContext(ctx, query, args...)
}

// TestEveryReadUsesAnIndex: nothing gets slower with the number of cases stored.
func TestEveryReadUsesAnIndex(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.insert(t, newCase("c1", "ou_1"))
		w.view(t, func(fv flows.View) error {
			v := fv.(*view)
			e := &explainer{t: t, querier: v.q}
			v.q = e
			for name, read := range reads(ctx) {
				before := e.seen
				if err := read(v); err != nil && err != flows.ErrNotFound {
					t.Errorf("%s: %v", name, err)
				}
				if e.seen == before {
					t.Errorf("%s asked nothing", name)
				}
			}
			return nil
		})
	})
}
