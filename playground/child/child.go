// Package child runs a program in a process of its own. On Linux the kernel ends the child with its parent. The
// package imports nothing of ours, because both the playground (for the supervised bot) and the benchmarks use it.
package child

import (
	"os/exec"
	"runtime"
	"time"
)

// Process is one run of a program.
type Process struct {
	cmd    *exec.Cmd
	exited chan struct{}
}

// Start starts a command and waits for its end in the background. read, if not nil, reads the command's pipes. It
// must return at their end, because Start waits for the process only after it has returned.
func Start(cmd *exec.Cmd, read func()) (*Process, error) {
	p := &Process{cmd: cmd, exited: make(chan struct{})}
	cmd.SysProcAttr = attributes()
	started := make(chan error)
	go func() {
		// Pdeathsig ends the child when the thread that started it ends, so this goroutine keeps its thread.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		if read != nil {
			read()
		}
		_ = cmd.Wait() // ExitCode reports the result
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// PID returns the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// ExitCode waits for the end and returns the exit code, -1 if a signal ended the process.
func (p *Process) ExitCode() int {
	<-p.exited
	return p.cmd.ProcessState.ExitCode()
}

// Kill sends SIGKILL and returns when the process has ended.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // an error means that the process has ended already
	<-p.exited
}

// Terminate asks the process to end. It does not wait.
func (p *Process) Terminate() error { return terminate(p.cmd.Process) }

// Pause stops the process until Resume.
func (p *Process) Pause() error { return pause(p.cmd.Process) }

// Resume continues a paused process.
func (p *Process) Resume() error { return resume(p.cmd.Process) }

// EndWithin waits for the end and kills the process after d. It reports whether the process ended by itself.
func (p *Process) EndWithin(d time.Duration) bool {
	late := time.NewTimer(d)
	defer late.Stop()
	select {
	case <-p.exited:
		return true
	case <-late.C:
		p.Kill()
		return false
	}
}
