package e2e

import (
	"testing"

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
	hrAtWork(t, s)
	for _, at := range []wire.Fault{
		delayed(sim.UpstreamTencent, "DetectAuth"),
		delayed(sim.UpstreamTencent, "GetDetectInfoEnhanced"),
		{Upstream: sim.UpstreamTencent, Operation: "GetDetectInfoEnhanced", Kind: wire.Hang, Times: 1},
		{Upstream: sim.UpstreamESign, Operation: esign.OpUploadURL, Kind: wire.Hang, Times: 1},
		delayed(sim.UpstreamESign, esign.OpPut),
		delayed(sim.UpstreamFeishu, "identities.create"),
		delayed(sim.UpstreamESign, esign.OpPersonPoint),
	} {
		t.Run(at.Operation+" "+string(at.Kind), func(t *testing.T) { registerKilled(t, s, at, "FACE") })
	}
}
