package playground

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"shiming/config"
	"shiming/playground/child"
)

// process is a run of `serve --stage` in a process of its own.
type process struct {
	*child.Process
	in     io.WriteCloser
	says   chan ProtocolLine
	stderr *lastLine
}

// stopTime is what a bot may take to end in good order; serve promises it.
const stopTime = 15 * time.Second

// ErrProcessGone: the bot has ended instead of answering.
var ErrProcessGone = errors.New("the bot has ended")

// spawn starts the program as a bot with these settings and nothing else of ours from the environment. exe is the
// binary, env comes on top.
func spawn(exe, dir string, settings map[string]string, ahead time.Duration, env []string) (*process, error) {
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return nil, err
	}
	c := &process{says: make(chan ProtocolLine, 64), stderr: &lastLine{}}
	cmd := exec.Command(exe, "serve", "--config", file, "--stage="+ahead.String())
	cmd.Env = slices.Concat(config.WithoutOwnVariables(os.Environ()), config.Environ(settings), env)
	cmd.Dir = dir
	cmd.Stderr = io.MultiWriter(os.Stderr, c.stderr)
	var err error
	if c.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.Process, err = child.Start(cmd, func() { c.listen(out) })
	return c, err
}

// listen takes what the child says until its output ends.
func (c *process) listen(out io.Reader) {
	defer close(c.says)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var l ProtocolLine
		if json.Unmarshal(lines.Bytes(), &l) == nil {
			c.says <- l
		}
	}
}

// readLine waits for the next line.
func (c *process) readLine(ctx context.Context) (ProtocolLine, error) {
	select {
	case l, ok := <-c.says:
		if !ok {
			return l, ErrProcessGone
		}
		if l.Error != "" {
			return l, &childError{l}
		}
		return l, nil
	case <-ctx.Done():
		return ProtocolLine{}, ctx.Err()
	}
}

// ahead moves the child's clock to be so far ahead.
func (c *process) ahead(ctx context.Context, by time.Duration) error {
	if _, err := fmt.Fprintf(c.in, "ahead %s\n", by); err != nil {
		return ErrProcessGone
	}
	for {
		l, err := c.readLine(ctx)
		if err != nil || l.Ahead == by.String() { // else it is the late answer to a wish that nobody waits for any more
			return err
		}
	}
}

// stop ends the child in good order, or after a while in any.
func (c *process) stop() {
	_ = c.Terminate() // it may have ended already
	_ = c.in.Close()
	c.EndWithin(stopTime)
}

// lastLine keeps the last line that a process wrote.
type lastLine struct {
	mu   sync.Mutex
	line string
}

func (w *lastLine) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for line := range strings.Lines(string(p)) {
		if line = strings.TrimSpace(line); line != "" {
			w.line = line
		}
	}
	return len(p), nil
}

func (w *lastLine) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.line
}
