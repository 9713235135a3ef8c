package child

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// asChild, set in the environment, makes the test binary a process that ends only when it is killed.
const asChild = "SHIMING_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

func TestProcess(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asChild+"=1")
	p, err := Start(cmd, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.EndWithin(10 * time.Millisecond) {
		t.Errorf("it ended by itself with code %d", p.ExitCode())
	}
	select {
	case <-p.Exited():
	default:
		t.Error("a process that was late is still there")
	}
	if code := p.ExitCode(); code == 0 {
		t.Error("a process that was killed has exit code 0")
	}
	p.Kill() // a second call does nothing
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	if _, err := Start(exec.Command("/does/not/exist"), nil); err == nil {
		t.Error("a program that does not exist was started")
	}
}
