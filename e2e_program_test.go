package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"shiming/e2e/files"
	"shiming/sim"
	"shiming/sim/wire"
)

// program is a run of the program in a process of its own.
type program struct {
	cmd *exec.Cmd
	out *logs
}

func command(ctx context.Context, env []string, args ...string) *program {
	p := &program{cmd: exec.CommandContext(ctx, os.Args[0], args...), out: &logs{}}
	p.cmd.Env = append(append(os.Environ(), asProgram+"=1"), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	return p
}

// ended waits for the end and returns the exit code.
func (p *program) ended(t *testing.T) int {
	t.Helper()
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *program) run(t *testing.T) (code int, out string) {
	t.Helper()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	code = p.ended(t)
	return code, p.out.String()
}

func TestKeygen(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "keyset.json")
	if code, out := command(t.Context(), nil, "keygen", file).run(t); code != 0 {
		t.Fatalf("%d: %s", code, out)
	}
	first, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	if code, out := command(t.Context(), nil, "keygen", file).run(t); code == 0 || !strings.Contains(out, "exist") {
		t.Errorf("a second time: %d %q", code, out)
	}
	if again, _ := os.ReadFile(file); !bytes.Equal(first, again) {
		t.Error("the keyset was overwritten")
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	code, out := command(t.Context(), nil, "serve", "--config", files.WriteTemp(t, "config.yaml", "hr: {admin: x}\nserver: {listen: nowhere}\n")).run(t)
	if code != 2 || !strings.Contains(out, "hr.admin: no such key") || !strings.Contains(out, "server.listen: ") || !strings.Contains(out, "feishu.app_secret: is missing") {
		t.Errorf("a wrong configuration: %d %s", code, out)
	}
	if code, out := command(t.Context(), nil, "fly").run(t); code == 0 {
		t.Errorf("an unknown command: %d %s", code, out)
	}
	if code, out := command(t.Context(), nil, "--help").run(t); code != 0 || !strings.Contains(out, "keygen") {
		t.Errorf("help: %d %s", code, out)
	}
	if code, _ := command(t.Context(), []string{"SHIMING_SERVER_LISTEN=127.0.0.1:1"}, "health", "--config", files.WriteTemp(t, "config.yaml", "")).run(t); code != 1 {
		t.Errorf("health without a bot: %d", code)
	}
}

// served is a bot in a process of its own, in a simulated world.
type served struct {
	t     *testing.T
	ctx   context.Context
	world *sim.World
	env   []string
	dir   string
	file  string
	now   *program
}

func serve(t *testing.T, c sim.Config, env ...string) *served {
	t.Helper()
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), testTime())
	t.Cleanup(cancel)
	c.EsignRevision, c.OCRPerSecond, c.Seed, c.RetryLadder = "2024", 50, 4711, impatient
	world, err := sim.Start(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cutOff(world) })
	s := &served{t: t, ctx: ctx, world: world, dir: t.TempDir()}
	s.file = files.WriteTemp(t, "config.yaml", "company: {name: 样本科技有限公司}\nhr: {admins: ["+strings.Join(world.Admins(), ", ")+"]}\n")
	for line := range strings.Lines(world.Env()) {
		if name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "="); ok && name != "SHIMING_HR_ADMINS" {
			s.env = append(s.env, name+"="+strings.Trim(value, "'"))
		}
	}
	s.env = append(s.env, "SHIMING_SERVER_LISTEN=127.0.0.1:0", "SHIMING_STORE_DSN=sqlite:"+filepath.Join(s.dir, "shiming.db"),
		"SHIMING_SECURITY_KEYSET_FILE="+filepath.Join(s.dir, "keyset.json"), "SHIMING_LOG_LEVEL=debug", "SHIMING_TIMING_CODE_RESEND=1s")
	s.env = append(s.env, env...)
	s.start()
	t.Cleanup(func() {
		if s.now != nil {
			s.kill()
		}
	})
	return s
}

func (s *served) start() {
	s.t.Helper()
	s.now = command(s.ctx, s.env, "serve", "--config", s.file)
	if err := s.now.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !s.ready() {
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			s.t.Fatalf("never ready: %s", s.now.out)
		}
	}
	s.world.SetWebhook(s.url() + "/webhook/event")
}

// listening is how the program says where.
var listening = regexp.MustCompile(`"msg":"listening","addr":"([^"]+)"`)

// url is where the program listens, "" before it does.
func (s *served) url() string {
	if m := listening.FindStringSubmatch(s.now.out.String()); m != nil {
		return "http://" + m[1]
	}
	return ""
}

func (s *served) ready() bool {
	url := s.url()
	if url == "" {
		return false
	}
	resp, err := http.Get(url + "/readyz")
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// kill is kill -9.
func (s *served) kill() string {
	s.t.Helper()
	_ = s.now.cmd.Process.Kill()
	_ = s.now.cmd.Wait()
	out := s.now.out.String()
	s.now = nil
	for _, e := range s.world.People() {
		for _, secret := range []string{e.Person.Name, e.Person.Code, e.Person.Mobile} {
			if strings.Contains(out, secret) {
				s.t.Error("something personal was printed")
			}
		}
	}
	if panicked.MatchString(out) {
		s.t.Errorf("panic: %s", out)
	}
	return out
}

func TestServe(t *testing.T) {
	s := serve(t, sim.Config{})
	where := append(append([]string{}, s.env...), "SHIMING_SERVER_LISTEN="+strings.TrimPrefix(s.url(), "http://"))
	if code, out := command(s.ctx, where, "health", "--config", s.file).run(t); code != 0 {
		t.Errorf("health: %d %s", code, out)
	}
	for _, name := range []string{"shiming.db", "keyset.json"} {
		if info, err := os.Stat(filepath.Join(s.dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	if code, out := command(s.ctx, s.env, "serve", "--config", s.file).run(t); code != 1 || !strings.Contains(out, "in use by another process") {
		t.Errorf("a second process: %d %s", code, out)
	}

	// SIGTERM in the middle of a write: the write ends, the program says 0.
	hr := s.world.HR(0)
	hrCtx, stopHR := context.WithCancel(s.ctx)
	hrDone := make(chan error, 1)
	go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()
	s.world.Faults.Arm(wire.Fault{Upstream: "esign", Operation: "evidence.psn_realname", Kind: wire.Delay, Times: 1, Delay: time.Second})
	e := s.world.Hire(1)[0]
	done := make(chan error, 1)
	go func() { _, err := e.Register(s.ctx, sim.Script{Width: 1000}, nil); done <- err }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for len(s.world.Faults.List()) > 0 {
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			t.Fatalf("the write never began: %s", s.now.out)
		}
	}
	began := time.Now()
	if err := s.now.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := s.now.ended(t); code != 0 || time.Since(began) > 15*time.Second {
		t.Errorf("SIGTERM: exit code %d after %s: %s", code, time.Since(began), s.now.out)
	}
	if !strings.Contains(s.now.out.String(), "NEW KEYSET WRITTEN") || !strings.Contains(s.now.out.String(), `"msg":"stopped"`) {
		t.Error("the new keyset or the stop was not announced")
	}

	// Another keyset opens nothing.
	other := append(append([]string{}, s.env...), "SHIMING_SECURITY_KEYSET_FILE="+filepath.Join(t.TempDir(), "other.json"))
	if code, out := command(s.ctx, other, "serve", "--config", s.file).run(t); code != 1 || !strings.Contains(out, "keyset") {
		t.Errorf("another keyset: %d %s", code, out)
	}
	s.start()
	if err := <-done; err != nil {
		t.Error(err)
	}
	stopHR()
	if err := <-hrDone; err != nil {
		t.Error(err)
	}
	if j := s.world.Journey(e.OpenID); !j.Filed() {
		t.Errorf("%+v", j)
	}
	s.kill()
}

// TestKilled ends the process without warning again and again, wherever it is. Nothing that was acknowledged is lost, and
// nothing is written twice.
func TestKilled(t *testing.T) {
	s := serve(t, sim.Config{Latency: 20 * time.Millisecond})
	hr := s.world.HR(0)
	hrCtx, stopHR := context.WithCancel(s.ctx)
	hrDone := make(chan error, 1)
	go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()
	calls, unsubscribe := s.world.Recorder.Subscribe()
	defer unsubscribe()

	people := s.world.Hire(4)
	failures := make([]error, len(people))
	var working sync.WaitGroup
	for i, e := range people {
		working.Go(func() {
			_, failures[i] = e.Register(s.ctx, sim.Script{Width: 1000, SMSPatience: 3 * time.Second}, nil)
		})
	}
	finished := make(chan struct{})
	go func() { working.Wait(); close(finished) }()
	// A kill after so many calls each, so that it falls into photos, codes, checks and writes.
	for _, after := range []int{6, 9, 11, 13, 12, 10, 9, 7} {
		for range after {
			select {
			case <-calls:
			case <-finished:
			case <-s.ctx.Done():
			}
		}
		s.kill()
		s.start()
	}
	<-finished
	for i, e := range people {
		j := s.world.Journey(e.OpenID)
		if failures[i] != nil || !j.Filed() || j.Identities != 1 || len(j.Points) != 1 || len(j.Cases) != 1 {
			t.Errorf("%v %+v", failures[i], j)
		}
	}
	stopHR()
	if err := <-hrDone; err != nil {
		t.Error(err)
	}
	if points := s.world.ESign.Points(); len(points) != len(people) {
		t.Errorf("%d points", len(points))
	}
}
