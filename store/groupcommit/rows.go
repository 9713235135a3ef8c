package groupcommit

import (
	"database/sql/driver"
	"errors"
	"io"
)

// bufferedRows are rows in memory.
type bufferedRows struct {
	columns []string
	rows    [][]driver.Value
}

// readAll reads rows to their end and closes them.
func readAll(rows driver.Rows) (*bufferedRows, error) {
	defer rows.Close() //nolint:errcheck // Next reports a failed read
	out := &bufferedRows{columns: rows.Columns()}
	for {
		row := make([]driver.Value, len(out.columns))
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		}
		for i, v := range row {
			if b, ok := v.([]byte); ok {
				row[i] = append([]byte{}, b...) // the driver may reuse its buffer
			}
		}
		out.rows = append(out.rows, row)
	}
}

func (r *bufferedRows) Columns() []string { return r.columns }
func (r *bufferedRows) Close() error      { return nil }

func (r *bufferedRows) Next(dest []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	copy(dest, r.rows[0])
	r.rows = r.rows[1:]
	return nil
}
