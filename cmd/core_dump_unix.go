//go:build unix

package cmd

import (
	"errors"
	"fmt"
	"syscall"
)

// forbidCoreDumps keeps the kernel from writing the memory of this process to a file when it crashes: the memory holds
// keys and personal data. The limit cannot be raised again, and processes that this one starts inherit it.
func forbidCoreDumps() error {
	err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	if err != nil {
		err = fmt.Errorf("RLIMIT_CORE: %w", err)
	}
	return errors.Join(err, becomeUndumpable())
}
