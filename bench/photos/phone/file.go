package phone

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"

	xdraw "golang.org/x/image/draw"
)

// file stores a picture as a JPEG whose tag says how it has to be turned: 1, 3, 6 or 8 of EXIF.
func file(img *image.RGBA, orientation, quality int) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, turnedBack(img, orientation), &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // a picture in memory always encodes
	}
	if orientation == 1 {
		return out.Bytes()
	}
	tag := []byte{0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
		0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(orientation), 0, 0, 0, 0, 0, 0}
	return append(append([]byte{0xff, 0xd8}, tag...), out.Bytes()[2:]...)
}

// turnedBack stores the picture as the sensor saw it.
func turnedBack(img *image.RGBA, orientation int) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	var from func(x, y int) (int, int)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	switch orientation {
	case 3:
		from = func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }
	case 6: // viewers turn it clockwise
		out = image.NewRGBA(image.Rect(0, 0, h, w))
		from = func(x, y int) (int, int) { return w - 1 - y, x }
	case 8:
		out = image.NewRGBA(image.Rect(0, 0, h, w))
		from = func(x, y int) (int, int) { return y, h - 1 - x }
	default:
		return img
	}
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sx, sy := from(x, y)
			copy(out.Pix[out.PixOffset(x, y):][:4], img.Pix[img.PixOffset(sx, sy):][:4])
		}
	}
	return out
}

// screenshot shows the photo in the window of a chat, on the screen of a phone.
func screenshot(r *rand.Rand, photo *image.RGBA) *image.RGBA {
	w, h := 1080, oneOf(r, 2340, 2400, 2160)
	back := oneOf(r, color.RGBA{237, 237, 237, 255}, color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255},
		color.RGBA{25, 25, 27, 255})
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	fill := func(area image.Rectangle, c color.RGBA) {
		draw.Draw(img, area, image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(img.Rect, back)
	ink := color.RGBA{30, 30, 32, 255}
	if back.R < 128 {
		ink = color.RGBA{230, 230, 230, 255}
	}
	for x := 40; x < 170; x += 22 { // the clock
		fill(image.Rect(x, 34, x+14, 62), ink)
	}
	for i := range 4 { // the signal
		fill(image.Rect(900+i*18, 60-6*i, 912+i*18, 64), ink)
	}
	fill(image.Rect(985, 36, 1040, 62), ink)
	fill(image.Rect(60, 128, 76, 170), ink)
	fill(image.Rect(440, 132, 640, 166), ink)
	wide := oneOf(r, w, w, 700, 820)
	high := wide * photo.Rect.Dy() / photo.Rect.Dx()
	if high > h-420 {
		wide, high = wide*(h-420)/high, h-420
	}
	left, top := (w-wide)/2, (h-high)/2
	xdraw.ApproxBiLinear.Scale(img, image.Rect(left, top, left+wide, top+high), photo, photo.Rect, draw.Src, nil)
	for i := range r.IntN(3) {
		y := h - 130 - i*90
		fill(image.Rect(60, y, 60+300+r.IntN(400), y+50), color.RGBA{uint8(60 + 60*i), 170, 110, 255})
	}
	return img
}
