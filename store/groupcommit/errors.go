package groupcommit

import (
	"errors"

	"modernc.org/sqlite"
)

var (
	// ErrLost says that another member's failure, such as of the disk, took the whole group's
	// transaction with it. It may be run again.
	ErrLost = errors.New("store: the shared transaction was lost")
	// ErrClosed: the pool was closed while somebody waited for the writer.
	ErrClosed = errors.New("store: the writer is closed")
)

// Code is SQLite's extended result code of an error, and whether it is an error of SQLite's.
func Code(err error) (code int, ok bool) {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code(), true
	}
	return 0, false
}
