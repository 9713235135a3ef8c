//go:build unix

package pgtest

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// guardScript starts and kills the server on command, one word on each line of its standard input,
// and repeats each word when it is done. When its input ends, the owner of the server has ended;
// the script then stops the server and removes its directory.
const guardScript = `dir=$1; shift; pid=
down() { if [ -n "$pid" ]; then kill -QUIT $pid; wait $pid; pid=; fi; }
while read -r word; do
	case $word in
	up) if [ -z "$pid" ]; then "$@" </dev/null >>"$dir/log" 2>&1 & pid=$!; fi ;;
	kill) down ;;
	esac
	echo "$word"
done
down; rm -rf "$dir"`

// process is a private server.
type process struct {
	url, log string
	cmd      *exec.Cmd

	mu      sync.Mutex
	stdin   io.WriteCloser // of guardScript
	replies *bufio.Reader  // from guardScript
}

// launch starts a server and waits until it accepts connections.
func launch(durable bool) (p *process, err error) {
	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return nil, err
	}
	as, err := unprivileged(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"),
		"-D", data, "-U", "shiming", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = dir, as
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w\n%s", err, out), os.RemoveAll(dir))
	}
	args := []string{
		"-c", guardScript, "pgtest", dir,
		filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-h", "", "-c", "max_connections=300",
	}
	if !durable {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	at := &url.URL{
		Scheme:   "postgres",
		User:     url.User("shiming"),
		Path:     "/postgres",
		RawQuery: url.Values{"host": {dir}}.Encode(),
	}
	p = &process{
		url: at.String(),
		log: filepath.Join(dir, "log"),
		cmd: exec.Command("/bin/sh", args...),
	}
	// The server has a process group of its own, so that an interrupt at the terminal reaches only
	// its owner.
	p.cmd.Dir, p.cmd.SysProcAttr = dir, &syscall.SysProcAttr{Setpgid: true, Credential: as.Credential}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.replies = bufio.NewReader(stdout)
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err = p.start(); err == nil {
		err = p.waitReady(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *process) start() error { return p.send("up") }
func (p *process) kill() error  { return p.send("kill") }

// send sends a word to guardScript and waits until it is done.
func (p *process) send(word string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := io.WriteString(p.stdin, word+"\n"); err != nil {
		return fmt.Errorf("postgres: %s: %w", word, err)
	}
	if _, err := p.replies.ReadString('\n'); err != nil {
		return fmt.Errorf("postgres: %s: %w", word, err)
	}
	return nil
}

// close ends guardScript, and with it the server. It returns when the directory has been removed.
func (p *process) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.stdin.Close(); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	return p.cmd.Wait()
}

// waitReady waits until the server accepts connections. A recovering server does not.
func (p *process) waitReady(ctx context.Context) error {
	for {
		conn, err := pgx.Connect(ctx, p.url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(p.log)
			return fmt.Errorf("postgres does not answer: %w\n%s", err, log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// benchmarking reports whether benchmarks run. They need a durable server, tests do not.
func benchmarking() bool {
	f := flag.Lookup("test.bench")
	return f != nil && f.Value.String() != ""
}

// findBinaries returns the directory of PostgreSQL's programs: that of the postgres on the PATH, or
// Debian's newest version.
func findBinaries() (string, error) {
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), "initdb")); err == nil {
				return filepath.Dir(path), nil
			}
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", ErrMissing
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

// unprivileged chooses the user that runs the server, and gives the directory to that user.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{}
	if os.Getuid() != 0 {
		return attr, nil
	}
	var account *user.User
	var err error
	for _, name := range []string{"postgres", "nobody"} {
		if account, err = user.Lookup(name); err == nil {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.Atoi(account.Uid)
	gid, err2 := strconv.Atoi(account.Gid)
	if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, nil
}
