package phone

import (
	"math"
	"math/rand/v2"
)

// newTable returns what the card lies on, in millimetres.
func newTable(r *rand.Rand, fault Fault) func(x, y float64) colour {
	if fault == GreyCopy {
		return sheetOn(r, oneOf(r, wood, cloth, stone)(r))
	}
	return oneOf(r, wood, wood, cloth, cloth, stone, tiles, screen, paper)(r)
}

func wood(r *rand.Rand) func(x, y float64) colour {
	base := oneOf(r, colour{181, 132, 86}, colour{120, 78, 48}, colour{214, 180, 138}, colour{82, 58, 44})
	n, m := newNoise(r), newNoise(r)
	sin, cos := math.Sincos(between(r, 0, math.Pi))
	wide, plank := between(r, 2, 7), between(r, 60, 160)
	depth := between(r, 0.04, 0.16)
	return func(x, y float64) colour {
		x, y = x*cos-y*sin, x*sin+y*cos
		ring := math.Sin(y/wide + 3*n.at(x/80, y/18))
		v := 1 + depth*ring + 0.1*m.at(x/14, y*1.3) + 0.06*m.at(x/3, y*3)
		if d := math.Mod(math.Abs(y+1000), plank); d < 0.8 {
			v *= 0.6
		}
		return base.times(v)
	}
}

func cloth(r *rand.Rand) func(x, y float64) colour {
	base := oneOf(r, colour{52, 66, 104}, colour{150, 60, 58}, colour{196, 190, 176}, colour{44, 44, 48},
		colour{96, 122, 92})
	second := mix(base, oneOf(r, colour{235, 235, 235}, colour{20, 20, 20}), between(r, 0, 0.45))
	thread, stripe := between(r, 0.5, 1.4), between(r, 9, 40)
	checked := r.IntN(2) == 0
	n := newNoise(r)
	return func(x, y float64) colour {
		x, y = x+6*n.at(x/60, y/60), y+6*n.at(y/60, x/60)
		c := base
		if checked && math.Mod(math.Abs(x+5000), stripe) < stripe/3 {
			c = mix(c, second, 0.6)
		}
		if checked && math.Mod(math.Abs(y+5000), stripe) < stripe/3 {
			c = mix(c, second, 0.6)
		}
		weave := 0.09 * math.Sin(2*math.Pi*x/thread) * math.Sin(2*math.Pi*y/thread)
		return c.times(1 + weave + 0.2*n.at(x/45, y/28))
	}
}

func stone(r *rand.Rand) func(x, y float64) colour {
	base := oneOf(r, colour{92, 96, 100}, colour{168, 164, 158}, colour{60, 56, 54}, colour{140, 120, 104})
	n, m := newNoise(r), newNoise(r)
	return func(x, y float64) colour {
		v := 1 + 0.18*n.at(x/35, y/35) + 0.16*m.at(x/2, y/2) + 0.1*m.at(x/0.6, y/0.6)
		if vein := math.Abs(n.at(x/70+m.at(x/30, y/30)*0.4, y/70)); vein < 0.02 {
			v *= 1.25
		}
		return base.times(v)
	}
}

func tiles(r *rand.Rand) func(x, y float64) colour {
	base, size := oneOf(r, colour{176, 160, 140}, colour{120, 130, 138}, colour{150, 148, 140}), between(r, 70, 220)
	n := newNoise(r)
	sin, cos := math.Sincos(between(r, -0.5, 0.5))
	dx, dy := between(r, 0, size), between(r, 0, size)
	return func(x, y float64) colour {
		x, y = x*cos-y*sin+dx+5000, x*sin+y*cos+dy+5000
		if math.Mod(x, size) < 2.4 || math.Mod(y, size) < 2.4 {
			return base.times(0.62)
		}
		return base.times(1 + 0.07*n.at(x/20, y/20) + 0.03*n.at(x, y))
	}
}

// screen is a dark, smooth surface: a laptop, a black desk, a phone.
func screen(r *rand.Rand) func(x, y float64) colour {
	base := oneOf(r, colour{24, 26, 30}, colour{48, 50, 54}, colour{34, 30, 30})
	n := newNoise(r)
	return func(x, y float64) colour {
		return base.times(1 + 0.3*n.at(x/90, y/90)).times(1 + 0.0015*x)
	}
}

// paper is a white desk or the back of a sheet.
func paper(r *rand.Rand) func(x, y float64) colour {
	base := oneOf(r, colour{238, 238, 236}, colour{222, 224, 228}, colour{240, 234, 220})
	n := newNoise(r)
	return func(x, y float64) colour { return base.times(1 + 0.012*n.at(x/3, y/3) + 0.02*n.at(x/60, y/60)) }
}

// sheetOn is a sheet of copying paper on a table, larger than the card.
func sheetOn(r *rand.Rand, table func(x, y float64) colour) func(x, y float64) colour {
	white, n := paper(r), newNoise(r)
	left, top := between(r, -100, -70), between(r, -120, -60)
	return func(x, y float64) colour {
		if x > left && x < left+210 && y > top && y < top+297 {
			c := white(x, y)
			g := (c[0] + c[1] + c[2]) / 3 * (1 + 0.01*n.at(x, y))
			return colour{g, g, g}
		}
		return table(x, y)
	}
}

// thing is an object on the table that is no card.
type thing struct {
	x, y, w, h, angle float64
	round             bool
	colour            colour
	lines             float64 // millimetres from line to line of print, 0 for none
	n                 *noise
}

func (t thing) over(c colour, x, y float64) colour {
	sin, cos := math.Sincos(t.angle)
	x, y = x-t.x, y-t.y
	x, y = x*cos+y*sin, -x*sin+y*cos
	if math.Abs(x) > t.w/2 || math.Abs(y) > t.h/2 {
		return c
	}
	if t.round && (x*x)/(t.w*t.w)+(y*y)/(t.h*t.h) > 0.25 {
		return c
	}
	v := 1 + 0.05*t.n.at(x/8, y/8)
	if t.lines > 0 && math.Abs(x) < t.w*0.42 {
		line := math.Mod(y+5000, t.lines)
		if line < t.lines*0.5 && t.n.at(math.Floor((y+5000)/t.lines)*7.3, x/1.5) > -0.2 && t.n.at(x*2, y*2) > -0.3 {
			v *= 0.3
		}
	}
	return t.colour.times(v)
}

// newThings are a page of text, a cup, a receipt, a phone, or nothing at all.
func newThings(r *rand.Rand) []thing {
	page := thing{w: between(r, 150, 210), h: between(r, 200, 297), colour: colour{236, 236, 232}, lines: between(r, 4, 8)}
	receipt := thing{w: between(r, 50, 62), h: between(r, 130, 220), colour: colour{228, 226, 220},
		lines: between(r, 3, 5)}
	mug := thing{w: 85, h: 85, round: true}
	mug.colour = oneOf(r, colour{200, 60, 50}, colour{230, 230, 230}, colour{40, 70, 130})
	coffee := thing{w: 68, h: 68, round: true, colour: colour{60, 36, 22}}
	leaf := thing{w: between(r, 40, 120), h: between(r, 60, 130), round: true, colour: colour{70, 120, 60}}
	all := oneOf(r, []thing{page}, []thing{receipt}, []thing{mug, coffee}, []thing{leaf, leaf}, nil)
	for i := range all {
		all[i].n, all[i].angle = newNoise(r), between(r, -0.6, 0.6)
		if all[i].round {
			continue
		}
		all[i].x, all[i].y = between(r, -25, 25), between(r, -25, 25)
	}
	return all
}
