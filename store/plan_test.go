package store

import (
	"context"
	"database/sql"
	"regexp"
	"testing"

	"shiming/flows"
)

// explainer checks the plan of each query before it runs.
type explainer struct {
	t *testing.T
	querier
	sqlite bool
	seen   int
}

const bigTables = `(cases|c|n|o|exports|case_photos|p|audit|surfaces|pictures|handovers|h|event_keys|day_counts|day_figures|k|d|state_counts|campaigns|campaign_people|campaign_lines)\b`

// fullScan matches a plan step that reads a whole table, or all cases of a tenant, by the dialect (true is SQLite).
// Scans of subqueries and of the rows of a page are intended.
var fullScan = map[bool]*regexp.Regexp{
	true:  regexp.MustCompile(`^SCAN ` + bigTables + `|cases_(state|person|queue)\w* \(tenant_key=\?\)$`),
	false: regexp.MustCompile(`Seq Scan on ` + bigTables),
}

func (e *explainer) explain(ctx context.Context, query string, args []any) {
	e.t.Helper()
	e.seen++
	verb := "EXPLAIN "
	if e.sqlite {
		verb = "EXPLAIN QUERY PLAN "
	}
	rows, err := e.querier.QueryContext(ctx, verb+query, args...)
	must(e.t, err)
	defer rows.Close()
	for rows.Next() {
		var (
			id, parent, unused int
			detail             string
		)
		if e.sqlite {
			must(e.t, rows.Scan(&id, &parent, &unused, &detail))
		} else {
			must(e.t, rows.Scan(&detail))
		}
		if fullScan[e.sqlite].MatchString(detail) {
			e.t.Errorf("full scan: %s\n%s", detail, query)
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

// TestEveryReadUsesAnIndex: no read gets slower with the number of stored cases.
func TestEveryReadUsesAnIndex(t *testing.T) {
	eachDatabase(t, func(t *testing.T, ts *testStore) {
		ctx := t.Context()
		ts.insert(t, newCase("c1", "ou_1"))
		ts.view(t, func(fv flows.View) error {
			v := fv.(*view)
			e := &explainer{t: t, querier: v.q, sqlite: ts.database == "sqlite"}
			if !e.sqlite { // for a small table PostgreSQL prefers a sequential scan
				_, err := v.q.(*sql.Tx).ExecContext(ctx, `SET LOCAL enable_seqscan = off`)
				must(t, err)
			}
			v.q = e
			for name, read := range allReads(ctx) {
				before := e.seen
				if err := read(v); err != nil && err != flows.ErrNotFound {
					t.Errorf("%s: %v", name, err)
				}
				if e.seen == before {
					t.Errorf("%s ran no query", name)
				}
			}
			return nil
		})
	})
}
