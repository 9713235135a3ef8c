package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// target is a measured process.
type target struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	addr    string
	profile string // address of its pprof
}

// serving is the line in which a measured process reports its addresses.
const serving = "serving %s profile %s"

// childMark as the first argument makes this program a measured process.
const childMark = "-child"

func startTarget(ctx context.Context, c child) (*target, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	t := &target{cmd: exec.CommandContext(ctx, self, append([]string{childMark}, c.args()...)...)}
	t.cmd.Stderr = os.Stderr
	stdin, err := t.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	t.stdin = stdin
	stdout, err := t.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := t.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		// The SDK writes lines of its own to standard output.
		if _, err := fmt.Sscanf(lines.Text(), serving, &t.addr, &t.profile); err == nil {
			go io.Copy(io.Discard, stdout) //nolint:errcheck // until the output ends
			return t, nil
		}
	}
	t.kill()
	return nil, fmt.Errorf("the %s did not start", c.role)
}

// stop ends the process in an orderly way.
func (t *target) stop() {
	_ = t.stdin.Close()
	_ = t.cmd.Wait() // the exit code is not needed
}

// kill sends SIGKILL.
func (t *target) kill() {
	_ = t.cmd.Process.Kill()
	_ = t.cmd.Wait()
}

// undecided returns the number of events that are acknowledged but not decided.
func (t *target) undecided(ctx context.Context) (n int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.profile+"/undecided", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("undecided: %s", resp.Status)
	}
	_, err = fmt.Fscan(resp.Body, &n)
	return n, err
}

// waitDecided records the number of undecided events at the end of the load and waits until there is none.
func (r *row) waitDecided(ctx context.Context, t *target, span time.Duration) error {
	began := time.Now()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for first := true; ; first = false {
		n, err := t.undecided(ctx)
		if err != nil {
			return err
		}
		if first {
			r.Undecided = n
		}
		if n == 0 {
			r.DecidedPerSecond = float64(r.Acked) / (span + time.Since(began)).Seconds()
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// tick is the unit of the times in /proc/PID/stat.
const tick = 10 * time.Millisecond

// cpu returns the processor time of the process, 0 where it cannot be read.
func (t *target) cpu() time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", t.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// writeProfile takes a CPU profile of the process under load.
func (t *target) writeProfile(span time.Duration, file string) error {
	resp, err := http.Get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", t.profile, max(1, int(span.Seconds()))))
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close() //nolint:errcheck // a profile cut short shows when it is read
	_, err = io.Copy(out, resp.Body)
	return err
}
