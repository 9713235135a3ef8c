package e2e

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"shiming/e2e/files"
	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/wire"
)

func TestKeygen(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "keyset.json")
	if code, out := harness.Command(t.Context(), nil, "keygen", file).Run(t); code != 0 {
		t.Fatalf("%d: %s, want 0", code, out)
	}
	first, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o, want 0o600", info.Mode().Perm())
	}
	code, out := harness.Command(t.Context(), nil, "keygen", file).Run(t)
	if code == 0 || !strings.Contains(out, "exist") {
		t.Errorf("a second time: %d %q, want %q in it", code, out, "exist")
	}
	if again, _ := os.ReadFile(file); !bytes.Equal(first, again) {
		t.Error("got another keyset in the file, want the first one kept")
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	code, out := harness.Command(t.Context(), nil, "serve", "--config",
		files.WriteTemp(t, "config.yaml", "hr: {admin: x}\nserver: {listen: nowhere}\n")).Run(t)
	if code != 2 || !strings.Contains(out, "hr.admin: no such key") || !strings.Contains(out, "server.listen: ") ||
		!strings.Contains(out, "feishu.app_secret: is missing") {
		t.Errorf("a wrong configuration: got %d %s, want exit code 2", code, out)
	}
	for _, wrong := range [][]string{{}, {"fly"}, {"serve", "--fast"}, {"keygen"}, {"check", "--lang", "fr"}} {
		t.Run("shiming "+strings.Join(wrong, " "), func(t *testing.T) {
			code, out := harness.Command(t.Context(), nil, wrong...).Run(t)
			if code != 2 || !strings.Contains(out, "Usage: shiming") || !strings.Contains(out, "shiming: error: ") {
				t.Errorf("got exit code %d and %s, want 2, the help and the mistake", code, out)
			}
		})
	}
	if code, out := harness.Command(t.Context(), nil, "--help").Run(t); code != 0 || !strings.Contains(out, "keygen") {
		t.Errorf("help: %d %s, want 0, %q in it", code, out, "keygen")
	}
	if code, _ := harness.Command(t.Context(), []string{"SHIMING_SERVER_LISTEN=127.0.0.1:1"}, "health", "--config",
		files.WriteTemp(t, "config.yaml", "")).Run(t); code != 1 {
		t.Errorf("health without a bot: %d, want 1", code)
	}
}

func TestServe(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{})
	where := append(append([]string{}, s.Env...), "SHIMING_SERVER_LISTEN="+strings.TrimPrefix(s.URL(), "http://"))
	if code, out := harness.Command(s.Ctx, where, "health", "--config", s.File).Run(t); code != 0 {
		t.Errorf("health: %d %s, want 0", code, out)
	}
	for _, name := range []string{"shiming.db", "keyset.json"} {
		if info, err := os.Stat(filepath.Join(s.Dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v and %v, want a file for the owner alone", name, info, err)
		}
	}
	code, out := harness.Command(s.Ctx, s.Env, "serve", "--config", s.File).Run(t)
	if code != 1 || !strings.Contains(out, "in use by another process") {
		t.Errorf("a second process: %d %s, want 1, %q in it", code, out, "in use by another process")
	}

	// SIGTERM during an outside write: the write ends and the program exits with 0.
	hr := s.World.HR(0)
	hrCtx, stopHR := context.WithCancel(s.Ctx)
	hrDone := make(chan error, 1)
	go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()
	s.World.Faults.Arm(wire.Fault{
		Upstream:  "esign",
		Operation: "evidence.psn_realname",
		Kind:      wire.Delay,
		Times:     1,
		Delay:     time.Second,
	})
	e := s.World.Hire(1)[0]
	done := make(chan error, 1)
	go func() {
		_, err := e.Register(s.Ctx, sim.Script{}, nil)
		done <- err
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for len(s.World.Faults.List()) > 0 {
		select {
		case <-tick.C:
		case <-s.Ctx.Done():
			t.Fatalf("the write never began: %s", s.Running.Out)
		}
	}
	if err := s.Running.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := s.Running.WaitExit(t); code != 0 {
		t.Errorf("SIGTERM: got exit code %d, want 0: %s", code, s.Running.Out)
	}
	if strings.Contains(s.Running.Out.String(), "some jobs did not end in time") {
		t.Error("got a stop before the write ended, want it to wait")
	}
	if !strings.Contains(s.Running.Out.String(), "NEW KEYSET WRITTEN") ||
		!strings.Contains(s.Running.Out.String(), `"msg":"stopped"`) {
		t.Error("got no log line of the new keyset or of the stop, want both")
	}

	// The program refuses another keyset.
	other := append(append([]string{}, s.Env...), "SHIMING_SECURITY_KEYSET_FILE="+filepath.Join(t.TempDir(), "other.json"))
	code, out = harness.Command(s.Ctx, other, "serve", "--config", s.File).Run(t)
	if code != 1 || !strings.Contains(out, "keyset") {
		t.Errorf("another keyset: %d %s, want 1, %q in it", code, out, "keyset")
	}
	s.Start()
	if err := <-done; err != nil {
		t.Error(err)
	}
	stopHR()
	if err := <-hrDone; err != nil {
		t.Error(err)
	}
	if j := s.World.Journey(e.OpenID); !j.Filed() {
		t.Errorf("got the journey %+v, want it filed once", j)
	}
	s.Kill()
}

// TestKilled kills the process repeatedly at random points. No acknowledged push is lost and no outside write is made
// twice.
func TestKilled(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{Latency: 20 * time.Millisecond})
	hr := s.World.HR(0)
	hrCtx, stopHR := context.WithCancel(s.Ctx)
	hrDone := make(chan error, 1)
	go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()
	calls, unsubscribe := s.World.Recorder.Subscribe()
	defer unsubscribe()

	people := s.World.Hire(4)
	failures := make([]error, len(people))
	var working sync.WaitGroup
	for i, e := range people {
		working.Go(func() {
			_, failures[i] = e.Register(s.Ctx, sim.Script{SMSPatience: 3 * time.Second}, nil)
		})
	}
	finished := make(chan struct{})
	go func() {
		working.Wait()
		close(finished)
	}()
	// A kill after each few calls hits photos, codes, checks and writes.
	for _, after := range []int{6, 9, 11, 13, 12, 10, 9, 7} {
		for range after {
			select {
			case <-calls:
			case <-finished:
			case <-s.Ctx.Done():
			}
		}
		s.Kill()
		s.Start()
	}
	<-finished
	for i, e := range people {
		j := s.World.Journey(e.OpenID)
		if failures[i] != nil || !j.Filed() || j.Identities != 1 || len(j.Points) != 1 || len(j.Cases) != 1 {
			t.Errorf("got %v and the journey %+v, want it filed once", failures[i], j)
		}
	}
	stopHR()
	if err := <-hrDone; err != nil {
		t.Error(err)
	}
	if points := s.World.ESign.Points(); len(points) != len(people) {
		t.Errorf("%d points, want %v", len(points), len(people))
	}
}
