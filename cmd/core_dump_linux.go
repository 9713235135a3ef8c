package cmd

import (
	"fmt"
	"syscall"
)

// becomeUndumpable covers what RLIMIT_CORE does not: a kernel.core_pattern that pipes to a program, such as
// systemd-coredump, disregards the limit (core(5)). It also takes from other processes of the same user the right to
// attach to this one or to read its memory in /proc (prctl(2), PR_SET_DUMPABLE; ptrace(2)). The files that a monitor
// reads, such as /proc/PID/status, stay readable.
func becomeUndumpable() error {
	_, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_DUMPABLE, 0, 0)
	if errno != 0 {
		return fmt.Errorf("PR_SET_DUMPABLE: %w", errno)
	}
	return nil
}
