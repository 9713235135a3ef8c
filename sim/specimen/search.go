package specimen

import (
	"math"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/math/f64"
)

// found is a specimen's QR code in a picture.
type found struct {
	payload payload
	dim     int // width in modules

	tl, tr, bl point // centres of the finder patterns
}

// point is a position in the picture, in pixels.
type point struct{ x, y float64 }

// searchSize is the longer side, in pixels, to which search scales pictures first.
const searchSize = 2000

// search looks for the code at the most likely size, then at others, then in each half, because a second card may
// disturb the detection.
func search(g lum) (found, bool) {
	n := max(1, (max(g.w, g.h)+searchSize-1)/searchSize)
	base, scale := g, 1.0
	if n > 1 {
		base, scale = g.shrink(n), float64(n)
	}
	if f, ok := base.find(); ok {
		return f.moved(scale, 0, 0), true
	}
	if max(base.w, base.h) >= 900 {
		if f, ok := base.shrink(2).find(); ok {
			return f.moved(2*scale, 0, 0), true
		}
	} else {
		if f, ok := base.double().find(); ok {
			return f.moved(scale/2, 0, 0), true
		}
	}
	for _, half := range [][4]int{
		{0, 0, base.w/2 + 1, base.h}, {0, 0, base.w, base.h/2 + 1},
		{base.w / 2, 0, base.w, base.h}, {0, base.h / 2, base.w, base.h},
	} {
		if f, ok := base.crop(half[0], half[1], half[2], half[3]).find(); ok {
			return f.moved(scale, float64(half[0])*scale, float64(half[1])*scale), true
		}
	}
	return found{}, false
}

// find looks for one specimen code without scaling.
func (g lum) find() (f found, ok bool) {
	if g.w < 21 || g.h < 21 {
		return found{}, false
	}
	// The decoder panics with an index out of range for some pictures; find treats these as pictures without a code.
	defer func() {
		if recover() != nil {
			f, ok = found{}, false
		}
	}()
	src, err := gozxing.NewPlanarYUVLuminanceSource(g.pix, g.w, g.h, 0, 0, g.w, g.h, false)
	if err != nil {
		return found{}, false
	}
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(src))
	if err != nil {
		return found{}, false
	}
	res, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_CHARACTER_SET: "UTF-8",
	})
	if err != nil {
		return found{}, false
	}
	p, ours := parsePayload(res.GetText())
	points := res.GetResultPoints()
	if !ours || len(points) < 3 {
		return found{}, false
	}
	at := func(i int) point { return point{points[i].GetX(), points[i].GetY()} }
	f = found{
		payload: p,
		dim:     codeDim(res.GetText()),
		bl:      at(0),
		tl:      at(1),
		tr:      at(2),
	}
	return f, f.dim > 7
}

// moved scales the points and then shifts them, from coordinates of the searched part to those of the whole picture.
func (f found) moved(scale, dx, dy float64) found {
	for _, p := range []*point{&f.tl, &f.tr, &f.bl} {
		p.x, p.y = p.x*scale+dx, p.y*scale+dy
	}
	return f
}

// cardToPicture returns the transformation from card pixels to picture pixels, from the three finder patterns.
func (f found) cardToPicture() f64.Aff3 {
	x0, y0, m := codeBox(f.dim)
	cx, cy := float64(x0)+3.5*float64(m), float64(y0)+3.5*float64(m) // centre of the upper left pattern on the card
	d := float64((f.dim - 7) * m)                                    // distance of the patterns on the card
	ax, ay := (f.tr.x-f.tl.x)/d, (f.tr.y-f.tl.y)/d
	bx, by := (f.bl.x-f.tl.x)/d, (f.bl.y-f.tl.y)/d
	return f64.Aff3{
		ax, bx, f.tl.x - ax*cx - bx*cy,
		ay, by, f.tl.y - ay*cx - by*cy,
	}
}

// quad returns the corners of a rectangle on the card in picture pixels, clockwise from its upper left.
func quad(m f64.Aff3, x0, y0, x1, y1 float64) (out [8]int) {
	for i, c := range [4][2]float64{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}} {
		x, y := apply(m, c[0], c[1])
		out[2*i], out[2*i+1] = int(math.Round(x)), int(math.Round(y))
	}
	return out
}
