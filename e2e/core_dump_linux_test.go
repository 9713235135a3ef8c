package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/wire"
)

// withCoreFiles lets a command write core files of any size, in a directory.
func withCoreFiles(cmd *exec.Cmd, dir string) {
	cmd.Args = append([]string{"sh", "-c", `ulimit -c unlimited && exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
	cmd.Path, cmd.Dir = "/bin/sh", dir
}

// dumpedCore waits for the end of a command and reports whether the kernel has written its memory somewhere.
func dumpedCore(t *testing.T, cmd *exec.Cmd) bool {
	t.Helper()
	_ = cmd.Wait() // reports the signal as an error
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGABRT {
		t.Fatalf("ended with %v, want SIGABRT", cmd.ProcessState)
	}
	found, err := filepath.Glob(filepath.Join(cmd.Dir, "core*"))
	if err != nil {
		t.Fatal(err)
	}
	return status.CoreDump() || len(found) > 0
}

// TestNoCoreFile: a process that is aborted while it holds people's data leaves no core file, although limit and
// GOTRACEBACK ask for one, and nothing personal in the traces that it prints.
func TestNoCoreFile(t *testing.T) {
	control := exec.Command("/bin/sh", "-c", "kill -ABRT $$")
	withCoreFiles(control, t.TempDir())
	if err := control.Start(); err != nil {
		t.Fatal(err)
	}
	if !dumpedCore(t, control) {
		t.Skip("this system writes no core file of any process")
	}

	s := harness.ServeProgram(t, sim.Config{}, "GOTRACEBACK=crash")
	h := s.Harness()
	p, halfway := h.Hire(), h.Hire()
	p.ToReview()
	s.Kill()
	dir := t.TempDir()
	s.Start(func(cmd *exec.Cmd) { withCoreFiles(cmd, dir) })
	halfway.ToPhotos()
	s.World.Faults.Arm(wire.Fault{
		Upstream:  "feishu",
		Operation: "id_card.recognize",
		Kind:      wire.Hang,
		Times:     2,
	})
	halfway.SendBoth()
	h.Until("both photos are being read", func() bool { return len(s.World.Faults.List()) == 0 })

	program := s.Running
	if err := program.Cmd.Process.Signal(syscall.SIGABRT); err != nil {
		t.Fatal(err)
	}
	if dumpedCore(t, program.Cmd) {
		t.Error("the memory of the process was written to a core file, want none")
	}
	s.Running = nil // it has ended
	out := program.Out.String()
	if !strings.Contains(out, "goroutine ") {
		t.Error("no stack traces, want those of every goroutine")
	}
	var search leakSearch
	for _, e := range s.World.People() {
		search.addPerson(h, e.Person)
	}
	for _, what := range search.in([]byte(out), true) {
		t.Errorf("%s in the traces, want nothing personal", what)
	}
}
