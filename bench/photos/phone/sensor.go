package phone

import (
	"image"
	"math"
	"math/rand/v2"
)

// film is a picture of one float a channel.
type film struct {
	w, h int
	pix  [3][]float32
}

func newFilm(w, h int) *film {
	f := &film{w: w, h: h}
	for i := range f.pix {
		f.pix[i] = make([]float32, w*h)
	}
	return f
}

// expose takes the picture: light, lens, sensor, and what the phone makes of it.
func (c *camera) expose(r *rand.Rand, s *scene) *image.RGBA {
	f := newFilm(c.w, c.h)
	half := math.Hypot(float64(c.w), float64(c.h)) / 2
	for y := range c.h {
		for x := range c.w {
			px, py := float64(x)+0.5, float64(y)+0.5
			tx, ty, size := c.meets(px, py)
			d := math.Hypot(px-float64(c.w)/2, py-float64(c.h)/2) / half
			light := c.exposure * (1 - c.vignette*d*d*d)
			for i, v := range s.at(tx, ty, size).times(light) {
				f.pix[i][y*c.w+x] = float32(v)
			}
		}
	}
	if m := math.Hypot(c.motion[0], c.motion[1]); m > 1 {
		f.move(c.motion[0], c.motion[1])
	}
	for i := range f.pix {
		f.pix[i] = gauss(f.pix[i], c.w, c.h, c.blur)
	}
	f.addNoise(r, c.iso)
	f.sharpen(c.sharpen)
	return f.develop()
}

// move smears the picture along a line.
func (f *film) move(dx, dy float64) {
	steps := int(math.Hypot(dx, dy)) + 2
	for i, src := range f.pix {
		dst := make([]float32, len(src))
		for k := range steps {
			t := float64(k)/float64(steps-1) - 0.5
			ox, oy := int(math.Round(t*dx)), int(math.Round(t*dy))
			for y := range f.h {
				from := src[min(max(y+oy, 0), f.h-1)*f.w:]
				to := dst[y*f.w : (y+1)*f.w]
				for x := range to {
					to[x] += from[min(max(x+ox, 0), f.w-1)]
				}
			}
		}
		for j := range dst {
			dst[j] /= float32(steps)
		}
		f.pix[i] = dst
	}
}

// gauss blurs a channel by a kernel of its own, first along rows, then along columns.
func gauss(src []float32, w, h int, sigma float64) []float32 {
	if sigma < 0.25 {
		return src
	}
	n := int(math.Ceil(2.5 * sigma))
	kernel, sum := make([]float32, n+1), float32(0)
	for i := range kernel {
		kernel[i] = float32(math.Exp(-float64(i*i) / (2 * sigma * sigma)))
		sum += kernel[i]
		if i > 0 {
			sum += kernel[i]
		}
	}
	along := func(src []float32, length, lines, step, stride int) []float32 {
		dst := make([]float32, len(src))
		line := make([]float32, length+2*n)
		for l := range lines {
			for i := range line {
				line[i] = src[l*stride+min(max(i-n, 0), length-1)*step]
			}
			for i := range length {
				v := kernel[0] * line[i+n]
				for k := 1; k <= n; k++ {
					v += kernel[k] * (line[i+n-k] + line[i+n+k])
				}
				dst[l*stride+i*step] = v / sum
			}
		}
		return dst
	}
	return along(along(src, w, h, 1, w), h, w, w, 1)
}

// addNoise adds the sensor's noise: shot noise of each pixel, and blotches of colour.
func (f *film) addNoise(r *rand.Rand, iso float64) {
	blotch := [2]*noise{newNoise(r), newNoise(r)}
	for y := range f.h {
		for x := range f.w {
			i := y*f.w + x
			level := float64(f.pix[1][i])
			shot := iso * math.Sqrt(0.15+math.Max(0, level)/150)
			common := r.NormFloat64() * shot
			a := blotch[0].at(float64(x)/2.7, float64(y)/2.7) * iso * 1.6
			b := blotch[1].at(float64(x)/3.1, float64(y)/3.1) * iso * 1.6
			f.pix[0][i] += float32(common + a)
			f.pix[1][i] += float32(common - (a+b)/3)
			f.pix[2][i] += float32(common + b)
		}
	}
}

// sharpen is the unsharp mask of phones.
func (f *film) sharpen(amount float64) {
	for i, src := range f.pix {
		soft := gauss(src, f.w, f.h, 1.3)
		for j := range src {
			src[j] += float32(amount) * (src[j] - soft[j])
		}
		f.pix[i] = src
	}
}

// develop limits the channels, with a shoulder before white.
func (f *film) develop() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, f.w, f.h))
	for i := range f.w * f.h {
		for c := range 3 {
			v := float64(f.pix[c][i])
			if v > 225 {
				v = 225 + 30*(1-math.Exp(-(v-225)/30))
			}
			img.Pix[4*i+c] = uint8(math.Max(0, math.Min(255, v+0.5)))
		}
		img.Pix[4*i+3] = 255
	}
	return img
}
