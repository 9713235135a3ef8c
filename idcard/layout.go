package idcard

import "math"

// area is a part of a card, in shares of its width and height.
type area struct{ left, top, right, bottom float64 }

// Where a card's print stands (GB 11643 cards of 2004).
var (
	frontText     = area{0.05, 0.06, 0.60, 0.72}
	frontPortrait = area{0.64, 0.06, 0.96, 0.74}
	frontNumber   = area{0.28, 0.80, 0.94, 0.93}
	backEmblem    = area{0.05, 0.06, 0.28, 0.42}
	backTitle     = area{0.30, 0.08, 0.97, 0.34}
	backLines     = area{0.08, 0.66, 0.86, 0.92}
)

// zones is the print of a side that the OCR has to read.
func zones(s Side) []area {
	if s == Front {
		return []area{frontText, frontNumber}
	}
	return []area{backTitle, backLines}
}

// The grid on which print is looked for.
const (
	gridWide = 32
	gridHigh = 20
	cellWide = flatWide / gridWide
	cellHigh = flatHigh / gridHigh
)

// mostInk limits what counts of a dark part, so that a portrait does not outweigh all lines of print.
const mostInk = 0.3

// grid holds one number for each part of a flat card.
type grid [gridHigh][gridWide]float64

// inkOf returns how much darker than the paper around it each part of a flat card is, in shares of the paper's luma.
// light is the luma of the lightest eighth of each part, paper that of the lightest part around it.
func inkOf(flat plane) (ink, light, paper grid) {
	var mean grid
	for gy := range gridHigh {
		for gx := range gridWide {
			var histogram [256]int
			sum := 0
			for y := gy * cellHigh; y < (gy+1)*cellHigh; y++ {
				for _, v := range flat.row(y)[gx*cellWide : (gx+1)*cellWide] {
					histogram[v]++
					sum += int(v)
				}
			}
			n, v := 0, 255
			for ; n < cellWide*cellHigh/8; v-- {
				n += histogram[v]
			}
			light[gy][gx], mean[gy][gx] = float64(v+1), float64(sum)/(cellWide*cellHigh)
		}
	}
	for gy := range gridHigh {
		for gx := range gridWide {
			around := func(reach int) float64 {
				most := 1.0
				for y := max(0, gy-reach); y <= min(gridHigh-1, gy+reach); y++ {
					for x := max(0, gx-reach); x <= min(gridWide-1, gx+reach); x++ {
						most = math.Max(most, light[y][x])
					}
				}
				return most
			}
			paper[gy][gx] = around(2)
			ink[gy][gx] = math.Max(0, math.Min(mostInk, 1-mean[gy][gx]/around(1)))
		}
	}
	return ink, light, paper
}

// solidOf returns how much darker than paper even the lightest of each part is: hair and clothes of a portrait, the
// emblem, a finger, and no print, between whose strokes there is paper.
// The paper of a part is the darker of the lightest parts of its row and its column, since shadows have long sides.
func solidOf(light *grid) (solid grid) {
	var rows [gridHigh]float64
	var columns [gridWide]float64
	for y := range gridHigh {
		for x, v := range light[y] {
			rows[y], columns[x] = math.Max(rows[y], v), math.Max(columns[x], v)
		}
	}
	for y := range gridHigh {
		for x, v := range light[y] {
			paper := math.Max(1, math.Min(rows[y], columns[x]))
			solid[y][x] = math.Max(0, math.Min(0.5, 1-v/paper))
		}
	}
	return solid
}

// expected is the print of a side on the grid: 1 where there is much, 0 where there is none.
func expected(s Side) *grid {
	var g grid
	if s == Front {
		g.mark(frontText, 0.25)
		g.mark(area{0.66, 0.1, 0.94, 0.72}, 1)
		g.mark(frontNumber, 0.5)
		return &g
	}
	g.mark(backEmblem, 1)
	g.mark(backTitle, 0.4)
	g.mark(backLines, 0.5)
	return &g
}

var (
	expectedFront, expectedBack = expected(Front), expected(Back)
	portraitOnly, emblemOnly    = markedOn(area{0.68, 0.1, 0.93, 0.72}), markedOn(backEmblem)
)

func markedOn(a area) *grid {
	var g grid
	g.mark(a, 1)
	return &g
}

// mark sets the cells of an area.
func (g *grid) mark(a area, v float64) {
	for gy := range gridHigh {
		for gx := range gridWide {
			if a.has(gx, gy) {
				g[gy][gx] = v
			}
		}
	}
}

// redOf returns how much redder than most of the card each part of it is.
func redOf(cr plane) (red grid) {
	median := percentileOf(cr, 0.5)
	for gy := range gridHigh {
		for gx := range gridWide {
			a, b := cr.row(2 * gy)[2*gx:], cr.row(2*gy + 1)[2*gx:]
			mean := float64(int(a[0])+int(a[1])+int(b[0])+int(b[1])) / 4
			red[gy][gx] = max(0, min(40, mean-median-4))
		}
	}
	return red
}

// correlation of what is seen with what is expected, -1..1; turned compares upside down.
func correlation(seen, want *grid, turned bool) float64 {
	var n, sa, sb, saa, sbb, sab float64
	for y := 1; y < gridHigh-1; y++ {
		for x := 1; x < gridWide-1; x++ {
			a, b := seen[y][x], want[y][x]
			if turned {
				b = want[gridHigh-1-y][gridWide-1-x]
			}
			n, sa, sb, saa, sbb, sab = n+1, sa+a, sb+b, saa+a*a, sbb+b*b, sab+a*b
		}
	}
	va, vb := saa-sa*sa/n, sbb-sb*sb/n
	if va <= 1e-9 || vb <= 1e-9 {
		return 0
	}
	return (sab - sa*sb/n) / math.Sqrt(va*vb)
}

// guess is what a flat card seems to be.
type guess struct {
	side   Side
	turned bool    // upside down
	fit    float64 // correlation with the side's print
	margin float64 // to the second best of the four guesses
}

// guessSide compares where there is print, and where there is red: the emblem of the back is the red spot of a card.
func guessSide(ink, solid, red *grid) guess {
	best, second := guess{fit: -2}, -2.0
	for _, g := range []guess{{side: Front}, {side: Front, turned: true}, {side: Back}, {side: Back, turned: true}} {
		print, block := expectedFront, portraitOnly
		if g.side == Back {
			print, block = expectedBack, emblemOnly
		}
		g.fit = 0.5*correlation(ink, print, g.turned) + 0.5*correlation(solid, block, g.turned)
		if g.side == Back {
			g.fit += 0.5 * correlation(red, emblemOnly, g.turned)
		} else {
			g.fit -= 0.5 * max(0, correlation(red, emblemOnly, false), correlation(red, emblemOnly, true))
		}
		switch {
		case g.fit > best.fit:
			best, second = g, best.fit
		case g.fit > second:
			second = g.fit
		}
	}
	best.margin = best.fit - second
	return best
}
