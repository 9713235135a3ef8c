package playground

import (
	"os"
	"syscall"
)

// CanPause: this system can stop a process and let it go on.
const CanPause = true

// childAttributes keeps an interrupt at the terminal for the parent, and ends a child with its parent even when it is stopped and
// cannot see its input end.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func pauseProcess(p *os.Process) error     { return p.Signal(syscall.SIGSTOP) }
func resumeProcess(p *os.Process) error    { return p.Signal(syscall.SIGCONT) }
func terminateProcess(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
