package harness

import (
	"os"
	"syscall"
)

// together lets a child die with its parent, and keeps an interrupt at the terminal for the parent.
func together() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
