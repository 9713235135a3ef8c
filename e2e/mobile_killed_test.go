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

// TestMobileKilled kills the process while each call of a registration by mobile is applied and not answered yet.
// Everybody is registered and filed once.
func TestMobileKilled(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{}, "SHIMING_TIMING_WRITE_QUIET=1s")
	hr := s.World.HR(0)
	hrCtx, stopHR := context.WithCancel(s.Ctx)
	hrDone := make(chan error, 1)
	go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()
	for _, at := range []struct{ upstream, operation string }{
		{sim.UpstreamFeishu, "resource.get"},
		{sim.UpstreamFeishu, "id_card.recognize"},
		{sim.UpstreamTencent, "SendSms"},
		{sim.UpstreamTencent, "PhoneVerification"},
		{sim.UpstreamESign, esign.OpUploadURL},
		{sim.UpstreamESign, esign.OpPut},
		{sim.UpstreamESign, esign.OpFileStatus},
		{sim.UpstreamFeishu, "identities.create"},
		{sim.UpstreamESign, esign.OpPersonPoint},
	} {
		t.Run(at.operation, func(t *testing.T) {
			s.World.Faults.Arm(wire.Fault{
				Upstream: at.upstream, Operation: at.operation, Kind: wire.Delay, Delay: 20 * time.Second, Times: 1,
			})
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
			if !j.Filed() || j.Identities != 1 || len(points) != 1 || points[0].Method != "THREEELEMENTS" {
				t.Errorf("got the journey %+v, want it filed once by mobile", j)
			}
		})
	}
	stopHR()
	if err := <-hrDone; err != nil {
		t.Error(err)
	}
}
