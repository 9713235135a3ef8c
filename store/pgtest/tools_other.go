//go:build !unix

package pgtest

// Tools is the directory of PostgreSQL's programs, pg_dump among them, or ErrMissing.
func Tools() (string, error) { return "", ErrMissing }
