package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"shiming/config"
)

// Bot is an instance of `shiming serve` that can be stopped and started again on the same address.
type Bot struct {
	URL  string // scheme and host
	Name string

	program *Program
	dir     string
	env     []string

	mu      sync.Mutex
	process *Process
}

// NewBot prepares an instance with the log dir/NAME.log. settings are configuration keys by dotted path. By default
// it listens on a free loopback port and keeps its keyset in dir, where the instances of one database share it.
func NewBot(program *Program, dir, name string, settings map[string]string) (*Bot, error) {
	all := map[string]string{"company.name": "样本科技有限公司", "security.keyset_file": filepath.Join(dir, "keyset.json")}
	maps.Copy(all, settings)
	if all["server.listen"] == "" {
		addr, err := FreeAddress()
		if err != nil {
			return nil, err
		}
		all["server.listen"] = addr
	}
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), nil, 0o600); err != nil {
		return nil, err
	}
	return &Bot{
		URL:     "http://" + all["server.listen"],
		Name:    name,
		program: program,
		dir:     dir,
		env:     config.Environ(all),
	}, nil
}

// Start starts the instance and returns when it is ready.
func (b *Bot) Start(ctx context.Context) error {
	p, err := b.Spawn()
	if err != nil {
		return err
	}
	return b.Ready(ctx, p)
}

// Spawn starts the instance and returns at once.
func (b *Bot) Spawn() (*Process, error) {
	p, err := b.program.Start(filepath.Join(b.dir, b.Name+".log"), b.env, "serve", "--config",
		filepath.Join(b.dir, "config.yaml"))
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.process = p
	return p, nil
}

// Ready waits until a spawned run is ready. It fails with ErrEnded if the run ends first.
func (b *Bot) Ready(ctx context.Context, p *Process) error {
	if err := WaitReady(ctx, b.URL, p); err != nil {
		return fmt.Errorf("%s: %w; see %s", b.Name, err, p.Log)
	}
	return nil
}

// Process returns the latest run, nil before the first.
func (b *Bot) Process() *Process {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.process
}

// Kill kills the present run, if any.
func (b *Bot) Kill() {
	if p := b.Process(); p != nil {
		p.Kill()
	}
}

// FreeAddress returns a loopback address that is free at the moment.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// ErrEnded means that the process ended before it was ready.
var ErrEnded = errors.New("the process ended before it was ready")

// readyTimeout is how long a start may take. The program promises 30 s.
const readyTimeout = 30 * time.Second

// WaitReady waits until GET url/readyz answers 200, p ends, or readyTimeout has passed.
func WaitReady(ctx context.Context, url string, p *Process) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if status(ctx, url+"/readyz") == http.StatusOK {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.Exited():
			return ErrEnded
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w", ctx.Err())
		}
	}
}

// status returns the status of a GET, 0 without an answer.
func status(ctx context.Context, url string) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close() // only the status is needed
	return resp.StatusCode
}
