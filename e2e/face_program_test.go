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

// TestFaceKilled kills the process while it asks for a link, while it fetches a result that the supplier hands out
// once, while the picture is uploaded, and during both writes. Everybody comes to the end, with one evidence point by
// face.
func TestFaceKilled(t *testing.T) {
	s := harness.ServeProgram(t, sim.Config{}, "SHIMING_TIMING_WRITE_QUIET=1s", "SHIMING_VERIFICATION_METHOD=face",
		"SHIMING_EVIDENCE_FACE_LIVE_SCORE=status")
	hr := s.World.HR(0)
	hrCtx, stopHR := context.WithCancel(s.Ctx)
	hrDone := make(chan error, 1)
	go func() { hrDone <- hr.Work(hrCtx, hr.Diligent) }()
	for _, f := range []wire.Fault{
		{Upstream: sim.UpstreamTencent, Operation: "DetectAuth", Kind: wire.Delay, Delay: 20 * time.Second, Times: 1},
		{
			Upstream: sim.UpstreamTencent, Operation: "GetDetectInfoEnhanced", Kind: wire.Delay, Delay: 20 * time.Second,
			Times: 1,
		},
		{Upstream: sim.UpstreamTencent, Operation: "GetDetectInfoEnhanced", Kind: wire.Hang, Times: 1},
		{Upstream: sim.UpstreamESign, Operation: esign.OpUploadURL, Kind: wire.Hang, Times: 1},
		{Upstream: sim.UpstreamESign, Operation: esign.OpPut, Kind: wire.Delay, Delay: 20 * time.Second, Times: 1},
		{Upstream: sim.UpstreamFeishu, Operation: "identities.create", Kind: wire.Delay, Delay: 20 * time.Second, Times: 1},
		{Upstream: sim.UpstreamESign, Operation: esign.OpPersonPoint, Kind: wire.Delay, Delay: 20 * time.Second, Times: 1},
	} {
		t.Run(f.Operation+" "+string(f.Kind), func(t *testing.T) {
			s.World.Faults.Arm(f)
			e := s.World.Hire(1)[0]
			done := make(chan error, 1)
			go func() {
				_, err := e.Register(s.Ctx, sim.Script{}, nil)
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
			if !j.Filed() || j.Identities != 1 || len(points) != 1 || points[0].Method != "FACE" {
				t.Errorf("got the journey %+v, want it filed once by face", j)
			}
		})
	}
	stopHR()
	if err := <-hrDone; err != nil {
		t.Error(err)
	}
}
