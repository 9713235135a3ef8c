//go:build !unix

package pgtest

// Tools returns ErrMissing: private servers need a Unix system.
func Tools() (string, error) { return "", ErrMissing }
