package specimen

import (
	"image"
	"math"
	"sync"

	"golang.org/x/image/math/f64"
)

// tileSize is the side of the square texture of a table, which is mirrored at its edges.
const tileSize = 1024

var tiles = map[string]func() *image.RGBA{
	"wood":  sync.OnceValue(func() *image.RGBA { return tile(wood) }),
	"slate": sync.OnceValue(func() *image.RGBA { return tile(slate) }),
	"paper": sync.OnceValue(func() *image.RGBA { return tile(paperWhite) }),
}

func tile(at func(x, y float64) [3]float64) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, tileSize, tileSize))
	for y := range tileSize {
		for x := range tileSize {
			c := at(float64(x), float64(y))
			i := img.PixOffset(x, y)
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = uint8(c[0]), uint8(c[1]), uint8(c[2]), 255
		}
	}
	return img
}

func wood(x, y float64) [3]float64 {
	grain := noise(x/90, y/9)*0.6 + noise(x/300, y/3)*0.4
	ring := math.Sin(y/13 + 5*noise(x/260, y/90))
	v := 0.86 + 0.16*(grain-0.5) + 0.05*ring
	return [3]float64{186 * v, 142 * v, 98 * v}
}

func slate(x, y float64) [3]float64 {
	v := 0.9 + 0.22*(noise(x/40, y/40)-0.5) + 0.12*(noise(x/3, y/3)-0.5)
	return [3]float64{82 * v, 92 * v, 104 * v}
}

func paperWhite(x, y float64) [3]float64 {
	v := 1 + 0.02*(noise(x/4, y/4)-0.5)
	return [3]float64{232 * v, 232 * v, 230 * v}
}

// noise is smooth value noise between 0 and 1.
func noise(x, y float64) float64 {
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	fx, fy = fx*fx*(3-2*fx), fy*fy*(3-2*fy)
	top := lattice(x0, y0)*(1-fx) + lattice(x0+1, y0)*fx
	bottom := lattice(x0, y0+1)*(1-fx) + lattice(x0+1, y0+1)*fx
	return top*(1-fy) + bottom*fy
}

func lattice(x, y float64) float64 {
	h := uint32(int32(x))*374761393 + uint32(int32(y))*668265263
	h = (h ^ h>>13) * 1274126177
	return float64(h^h>>16) / math.MaxUint32
}

// layTable fills the picture with a table.
func layTable(img *image.RGBA, background string) {
	texture, ok := tiles[background]
	if !ok {
		texture = tiles["wood"]
	}
	t := texture()
	mirror := func(i int) int {
		if i %= 2 * tileSize; i >= tileSize {
			return 2*tileSize - 1 - i
		}
		return i
	}
	for y := range img.Rect.Dy() {
		row, src := img.Pix[y*img.Stride:], t.Pix[mirror(y)*t.Stride:]
		for x := 0; x < img.Rect.Dx(); x += tileSize {
			n := min(tileSize, img.Rect.Dx()-x)
			if x/tileSize%2 == 0 {
				copy(row[4*x:4*(x+n)], src)
				continue
			}
			for i := range n {
				copy(row[4*(x+i):4*(x+i)+4], src[4*mirror(x+i):])
			}
		}
	}
}

// lay draws the soft shadow of the card at m, slightly to the lower right. It omits the area that the card will cover.
func lay(img *image.RGBA, m f64.Aff3) {
	const (
		halfW, halfH = cardW / 2.0, cardH / 2.0
		soft         = 34.0 // half the width of the shadow's rim, in card pixels
		depth        = 0.52 // fraction of light removed under the card
	)
	det := m[0]*m[4] - m[1]*m[3]
	ia, ib, ic, id := m[4]/det, -m[1]/det, -m[3]/det, m[0]/det // inverse of m, from the picture to the card
	midX, midY := apply(m, halfW, halfH)
	off := 10 * math.Sqrt(det)
	offX, offY := ia*off+ib*off, ic*off+id*off
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:]
		dx, dy := -midX, float64(y)-midY
		u, v := ia*dx+ib*dy, ic*dx+id*dy // from the card's centre, in card pixels
		for x := range img.Rect.Dx() {
			if math.Abs(u) > halfW-cornerRadius || math.Abs(v) > halfH-cornerRadius {
				far := distanceOutside(math.Abs(u-offX), math.Abs(v-offY), halfW-soft, halfH-soft)
				if far < 2*soft {
					t := far / (2 * soft)
					k := 1 - depth*(1-t*t*(3-2*t))
					p := row[4*x : 4*x+3 : 4*x+3]
					p[0], p[1], p[2] = uint8(k*float64(p[0])), uint8(k*float64(p[1])), uint8(k*float64(p[2]))
				}
			}
			u, v = u+ia, v+ic
		}
	}
}

// distanceOutside returns the distance of a point in the first quadrant from a rectangle around the origin, 0 inside.
func distanceOutside(x, y, halfW, halfH float64) float64 {
	x, y = x-halfW, y-halfH
	switch {
	case x <= 0 && y <= 0:
		return 0
	case x <= 0:
		return y
	case y <= 0:
		return x
	}
	return math.Hypot(x, y)
}
