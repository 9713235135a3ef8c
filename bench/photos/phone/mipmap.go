package phone

import (
	"image"
	"math"
)

// mipmap is the card's picture in sizes that halve, premultiplied.
type mipmap struct{ levels []*image.RGBA }

func newMipmap(img *image.RGBA) *mipmap {
	m := &mipmap{levels: []*image.RGBA{img}}
	for len(m.levels) < 5 {
		src := m.levels[len(m.levels)-1]
		w, h := src.Rect.Dx()/2, src.Rect.Dy()/2
		dst := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				for c := range 4 {
					at := 2*y*src.Stride + 8*x + c
					sum := int(src.Pix[at]) + int(src.Pix[at+4]) + int(src.Pix[at+src.Stride]) + int(src.Pix[at+src.Stride+4])
					dst.Pix[y*dst.Stride+4*x+c] = uint8((sum + 2) / 4)
				}
			}
		}
		m.levels = append(m.levels, dst)
	}
	return m
}

// at returns the colour at a share of width and height, for pixels of a size in millimetres.
func (m *mipmap) at(u, v, size float64) (c colour, alpha float64) {
	level := int(math.Round(math.Log2(math.Max(1, size*float64(m.levels[0].Rect.Dx())/cardWide))))
	img := m.levels[min(level, len(m.levels)-1)]
	w, h := img.Rect.Dx(), img.Rect.Dy()
	x, y := math.Max(0, u*float64(w)-0.5), math.Max(0, v*float64(h)-0.5)
	x0, y0 := min(int(x), w-1), min(int(y), h-1)
	x1, y1 := min(x0+1, w-1), min(y0+1, h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	for _, p := range [4]struct {
		at int
		k  float64
	}{
		{y0*img.Stride + 4*x0, (1 - fx) * (1 - fy)}, {y0*img.Stride + 4*x1, fx * (1 - fy)},
		{y1*img.Stride + 4*x0, (1 - fx) * fy}, {y1*img.Stride + 4*x1, fx * fy},
	} {
		for i := range c {
			c[i] += p.k * float64(img.Pix[p.at+i])
		}
		alpha += p.k * float64(img.Pix[p.at+3]) / 255
	}
	if alpha > 0 {
		c = c.times(1 / alpha)
	}
	return c, alpha
}
