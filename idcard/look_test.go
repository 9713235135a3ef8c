package idcard

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"shiming/sim/specimen"
)

func specimenOf(t testing.TB, side Side, v specimen.Variant) []byte {
	t.Helper()
	take := specimen.Front
	if side == Back {
		take = specimen.Back
	}
	raw, err := take(specimen.NewPerson(7), v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestJudge(t *testing.T) {
	for name, tt := range map[string]struct {
		fault Fault
		hint  string
	}{
		"good": {}, "tilted": {}, "progressive": {}, "sideways": {}, "rotated": {hint: HintTurned},
		"blurred": {fault: FaultBlurred}, "glare": {fault: FaultGlare}, "dark": {fault: FaultDark},
		"small": {fault: FaultSmall},
		"cut":   {fault: FaultCut}, "photocopy": {hint: CodePhotoGrey},
	} {
		for _, side := range []Side{Front, Back} {
			t.Run(fmt.Sprint(name, "/", side), func(t *testing.T) {
				p := mustInspect(t, specimenOf(t, side, specimen.Variants[name]))
				v := p.Look.Judge(DefaultLookLimits)
				if v.Fault != tt.fault {
					t.Errorf("got the fault %q, want %q: %+v", v.Fault, tt.fault, p.Look)
				}
				if tt.fault == "" && (tt.hint == "" && len(v.Hints) > 0 || tt.hint != "" && !slices.Contains(v.Hints, tt.hint)) {
					t.Errorf("got the hints %v, want %q: %+v", v.Hints, tt.hint, p.Look)
				}
			})
		}
	}
}

// TestCornersAreFound compares with the corners that the simulated OCR finds by the code on the card.
func TestCornersAreFound(t *testing.T) {
	for _, name := range []string{"good", "rotated", "tilted", "sideways"} {
		for _, side := range []Side{Front, Back} {
			t.Run(fmt.Sprint(name, "/", side), func(t *testing.T) {
				p := mustInspect(t, specimenOf(t, side, specimen.Variants[name]))
				want, err := specimen.Read(p.JPEG)
				if err != nil {
					t.Fatal(err)
				}
				for i, v := range p.Look.Corners {
					if d := math.Abs(float64(v - want.Corners[i])); d > 0.02*float64(max(p.Width, p.Height)) {
						t.Fatalf("got the corners %v, want %v", p.Look.Corners, want.Corners)
					}
				}
				if p.Look.Side != side {
					t.Errorf("got the side %s, want %s", p.Look.Side, side)
				}
			})
		}
	}
}
