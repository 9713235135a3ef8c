package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"shiming/playground/child"
)

// Program is the built binary.
type Program struct{ Path string }

// Build builds the program into dir. The working directory must be inside the module.
func Build(ctx context.Context, dir string) (*Program, error) {
	p := &Program{Path: filepath.Join(dir, "shiming")}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", p.Path, "shiming").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return p, nil
}

// Process is one run of the program. Its output goes to a file.
type Process struct {
	*child.Process
	Log string // the file; runs with the same file append to it
}

// Start runs the program. env is added to the environment.
func (p *Program) Start(log string, env []string, args ...string) (*Process, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // the process has its own descriptor
	cmd := exec.Command(p.Path, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = filepath.Dir(log)
	cmd.Stdout, cmd.Stderr = f, f
	run, err := child.Start(cmd, nil)
	if err != nil {
		return nil, err
	}
	return &Process{run, log}, nil
}

// Stop sends SIGTERM and waits for the end. It returns the exit code and the duration, and kills the process after
// within.
func (p *Process) Stop(within time.Duration) (code int, took time.Duration, err error) {
	began := time.Now()
	if err := p.Terminate(); err != nil {
		return -1, 0, err
	}
	if !p.EndWithin(within) {
		return -1, time.Since(began), fmt.Errorf("still there %s after SIGTERM", within)
	}
	return p.ExitCode(), time.Since(began), nil
}
