//go:build unix && !linux

package cmd

// becomeUndumpable does nothing: RLIMIT_CORE is all that this system has.
func becomeUndumpable() error { return nil }
