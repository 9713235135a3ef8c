package idcard

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// An explanation is a JPEG of explainWide pixels, made of no more than coarseLong samples along the long side of the
// card: a digit of its number takes a thirtieth of that, so that no print of it can be read.
const (
	explainWide = 640
	coarseLong  = 18
)

// Explain returns a small picture of the surroundings of the card, with the card outlined and the fault boxed, for the
// person who took it. It is so coarse that nothing on it can be read. ok is false where the place of the card is not
// sure: what is not known to be the card might be another one, in other proportions.
func (p Photo) Explain(fault Fault) (picture []byte, ok bool) {
	if !p.Look.Found || p.Look.Score < sureScore || len(p.Look.cutSides) > 1 {
		return nil, false
	}
	whole, err := Preview(p.JPEG, explainWide*2)
	if err != nil {
		return nil, false
	}
	k := float64(whole.Bounds().Dx()) / float64(p.Width)
	card := p.Look.quad().scaled(k, k)
	crop := card.bounds(0.15).Intersect(whole.Bounds())
	samples := int(coarseLong * float64(crop.Dx()) / max(card.sides()))
	if samples < coarseLong/2 || crop.Dx() < samples || crop.Dy() < coarseLong/4 {
		return nil, false
	}
	high := explainWide * crop.Dy() / crop.Dx()
	coarse := image.NewRGBA(image.Rect(0, 0, samples, max(1, samples*crop.Dy()/crop.Dx())))
	xdraw.BiLinear.Scale(coarse, coarse.Rect, whole, crop, xdraw.Src, nil)
	img := image.NewRGBA(image.Rect(0, 0, explainWide, high))
	xdraw.BiLinear.Scale(img, img.Rect, coarse, coarse.Rect, xdraw.Src, nil)

	place := func(a area) quad {
		m := homographyTo(card, 1, 1)
		q := quad{m.at(a.left, a.top), m.at(a.right, a.top), m.at(a.right, a.bottom), m.at(a.left, a.bottom)}
		for i := range q {
			q[i].x, q[i].y = q[i].x-float64(crop.Min.X), q[i].y-float64(crop.Min.Y)
		}
		s := explainWide / float64(crop.Dx())
		return q.scaled(s, s)
	}
	outline(img, place(area{0, 0, 1, 1}), 3, color.RGBA{255, 255, 255, 255})
	outline(img, place(p.Look.boxOf(fault)), 6, color.RGBA{232, 60, 48, 255})
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 80}); err != nil {
		return nil, false
	}
	return out.Bytes(), true
}

// boxOf returns what a fault concerns, in shares of the upright card.
func (l Look) boxOf(fault Fault) area {
	switch {
	case fault == FaultGlare:
		return l.glareBox
	case fault == FaultCovered:
		return l.coverBox
	case fault == FaultCut && len(l.cutSides) == 1:
		const strip = 0.06
		return [4]area{
			{0, 0, 1, strip}, {1 - strip, 0, 1, 1}, {0, 1 - strip, 1, 1}, {0, 0, strip, 1},
		}[l.cutSides[0]]
	}
	return area{0, 0, 1, 1}
}

// quad returns Corners as points.
func (l Look) quad() (q quad) {
	for i := range q {
		q[i] = point{float64(l.Corners[2*i]), float64(l.Corners[2*i+1])}
	}
	return q
}

// bounds returns the upright rectangle around the corners, larger by a share of its longer side.
func (q quad) bounds(more float64) image.Rectangle {
	low, high := q[0], q[0]
	for _, p := range q {
		low.x, low.y = math.Min(low.x, p.x), math.Min(low.y, p.y)
		high.x, high.y = math.Max(high.x, p.x), math.Max(high.y, p.y)
	}
	m := more * math.Max(high.x-low.x, high.y-low.y)
	return image.Rect(int(low.x-m), int(low.y-m), int(high.x+m)+1, int(high.y+m)+1)
}

// outline draws the sides of a quadrilateral, thick pixels wide.
func outline(img *image.RGBA, q quad, thick float64, c color.RGBA) {
	r := vector.NewRasterizer(img.Rect.Dx(), img.Rect.Dy())
	for i, a := range q {
		b := q[(i+1)%4]
		l := math.Max(1, a.to(b))
		dx, dy := (b.x-a.x)/l*thick/2, (b.y-a.y)/l*thick/2
		corners := [4]point{
			{a.x - dx - dy, a.y - dy + dx}, {b.x + dx - dy, b.y + dy + dx},
			{b.x + dx + dy, b.y + dy - dx}, {a.x - dx + dy, a.y - dy - dx},
		}
		r.MoveTo(float32(corners[0].x), float32(corners[0].y))
		for _, p := range corners[1:] {
			r.LineTo(float32(p.x), float32(p.y))
		}
		r.ClosePath()
	}
	r.Draw(img, img.Rect, image.NewUniform(c), image.Point{})
}
