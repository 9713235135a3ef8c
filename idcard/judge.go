package idcard

import "slices"

// Fault is what is wrong with a picture as far as a Look tells. The values are stable: they are stored, and part of
// text ids.
type Fault string

// Faults for which a photo may be held up.
const (
	FaultDark    Fault = "dark"
	FaultSmall   Fault = "small" // the card is too narrow in the picture
	FaultCut     Fault = "cut"   // a part of the card is out of the picture
	FaultGlare   Fault = "glare" // on the card
	FaultCovered Fault = "covered"
	FaultBlurred Fault = "blurred"
)

// Faults lists those for which a photo may be held up, in the order in which they explain each other: what is dark or
// small looks blurred as well.
var Faults = []Fault{FaultDark, FaultSmall, FaultCut, FaultGlare, FaultCovered, FaultBlurred}

// LookLimits are the thresholds of a Look. A picture beyond one of them can hardly be read. 0 switches a threshold off.
type LookLimits struct {
	DarkBelow    float64 // Look.Light
	WidthBelow   float64 // Look.Width
	CutAbove     float64 // Look.Cut
	GlareAbove   float64 // Look.Glare
	CoveredAbove float64 // Look.Covered
	BlurAbove    float64 // Look.Blur
	GreyBelow    float64 // Look.Chroma; only a hint
}

// DefaultLookLimits come from generated pictures (bench/photos). Own pictures may need others.
var DefaultLookLimits = LookLimits{
	DarkBelow:    45,
	WidthBelow:   300,
	CutAbove:     0.04,
	GlareAbove:   0.05,
	CoveredAbove: 0.032,
	BlurAbove:    4.5,
	GreyBelow:    6.5,
}

// Hints that concern nobody who sees the photo later.
const (
	HintTurned = "turned"  // the card lies on a side or upside down
	HintNoCard = "no_card" // nothing has the shape of a card
)

// Verdict is what a Look means.
type Verdict struct {
	Fault Fault    // the first of Faults that applies with certainty, "" for none
	Hints []string // codes of what is noticed besides: CodePhotoGrey, HintTurned, CodePhotoScreenshot, HintNoCard
}

// screenRows is the share of one-coloured rows from which a picture is a screenshot: no camera takes any.
const screenRows = 0.12

// Judge compares a Look with the limits. Without a card, only a picture that is dark as a whole has a fault.
func (l Look) Judge(limits LookLimits) Verdict {
	var v Verdict
	dark := l.Light < limits.DarkBelow
	screen := l.Flat > screenRows && !dark
	sure := l.Score >= sureScore || l.SideFit > 0.25
	above := func(v, limit float64) bool { return limit > 0 && v > limit }
	switch {
	case screen:
		v.Hints = append(v.Hints, CodePhotoScreenshot)
	case !l.Found && !dark:
		v.Hints = append(v.Hints, HintNoCard)
	}
	switch {
	case dark:
		v.Fault = FaultDark
	case !l.Found || screen: // what is measured on a screen may be the screen's
	case l.Width < limits.WidthBelow:
		v.Fault = FaultSmall
	case l.cutOff(limits):
		v.Fault = FaultCut
	case len(l.cutSides) > 1: // the corners are guesses
	case above(l.Glare, limits.GlareAbove):
		v.Fault = FaultGlare
	case above(l.Covered, limits.CoveredAbove):
		v.Fault = FaultCovered
	case sure && above(l.Blur, limits.BlurAbove):
		v.Fault = FaultBlurred
	}
	if l.Found && !screen && v.Fault == "" {
		if !sure {
			return Verdict{Hints: append(v.Hints, HintNoCard)}
		}
		if l.Chroma < limits.GreyBelow {
			v.Hints = append(v.Hints, CodePhotoGrey)
		}
		if l.Turn != 0 && l.SideFit > sureSide {
			v.Hints = append(v.Hints, HintTurned)
		}
	}
	return v
}

// sureSide is the SideFit from which the guess about side and direction is rather sure.
const sureSide = 0.08

// cutOff reports whether a part of the card is out of the picture. Two borders as sides are what a table without a card
// may have as well, so that more has to speak for a card then.
func (l Look) cutOff(limits LookLimits) bool {
	if limits.CutAbove == 0 || l.Cut <= limits.CutAbove {
		return false
	}
	return len(l.cutSides) == 1 || l.Score > 0.9 && l.Chroma >= limits.GreyBelow
}

// Codes returns what a verdict says as codes of Photo.Warnings, for those who see the photo later.
func (v Verdict) Codes() []string {
	codes := slices.DeleteFunc(slices.Clone(v.Hints), func(code string) bool {
		return code == HintTurned || code == HintNoCard
	})
	if code := faultCodes[v.Fault]; code != "" {
		codes = append(codes, code)
	}
	return codes
}

var faultCodes = map[Fault]string{
	FaultDark: CodePhotoDark, FaultSmall: CodeCardSmall, FaultCut: CodeCardCut, FaultGlare: CodePhotoGlare,
	FaultCovered: CodePhotoCovered, FaultBlurred: CodePhotoBlurred,
}

// SureSide returns the side that the picture shows, or "" if the guess is weak.
func (l Look) SureSide() Side {
	if l.Found && l.SideFit > sureSide && len(l.cutSides) == 0 {
		return l.Side
	}
	return ""
}
