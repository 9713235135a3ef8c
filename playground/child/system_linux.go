package child

import (
	"os"
	"syscall"
)

// CanPause: this system can stop a process and let it go on.
const CanPause = true

// attributes keeps an interrupt at the terminal for the parent, and ends a child with its parent even when it is
// stopped and cannot see its input end.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func pause(p *os.Process) error     { return p.Signal(syscall.SIGSTOP) }
func resume(p *os.Process) error    { return p.Signal(syscall.SIGCONT) }
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
