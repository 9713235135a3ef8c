package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"shiming/flows"
)

// msPerDay and chinaMs turn a time into the number of its day in China.
const (
	msPerDay = 24 * 60 * 60 * 1000
	chinaMs  = 8 * 60 * 60 * 1000
)

// dayNumber returns the number of days from 1970-01-01 to the day that t falls on, in China time.
func dayNumber(t time.Time) int64 { return (t.UnixMilli() + chinaMs) / msPerDay }

// AddFigures adds to the figures of the day of at. The rows change in the order of their names, so that two writers
// cannot deadlock.
func (t *txn) AddFigures(ctx context.Context, c *flows.Case, at time.Time, figures flows.Figures) error {
	if len(figures) == 0 {
		return nil
	}
	args := []any{c.TenantKey, dayNumber(at), shard(c.ID)}
	var rows []string
	for _, name := range slices.Sorted(maps.Keys(figures)) {
		args = append(args, string(name), figures[name])
		rows = append(rows, fmt.Sprintf("($1,$2,$%d,$3,$%d)", len(args)-1, len(args)))
	}
	_, err := t.exec(ctx, "figures", `
		INSERT INTO day_figures (tenant_key, day, figure, shard, n)
		VALUES `+strings.Join(rows, ",")+`
		ON CONFLICT (tenant_key, day, figure, shard) DO UPDATE
		SET n = day_figures.n + excluded.n`,
		args...,
	)
	return err
}

// Figures returns the sums of the figures of the days from that of from to the one before that of to.
func (v *view) Figures(ctx context.Context, tenantKey string, from, to time.Time) (flows.Figures, error) {
	type count struct {
		name flows.Figure
		n    int
	}
	scan := func(scan scanner) (c count, err error) {
		err = scan(&c.name, &c.n)
		return c, err
	}
	rows, err := collect(ctx, v.q, "figures", scan, `
		SELECT figure, CAST(sum(n) AS BIGINT)
		FROM day_figures
		WHERE tenant_key = $1 AND day >= $2 AND day < $3
		GROUP BY figure`,
		tenantKey, dayNumber(from), dayNumber(to),
	)
	if err != nil {
		return nil, err
	}
	out := flows.Figures{}
	for _, c := range rows {
		out[c.name] = c.n
	}
	days, err := v.DaysSince(ctx, tenantKey, from)
	for _, d := range days {
		if d.Day < day(to) {
			out[flows.FigureStarted] += d.Started
			out[flows.FigureDone] += d.Done
		}
	}
	maps.DeleteFunc(out, func(_ flows.Figure, n int) bool { return n == 0 })
	return out, err
}

// PutDepartment stores the name of a department, or changes it.
func (t *txn) PutDepartment(ctx context.Context, tenantKey string, d flows.Department) error {
	_, err := t.exec(ctx, "department", `
		INSERT INTO departments (tenant_key, id, name)
		VALUES ($1,$2,$3)
		ON CONFLICT (tenant_key, id) DO UPDATE
		SET name = excluded.name
		WHERE departments.name <> excluded.name`,
		tenantKey, d.ID, d.Name,
	)
	return err
}

// DepartmentName returns the name of a department, or "" if it is not stored.
func (v *view) DepartmentName(ctx context.Context, tenantKey, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	names, err := collect(ctx, v.q, "department", scanString, `
		SELECT name
		FROM departments
		WHERE tenant_key = $1 AND id = $2`,
		tenantKey, id,
	)
	if err != nil || len(names) == 0 {
		return "", err
	}
	return names[0], nil
}

// DepartmentCounts returns the open and done cases of the departments whose names are stored.
func (v *view) DepartmentCounts(ctx context.Context, tenantKey string) ([]flows.DepartmentCount, error) {
	scan := func(scan scanner) (d flows.DepartmentCount, err error) {
		err = scan(&d.ID, &d.Name, &d.Open, &d.Done)
		return d, err
	}
	return collect(ctx, v.q, "department counts", scan, `
		SELECT d.id, d.name,
		       CAST(sum(CASE WHEN k.open = 1 THEN k.n ELSE 0 END) AS BIGINT),
		       CAST(sum(CASE WHEN k.open = 0 THEN k.n ELSE 0 END) AS BIGINT)
		FROM department_counts k
		JOIN departments d ON d.tenant_key = k.tenant_key AND d.id = k.department
		WHERE k.tenant_key = $1
		GROUP BY d.id, d.name
		ORDER BY d.id`,
		tenantKey,
	)
}

// departmentPlace is the row of department_counts that a case is counted in.
type departmentPlace struct {
	department string
	open       int64
}

// placeOf returns the row of a case, and false if it is counted in none: its department is not known, or it has ended
// and is not done.
func placeOf(department string, s flows.State) (departmentPlace, bool) {
	return departmentPlace{department, boolInt(!s.Terminal())}, department != "" && (!s.Terminal() || s == flows.Done)
}

// moveDepartment counts a case in the department and state that it has now. An ended case stays where it is: its
// department is deleted with its fields.
func (t *txn) moveDepartment(ctx context.Context, c *flows.Case, fromDepartment string, from flows.State) error {
	if from != "" && from.Terminal() || from == c.State && fromDepartment == c.Department {
		return nil
	}
	changes := map[departmentPlace]int{}
	if from != "" {
		if old, ok := placeOf(fromDepartment, from); ok {
			changes[old]--
		}
	}
	if now, ok := placeOf(c.Department, c.State); ok {
		changes[now]++
	}
	places := slices.SortedFunc(maps.Keys(changes), func(a, b departmentPlace) int {
		return strings.Compare(fmt.Sprint(a.department, a.open), fmt.Sprint(b.department, b.open))
	})
	for _, p := range places {
		if changes[p] == 0 {
			continue
		}
		_, err := t.exec(ctx, "count department", `
			INSERT INTO department_counts (tenant_key, department, open, shard, n)
			VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (tenant_key, department, open, shard) DO UPDATE
			SET n = department_counts.n + excluded.n`,
			c.TenantKey, p.department, p.open, shard(c.ID), changes[p],
		)
		if err != nil {
			return err
		}
	}
	return nil
}
