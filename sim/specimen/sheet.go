package specimen

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"sync"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/vector"
)

// cornerRadius is the radius of the card's corners, in card pixels.
const cornerRadius = 46

// sheet returns the blank card of a side and the overprint that covers the person's data. Both are drawn once; callers
// must not change them.
func sheet(side int) (base, over *image.RGBA) {
	s := sheets[side&1]()
	return s[0], s[1]
}

var sheets = [2]func() [2]*image.RGBA{
	sync.OnceValue(func() [2]*image.RGBA { return drawSheet(SideEmblem) }),
	sync.OnceValue(func() [2]*image.RGBA { return drawSheet(SideName) }),
}

func drawSheet(side int) [2]*image.RGBA {
	pen := pens.Get().(*pen)
	defer pens.Put(pen)
	base := image.NewRGBA(image.Rect(0, 0, cardW, cardH))
	left, right := [3]float64{206, 226, 230}, [3]float64{232, 222, 214}
	if side == SideEmblem {
		left, right = [3]float64{226, 222, 226}, [3]float64{208, 226, 222}
	}
	paper(base, left, right)
	labels(base, pen, side)
	roundCorners(base, cornerRadius)
	return [2]*image.RGBA{base, overprint(pen, base)}
}

// paper fills the card with a pale gradient and fine wavy lines.
func paper(img *image.RGBA, left, right [3]float64) {
	for y := range cardH {
		fy := float64(y)
		for x := range cardW {
			fx := float64(x)
			t := math.Min(1, math.Max(0, fx/cardW+0.12*math.Sin(fy/150)))
			wave := math.Sin(fy/5.2+9*math.Sin(fx/210)) + math.Sin((fx+fy*0.35)/7+7*math.Sin(fy/130))
			shade := 4.2 * wave
			i := img.PixOffset(x, y)
			for c := range 3 {
				img.Pix[i+c] = uint8(left[c] + (right[c]-left[c])*t + shade*float64(3-c)/3)
			}
			img.Pix[i+3] = 255
		}
	}
}

// overprint returns the large, translucent 样本 SPECIMEN. drawCode runs later, so it never covers the QR code.
func overprint(pen *pen, card *image.RGBA) *image.RGBA {
	const tilt = -0.36 // radians
	red := color.NRGBA{196, 44, 40, 74}
	flat := image.NewRGBA(image.Rect(0, 0, 1180, 420))
	w := pen.width(250, 60, "样本") - 60
	pen.write(flat, (1180-w)/2, 238, 250, 60, red, "样本")
	w = pen.width(118, 22, "SPECIMEN") - 22
	pen.write(flat, (1180-w)/2, 372, 118, 22, red, "SPECIMEN")

	over := image.NewRGBA(card.Rect)
	sin, cos := math.Sincos(tilt)
	cx, cy := 500.0, 410.0
	xdraw.BiLinear.Transform(over, f64.Aff3{
		cos, -sin, cx - cos*590 + sin*210,
		sin, cos, cy - sin*590 - cos*210,
	}, flat, flat.Rect, draw.Src, nil)
	return over
}

// roundCorners makes the picture transparent outside a rectangle with round corners.
func roundCorners(img *image.RGBA, radius float32) {
	mask := image.NewAlpha(img.Rect)
	r := vector.NewRasterizer(img.Rect.Dx(), img.Rect.Dy())
	// A transparent pixel at the rim makes the edges of a rotated card smooth.
	roundRect(r, 1, 1, float32(img.Rect.Dx()-1), float32(img.Rect.Dy()-1), radius)
	r.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	out := image.NewRGBA(img.Rect)
	draw.DrawMask(out, out.Rect, img, image.Point{}, mask, image.Point{}, draw.Src)
	copy(img.Pix, out.Pix)
}

func roundRect(r *vector.Rasterizer, x0, y0, x1, y1, q float32) {
	r.MoveTo(x0+q, y0)
	r.LineTo(x1-q, y0)
	r.QuadTo(x1, y0, x1, y0+q)
	r.LineTo(x1, y1-q)
	r.QuadTo(x1, y1, x1-q, y1)
	r.LineTo(x0+q, y1)
	r.QuadTo(x0, y1, x0, y1-q)
	r.LineTo(x0, y0+q)
	r.QuadTo(x0, y0, x0+q, y0)
	r.ClosePath()
}

// ellipse adds a closed ellipse to the path; clockwise = false cuts it out of a path of the other direction.
func ellipse(r *vector.Rasterizer, cx, cy, rx, ry float32, clockwise bool) {
	const k = 0.5523
	s := float32(1)
	if !clockwise {
		s = -1
	}
	r.MoveTo(cx+rx, cy)
	r.CubeTo(cx+rx, cy+s*k*ry, cx+k*rx, cy+s*ry, cx, cy+s*ry)
	r.CubeTo(cx-k*rx, cy+s*ry, cx-rx, cy+s*k*ry, cx-rx, cy)
	r.CubeTo(cx-rx, cy-s*k*ry, cx-k*rx, cy-s*ry, cx, cy-s*ry)
	r.CubeTo(cx+k*rx, cy-s*ry, cx+rx, cy-s*k*ry, cx+rx, cy)
	r.ClosePath()
}
