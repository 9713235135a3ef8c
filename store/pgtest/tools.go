//go:build unix

package pgtest

import "path/filepath"

// Tools returns the directory of PostgreSQL's programs, such as pg_dump, or ErrMissing.
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
