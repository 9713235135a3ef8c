package specimen

import (
	"image"
	"image/draw"
)

// Flat returns the upright picture of one side, seen straight on and without the QR code: what a card looks like, for
// those who take photos of it with a camera of their own. It is transparent outside the rounded corners.
func Flat(p Person, side int) *image.RGBA {
	base, over := sheet(side)
	img := image.NewRGBA(base.Rect)
	copy(img.Pix, base.Pix)
	pen := pens.Get().(*pen)
	defer pens.Put(pen)
	if side == SideName {
		drawNameSide(img, pen, p)
	} else {
		drawEmblemSide(img, pen, p)
	}
	draw.Draw(img, over.Rect, over, over.Rect.Min, draw.Over)
	return img
}
