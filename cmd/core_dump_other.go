//go:build !unix

package cmd

// forbidCoreDumps does nothing: this system writes no core files by itself.
func forbidCoreDumps() error { return nil }
