package store

import (
	"errors"
	"fmt"
	"os"
	"time"

	"shiming/flows"
)

var (
	// ErrUnsupportedDSN: the DSN names an engine that this build does not have.
	ErrUnsupportedDSN = errors.New("store: unsupported dsn, use sqlite:PATH or postgres://…")
	// ErrPostgresDSN: the DSN of a PostgreSQL database cannot be read. It is not quoted.
	ErrPostgresDSN = errors.New("store: bad dsn, want postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full")
	// ErrLocked: another process has the database open.
	ErrLocked = errors.New("store: the database is in use by another process; stop it first")
	// ErrWrongKeyset: the database was written with another keyset. Nothing was changed.
	ErrWrongKeyset = errors.New("store: this keyset is not the one the database was written with")
	// ErrBusy: the shared limit is booked out for longer than Wait is willing to wait.
	ErrBusy = errors.New("store: rate limit is booked out")
	// ErrChain: an audit chain does not add up.
	ErrChain = errors.New("store: audit chain is broken")
	// ErrClosed: the store has been closed.
	ErrClosed = errors.New("store: closed")
)

// BusyError says how long the shared limit is booked out. It is ErrBusy, and it unwraps to a
// flows.RetryLater that snoozes the job, so that a worker may simply return it.
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

// ChainError names the first link of an audit chain that is wrong. It is ErrChain.
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

// withoutPath is an operating system's error without the path, which the caller names.
func withoutPath(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
