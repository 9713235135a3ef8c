package idcard

import (
	"math"
	"slices"
)

// Calibration says what the limits do to pictures that people could read, and which limits would do less.
type Calibration struct {
	Pictures int // with a card on them
	NoCard   int // without one; they are held up only where they are dark
	Held     int // pictures that the limits hold up
	// Suggested are limits that hold up at most one in fifty of them. A limit that holds up fewer stays as it is.
	Suggested     LookLimits
	HeldSuggested int
}

// spared is the share of good pictures that a single suggested limit may hold up. Several limits add up.
const spared = 0.003

// Calibrate compares the Looks of good pictures with the limits.
func Calibrate(looks []Look, limits LookLimits) Calibration {
	c := Calibration{Suggested: limits}
	values := map[Fault][]float64{}
	for _, l := range looks {
		if l.Judge(limits).Fault != "" {
			c.Held++
		}
		if !l.Found {
			c.NoCard++
			continue
		}
		c.Pictures++
		for fault, v := range map[Fault]float64{
			FaultDark: l.Light, FaultSmall: l.Width, FaultCut: l.Cut, FaultGlare: l.Glare, FaultCovered: l.Covered,
			FaultBlurred: l.Blur,
		} {
			values[fault] = append(values[fault], v)
		}
	}
	if c.Pictures > 0 {
		s := &c.Suggested
		lowered(&s.DarkBelow, values[FaultDark], 1)
		lowered(&s.WidthBelow, values[FaultSmall], 1)
		raised(&s.CutAbove, values[FaultCut], 1000)
		raised(&s.GlareAbove, values[FaultGlare], 1000)
		raised(&s.CoveredAbove, values[FaultCovered], 1000)
		raised(&s.BlurAbove, values[FaultBlurred], 10)
	}
	for _, l := range looks {
		if l.Judge(c.Suggested).Fault != "" {
			c.HeldSuggested++
		}
	}
	return c
}

// lowered lowers a limit to what all but few of the values reach, a twentieth less, in steps of 1/step.
func lowered(limit *float64, values []float64, step float64) {
	slices.Sort(values)
	least := values[int(spared*float64(len(values)))]
	*limit = math.Min(*limit, math.Floor(least*0.95*step)/step)
}

// raised raises a limit to what all but few of the values keep, a twentieth more. A limit of 0 is switched off.
func raised(limit *float64, values []float64, step float64) {
	if *limit == 0 {
		return
	}
	slices.Sort(values)
	most := values[len(values)-1-int(spared*float64(len(values)))]
	*limit = math.Max(*limit, math.Ceil(most*1.05*step-1e-6)/step)
}
