package phone

import (
	"math"
	"math/rand/v2"
)

// finger lies on the card, with its tip at x, y in millimetres from the card's upper left. It comes in from the
// direction dx, dy.
type finger struct {
	x, y, dx, dy, radius float64
	skin                 colour
}

var skins = []colour{{222, 172, 142}, {196, 142, 112}, {236, 192, 168}, {160, 110, 84}}

func (f finger) over(c colour, x, y float64) colour {
	x, y = x-f.x, y-f.y
	along := math.Max(0, x*f.dx+y*f.dy)
	d := math.Hypot(x-along*f.dx, y-along*f.dy) / f.radius
	if d > 1.12 {
		return c
	}
	if d > 1 { // its shadow
		return c.times(0.72 + 2.3*(d-1))
	}
	skin := f.skin.times(1.04 - 0.4*d*d)
	if nail := math.Hypot(x*f.dx+y*f.dy-0.1*f.radius, (y*f.dx-x*f.dy)*1.2) / f.radius; nail < 0.5 {
		skin = mix(skin, colour{236, 200, 188}, 0.6)
	}
	return skin
}

// hold lays fingers over the rim of the card, outside of what is printed.
func (s *scene) hold(r *rand.Rand) {
	skin := oneOf(r, skins...)
	for _, left := range [][]bool{{true}, {false}, {true, false}}[r.IntN(3)] {
		f := finger{y: between(r, 10, 44), dy: between(r, -0.3, 0.3), radius: between(r, 6.5, 9), skin: skin}
		if left {
			f.x, f.dx = between(r, -f.radius+1, -f.radius+4), -1
		} else {
			f.x, f.dx = cardWide+between(r, f.radius-4, f.radius-1), 1
		}
		s.fingers = append(s.fingers, f.normal())
	}
}

func (f finger) normal() finger {
	l := math.Hypot(f.dx, f.dy)
	f.dx, f.dy = f.dx/l, f.dy/l
	return f
}

// cover lays fingers or a slip of paper on what is printed.
func (s *scene) cover(r *rand.Rand) {
	if r.IntN(4) == 0 {
		w, h := between(r, 0.3, 0.6), between(r, 0.2, 0.4)
		s.slip = &slip{x: between(r, 0.1, 0.9-w), y: between(r, 0.55, 1-h), w: w, h: h,
			colour: oneOf(r, colour{246, 230, 120}, colour{240, 240, 238}, colour{40, 42, 46}, colour{120, 190, 240})}
		return
	}
	skin := oneOf(r, skins...)
	for i := range 1 + r.IntN(2) {
		f := finger{radius: between(r, 8, 11), skin: skin}
		switch x := between(r, 0.4, 0.75) * cardWide; r.IntN(3) {
		case 0: // from below, over the number or the dates
			f.x, f.y, f.dx, f.dy = x+float64(i)*18-9, between(r, 0.6, 0.75)*cardHigh, between(r, -0.4, 0.4), 1
		case 1: // from the left, over the upper lines or the emblem
			f.x, f.y, f.dx, f.dy = between(r, 0.22, 0.42)*cardWide, between(r, 0.15, 0.45)*cardHigh, -1, between(r, -0.4, 0.4)
		default: // from the right, over the number or the dates
			f.x, f.y, f.dx, f.dy = between(r, 0.45, 0.6)*cardWide, between(r, 0.8, 0.9)*cardHigh, 1, between(r, -0.15, 0.15)
		}
		s.fingers = append(s.fingers, f.normal())
	}
}

// slip is a piece of paper on the card, in shares of the card.
type slip struct {
	x, y, w, h float64
	colour     colour
}

func (p *slip) over(c colour, u, v float64) colour {
	if u < p.x || v < p.y || u > p.x+p.w || v > p.y+p.h {
		return c
	}
	return p.colour
}

// lamp is a reflection: an ellipse that burns out.
type lamp struct {
	x, y, rx, ry, power float64
	onCard              bool // x and y are millimetres from the card's upper left
}

func (l lamp) at(x, y float64) float64 {
	dx, dy := (x-l.x)/l.rx, (y-l.y)/l.ry
	return l.power / (1 + math.Pow(dx*dx+dy*dy, 2.2))
}

// lampOnPrint burns out a part of the print that the OCR needs.
func lampOnPrint(r *rand.Rand, front bool) lamp {
	l := lamp{rx: between(r, 13, 26), ry: between(r, 10, 18), power: between(r, 260, 600), onCard: true}
	places := [][2]float64{{0.4, 0.82}, {0.6, 0.86}, {0.25, 0.3}, {0.3, 0.5}}
	if !front {
		places = [][2]float64{{0.4, 0.8}, {0.55, 0.84}, {0.5, 0.22}, {0.6, 0.3}}
	}
	p := oneOf(r, places...)
	l.x, l.y = p[0]*cardWide+between(r, -4, 4), p[1]*cardHigh+between(r, -3, 3)
	return l
}
