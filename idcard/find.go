package idcard

import (
	"cmp"
	"math"
	"slices"
)

// point is a place in a picture, in pixels.
type point struct{ x, y float64 }

// quad has the corners of a card, clockwise in the picture.
type quad [4]point

// view is a picture as the finder sees it: upright, its long side at most viewSide pixels, colour planes of the same
// size. Grey pictures have flat colour planes.
type view struct {
	y, cb, cr plane
	smooth    plane // y after a 3×3 box filter
}

// viewSide is the long side in pixels at which a card is looked for: its sides are hundreds of pixels long, and what is
// printed on it is too fine to be taken for a side.
const viewSide = 512

// found is a card in a view.
type found struct {
	corners quad
	score   float64 // 0..1.2: how well four sides of a card's shape are seen
	cut     []int   // sides (0: from corner 0 to corner 1) that are a border of the picture
}

// twoBorders is what a quadrilateral with two borders of the picture as sides needs more than others to be preferred.
const twoBorders = 1

// lines that the finder keeps. More find no more cards.
const maxLines = 30

// findCard looks for the one quadrilateral that looks most like a card: four straight edges of a card's proportions
// with paper of one colour along them. One or two sides may be a border of the picture.
func findCard(v view) (found, bool) {
	e := findEdges(v)
	lines := e.findLines()
	for _, b := range [4]line{
		{nx: 1, d: 0.5}, {nx: 1, d: float64(v.y.w) - 1.5}, {ny: 1, d: 0.5}, {ny: 1, d: float64(v.y.h) - 1.5},
	} {
		b.border = true
		lines = append(lines, b)
	}
	var pairs [][2]*line
	least := 0.09 * float64(max(v.y.w, v.y.h)) // smaller than a card that can be read
	middle := point{float64(v.y.w) / 2, float64(v.y.h) / 2}
	for i := range lines {
		for j := range i {
			a, b := &lines[i], &lines[j]
			if a.border && b.border || math.Abs(a.nx*b.nx+a.ny*b.ny) < 0.88 || apart(a, b, middle) < least {
				continue
			}
			pairs = append(pairs, [2]*line{a, b})
		}
	}
	candidates := make([]found, 0, 64)
	for i, p := range pairs {
		for _, q := range pairs[:i] {
			if math.Abs(p[0].nx*q[0].nx+p[0].ny*q[0].ny) > 0.5 {
				continue
			}
			if f, ok := candidate(v, p, q, least); ok {
				candidates = append(candidates, f)
			}
		}
	}
	slices.SortFunc(candidates, func(a, b found) int { return cmp.Compare(b.score, a.score) })
	best, any := found{}, false
	for _, f := range candidates[:min(len(candidates), 48)] {
		if f.score += v.paperScore(f); !any || f.score > best.score {
			best, any = f, true
		}
	}
	if len(best.cut) == 2 {
		best.score += 0.1 * twoBorders
	}
	return best, any
}

// apart returns the distance of two nearly parallel lines, measured at a point.
func apart(a, b *line, p point) float64 {
	da := a.nx*p.x + a.ny*p.y - a.d
	db := b.nx*p.x + b.ny*p.y - b.d
	if a.nx*b.nx+a.ny*b.ny < 0 {
		db = -db
	}
	return math.Abs(da - db)
}

// candidate makes a quadrilateral of two pairs of lines and scores its sides. ok is false if it has not a card's shape.
func candidate(v view, p, q [2]*line, least float64) (f found, ok bool) {
	sides := [4]*line{p[0], q[0], p[1], q[1]}
	borders := 0
	for i, s := range sides {
		at, cross := s.cross(sides[(i+1)%4])
		const over = 0.02
		w, h := float64(v.y.w), float64(v.y.h)
		if !cross || at.x < -over*w || at.y < -over*h || at.x > (1+over)*w || at.y > (1+over)*h {
			return f, false
		}
		f.corners[(i+1)%4] = at
		if s.border {
			borders++
		}
	}
	if borders > 2 {
		return f, false
	}
	if f.corners.area() < 0 { // to clockwise
		f.corners[1], f.corners[3] = f.corners[3], f.corners[1]
		sides[0], sides[1], sides[2], sides[3] = sides[3], sides[2], sides[1], sides[0]
	}
	var length [4]float64
	for i := range length {
		if length[i] = f.corners[i].to(f.corners[(i+1)%4]); length[i] < least {
			return f, false
		}
	}
	a, b := (length[0]+length[2])/2, (length[1]+length[3])/2
	ratio := math.Max(a, b) / math.Min(a, b)
	switch {
	case ratio > 3.2, borders == 0 && (ratio < 1.25 || ratio > 2.05):
		return f, false
	case math.Max(length[0], length[2]) > 1.6*math.Min(length[0], length[2]),
		math.Max(length[1], length[3]) > 1.6*math.Min(length[1], length[3]):
		return f, false
	}
	sum, lowest := 0.0, 1.0
	for i, s := range sides {
		if s.border {
			f.cut = append(f.cut, i)
			sum += 0.5
			continue
		}
		seen := s.seen(f.corners[i], f.corners[(i+1)%4])
		if seen < 0.3 {
			return f, false
		}
		sum, lowest = sum+seen, math.Min(lowest, seen)
	}
	shape := 1 - math.Min(1, math.Abs(math.Log(ratio/1.585))*2)
	if borders > 0 {
		shape = 0.45
	}
	area := math.Abs(f.corners.area()) / float64(v.y.w*v.y.h)
	if borders == 2 { // what a table may have as well
		shape -= twoBorders
	}
	f.score = 0.4*sum/4 + 0.25*lowest + 0.1*shape + 0.06*math.Log(area*4)
	return f, true
}

// paperScore adds what the colours along the sides say: of one kind inside, of another outside.
func (v view) paperScore(f found) float64 {
	const steps = 14
	var inside [4 * steps][3]int
	var across [4]float64
	mid := f.corners.middle()
	n, differing := 0, 0
	for i := range 4 {
		a, b := f.corners[i], f.corners[(i+1)%4]
		var in, out [3]int
		m := 0
		for k := range steps {
			t := 0.08 + 0.84*(float64(k)+0.5)/steps
			at := point{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t}
			dx, dy := mid.x-at.x, mid.y-at.y
			c := v.at(at.x+dx*0.07, at.y+dy*0.07)
			inside[n] = c
			n++
			if o, ok := v.inFrame(at.x-dx*0.07, at.y-dy*0.07); ok {
				for ch := range 3 {
					in[ch], out[ch] = in[ch]+c[ch], out[ch]+o[ch]
				}
				m++
			}
		}
		if m > steps/2 {
			d := 0.0
			for ch := range 3 {
				d += math.Abs(float64(in[ch]-out[ch])) / float64(m)
			}
			if across[i] = d; d > 7 {
				differing++
			}
		} else if slices.Contains(f.cut, i) {
			differing++
		}
	}
	var median [3]int
	for ch := range median {
		var values [4 * steps]int
		for i := range n {
			values[i] = inside[i][ch]
		}
		slices.Sort(values[:n])
		median[ch] = values[n/2]
	}
	like := 0
	for _, c := range inside[:n] {
		tolerance := 14 + median[0]/9
		if absolute(c[0]-median[0]) <= tolerance && absolute(c[1]-median[1])+absolute(c[2]-median[2]) <= 14 {
			like++
		}
	}
	return 0.3*float64(like)/float64(n) + 0.05*float64(differing)
}

// at returns luma and colours at the nearest pixel of the frame.
func (v view) at(x, y float64) [3]int {
	px, py := min(max(int(x), 0), v.y.w-1), min(max(int(y), 0), v.y.h-1)
	i := py*v.y.w + px
	return [3]int{int(v.smooth.pix[i]), int(v.cb.pix[i]), int(v.cr.pix[i])}
}

func (v view) inFrame(x, y float64) (c [3]int, ok bool) {
	if x < 0 || y < 0 || x >= float64(v.y.w) || y >= float64(v.y.h) {
		return c, false
	}
	return v.at(x, y), true
}

func (p point) to(q point) float64 { return math.Hypot(p.x-q.x, p.y-q.y) }

// area is positive for corners that go clockwise on a screen.
func (q quad) area() float64 {
	sum := 0.0
	for i, p := range q {
		n := q[(i+1)%4]
		sum += p.x*n.y - n.x*p.y
	}
	return sum / 2
}

func (q quad) middle() point {
	return point{(q[0].x + q[1].x + q[2].x + q[3].x) / 4, (q[0].y + q[1].y + q[2].y + q[3].y) / 4}
}

// scaled returns the corners in a picture of other pixels.
func (q quad) scaled(kx, ky float64) quad {
	for i := range q {
		q[i].x, q[i].y = q[i].x*kx, q[i].y*ky
	}
	return q
}
