package idcard

import (
	"math"
	"slices"
)

// blurOf returns the width of the sharpest edges of print on a flat card in pixels: the change over a rising or falling
// run, divided by its steepest step. Rows and columns are measured apart, since a moved camera blurs one direction
// only, and the worse one counts. Without edges it is 99.
func blurOf(flat plane, paper float64, g guess) float64 {
	least := int(math.Max(12, 0.13*paper))
	areas := []area{{0.06, 0.08, 0.94, 0.92}}
	if g.fit > 0.15 && g.margin > 0.08 {
		areas = zones(g.side)
	}
	var rows, columns []float64
	for _, a := range areas {
		x0, x1 := int(a.left*flatWide), int(a.right*flatWide)
		y0, y1 := int(a.top*flatHigh), int(a.bottom*flatHigh)
		for y := y0; y < y1; y += 2 {
			rows = runs(flat.pix[y*flat.stride+x0:], 1, x1-x0, least, rows)
		}
		for x := x0; x < x1; x += 2 {
			columns = runs(flat.pix[y0*flat.stride+x:], flat.stride, y1-y0, least, columns)
		}
	}
	width := func(all []float64) float64 {
		if len(all) < 60 {
			return 99
		}
		slices.Sort(all)
		return all[len(all)*3/10]
	}
	return math.Max(width(rows), width(columns))
}

// runs appends the width of every monotonous run of n values, step apart, that changes by at least the given amount.
func runs(p []byte, step, n, least int, out []float64) []float64 {
	start, steepest, direction := int(p[0]), 0, 0
	last := start
	for i := 1; i < n; i++ {
		v := int(p[i*step])
		d := v - last
		sign := direction
		switch {
		case d > 0:
			sign = 1
		case d < 0:
			sign = -1
		}
		if sign != direction {
			if change := absolute(last - start); change >= least {
				out = append(out, float64(change)/float64(steepest))
			}
			start, steepest, direction = last, 0, sign
		}
		steepest = max(steepest, absolute(d))
		last = v
	}
	return out
}

// glareOf returns the share of the card that is burnt out: lighter than its paper, without print, and nearly white. The
// portrait of the front does not count.
func glareOf(flat plane, paper *grid, light float64, side Side) (share float64, box area) {
	least := math.Max(246, math.Min(250, light+10))
	var seen marked
	for gy := range gridHigh {
		for gx := range gridWide {
			if side == Front && frontPortrait.has(gx, gy) || paper[gy][gx] < least {
				continue
			}
			bright, dark := 0, 0
			for y := gy * cellHigh; y < (gy+1)*cellHigh; y++ {
				for _, v := range flat.row(y)[gx*cellWide : (gx+1)*cellWide] {
					if float64(v) >= least-3 {
						bright++
					} else if v < 215 {
						dark++
					}
				}
			}
			if bright > cellWide*cellHigh*3/5 && dark < cellWide*cellHigh/50 {
				seen.add(gx, gy)
			}
		}
	}
	return seen.largest()
}

// chromaOf returns how far the colours of a card are from its paper's, at the 90th percentile. Grey print under a warm
// lamp has the paper's colour, less of it where it is darker: colours are compared at the same luma.
func chromaOf(y, cb, cr plane, light float64) float64 {
	mb, mr := percentileOf(cb, 0.5)-128, percentileOf(cr, 0.5)-128
	var far []float64
	for row := cb.h / 10; row < cb.h*9/10; row++ {
		for x := cb.w / 8; x < cb.w*7/8; x++ {
			k := math.Min(1.2, float64(y.row(row)[x])/math.Max(1, light))
			far = append(far, math.Hypot(float64(cb.row(row)[x])-128-k*mb, float64(cr.row(row)[x])-128-k*mr))
		}
	}
	slices.Sort(far)
	return far[len(far)*9/10]
}

// coveredOf returns the share of the card whose colour or lightness is not that of its paper: a finger, a slip. The rim
// does not count, where people hold a card, nor what is dark or coloured by itself.
func coveredOf(cb, cr plane, paper *grid, light float64, g guess) (share float64, box area) {
	mb, mr := percentileOf(cb, 0.5), percentileOf(cr, 0.5)
	var seen marked
	for gy := 1; gy < gridHigh-1; gy++ {
		for gx := 3; gx < gridWide-3; gx++ {
			if g.block(gx, gy) || g.margin < sureSide && g.block(gridWide-1-gx, gridHigh-1-gy) {
				continue
			}
			sb, sr := 0, 0
			for y := 2 * gy; y < 2*gy+2; y++ {
				for x := 2 * gx; x < 2*gx+2; x++ {
					sb, sr = sb+int(cb.row(y)[x]), sr+int(cr.row(y)[x])
				}
			}
			if math.Hypot(float64(sb)/4-mb, float64(sr)/4-mr) > 13 || paper[gy][gx] < 0.45*light {
				seen.add(gx, gy)
			}
		}
	}
	return seen.largest()
}

// block reports whether a part of the upright card is the portrait or the emblem. Of a card whose side is not sure it
// may be either.
func (g guess) block(gx, gy int) bool {
	return (g.side == Front || g.margin < sureSide) && frontPortrait.has(gx, gy) ||
		(g.side == Back || g.margin < sureSide) && backEmblem.has(gx, gy)
}

// has reports whether the middle of a part of the grid lies in the area.
func (a area) has(gx, gy int) bool {
	x, y := (float64(gx)+0.5)/gridWide, (float64(gy)+0.5)/gridHigh
	return x > a.left && x < a.right && y > a.top && y < a.bottom
}

// marked is a set of parts of the grid.
type marked [gridHigh][gridWide]bool

func (m *marked) add(x, y int) { m[y][x] = true }

// largest returns the largest connected part of the set as a share of the card, and what encloses it.
func (m *marked) largest() (share float64, box area) {
	most := 0
	for y := range gridHigh {
		for x := range gridWide {
			if !m[y][x] {
				continue
			}
			n, left, top, right, bottom := 0, x, y, x, y
			stack := [][2]int{{x, y}}
			m[y][x] = false
			for len(stack) > 0 {
				at := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				n++
				left, right = min(left, at[0]), max(right, at[0])
				top, bottom = min(top, at[1]), max(bottom, at[1])
				for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
					nx, ny := at[0]+d[0], at[1]+d[1]
					if nx >= 0 && ny >= 0 && nx < gridWide && ny < gridHigh && m[ny][nx] {
						m[ny][nx] = false
						stack = append(stack, [2]int{nx, ny})
					}
				}
			}
			if n > most {
				most = n
				box = area{float64(left) / gridWide, float64(top) / gridHigh,
					float64(right+1) / gridWide, float64(bottom+1) / gridHigh}
			}
		}
	}
	return float64(most) / (gridWide * gridHigh), box
}
