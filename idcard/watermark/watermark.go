// Package watermark writes across the copy of a photo who looks at it and when, so that a picture of the screen names
// its source. It is pure: no clock, no I/O.
package watermark

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"

	"shiming/idcard"
)

// maxSide is the long side of a watermarked photo in pixels: enough to read a card that fills half of the photo.
const maxSide = 1600

// The lines rise to the right, against the lines of a card, so that no straight cut lies between them.
var sin, cos = math.Sincos(-24 * math.Pi / 180)

// Opacity of the letters and of the light edge around them. What lies below stays legible.
const (
	inkOpacity  = 110
	edgeOpacity = 70
)

var ink, edge = color.RGBA{0xb0, 0x10, 0x20, 0xff}, color.RGBA{0xff, 0xff, 0xff, 0xff}

// Draw returns an upright JPEG of the photo with the text repeated diagonally over all of it. The error is a
// *idcard.PhotoError.
func Draw(photo []byte, text string) ([]byte, error) {
	src, err := idcard.Preview(photo, maxSide)
	if err != nil {
		return nil, err
	}
	dst := image.NewRGBA(src.Bounds())
	draw.Draw(dst, dst.Rect, src, image.Point{}, draw.Src)
	cover(dst, newTile(text, letterSize(dst.Rect)))
	var out bytes.Buffer
	if err := jpeg.Encode(&out, dst, &jpeg.Options{Quality: 85}); err != nil {
		return nil, err // not of a picture in memory
	}
	return out.Bytes(), nil
}

// letterSize makes the letters as large as the small print of a card that fills the photo.
func letterSize(r image.Rectangle) float64 {
	return max(9, float64(max(r.Dx(), r.Dy()))/34)
}

// cover blends the tile over the picture, in rotated rows. Each row begins at another place than the one above.
func cover(dst *image.RGBA, t tile) {
	pitch := 3 * t.height
	shift := 0.38 * t.width
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			along := float64(x)*cos + float64(y)*sin
			across := float64(y)*cos - float64(x)*sin
			row := math.Floor(across / pitch)
			v := across - row*pitch
			if v >= t.height {
				continue
			}
			u := math.Mod(along+row*shift, t.width)
			if u < 0 {
				u += t.width
			}
			p := dst.Pix[dst.PixOffset(x, y):]
			blend(p, edge, t.edge.AlphaAt(int(u), int(v)).A, edgeOpacity)
			blend(p, ink, t.ink.AlphaAt(int(u), int(v)).A, inkOpacity)
		}
	}
}

// blend lays a colour over a pixel.
func blend(p []byte, c color.RGBA, mask byte, opacity int) {
	a := int(mask) * opacity / 255
	for i, v := range []byte{c.R, c.G, c.B} {
		p[i] = byte((int(p[i])*(255-a) + int(v)*a) / 255)
	}
}
