package idcard

import (
	"math"
	"slices"
)

// Look is what a picture alone tells about the card on it, before any OCR. It holds measures; LookLimits.Judge says
// what they mean. All lengths are pixels of Photo.JPEG, which is upright.
type Look struct {
	Found bool
	Score float64 // how well four straight sides of a card's shape are seen, about 0.5..1.3
	// Corners are x, y of the card's corners, clockwise from the card's own upper left, as in Reading.Corners. Without a
	// card they are zeros.
	Corners [8]int
	Side    Side    // guessed from where there is print
	SideFit float64 // how much better than any other guess this one is, 0..1
	Turn    int     // degrees by which the picture has to be turned clockwise until the card is upright: 0, 90, 180, 270
	Width   float64 // of the card

	Cut     float64 // share of the card that seems to lie outside of the picture, 0..1
	Light   float64 // luma of the card's paper, or of the lightest tenth of the picture, 0..255
	Blur    float64 // width of the sharpest edges of print, in thousandths of the card's width
	Glare   float64 // share of the card that is burnt out
	Covered float64 // share of the card, without its rim, portrait and emblem, that is something else
	Chroma  float64 // spread of colour on the card, 0 for a photocopy
	Flat    float64 // share of rows of the picture that have one colour, as on a screen

	// glareBox, coverBox and cutBox enclose what Glare, Covered and Cut count, in shares of the upright card.
	glareBox, coverBox area
	cutSides           []int
}

// Scores of findCard. Below the first one nothing is a card; from the second one on it hardly is anything else.
const (
	leastScore = 0.85
	sureScore  = 0.95
)

// lookAt measures a picture. luma is the picture's, scaled down to at most 1024 px.
func lookAt(luma plane, pic *picture, orientation, width, height int) Look {
	v := newView(luma, pic, orientation)
	l := Look{Flat: flatRows(v.y)}
	if orientation != 1 {
		luma = makePlaneUpright(luma, orientation)
	}
	f, ok := findCard(v)
	if !ok || f.score < sureScore {
		if s, seen := findSmall(v, luma); seen && s.score > max(f.score, sureScore) {
			f, ok = s, true
		}
	}
	if !ok || f.score < leastScore {
		l.Light = percentileOf(v.y, 0.9)
		return l
	}
	l.Found, l.Score = true, f.score
	q := f.corners
	first := 0
	for i, p := range q {
		if p.x+p.y < q[first].x+q[first].y {
			first = i
		}
	}
	quarters := 0 // that the picture has to be turned clockwise
	if horizontal, vertical := q.turned(first).sides(); len(f.cut) == 0 && vertical > horizontal {
		first, quarters = first+1, 3
	}
	view, inLuma := q.turned(first), float64(luma.w)/float64(v.y.w)
	flat := flatten(luma, view.scaled(inLuma, float64(luma.h)/float64(v.y.h)), flatWide, flatHigh)
	ink, light, paper := inkOf(flat)
	l.Light = medianPaper(&paper)
	solid := solidOf(&light)
	cb, cr := flatten(v.cb, view, 2*gridWide, 2*gridHigh), flatten(v.cr, view, 2*gridWide, 2*gridHigh)
	red := redOf(cr)
	g := guessSide(&ink, &solid, &red)
	if g.turned {
		first, quarters = first+2, (quarters+2)%4
		view = q.turned(first)
		flat.turnOver()
		ink.turnOver()
		paper.turnOver()
		cb.turnOver()
		cr.turnOver()
	}
	l.Side, l.SideFit, l.Turn = g.side, g.margin, 90*quarters
	toPhoto := view.scaled(float64(width)/float64(v.y.w), float64(height)/float64(v.y.h))
	for i, p := range toPhoto {
		l.Corners[2*i], l.Corners[2*i+1] = int(math.Round(p.x)), int(math.Round(p.y))
	}
	wide, high := toPhoto.sides()
	l.Width = wide
	for _, side := range f.cut {
		l.cutSides = append(l.cutSides, (side-first+8)%4)
	}
	if len(f.cut) > 0 {
		l.Cut = lost(wide, high, l.cutSides)
	}
	l.Blur = blurOf(flat, l.Light, g) * 1000 / flatWide
	l.Glare, l.glareBox = glareOf(flat, &paper, l.Light, g.side)
	l.Chroma = chromaOf(flatten(v.y, view, 2*gridWide, 2*gridHigh), cb, cr, l.Light)
	l.Covered, l.coverBox = coveredOf(cb, cr, &paper, l.Light, g)
	return l
}

// sides returns the mean lengths of the sides that start as upper and right one.
func (q quad) sides() (horizontal, vertical float64) {
	return (q[0].to(q[1]) + q[2].to(q[3])) / 2, (q[1].to(q[2]) + q[3].to(q[0])) / 2
}

// lost estimates the share of a card beyond a border from the proportions of what is left.
func lost(wide, high float64, sides []int) float64 {
	ratio := wide / high
	if len(sides) > 1 {
		return 0.15 // what is left of two sides tells nothing
	}
	const whole = 85.6 / 54
	if sides[0]%2 == 1 { // the left or the right side
		return math.Max(0, 1-ratio/whole)
	}
	return math.Max(0, 1-whole/ratio)
}

// turnOver turns a plane upside down.
func (p plane) turnOver() { slices.Reverse(p.pix) }

func (g *grid) turnOver() {
	slices.Reverse(g[:])
	for y := range g {
		slices.Reverse(g[y][:])
	}
}

func percentileOf(p plane, share float64) float64 {
	var histogram [256]int
	for y := range p.h {
		for _, v := range p.row(y) {
			histogram[v]++
		}
	}
	sum, want := 0, share*float64(p.w*p.h)
	for v, n := range histogram {
		if sum += n; float64(sum) >= want {
			return float64(v)
		}
	}
	return 255
}

func medianPaper(g *grid) float64 {
	var values []float64
	for y := 2; y < gridHigh-2; y++ {
		values = append(values, g[y][2:gridWide-2]...)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// flatRows returns the share of rows that have one luma from end to end.
func flatRows(p plane) float64 {
	n := 0
	for y := range p.h {
		row := p.row(y)
		if slices.Max(row)-slices.Min(row) <= 3 {
			n++
		}
	}
	return float64(n) / float64(p.h)
}
