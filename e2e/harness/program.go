package harness

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"shiming/config"
	"shiming/e2e/files"
	"shiming/sim"
)

// Program is a run of the program in a process of its own.
type Program struct {
	Cmd *exec.Cmd
	Out *logs
}

func Command(ctx context.Context, env []string, args ...string) *Program {
	p := &Program{Cmd: exec.CommandContext(ctx, os.Args[0], args...), Out: &logs{}}
	p.Cmd.Env = append(append(os.Environ(), AsProgram+"=1"), env...)
	p.Cmd.Stdout, p.Cmd.Stderr = p.Out, p.Out
	return p
}

// WaitExit waits for the end and returns the exit code.
func (p *Program) WaitExit(t *testing.T) int {
	t.Helper()
	err := p.Cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.Cmd.ProcessState.ExitCode()
}

func (p *Program) Run(t *testing.T) (code int, out string) {
	t.Helper()
	if err := p.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	code = p.WaitExit(t)
	return code, p.Out.String()
}

// ServedProgram is `shiming serve` in a process of its own, with a simulated world.
type ServedProgram struct {
	t       *testing.T
	Ctx     context.Context
	World   *sim.World
	Env     []string
	Dir     string
	File    string
	Running *Program
	printed strings.Builder // of former runs
}

func ServeProgram(t *testing.T, c sim.Config, env ...string) *ServedProgram {
	t.Helper()
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), TestTimeout())
	t.Cleanup(cancel)
	c.OCRPerSecond, c.Seed, c.Readings = 50, 4711, readings
	c.RetrySchedule, c.AnswerWithin = FastRetries, AnswerWithin
	world, err := sim.Start(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { CutOff(world) })
	s := &ServedProgram{
		t:     t,
		Ctx:   ctx,
		World: world,
		Dir:   t.TempDir(),
	}
	admins := strings.Join(world.Admins(), ", ")
	s.File = files.WriteTemp(t, "config.yaml", "company: {name: 样本科技有限公司}\nhr: {admins: ["+admins+"]}\n")
	settings := world.Settings()
	delete(settings, "hr.admins") // the file sets them
	maps.Copy(settings, map[string]string{
		"server.listen":        "127.0.0.1:0",
		"store.dsn":            "sqlite:" + filepath.Join(s.Dir, "shiming.db"),
		"security.keyset_file": filepath.Join(s.Dir, "keyset.json"),
		"log.level":            "debug",
		"timing.code_resend":   "1s",
	})
	s.Env = append(config.Environ(settings), env...)
	s.Start()
	t.Cleanup(func() {
		if s.Running != nil {
			s.Kill()
		}
	})
	return s
}

// Harness returns a harness with which people and admins act on the program. It has no App.
func (s *ServedProgram) Harness() *Harness {
	return &Harness{T: s.t, Ctx: s.Ctx, World: s.World, Logs: &logs{}}
}

// Start starts the program and waits until it is ready. change may change the command.
func (s *ServedProgram) Start(change ...func(*exec.Cmd)) {
	s.t.Helper()
	s.Running = Command(s.Ctx, s.Env, "serve", "--config", s.File)
	for _, f := range change {
		f(s.Running.Cmd)
	}
	if err := s.Running.Cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !s.Ready() {
		select {
		case <-tick.C:
		case <-s.Ctx.Done():
			s.t.Fatalf("never ready: %s", s.Running.Out)
		}
	}
	s.World.SetWebhook(s.URL() + "/webhook/event")
}

// listening matches the log line with the program's address.
var listening = regexp.MustCompile(`"msg":"listening","addr":"([^"]+)"`)

// URL returns the program's base URL, "" until it listens.
func (s *ServedProgram) URL() string {
	if m := listening.FindStringSubmatch(s.Running.Out.String()); m != nil {
		return "http://" + m[1]
	}
	return ""
}

func (s *ServedProgram) Ready() bool {
	url := s.URL()
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

// Printed returns the output of the runs that were killed.
func (s *ServedProgram) Printed() string { return s.printed.String() }

// Kill sends SIGKILL, checks the output for personal data and panics, and returns it.
func (s *ServedProgram) Kill() string {
	s.t.Helper()
	_ = s.Running.Cmd.Process.Kill()
	_ = s.Running.Cmd.Wait()
	out := s.Running.Out.String()
	s.printed.WriteString(out)
	s.Running = nil
	for _, e := range s.World.People() {
		for _, secret := range []string{e.Person.Name, e.Person.Code, e.Person.Mobile, e.Person.BankCard} {
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
