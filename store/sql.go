package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"shiming/flows"
)

// scanner is the Scan method of *sql.Row and of *sql.Rows.
type scanner func(dest ...any) error

// collect runs a query and converts each row with scan. what names the step in errors.
func collect[T any](
	ctx context.Context, q querier, what string, scan func(scanner) (T, error), query string, args ...any,
) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", what, err)
	}
	defer rows.Close() //nolint:errcheck // Err reports a failed read

	var out []T
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("store: %s: %w", what, err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: %s: %w", what, err)
	}
	return out, nil
}

// scanString reads a row of one text column.
func scanString(scan scanner) (s string, err error) {
	err = scan(&s)
	return s, err
}

// orNotFound turns sql.ErrNoRows into flows.ErrNotFound.
func orNotFound(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return flows.ErrNotFound
	}
	return fmt.Errorf("store: %s: %w", what, err)
}

// placeholders returns ($1,$2),($3,$4)… for a number of rows and columns.
func placeholders(rows, columns int) string {
	var s strings.Builder
	for n := range rows * columns {
		switch {
		case n == 0:
			s.WriteString("(")
		case n%columns == 0:
			s.WriteString("),(")
		default:
			s.WriteString(",")
		}
		s.WriteString("$" + strconv.Itoa(n+1))
	}
	return s.String() + ")"
}

// millis returns the stored form of a time: Unix milliseconds, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMillis returns the time that millis has encoded, in UTC.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// boolInt returns the stored form of a truth value: 0 or 1.
func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
