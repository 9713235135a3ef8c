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

// process is a run of `serve --stage` in a process of its own, see ProtocolLine.
type process struct {
	*child.Process
	in     io.WriteCloser
	lines  chan ProtocolLine
	stderr *lastLine
}

// stopTimeout is how long a bot may take for an orderly stop. serve keeps within it.
const stopTimeout = 15 * time.Second

// ErrProcessGone means that the bot's process has ended.
var ErrProcessGone = errors.New("the bot has ended")

// spawn starts the binary exe as a bot with these settings. The child inherits the environment without this program's
// own variables; env is added last.
func spawn(exe, dir string, settings map[string]string, ahead time.Duration, env []string) (*process, error) {
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return nil, err
	}
	c := &process{lines: make(chan ProtocolLine, 64), stderr: &lastLine{}}
	cmd := exec.Command(exe, "serve", "--config", file, "--stage="+ahead.String())
	cmd.Env = slices.Concat(config.WithoutOwnVariables(os.Environ()), config.Environ(settings), env)
	cmd.Dir = dir
	cmd.Stderr = io.MultiWriter(os.Stderr, c.stderr)
	var err error
	c.in, err = cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.Process, err = child.Start(cmd, func() { c.readLines(out) })
	return c, err
}

// readLines sends the child's lines to the channel until its output ends.
func (c *process) readLines(out io.Reader) {
	defer close(c.lines)
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		var l ProtocolLine
		if json.Unmarshal(scanner.Bytes(), &l) == nil {
			c.lines <- l
		}
	}
}

// readLine waits for the child's next line.
func (c *process) readLine(ctx context.Context) (ProtocolLine, error) {
	select {
	case l, ok := <-c.lines:
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

// setClock tells the child its clock's new offset and waits for the confirmation.
func (c *process) setClock(ctx context.Context, by time.Duration) error {
	if _, err := fmt.Fprintf(c.in, "ahead %s\n", by); err != nil {
		return ErrProcessGone
	}
	for {
		l, err := c.readLine(ctx)
		if err != nil || l.Ahead == by.String() { // any other line answers an earlier, abandoned command
			return err
		}
	}
}

// stop ends the child in an orderly way, and kills it after stopTimeout.
func (c *process) stop() {
	_ = c.Terminate() // an error means that the process has ended already
	_ = c.in.Close()
	c.EndWithin(stopTimeout)
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
		line = strings.TrimSpace(line)
		if line != "" {
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
