package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// smallDisk, set in the environment, names the directory over which the program lays a disk of 24 MB, in a mount namespace of
// its own, before it begins.
const smallDisk = "SHIMING_TEST_SMALL_DISK"

func init() {
	if dir := os.Getenv(smallDisk); dir != "" && os.Getenv(asProgram) != "" {
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

// TestDiskFull: when the disk is full Feishu is told 503 and comes again, /readyz says no, and when there is room again
// everything goes on in the same process.
func TestDiskFull(t *testing.T) {
	s := serve(t, sim.Config{})
	s.kill()
	p := command(s.ctx, append(append([]string{}, s.env...), smallDisk+"="+s.dir), "serve", "--config", s.file)
	p.cmd.SysProcAttr = ownMounts()
	if err := p.cmd.Start(); err != nil {
		s.start() // for the end of the test
		t.Skipf("this machine does not let a test have a disk of its own: %v", err)
	}
	gone := make(chan error, 1)
	go func() { gone <- p.cmd.Wait() }()
	defer func() { _ = p.cmd.Process.Kill(); <-gone }()
	s.now = p
	until := func(what string, ok func() bool) {
		t.Helper()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for !ok() {
			select {
			case <-tick.C:
			case err := <-gone:
				gone <- err
				s.now = nil
				if p.cmd.ProcessState.ExitCode() == 99 {
					t.Skip("this machine does not let a test mount anything: " + p.out.String())
				}
				t.Fatalf("the program ended: %v %s", err, p.out)
			case <-s.ctx.Done():
				t.Fatalf("never came: %s: %s", what, p.out)
			}
		}
	}
	defer func() { s.now = nil }()
	until("ready", s.ready)
	s.world.SetWebhook(s.url() + "/webhook/event")
	hr := s.world.HR(0)
	go func() { _ = hr.Work(s.ctx, hr.Diligent) }()
	people := s.world.Hire(3)
	if j, err := people[0].Register(s.ctx, sim.Script{Width: 1000}, nil); err != nil || !j.Filed() {
		t.Fatalf("%v %+v", err, j)
	}

	// Somebody's photos are being read when there is no room for what the reading brings.
	s.world.Faults.Arm(wire.Fault{Upstream: "feishu", Operation: "id_card.recognize", Kind: wire.Delay, Times: 2, Delay: time.Second})
	inTheMiddle := make(chan error, 1)
	go func() {
		j, err := people[2].Register(s.ctx, sim.Script{Width: 1000}, nil)
		if err == nil && (!j.Filed() || len(j.Cases) != 1) {
			err = fmt.Errorf("%+v", j)
		}
		inTheMiddle <- err
	}()
	until("photos are being read", func() bool { return len(s.world.Faults.List()) == 0 })

	// The disk as the program sees it, from outside.
	inside := filepath.Join("/proc", fmt.Sprint(p.cmd.Process.Pid), "root", s.dir)
	filler, err := os.Create(filepath.Join(inside, "filler"))
	if err != nil {
		t.Skipf("the program's disk cannot be reached from outside: %v", err)
	}
	for _, block := range []int{1 << 20, 4 << 10, 1} {
		for err = nil; err == nil; {
			_, err = filler.Write(bytes.Repeat([]byte{'x'}, block))
		}
		if !strings.Contains(err.Error(), syscall.ENOSPC.Error()) {
			t.Fatal(err)
		}
	}
	sent, err := s.world.Feishu.SendText(s.ctx, people[1].OpenID, "实名")
	if err != nil {
		t.Fatal(err)
	}
	refused := func() (n int) {
		d := deliveryOf(s.world, sent.Delivery.EventID)
		for _, a := range d.Attempts {
			if a.Status == http.StatusServiceUnavailable {
				n++
			}
		}
		return n
	}
	until("Feishu is told to come again, twice", func() bool { return refused() >= 2 })
	if s.ready() {
		t.Error("/readyz says yes")
	}
	until("the log says why", func() bool {
		out := p.out.String()
		return strings.Contains(out, "event not stored") && strings.Contains(out, "full")
	})
	until("what was read cannot be stored", func() bool { return strings.Contains(p.out.String(), `"msg":"job failed"`) })
	if err := filler.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(inside, "filler")); err != nil {
		t.Fatal(err)
	}

	if d, err := s.world.Feishu.WaitDelivered(s.ctx, sent.Delivery.EventID); err != nil {
		t.Fatalf("%v %+v", err, d)
	}
	until("ready again", s.ready)
	again := time.Now()
	if j, err := people[1].Register(s.ctx, sim.Script{Width: 1000}, nil); err != nil || !j.Filed() || len(j.Cases) != 1 {
		t.Errorf("%v %+v", err, j)
	}
	if err := <-inTheMiddle; err != nil {
		t.Errorf("in the middle: %v", err)
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
