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
		t.Errorf("got the exit code %d by itself, want a running process", p.ExitCode())
	}
	select {
	case <-p.Exited():
	default:
		t.Error("got a late process that runs, want it killed")
	}
	if code := p.ExitCode(); code == 0 {
		t.Error("got exit code 0 of a killed process, want another one")
	}
	p.Kill() // a second call does nothing
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	if _, err := Start(exec.Command("/does/not/exist"), nil); err == nil {
		t.Error("got a started program that does not exist, want an error")
	}
}
