package e2e

import (
	"context"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/esign"
	"shiming/sim/wire"
)

// hrAtWork has HR decide every case until the test ends.
func hrAtWork(t *testing.T, s *harness.ServedProgram) {
	t.Helper()
	hr := s.World.HR(0)
	ctx, stop := context.WithCancel(s.Ctx)
	done := make(chan error, 1)
	go func() { done <- hr.Work(ctx, hr.Diligent) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// delayed is a call whose answer takes longer than the bot lives.
func delayed(upstream, operation string) wire.Fault {
	return wire.Fault{Upstream: upstream, Operation: operation, Kind: wire.Delay, Delay: 20 * time.Second, Times: 1}
}

// registerKilled has a new employee register, kills the program at the fault and starts it again. The employee must be
// filed once, by the method.
func registerKilled(t *testing.T, s *harness.ServedProgram, at wire.Fault, method string) {
	t.Helper()
	s.World.Faults.Arm(at)
	e := s.World.Hire(1)[0]
	done := make(chan error, 1)
	go func() {
		_, err := e.Register(s.Ctx, sim.Script{SMSPatience: 3 * time.Second}, nil)
		done <- err
	}()
	waitFor(t, s.Ctx, "the call that is cut off", func() bool { return len(s.World.Faults.List()) == 0 })
	s.Kill()
	s.Start()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	j := s.World.Journey(e.OpenID)
	points := s.World.ESign.PointsFor(j.Case)
	if !j.Filed() || j.Identities != 1 || len(points) != 1 || points[0].Method != method {
		t.Errorf("got the journey %+v, want it filed once by %s", j, method)
	}
}

// TestMobileKilled kills the process while each call of a check by mobile is applied and not answered yet. Everybody is
// registered and filed once.
func TestMobileKilled(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{}, "SHIMING_TIMING_WRITE_QUIET=1s")
	hrAtWork(t, s)
	for _, at := range []wire.Fault{
		delayed(sim.UpstreamFeishu, "resource.get"),
		delayed(sim.UpstreamFeishu, "id_card.recognize"),
		delayed(sim.UpstreamTencent, "SendSms"),
		delayed(sim.UpstreamTencent, "PhoneVerification"),
		delayed(sim.UpstreamESign, esign.OpUploadURL),
		delayed(sim.UpstreamESign, esign.OpPut),
		delayed(sim.UpstreamESign, esign.OpFileStatus),
		delayed(sim.UpstreamFeishu, "identities.create"),
		delayed(sim.UpstreamESign, esign.OpPersonPoint),
	} {
		t.Run(at.Operation, func(t *testing.T) { registerKilled(t, s, at, "THREEELEMENTS") })
	}
}
