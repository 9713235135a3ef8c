//go:build !unix

package pgtest

import "context"

// process is unused: private servers need a Unix system.
type process struct{ url string }

func launch(bool) (*process, error) { return nil, ErrMissing }

func (*process) kill() error                     { return ErrMissing }
func (*process) start() error                    { return ErrMissing }
func (*process) waitReady(context.Context) error { return ErrMissing }
func (*process) close() error                    { return nil }

func benchmarking() bool { return false }
