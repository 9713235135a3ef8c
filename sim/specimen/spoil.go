package specimen

import (
	"image"
	"math"

	"golang.org/x/image/math/f64"
)

// grey removes the colour and raises the contrast, as a photocopier does.
func grey(img *image.RGBA) {
	for i := 0; i < len(img.Pix); i += 4 {
		y := (299*int(img.Pix[i]) + 587*int(img.Pix[i+1]) + 114*int(img.Pix[i+2])) / 1000
		y = min(246, max(0, (y-128)*5/4+134))
		img.Pix[i], img.Pix[i+1], img.Pix[i+2] = uint8(y), uint8(y), uint8(y)
	}
}

// light darkens the picture towards the lower right corner; dark removes most of the light.
func light(img *image.RGBA, dark bool) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	top := 256.0
	if dark {
		top = 42
	}
	cols := make([]uint32, w)
	for x := range cols {
		cols[x] = uint32(256 - 22*x/w)
	}
	for y := range h {
		f := uint32(top * (1 - 0.08*float64(y)/float64(h)))
		row := img.Pix[y*img.Stride : y*img.Stride+4*w]
		for x := range w {
			k := cols[x] * f // 16 fractional bits
			p := row[4*x : 4*x+3 : 4*x+3]
			p[0], p[1], p[2] = uint8(uint32(p[0])*k>>16), uint8(uint32(p[1])*k>>16), uint8(uint32(p[2])*k>>16)
		}
	}
}

// glare adds the reflection of a flash: strong over the QR code and around it, weaker over the upper left.
func glare(img *image.RGBA, m f64.Aff3, unit float64) {
	c := codeArea
	cx, cy := apply(m, float64(c.Min.X+c.Max.X)/2-30, float64(c.Min.Y+c.Max.Y)/2)
	spot(img, cx, cy, 640*unit, 480*unit, 1)
	cx, cy = apply(m, 560, 300)
	spot(img, cx, cy, 420*unit, 150*unit, 0.5)
}

// spot lightens an ellipse towards white; strength 1 makes its inner half pure white.
func spot(img *image.RGBA, cx, cy, rx, ry, strength float64) {
	r := image.Rect(int(cx-rx), int(cy-ry), int(cx+rx), int(cy+ry)).Intersect(img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		dy := (float64(y) - cy) / ry
		for x := r.Min.X; x < r.Max.X; x++ {
			dx := (float64(x) - cx) / rx
			d := dx*dx + dy*dy
			if d >= 1 {
				continue
			}
			k := math.Min(1, strength*2.2*(1-d)*(1-d)*(1+d))
			p := img.Pix[img.PixOffset(x, y):]
			for c := range 3 {
				p[c] += uint8(k * float64(255-p[c]))
			}
		}
	}
}

// blur is a Gaussian blur of the given sigma in pixels, approximated by three box blurs.
func blur(img *image.RGBA, sigma float64) {
	radius := int(math.Round(math.Sqrt(4*sigma*sigma+1)/2 - 0.5))
	if radius < 1 {
		radius = 1
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	line := make([]uint8, 4*max(w, h))
	for range 3 {
		for y := range h {
			boxLine(img.Pix[y*img.Stride:], line, w, 4, radius)
		}
		for x := range w {
			boxLine(img.Pix[4*x:], line, h, img.Stride, radius)
		}
	}
}

// boxLine averages each of n pixels, step bytes apart, with radius neighbours on either side. The edge pixels repeat
// outside. line is a scratch buffer.
func boxLine(pix, line []uint8, n, step, radius int) {
	for i := range n {
		copy(line[4*i:4*i+4], pix[i*step:])
	}
	at := func(i int) []uint8 {
		i = 4 * min(n-1, max(0, i))
		return line[i : i+4 : i+4]
	}
	var sum [4]int
	for i := -radius - 1; i < radius; i++ {
		for c, v := range at(i) {
			sum[c] += int(v)
		}
	}
	for i := range n {
		in, out := at(i+radius), at(i-radius-1)
		p := pix[i*step : i*step+4 : i*step+4]
		for c := range 4 {
			sum[c] += int(in[c]) - int(out[c])
			p[c] = uint8(sum[c] / (2*radius + 1))
		}
	}
}
