//go:build unix

package pgtest

import "path/filepath"

// Tools is the directory of PostgreSQL's programs, pg_dump among them, or ErrMissing.
func Tools() (string, error) {
	bin, err := findBinaries()
	if err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(bin, "pg_dump*"))
	if err != nil || len(found) == 0 {
		return "", ErrMissing
	}
	return bin, nil
}
