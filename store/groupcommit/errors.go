package groupcommit

import (
	"errors"

	"modernc.org/sqlite"
)

var (
	// ErrLost means that the failure of another member, such as a disk error, undid the transaction
	// of the whole group. The caller may run its transaction again.
	ErrLost = errors.New("store: the shared transaction was lost")
	// ErrClosed means that the pool was closed during the wait for the writer.
	ErrClosed = errors.New("store: the writer is closed")
)

// Code returns SQLite's extended result code. ok is false if err is not from SQLite.
func Code(err error) (code int, ok bool) {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code(), true
	}
	return 0, false
}
