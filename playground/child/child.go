// Package child runs a program in a process of its own, which ends with this one where the system can see to that. It
// imports nothing of ours: the playground supervises a bot with it, and measurements run bots and worlds.
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

// Start starts a command and waits for its end in the background. read, unless nil, reads the command's pipes: it
// runs first and returns at their end.
func Start(cmd *exec.Cmd, read func()) (*Process, error) {
	p := &Process{cmd: cmd, exited: make(chan struct{})}
	cmd.SysProcAttr = attributes()
	started := make(chan error)
	go func() {
		// On Linux the child ends with the thread that started it, so that this one is kept until then.
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
		_ = cmd.Wait() // ExitCode tells
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// PID of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// ExitCode waits for the end. The code is -1 if a signal ended the process.
func (p *Process) ExitCode() int {
	<-p.exited
	return p.cmd.ProcessState.ExitCode()
}

// Kill is kill -9. It returns when the process is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.exited
}

// Terminate asks the process to end, and does not wait for it.
func (p *Process) Terminate() error { return terminate(p.cmd.Process) }

// Pause stops the process where it is, until Resume.
func (p *Process) Pause() error { return pause(p.cmd.Process) }

// Resume lets a paused process go on.
func (p *Process) Resume() error { return resume(p.cmd.Process) }

// EndWithin waits for the end, and kills a process that takes longer. It reports whether the process ended by itself.
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
