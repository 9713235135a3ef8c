package e2e

import (
	"fmt"
	"testing"
	"time"

	"shiming/e2e/harness"
	"shiming/sim"
	"shiming/sim/wire"
)

// TestFaceFaults lets each call about a face fail in each way in which a call can. Whatever happens the person comes to
// the end with one evidence point by face, and a result that may have been handed out is not asked for again before the
// person says so.
func TestFaceFaults(t *testing.T) {
	lost := map[string]bool{ // the result was handed out, and its answer is of no use
		wire.DropAfter: true, wire.ErrorAfter: true, wire.Truncate: true, wire.NotJSON: true, wire.WrongShape: true,
	}
	for _, operation := range []string{"DetectAuth", "GetDetectInfoEnhanced"} {
		for _, kind := range []string{
			wire.Delay, wire.DropBefore, wire.DropAfter, wire.Reset, wire.Error, wire.ErrorAfter, wire.Truncate, wire.NotJSON,
			wire.WrongShape, wire.Hang,
		} {
			t.Run(fmt.Sprint(operation, " ", kind), func(t *testing.T) {
				s := onlyFace()
				s.HR, s.CallTimeout = harness.Diligent, 3*time.Second
				h := harness.Start(t, s)
				p := h.Hire()
				h.World.Faults.Arm(wire.Fault{
					Upstream: "tencent", Operation: operation, Kind: kind, Delay: 100 * time.Millisecond, Times: 1,
				})
				j, err := p.Register(h.Ctx, sim.Script{}, nil)
				if err != nil || !j.Filed() || len(j.Points) != 1 {
					t.Fatalf("got %+v, %v; want it filed once", j, err)
				}
				if left := h.World.Faults.List(); len(left) > 0 {
					t.Errorf("got the faults %+v left, want none", left)
				}
				if n := len(h.World.Tencent.FaceTokens(p.Person.Code)); operation != "DetectAuth" && lost[kind] != (n > 1) {
					t.Errorf("got %d flows, want another one only if the first result is lost", n)
				}
			})
		}
	}
}
