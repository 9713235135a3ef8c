package idcard

import (
	"math"
	"slices"
)

// Thresholds of Warnings. They come from synthetic cards; real photos may need other values.
const (
	blurredBelow     = 40
	lowContrastBelow = 60
	glareAbove       = 0.2 // high enough that a white background does not count as glare
	darkAbove        = 0.8
	greyBelow        = 2
	smallBelow       = 800 // px, long side
	smallestCard     = 0.1 // of the picture's area
)

// Warnings returns the defects that may make the photo hard to read. None of them refuses it.
func (p Photo) Warnings() []Issue {
	var issues []Issue
	add := func(is bool, code string) {
		if is {
			issues = append(issues, Issue{Code: code, Level: Warn})
		}
	}
	// Low contrast lowers the measured sharpness as well, so only one of the two is reported.
	add(p.Contrast < lowContrastBelow, CodePhotoLowContrast)
	add(p.Contrast >= lowContrastBelow && p.Sharpness < blurredBelow, CodePhotoBlurred)
	add(p.Glare > glareAbove, CodePhotoGlare)
	add(p.Dark > darkAbove, CodePhotoDark)
	add(max(p.Width, p.Height) < smallBelow, CodePhotoSmall)
	add(p.Colour < greyBelow, CodePhotoGrey)
	return issues
}

// measure sets the measures of the photo. It returns the luma at the size at which it has measured.
func (p *Photo) measure(pic *picture) plane {
	small := *pic
	// Only luma is scaled, because deviation does not need scaled colour planes.
	if long := max(pic.w, pic.h); long > 1024 {
		small.y = resample(pic.y, max(1, pic.w*1024/long), max(1, pic.h*1024/long))
	}
	var histogram [256]int
	for y := range small.y.h {
		for _, v := range small.y.row(y) {
			histogram[v]++
		}
	}
	pixels := float64(small.y.w * small.y.h)
	below := func(v int) (n float64) { // share of pixels darker than v
		for _, c := range histogram[:v] {
			n += float64(c)
		}
		return n / pixels
	}
	percentile := func(share float64) int {
		sum := 0.0
		for v, c := range histogram {
			if sum += float64(c); sum >= share*pixels {
				return v
			}
		}
		return 255
	}
	p.Dark, p.Glare = below(40), 1-below(250)
	p.Contrast = float64(percentile(0.98) - percentile(0.02))
	p.Sharpness = sharpness(small.y)
	if !pic.grey {
		p.Colour = math.Hypot(deviation(pic.cb), deviation(pic.cr))
	}
	return small.y
}

// sharpness returns the variance of the Laplacian of the smoothed luma, averaged over the sharpest eighth of an 8×8
// grid. So an empty background does not lower it, and noise does not raise it.
func sharpness(luma plane) float64 {
	const grid = 8
	s := smooth(luma)
	var tiles []float64
	for ty := range grid {
		for tx := range grid {
			x0, x1 := max(1, tx*s.w/grid), min(s.w-1, (tx+1)*s.w/grid)
			y0, y1 := max(1, ty*s.h/grid), min(s.h-1, (ty+1)*s.h/grid)
			var sum, squares int
			for y := y0; y < y1; y++ {
				up, row, down := s.row(y-1), s.row(y), s.row(y+1)
				for x := x0; x < x1; x++ {
					l := int(up[x]) + int(down[x]) + int(row[x-1]) + int(row[x+1]) - 4*int(row[x])
					sum, squares = sum+l, squares+l*l
				}
			}
			if x0 < x1 && y0 < y1 {
				n := float64((x1 - x0) * (y1 - y0))
				mean := float64(sum) / n
				tiles = append(tiles, float64(squares)/n-mean*mean)
			}
		}
	}
	return meanOfLargest(tiles, grid*grid/8)
}

// smooth applies a 3×3 box filter. It does not change the border.
func smooth(src plane) plane {
	dst := newPlane(src.w, src.h)
	for y := range src.h {
		copy(dst.row(y), src.row(y))
		if y == 0 || y == src.h-1 {
			continue
		}
		a, b, c, out := src.row(y-1), src.row(y), src.row(y+1), dst.row(y)
		var left, middle int // sums of the columns before x and at x
		for x, v := range b {
			right := int(a[x]) + int(v) + int(c[x])
			if x >= 2 {
				out[x-1] = byte((left + middle + right + 4) / 9)
			}
			left, middle = middle, right
		}
	}
	return dst
}

// deviation returns the standard deviation of about 64,000 samples of a plane.
func deviation(p plane) float64 {
	step := max(1, int(math.Sqrt(float64(p.w)*float64(p.h)/64_000)))
	var n, sum, squares float64
	for y := 0; y < p.h; y += step {
		row := p.row(y)
		for x := 0; x < p.w; x += step {
			v := float64(row[x])
			n, sum, squares = n+1, sum+v, squares+v*v
		}
	}
	return math.Sqrt(max(0, squares/n-sum/n*sum/n))
}

func meanOfLargest(values []float64, n int) float64 {
	slices.Sort(values)
	values = values[max(0, len(values)-n):]
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(max(1, len(values)))
}

// CardEdges warns about each edge of the picture that the card touches, and about a small card. corners are those of
// Reading.Corners, width and height those of the picture that the OCR read. Without eight numbers it returns nil.
func CardEdges(corners []int, width, height int) []Issue {
	if len(corners) != 8 || width <= 0 || height <= 0 {
		return nil
	}
	var issues []Issue
	left, right, top, bottom, area := corners[0], corners[0], corners[1], corners[1], 0
	for i := 0; i < 8; i += 2 {
		x, y := corners[i], corners[i+1]
		left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
		area += x*corners[(i+3)%8] - corners[(i+2)%8]*y
	}
	margin := func(side int) int { return max(1, side/200) }
	for _, e := range []struct {
		edge string
		cut  bool
	}{
		{"top", top < margin(height)}, {"right", right > width-1-margin(width)},
		{"bottom", bottom > height-1-margin(height)}, {"left", left < margin(width)},
	} {
		if e.cut {
			issues = append(issues, Issue{CodeCardCut, Warn, e.edge})
		}
	}
	if share := math.Abs(float64(area)) / 2 / float64(width) / float64(height); share < smallestCard {
		issues = append(issues, Issue{CodeCardSmall, Warn, ""})
	}
	return issues
}
