//go:build !linux

package harness

import (
	"os"
	"syscall"
)

func together() *syscall.SysProcAttr { return nil }

func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
