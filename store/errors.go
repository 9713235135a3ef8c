package store

import (
	"errors"
	"fmt"
	"os"
	"time"

	"shiming/flows"
)

var (
	// ErrUnsupportedDSN means that the DSN names an unknown kind of database.
	ErrUnsupportedDSN = errors.New("store: unsupported dsn, use sqlite:PATH or postgres://…")
	// ErrPostgresDSN means that the DSN of a PostgreSQL database is malformed. The error does not
	// quote it.
	ErrPostgresDSN = errors.New("store: bad dsn, want postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full")
	// ErrLocked means that another process has the database open.
	ErrLocked = errors.New("store: the database is in use by another process; stop it first")
	// ErrRotating means that another process rotates or retires keys of this database.
	ErrRotating = errors.New("store: the keys of this database are being rotated by another process")
	// ErrWrongKeyset means that the database was written with another keyset. Nothing was changed.
	ErrWrongKeyset = errors.New("store: this keyset is not the one the database was written with")
	// ErrBusy means that the next free slot of a shared limit lies too far ahead.
	ErrBusy = errors.New("store: rate limit is booked out")
	// ErrChain means that the verification of an audit chain failed.
	ErrChain = errors.New("store: audit chain is broken")
	// ErrClosed means that the store has been closed.
	ErrClosed = errors.New("store: closed")
)

// BusyError tells how far ahead the next free slot of a shared limit lies. errors.Is matches it
// with ErrBusy. It unwraps to a flows.RetryLater that snoozes the job, so that a job may return it
// as it is.
type BusyError struct {
	Key  string
	Wait time.Duration
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("store: rate limit %q is booked out for %s", e.Key, e.Wait.Round(time.Millisecond))
}

// Unwrap makes errors.Is(err, ErrBusy) and errors.As(err, **flows.RetryLater) true.
func (e *BusyError) Unwrap() []error {
	return []error{ErrBusy, &flows.RetryLater{In: e.Wait, Snooze: true, Code: "rate_limit"}}
}

// ChainError names the first wrong row of an audit chain. errors.Is matches it with ErrChain.
type ChainError struct {
	CaseID string
	Seq    int64
	What   string // missing | changed | unlinked | cut
}

func (e *ChainError) Error() string {
	return fmt.Sprintf("store: audit chain of case %s is broken at %d: %s", e.CaseID, e.Seq, e.What)
}

// Is makes errors.Is(err, ErrChain) and errors.Is(err, flows.ErrChain) true.
func (e *ChainError) Is(target error) bool { return target == ErrChain || target == flows.ErrChain }

// withoutPath returns the text of an operating system's error without the path.
func withoutPath(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
