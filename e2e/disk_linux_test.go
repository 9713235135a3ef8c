package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// smallDisk, set in the environment, names the directory on which the program mounts a tmpfs of 24 MB in its own
// mount namespace before it starts.
const smallDisk = "SHIMING_TEST_SMALL_DISK"

func init() {
	if dir := os.Getenv(smallDisk); dir != "" && os.Getenv(harness.AsProgram) != "" {
		if err := syscall.Mount("none", dir, "tmpfs", 0, "size=24m,mode=700"); err != nil {
			fmt.Fprintln(os.Stderr, "no disk of our own:", err)
			os.Exit(99)
		}
	}
}

// ownMounts gives a process a mount namespace, and a user namespace in which it may mount.
func ownMounts() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
}

// TestDiskFull fills the disk. Feishu gets 503 and repeats the push, /readyz fails, and the same process continues
// when space is free again.
func TestDiskFull(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{})
	s.Kill()
	p := harness.Command(s.Ctx, append(append([]string{}, s.Env...), smallDisk+"="+s.Dir), "serve", "--config", s.File)
	p.Cmd.SysProcAttr = ownMounts()
	if err := p.Cmd.Start(); err != nil {
		s.Start() // the cleanup expects a running program
		t.Skipf("this machine does not let a test have a disk of its own: %v", err)
	}
	gone := make(chan error, 1)
	go func() { gone <- p.Cmd.Wait() }()
	defer func() {
		_ = p.Cmd.Process.Kill()
		<-gone
	}()
	s.Running = p
	until := func(what string, ok func() bool) {
		t.Helper()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for !ok() {
			select {
			case <-tick.C:
			case err := <-gone:
				gone <- err
				s.Running = nil
				if p.Cmd.ProcessState.ExitCode() == 99 {
					t.Skip("this machine does not let a test mount anything: " + p.Out.String())
				}
				t.Fatalf("got the end of the program with %v, want it to run: %s", err, p.Out)
			case <-s.Ctx.Done():
				t.Fatalf("never came: %s: %s", what, p.Out)
			}
		}
	}
	defer func() { s.Running = nil }()
	until("ready", s.Ready)
	s.World.SetWebhook(s.URL() + "/webhook/event")
	hr := s.World.HR(0)
	go func() { _ = hr.Work(s.Ctx, hr.Diligent) }()
	people := s.World.Hire(3)
	if j, err := people[0].Register(s.Ctx, sim.Script{}, nil); err != nil || !j.Filed() {
		t.Fatalf("got %v and the journey %+v, want it filed", err, j)
	}

	// The disk fills up while the OCR reads a person's photos.
	full := make(chan bool)
	s.World.Faults.Arm(wire.Fault{
		Upstream:  "feishu",
		Operation: "id_card.recognize",
		Kind:      wire.Delay,
		Times:     2,
		Until:     full,
	})
	inTheMiddle := make(chan error, 1)
	go func() {
		j, err := people[2].Register(s.Ctx, sim.Script{}, nil)
		if err == nil && (!j.Filed() || len(j.Cases) != 1) {
			err = fmt.Errorf("got the journey %+v, want it filed", j)
		}
		inTheMiddle <- err
	}()
	until("photos are being read", func() bool { return len(s.World.Faults.List()) == 0 })

	// The mount as seen from outside the namespace.
	inside := filepath.Join("/proc", fmt.Sprint(p.Cmd.Process.Pid), "root", s.Dir)
	filler, err := os.Create(filepath.Join(inside, "filler"))
	if err != nil {
		t.Skipf("the program's disk cannot be reached from outside: %v", err)
	}
	fill := func() {
		t.Helper()
		for _, block := range []int{1 << 20, 4 << 10, 1} {
			var err error
			for err == nil {
				_, err = filler.Write(bytes.Repeat([]byte{'x'}, block))
			}
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("filling the disk: %v, want %v", err, syscall.ENOSPC)
			}
		}
	}
	// The database files contain free pages, which the first writes use up.
	var sent []feishu.Sent
	refused := func() bool {
		for _, m := range sent {
			n := 0
			for _, a := range deliveryOf(s.World, m.Delivery.EventID).Attempts {
				if a.Status == http.StatusServiceUnavailable {
					n++
				}
			}
			if n >= 2 {
				return true
			}
		}
		return false
	}
	until("Feishu is told to come again, twice", func() bool {
		fill()
		if n := len(sent); n == 0 || deliveryOf(s.World, sent[n-1].Delivery.EventID).Delivered {
			m, err := s.World.Feishu.SendText(s.Ctx, people[1].OpenID, "实名")
			if err != nil {
				t.Fatal(err)
			}
			sent = append(sent, m)
		}
		return refused()
	})
	close(full)
	if s.Ready() {
		t.Error("got a ready program on a full disk, want /readyz to fail")
	}
	until("the log says why", func() bool {
		out := p.Out.String()
		return strings.Contains(out, "event not stored") && strings.Contains(out, "full")
	})
	until("what was read cannot be stored", func() bool { return strings.Contains(p.Out.String(), `"msg":"job failed"`) })
	if err := filler.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(inside, "filler")); err != nil {
		t.Fatal(err)
	}

	for _, m := range sent {
		if d, err := s.World.Feishu.WaitDelivered(s.Ctx, m.Delivery.EventID); err != nil {
			t.Fatalf("got %v and %+v, want the push delivered", err, d)
		}
	}
	until("ready again", s.Ready)
	again := time.Now()
	if j, err := people[1].Register(s.Ctx, sim.Script{}, nil); err != nil || !j.Filed() || len(j.Cases) != 1 {
		t.Errorf("got %v and the journey %+v, want it filed", err, j)
	}
	if err := <-inTheMiddle; err != nil {
		t.Errorf("got %v for the person whose photos were being read, want success", err)
	}
	t.Logf("everybody was done %s after there was room again", time.Since(again).Round(time.Millisecond))
}

func deliveryOf(w *sim.World, eventID string) feishu.Delivery {
	for _, d := range w.Feishu.Deliveries() {
		if d.EventID == eventID {
			return d
		}
	}
	return feishu.Delivery{}
}
