package config

import (
	"math"
	"strconv"

	"shiming/idcard"
)

// Threshold is a limit of a measure of a photo; 0: none.
type Threshold float64

// maxThreshold is more than any measure reaches.
const maxThreshold = 10_000

// UnmarshalText accepts a number from 0 to maxThreshold.
func (t *Threshold) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsNaN(v) || v < 0 || v > maxThreshold {
		return &Mistake{Code: NotNumberInRange, Args: []string{"0", strconv.Itoa(maxThreshold)}}
	}
	*t = Threshold(v)
	return nil
}

// percent is 1 % as a share. The settings give shares of the card in percent.
const percent = 0.01

func (c *Config) defaultPhotos() {
	c.Photos.HoldUp = true
	c.SetLookLimits(idcard.DefaultLookLimits)
}

// SetLookLimits sets the thresholds of the section photos. Shares are kept to a tenth of a percent.
func (c *Config) SetLookLimits(l idcard.LookLimits) {
	p := &c.Photos
	asPercent := func(share float64) Threshold { return Threshold(math.Round(share/percent*10) / 10) }
	p.DarkBelow, p.WidthBelow = Threshold(l.DarkBelow), Threshold(l.WidthBelow)
	p.CutAbove, p.GlareAbove, p.CoveredAbove = asPercent(l.CutAbove), asPercent(l.GlareAbove), asPercent(l.CoveredAbove)
	p.BlurAbove, p.GreyBelow = Threshold(l.BlurAbove), Threshold(l.GreyBelow)
}

// LookLimits returns the thresholds of the section photos.
func (c *Config) LookLimits() idcard.LookLimits {
	p := c.Photos
	return idcard.LookLimits{
		DarkBelow:    float64(p.DarkBelow),
		WidthBelow:   float64(p.WidthBelow),
		CutAbove:     float64(p.CutAbove) * percent,
		GlareAbove:   float64(p.GlareAbove) * percent,
		CoveredAbove: float64(p.CoveredAbove) * percent,
		BlurAbove:    float64(p.BlurAbove),
		GreyBelow:    float64(p.GreyBelow),
	}
}
