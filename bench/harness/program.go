package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// Program is the binary.
type Program struct{ Path string }

// Build builds the program into dir. It must be called from inside the module.
func Build(ctx context.Context, dir string) (*Program, error) {
	p := &Program{Path: filepath.Join(dir, "shiming")}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", p.Path, "shiming").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return p, nil
}

// Process is one run of the program. Its output goes to a file.
type Process struct {
	Log string // the file; runs of the same name go on in it

	cmd    *exec.Cmd
	log    *os.File
	exited chan struct{}
	once   sync.Once
}

// Start runs the program. env comes on top of the present environment. The process ends with
// this one where the system can see to that.
func (p *Program) Start(log string, env []string, args ...string) (*Process, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	run := &Process{Log: log, cmd: exec.Command(p.Path, args...), log: f, exited: make(chan struct{})}
	run.cmd.Env = append(os.Environ(), env...)
	run.cmd.Dir = filepath.Dir(log)
	run.cmd.Stdout, run.cmd.Stderr = f, f
	run.cmd.SysProcAttr = together()
	if err := run.cmd.Start(); err != nil {
		_ = f.Close() // the first error is the one that counts
		return nil, err
	}
	go func() {
		_ = run.cmd.Wait() // ExitCode tells
		_ = f.Close()
		close(run.exited)
	}()
	return run, nil
}

// PID of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// ExitCode is that of an ended process; -1 if a signal ended it.
func (p *Process) ExitCode() int {
	<-p.exited
	return p.cmd.ProcessState.ExitCode()
}

// Kill is kill -9. It returns when the process is gone.
func (p *Process) Kill() {
	p.once.Do(func() { _ = p.cmd.Process.Kill() }) // it has ended already: fine
	<-p.exited
}

// Terminate asks the process to end and waits until it has, or until within has passed. It
// returns the exit code and how long that took; a process that does not end is killed then.
func (p *Process) Terminate(within time.Duration) (code int, took time.Duration, err error) {
	began := time.Now()
	if err := terminate(p.cmd.Process); err != nil {
		return -1, 0, err
	}
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case <-p.exited:
		return p.ExitCode(), time.Since(began), nil
	case <-late.C:
		p.Kill()
		return -1, time.Since(began), fmt.Errorf("still there %s after SIGTERM", within)
	}
}
