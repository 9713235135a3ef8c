//go:build !unix

package pgtest

import "context"

// process: no private server here.
type process struct{ url string }

func launch(bool) (*process, error) { return nil, ErrMissing }

func (*process) kill() error                   { return ErrMissing }
func (*process) up() error                     { return ErrMissing }
func (*process) answers(context.Context) error { return ErrMissing }
func (*process) close() error                  { return nil }

func measuring() bool { return false }
