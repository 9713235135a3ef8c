package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/wire"
)

// TestHandoverKilled kills the process while the receiver takes a notification and while it has answered, and whenever
// the signing service works. Each id is taken once, and each person gets one account.
func TestHandoverKilled(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{}, "SHIMING_TIMING_WRITE_QUIET=1s")
	hr := s.World.HR(0)
	hrCtx, stopHR := context.WithCancel(s.Ctx)
	hrDone := make(chan error, 1)
	go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()
	for i, f := range []wire.Fault{
		{Upstream: sim.UpstreamHandover, Kind: wire.Delay, Delay: 20 * time.Second, Times: 1},
		{Upstream: sim.UpstreamHandover, Kind: wire.Hang, Times: 1},
		{Upstream: sim.UpstreamSDK, Operation: "addPerson", Kind: wire.Delay, Delay: 20 * time.Second, Times: 1},
		{Upstream: sim.UpstreamSDK, Operation: "queryByIdNo", Kind: wire.Hang, Times: 1},
	} {
		s.World.Faults.Arm(f)
		e := s.World.Hire(1)[0]
		if _, err := e.Register(s.Ctx, sim.Script{SMSPatience: 3 * time.Second}, nil); err != nil {
			t.Fatal(err)
		}
		waitFor(t, s.Ctx, "the call that is cut off", func() bool { return len(s.World.Faults.List()) == 0 })
		s.Kill()
		s.Start()
		waitFor(t, s.Ctx, "both follow-ups of everybody", func() bool {
			return len(s.World.Handover.Taken()) == i+1 && len(s.World.SDK.Accounts()) == i+1
		})
	}
	ids, numbers := map[string]bool{}, map[string]bool{}
	for _, d := range s.World.Handover.Taken() {
		ids[d.ID] = true
	}
	for _, a := range s.World.SDK.Accounts() {
		numbers[a.IDNo] = true
	}
	if len(ids) != 4 || len(numbers) != 4 {
		t.Errorf("got %d ids and %d accounts, want one of each person", len(ids), len(numbers))
	}
	stopHR()
	if err := <-hrDone; err != nil {
		t.Error(err)
	}
}

func waitFor(t *testing.T, ctx context.Context, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("never came: %s", what)
		}
	}
}

// TestHandoverCommands lists and replays beside a running serve.
func TestHandoverCommands(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{})
	run := func(want int, args ...string) string {
		t.Helper()
		code, out := harness.Command(s.Ctx, s.Env, append(args, "--config", s.File)...).Run(t)
		if code != want {
			t.Fatalf("%v: got exit code %d, want %d: %s", args, code, want, out)
		}
		return out
	}
	if out := run(0, "handover", "list"); !strings.Contains(out, "Nothing waits") {
		t.Errorf("got %q, want an empty list", out)
	}
	hr := s.World.HR(0)
	hrCtx, stopHR := context.WithCancel(s.Ctx)
	hrDone := make(chan error, 1)
	go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()
	s.World.Faults.Arm(wire.Fault{Upstream: sim.UpstreamHandover, Kind: wire.Error, Status: http.StatusGone, Times: 1})
	e := s.World.Hire(1)[0]
	if _, err := e.Register(s.Ctx, sim.Script{SMSPatience: 3 * time.Second}, nil); err != nil {
		t.Fatal(err)
	}
	id := s.World.Journey(e.OpenID).Case
	waitFor(t, s.Ctx, "the row of what was given up", func() bool {
		out := run(0, "handover", "list")
		return strings.Contains(out, id) && strings.Contains(out, "stopped") && strings.Contains(out, "410")
	})
	run(2, "handover", "replay")
	run(2, "handover", "replay", "--all", "--case", id)
	run(0, "handover", "replay", "--all")
	waitFor(t, s.Ctx, "the notification", func() bool { return len(s.World.Handover.Taken()) == 1 })
	waitFor(t, s.Ctx, "an empty list", func() bool { return strings.Contains(run(0, "handover", "list"), "Nothing waits") })
	run(0, "handover", "replay", "--case", id)
	waitFor(t, s.Ctx, "the notification again", func() bool { return len(s.World.Handover.Deliveries()) == 2 })
	if got := s.World.Handover.Deliveries()[1]; !got.Repeated {
		t.Errorf("got another id %q, want the first one's", got.ID)
	}
	stopHR()
	if err := <-hrDone; err != nil {
		t.Error(err)
	}
}
