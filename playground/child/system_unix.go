//go:build unix && !linux

package child

import (
	"os"
	"syscall"
)

// CanPause: this system can stop a process and let it go on.
const CanPause = true

// attributes keeps an interrupt at the terminal for the parent.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func pause(p *os.Process) error     { return p.Signal(syscall.SIGSTOP) }
func resume(p *os.Process) error    { return p.Signal(syscall.SIGCONT) }
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
