package idcard

import "math"

// findSmall looks for a card that fills little of the picture: in the surroundings of the place that differs most from
// what is around it, at twice the resolution. luma is upright and has the proportions of the view.
func findSmall(v view, luma plane) (found, bool) {
	x, y, ok := v.oddPlace()
	if !ok {
		return found{}, false
	}
	for _, tenths := range [2]int{4, 6} {
		if f, ok := findNear(v, luma, x, y, min(v.y.w, v.y.h)*tenths/10); ok {
			return f, true
		}
	}
	return found{}, false
}

// findNear looks for a whole card in a square part of a view.
func findNear(v view, luma plane, x, y, side int) (found, bool) {
	k := float64(luma.w) / float64(v.y.w)
	left, top := min(max(x-side/2, 0), v.y.w-side), min(max(y-side/2, 0), v.y.h-side)
	part := quad{
		{float64(left), float64(top)}, {float64(left + side), float64(top)},
		{float64(left + side), float64(top + side)}, {float64(left), float64(top + side)},
	}
	size := int(float64(side) * k)
	if size < 64 {
		return found{}, false
	}
	closer := view{y: flatten(luma, part.scaled(k, k), size, size)}
	closer.smooth = smooth(closer.y)
	closer.cb, closer.cr = flatten(v.cb, part, size, size), flatten(v.cr, part, size, size)
	f, ok := findCard(closer)
	if !ok || len(f.cut) > 0 || f.score < sureScore {
		return found{}, false
	}
	for i := range f.corners {
		f.corners[i].x = f.corners[i].x/k + float64(left)
		f.corners[i].y = f.corners[i].y/k + float64(top)
	}
	return f, true
}

// oddPlace returns the middle of the blocks of 8×8 pixels that differ most from their wider surroundings.
func (v view) oddPlace() (x, y int, ok bool) {
	const block, reach = 8, 9
	w, h := v.y.w/block, v.y.h/block
	if w < 2*reach || h < 2*reach {
		return 0, 0, false
	}
	total := make([]float64, w*h)
	for _, p := range [3]plane{v.smooth, v.cb, v.cr} {
		sums := make([]float64, (w+1)*(h+1)) // of all blocks above and to the left
		mean := make([]float64, w*h)
		for by := range h {
			for bx := range w {
				sum := 0
				for y := by * block; y < (by+1)*block; y++ {
					for _, c := range p.row(y)[bx*block : (bx+1)*block] {
						sum += int(c)
					}
				}
				m := float64(sum) / (block * block)
				mean[by*w+bx] = m
				sums[(by+1)*(w+1)+bx+1] = m + sums[by*(w+1)+bx+1] + sums[(by+1)*(w+1)+bx] - sums[by*(w+1)+bx]
			}
		}
		for by := range h {
			for bx := range w {
				x0, x1, y0, y1 := max(0, bx-reach), min(w, bx+reach+1), max(0, by-reach), min(h, by+reach+1)
				around := sums[y1*(w+1)+x1] - sums[y0*(w+1)+x1] - sums[y1*(w+1)+x0] + sums[y0*(w+1)+x0]
				total[by*w+bx] += math.Abs(mean[by*w+bx] - around/float64((x1-x0)*(y1-y0)))
			}
		}
	}
	best, at := 0.0, -1
	for by := 2; by < h-2; by++ {
		for bx := 2; bx < w-2; bx++ {
			sum := 0.0 // of 5 × 5 blocks, about the size of a card that is too small
			for y := by - 2; y <= by+2; y++ {
				for _, d := range total[y*w+bx-2 : y*w+bx+3] {
					sum += d
				}
			}
			if sum > best {
				best, at = sum, by*w+bx
			}
		}
	}
	if at < 0 || best < 25*6 {
		return 0, 0, false
	}
	return at%w*block + block/2, at/w*block + block/2, true
}
