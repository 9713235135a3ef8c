//go:build unix && !linux

package child

import (
	"os"
	"syscall"
)

// CanPause reports whether this system can stop and continue a process.
const CanPause = true

// attributes gives the child a process group of its own, so that an interrupt at the terminal reaches the parent
// only.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func pause(p *os.Process) error     { return p.Signal(syscall.SIGSTOP) }
func resume(p *os.Process) error    { return p.Signal(syscall.SIGCONT) }
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
