package idcard

import (
	"cmp"
	"math"
	"slices"
)

// Angles of edges are steps of 1.5 degrees of the normal, 0..119.
const angles = 120

var sines, cosines = func() (s, c [angles]float64) {
	for i := range s {
		s[i], c[i] = math.Sincos(math.Pi * float64(i) / angles)
	}
	return s, c
}()

// edges are the ridges of the gradient of a view.
type edges struct {
	w, h   int
	angle  []uint8 // of the normal; noEdge where there is none
	places []edge
}

const noEdge = 255

type edge struct {
	x, y   int16
	angle  uint8
	weight uint8
}

// line is nx·x + ny·y = d, with what is seen along it.
type line struct {
	nx, ny, d float64
	border    bool    // a border of the picture
	from      float64 // of seenTo[0], along (-ny, nx)
	seenTo    []int32 // number of steps up to here where an edge of the line's direction lies
}

// findEdges takes the strongest of the gradients of luma and colour at each pixel and keeps the ridges of the
// strongest tenth.
func findEdges(v view) *edges {
	w, h := v.y.w, v.y.h
	e := &edges{w: w, h: h, angle: make([]uint8, w*h)}
	for i := range e.angle {
		e.angle[i] = noEdge
	}
	strength := make([]uint16, w*h)
	gx, gy := make([]int16, w*h), make([]int16, w*h)
	var histogram [1024]int
	for y := 1; y < h-1; y++ {
		for x := 1; x < w-1; x++ {
			i := y*w + x
			bx, by := sobel(v.smooth.pix, i, w)
			most := absolute(bx) + absolute(by)
			for _, p := range [2]plane{v.cb, v.cr} {
				cx, cy := sobel(p.pix, i, w)
				if s := (absolute(cx) + absolute(cy)) * 5 / 4; s > most {
					most, bx, by = s, cx, cy
				}
			}
			strength[i], gx[i], gy[i] = uint16(most), int16(bx), int16(by)
			histogram[min(most, 1023)]++
		}
	}
	// Ridges are about half of what passes, so that a fifth of the pixels becomes the strongest tenth.
	threshold, above := 1023, 0
	for ; threshold > 14 && above < w*h/5; threshold-- {
		above += histogram[threshold]
	}
	for y := 2; y < h-2; y++ {
		for x := 2; x < w-2; x++ {
			i := y*w + x
			s := strength[i]
			if int(s) <= threshold {
				continue
			}
			dx, dy := int(gx[i]), int(gy[i])
			step := w
			switch ax, ay := absolute(dx), absolute(dy); {
			case ax > 2*ay:
				step = 1
			case ay > 2*ax:
			case (dx > 0) == (dy > 0):
				step = w + 1
			default:
				step = w - 1
			}
			if strength[i-step] > s || strength[i+step] >= s {
				continue
			}
			a := math.Atan2(float64(dy), float64(dx))
			if a < 0 {
				a += math.Pi
			}
			n := uint8(int(a*angles/math.Pi+0.5) % angles)
			e.angle[i] = n
			e.places = append(e.places, edge{int16(x), int16(y), n, uint8(min(120, 60+int(s)*20/(threshold+1)))})
		}
	}
	return e
}

func absolute(v int) int { return max(v, -v) }

func sobel(p []byte, i, w int) (dx, dy int) {
	a, b, c := int(p[i-w-1]), int(p[i-w]), int(p[i-w+1])
	d, f := int(p[i-1]), int(p[i+1])
	g, k, l := int(p[i+w-1]), int(p[i+w]), int(p[i+w+1])
	return c + 2*f + l - a - 2*d - g, g + 2*k + l - a - 2*b - c
}

// findLines returns the lines with the most edges, by a Hough transform in which an edge votes for its own direction
// and its neighbours only.
func (e *edges) findLines() []line {
	const slack = 3 // steps of angle
	half := int(math.Hypot(float64(e.w), float64(e.h))/2) + 2
	rhos := 2*half/2 + 2
	votes := make([]int32, angles*rhos)
	for _, p := range e.places {
		x, y := float64(p.x)-float64(e.w)/2, float64(p.y)-float64(e.h)/2
		for k := -slack; k <= slack; k++ {
			a := int(p.angle) + k
			if a < 0 {
				a += angles
			} else if a >= angles {
				a -= angles
			}
			rho := x*cosines[a] + y*sines[a]
			votes[a*rhos+int(rho+float64(half))/2] += int32(p.weight)
		}
	}
	type peak struct {
		at    int
		votes int32
	}
	var peaks []peak
	for a := range angles {
		for r := 1; r < rhos-1; r++ {
			at := a*rhos + r
			if n := votes[at]; n > 25*60 && n >= votes[at-1] && n > votes[at+1] {
				peaks = append(peaks, peak{at, n})
			}
		}
	}
	slices.SortFunc(peaks, func(a, b peak) int { return cmp.Or(cmp.Compare(b.votes, a.votes), cmp.Compare(a.at, b.at)) })
	var out []line
	for _, p := range peaks {
		a, rho := p.at/rhos, float64(2*(p.at%rhos)-half)+1
		l := line{nx: cosines[a], ny: sines[a]}
		l.d = rho + l.nx*float64(e.w)/2 + l.ny*float64(e.h)/2
		if slices.ContainsFunc(out, func(o line) bool { return e.same(l, o) }) {
			continue
		}
		l = e.fit(l)
		e.look(&l)
		if out = append(out, l); len(out) == maxLines {
			break
		}
	}
	return out
}

// same reports whether two lines are closer than the sides of a card can be.
func (e *edges) same(a, b line) bool {
	dot := a.nx*b.nx + a.ny*b.ny
	return math.Abs(dot) > 0.9962 && apart(&a, &b, point{float64(e.w) / 2, float64(e.h) / 2}) < 5
}

// fit moves a line to the edges that lie along it, by least squares.
func (e *edges) fit(l line) line {
	for _, reach := range [2]float64{3, 2} {
		var n, sx, sy, sxx, syy, sxy float64
		a := int(math.Atan2(l.ny, l.nx)*angles/math.Pi + angles + 0.5)
		for _, p := range e.places {
			x, y := float64(p.x), float64(p.y)
			if math.Abs(l.nx*x+l.ny*y-l.d) > reach || !alike(int(p.angle), a, 7) {
				continue
			}
			n, sx, sy, sxx, syy, sxy = n+1, sx+x, sy+y, sxx+x*x, syy+y*y, sxy+x*y
		}
		if n < 12 {
			return l
		}
		mx, my := sx/n, sy/n
		cxx, cyy, cxy := sxx/n-mx*mx, syy/n-my*my, sxy/n-mx*my
		direction := 0.5 * math.Atan2(2*cxy, cxx-cyy) // of the line
		nx, ny := -math.Sin(direction), math.Cos(direction)
		if math.Abs(nx*l.nx+ny*l.ny) < 0.99 {
			return l
		}
		l.nx, l.ny, l.d = nx, ny, nx*mx+ny*my
	}
	return l
}

// alike reports whether two angles, in steps, differ by at most slack.
func alike(a, b, slack int) bool {
	d := absolute(a-b) % angles
	return min(d, angles-d) <= slack
}

// look notes along a line where an edge of its direction lies within two pixels.
func (e *edges) look(l *line) {
	dx, dy := -l.ny, l.nx
	foot := point{l.nx * l.d, l.ny * l.d}
	reach := math.Hypot(float64(e.w), float64(e.h))
	l.from = -reach
	n := int(2*reach) + 1
	l.seenTo = make([]int32, n+1)
	a := int(math.Atan2(l.ny, l.nx)*angles/math.Pi + angles + 0.5)
	for i := range n {
		t := l.from + float64(i)
		l.seenTo[i+1] = l.seenTo[i]
		for _, off := range [5]float64{0, 1, -1, 2, -2} {
			x, y := int(foot.x+dx*t+l.nx*off+0.5), int(foot.y+dy*t+l.ny*off+0.5)
			if x < 0 || y < 0 || x >= e.w || y >= e.h {
				continue
			}
			if v := e.angle[y*e.w+x]; v != noEdge && alike(int(v), a, 8) {
				l.seenTo[i+1]++
				break
			}
		}
	}
}

// seen returns the share of the line between two of its points, without the round corners, along which an edge lies,
// less what of it goes on beyond the points.
func (l *line) seen(a, b point) float64 {
	ta, tb := -l.ny*a.x+l.nx*a.y, -l.ny*b.x+l.nx*b.y
	if ta > tb {
		ta, tb = tb, ta
	}
	length := tb - ta
	inside := l.share(ta+0.06*length, tb-0.06*length)
	beyond := math.Max(l.share(ta-0.16*length, ta-0.03*length), l.share(tb+0.03*length, tb+0.16*length))
	return inside - 0.25*beyond
}

func (l *line) share(ta, tb float64) float64 {
	i, j := int(ta-l.from), int(tb-l.from)
	i, j = min(max(i, 0), len(l.seenTo)-1), min(max(j, 0), len(l.seenTo)-1)
	if j <= i {
		return 0
	}
	return float64(l.seenTo[j]-l.seenTo[i]) / float64(j-i)
}

// cross returns where two lines meet.
func (l *line) cross(o *line) (point, bool) {
	det := l.nx*o.ny - l.ny*o.nx
	if math.Abs(det) < 1e-6 {
		return point{}, false
	}
	return point{(l.d*o.ny - o.d*l.ny) / det, (l.nx*o.d - o.nx*l.d) / det}, true
}
