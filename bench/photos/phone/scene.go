package phone

import (
	"image"
	"math"
	"math/rand/v2"

	"shiming/sim/specimen"
)

// The size of a card in millimetres (GB 11643's card follows ISO/IEC 7810 ID-1).
const (
	cardWide, cardHigh = 85.6, 54.0
)

// colour is linear enough for what is done with it: red, green and blue, 0..255 and above.
type colour [3]float64

func (c colour) times(k float64) colour { return colour{c[0] * k, c[1] * k, c[2] * k} }

// mix returns a with a share t of b.
func mix(a, b colour, t float64) colour {
	return colour{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t, a[2] + (b[2]-a[2])*t}
}

// scene is what lies before the camera, in millimetres around the middle of the card.
type scene struct {
	card    *mipmap // nil: there is none
	front   bool
	angle   float64 // of the card on the table, in radians
	table   func(x, y float64) colour
	fingers []finger
	slip    *slip
	lamps   []lamp
	shadow  func(x, y float64) float64 // share of the light that is left
	light   colour                     // of the lamp: 1, 1, 1 is white
	grey    bool
	things  []thing
}

func newScene(r *rand.Rand, fault Fault) *scene {
	s := &scene{front: r.IntN(2) == 0, angle: between(r, -0.14, 0.14), grey: fault == GreyCopy}
	s.light = oneOf(r, colour{1, 1, 1}, colour{1.06, 1, 0.86}, colour{1.1, 0.98, 0.72}, colour{0.93, 1, 1.08})
	s.table = newTable(r, fault)
	s.shadow = newShadow(r)
	if fault == NotCard {
		s.things = newThings(r)
		return s
	}
	side := specimen.SideEmblem
	if s.front {
		side = specimen.SideName
	}
	flat := specimen.Flat(specimen.NewPerson(int64(r.IntN(1<<30))), side)
	if s.grey {
		photocopy(r, flat)
	}
	s.card = newMipmap(flat)
	switch fault {
	case Turned:
		s.angle += oneOf(r, math.Pi/2, math.Pi, -math.Pi/2)
	case Covered:
		s.cover(r)
	case Glare:
		s.lamps = append(s.lamps, lampOnPrint(r, s.front))
	}
	if fault != Covered && fault != Small && r.IntN(4) == 0 {
		s.hold(r)
	}
	if fault != Glare && r.IntN(4) == 0 { // a lamp on the table is no fault
		a := between(r, 0, 2*math.Pi)
		s.lamps = append(s.lamps, lamp{x: 88 * math.Cos(a), y: 68 * math.Sin(a), rx: between(r, 8, 20), ry: between(r, 8, 20),
			power: between(r, 120, 260)})
	}
	return s
}

// onCard returns the place on the card in shares of its width and height.
func (s *scene) onCard(x, y float64) (u, v float64) {
	sin, cos := math.Sincos(s.angle)
	return (x*cos+y*sin)/cardWide + 0.5, (-x*sin+y*cos)/cardHigh + 0.5
}

// offCard is the reverse of onCard.
func (s *scene) offCard(u, v float64) (x, y float64) {
	sin, cos := math.Sincos(s.angle)
	x, y = (u-0.5)*cardWide, (v-0.5)*cardHigh
	return x*cos - y*sin, x*sin + y*cos
}

// at returns what is seen at a place of the table; size is that of a pixel in millimetres.
func (s *scene) at(x, y, size float64) colour {
	c := s.table(x, y)
	for _, t := range s.things {
		c = t.over(c, x, y)
	}
	if s.card != nil {
		u, v := s.onCard(x, y)
		if d := outside(u, v); d < 2.5 { // the card's own small shadow
			c = c.times(1 - 0.35*(1-d/2.5))
		}
		if u > 0 && v > 0 && u < 1 && v < 1 {
			paper, alpha := s.card.at(u, v, size)
			c = mix(c, paper, alpha)
		}
		if s.slip != nil {
			c = s.slip.over(c, u, v)
		}
		for _, f := range s.fingers {
			c = f.over(c, u*cardWide, v*cardHigh)
		}
	}
	c = c.times(s.shadow(x, y))
	for i := range c {
		c[i] *= s.light[i]
	}
	for _, l := range s.lamps {
		u, v := x, y
		if l.onCard {
			u, v = s.onCard(x, y)
			u, v = u*cardWide, v*cardHigh
		}
		p := l.at(u, v)
		c = colour{c[0] + p, c[1] + p, c[2] + p*0.97}
	}
	return c
}

// outside returns the distance in millimetres from the card's edge, 0 on the card.
func outside(u, v float64) float64 {
	return math.Hypot(math.Max(0, math.Abs(u-0.5)-0.5)*cardWide, math.Max(0, math.Abs(v-0.5)-0.5)*cardHigh)
}

// photocopy takes the colour out and hardens what is left.
func photocopy(r *rand.Rand, img *image.RGBA) {
	hard, paper := between(r, 1.1, 1.7), between(r, 205, 245)
	for i := 0; i < len(img.Pix); i += 4 {
		y := 0.3*float64(img.Pix[i]) + 0.59*float64(img.Pix[i+1]) + 0.11*float64(img.Pix[i+2])
		y = math.Max(10, math.Min(paper, (y-225)*hard+paper))
		img.Pix[i], img.Pix[i+1], img.Pix[i+2] = uint8(y), uint8(y), uint8(y)
	}
}

// newShadow returns the light on the table: a slope, and now and then the shadow of a hand or of the phone.
func newShadow(r *rand.Rand) func(x, y float64) float64 {
	a, slope := between(r, 0, 2*math.Pi), between(r, 0, 0.0022)
	sin, cos := math.Sincos(a)
	edge, depth := math.Inf(1), 0.0
	if r.IntN(3) == 0 {
		edge, depth = between(r, -25, 40), between(r, 0.2, 0.42)
	}
	soft, n := between(r, 4, 14), newNoise(r)
	return func(x, y float64) float64 {
		d := x*cos + y*sin
		k := math.Max(0.6, math.Min(1.3, 1-slope*d))
		t := math.Max(0, math.Min(1, (d+9*n.at(x/30, y/30)-edge)/soft))
		return k * (1 - depth*t*t*(3-2*t))
	}
}
