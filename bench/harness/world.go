package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// World is the simulated world in a process of its own: `shiming sim`.
type World struct {
	URL      string            // of the control API
	Settings map[string]string // configuration of a bot for this world

	process *Process
}

// openAt matches the world's address in its output: the first address that it prints.
var openAt = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// StartWorld starts the world on free ports with its log in dir/sim.log. args are further flags of `shiming sim`.
func StartWorld(ctx context.Context, program *Program, dir string, args ...string) (*World, error) {
	p, err := program.Start(filepath.Join(dir, "sim.log"), nil,
		append([]string{"sim", "--listen", "127.0.0.1:0", "--no-page"}, args...)...)
	if err != nil {
		return nil, err
	}
	w := &World{process: p}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for w.URL == "" {
		select {
		case <-tick.C:
		case <-p.Exited():
			return nil, fmt.Errorf("sim: %w; see %s", ErrEnded, p.Log)
		case <-ctx.Done():
			p.Kill()
			return nil, fmt.Errorf("sim does not say where it is: %w; see %s", ctx.Err(), p.Log)
		}
		if said, err := os.ReadFile(p.Log); err == nil {
			if m := openAt.Find(said); m != nil {
				w.URL = string(m)
			}
		}
	}
	if err := w.Get(ctx, "/sim/settings", &w.Settings); err != nil {
		p.Kill()
		return nil, err
	}
	return w, nil
}

// Close stops the world.
func (w *World) Close() { w.process.Kill() }

// Get reads from the control API.
func (w *World) Get(ctx context.Context, path string, into any) error {
	return w.call(ctx, http.MethodGet, path, nil, into)
}

// Post posts to the control API. in and into may be nil.
func (w *World) Post(ctx context.Context, path string, in, into any) error {
	return w.call(ctx, http.MethodPost, path, in, into)
}

// SetWebhook sets the webhook in the simulated Feishu.
func (w *World) SetWebhook(ctx context.Context, url string) error {
	var out struct {
		Challenge string `json:"challenge"`
	}
	if err := w.Post(ctx, "/sim/webhook", map[string]string{"url": url}, &out); err != nil {
		return err
	}
	if out.Challenge != "ok" {
		return errors.New("sim: " + out.Challenge)
	}
	return nil
}

func (w *World) call(ctx context.Context, method, path string, in, into any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, w.URL+path, body)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("sim: %s %s: HTTP %d", method, path, resp.StatusCode)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
