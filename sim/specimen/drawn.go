package specimen

import (
	"bytes"
	"image"
	"image/color"
	_ "image/gif" // formats that people send

	_ "golang.org/x/image/webp" // formats that people send
)

// Bounds of what passes as drawn by a computer.
const (
	probes      = 200  // points looked at along each side
	leastFlat   = 0.72 // share of points whose neighbours have the same colour
	mostColours = 160  // colours, at 5 bits a channel
)

// Drawn tells whether a picture was surely drawn by a computer: a screenshot, a diagram, plain colour. It answers false for
// everything that could be a photo or a scan, of a card or of anything else, and for whatever it cannot open. It is for refusing
// what might be somebody's real card, so it errs on that side: a colourful drawing is taken for a photo.
//
// A camera or a scanner never gives areas of exactly one colour, and gives thousands of colours; a drawing of a card (a smooth
// sheet in pale blue or beige, in the shape of a card) is refused by its colours and shape.
func Drawn(file []byte) bool {
	c, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil || c.Width < 8 || c.Height < 8 || c.Width > maxPixels/c.Height {
		return false
	}
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return false
	}
	flat, seen, n := 0, map[uint32]bool{}, 0
	b := img.Bounds()
	var pale image.Rectangle
	pales := 0
	for j := range probes {
		for i := range probes {
			x, y := b.Min.X+i*(b.Dx()-1)/probes, b.Min.Y+j*(b.Dy()-1)/probes
			r, g, bl := rgb(img, x, y)
			n++
			if same(img, x, y, x+1, y) && same(img, x, y, x, y+1) {
				flat++
			}
			seen[uint32(r>>3)<<10|uint32(g>>3)<<5|uint32(bl>>3)] = true
			if cardPale(r, g, bl) {
				pales++
				pale = pale.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if float64(flat)/float64(n) < leastFlat || len(seen) > mostColours {
		return false
	}
	return !cardShaped(pale, pales, n, b)
}

// cardPale recognises the pale blue and beige of a card, as against white, grey and strong colours.
func cardPale(r, g, b uint8) bool {
	hi, lo := max(r, g, b), min(r, g, b)
	return hi > 165 && hi-lo >= 10 && hi-lo <= 70
}

// cardShaped tells whether the pale points fill a rectangle of a card's proportions (85.6 : 54, either way up) that is an
// eighth of the picture or more.
func cardShaped(r image.Rectangle, points, all int, of image.Rectangle) bool {
	if r.Empty() || r.Dx()*r.Dy()*8 < of.Dx()*of.Dy() {
		return false
	}
	filled := float64(points) / float64(all) * float64(of.Dx()*of.Dy()) / float64(r.Dx()*r.Dy())
	ratio := float64(max(r.Dx(), r.Dy())) / float64(min(r.Dx(), r.Dy()))
	return filled > 0.45 && ratio > 1.4 && ratio < 1.8
}

func rgb(img image.Image, x, y int) (r, g, b uint8) {
	c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
	return c.R, c.G, c.B
}

// same allows for the rounding of JPEG.
func same(img image.Image, x, y, x2, y2 int) bool {
	r, g, b := rgb(img, x, y)
	r2, g2, b2 := rgb(img, x2, y2)
	return near(r, r2) && near(g, g2) && near(b, b2)
}

func near(a, b uint8) bool { return max(a, b)-min(a, b) <= 1 }
