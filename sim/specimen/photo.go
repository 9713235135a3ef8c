package specimen

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
	"strings"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// Variant describes a photo. The zero value is a good photo: the card upright on a wooden table, 800 pixels wide.
type Variant struct {
	Rotate          float64 // degrees clockwise, any angle; the picture grows so that the card stays inside
	Blur            float64 // sigma in pixels of a picture 1600 wide; 0 = sharp, 1 = still readable, from 4 on unreadable
	Glare           bool    // reflection of a lamp over the lower right part of the card
	CutCorner       bool    // the lower right corner of the card is out of frame
	Grey            bool    // a photocopy: no colour, on white paper
	Dark            bool    // underexposed
	Scale           float64 // size of the card in the picture, 1 (also 0) = four fifths of the width
	Background      string  // "wood" (also ""), "slate", "paper"
	Width           int     // of the picture of an unrotated card, in pixels; 0 = 800
	Quality         int     // of the JPEG, 1 to 100; 0 = 88
	EXIFOrientation int     // 2 to 8: pixels are stored rotated or mirrored, with the EXIF tag for viewers
	Progressive     bool    // a progressive JPEG without subsampling, of a fixed quality and without EXIF
	Misread         string  // names of misreadings, with blanks between them: what the OCR makes of this photo
}

// Variants are the photos that a person may take, by name. For a photo of an expired card, see Person.Expired.
var Variants = map[string]Variant{
	"good":      {Rotate: -1.4},
	"rotated":   {Rotate: 97, Background: "slate"},
	"tilted":    {Rotate: 24},
	"blurred":   {Rotate: -3, Blur: 5},
	"glare":     {Rotate: 2, Glare: true, Background: "slate"},
	"cut":       {Rotate: -2, CutCorner: true},
	"photocopy": {Rotate: 1, Grey: true},
	"small":     {Rotate: -4, Scale: 0.28, Width: 640},
	"dark":      {Rotate: 2, Dark: true},
	"sideways":  {EXIFOrientation: 6},

	"progressive": {Rotate: -1.4, Progressive: true},
}

const (
	fullWidth      = 1600 // at which the card has cardW pixels; lengths in pixels refer to it
	defaultWidth   = 800  // as readable as fullWidth, at a quarter of the cost
	defaultQuality = 88
)

// Front returns a JPEG photo of the name side.
func Front(p Person, v Variant) ([]byte, error) { return photo(p, SideName, v) }

// Back returns a JPEG photo of the emblem side.
func Back(p Person, v Variant) ([]byte, error) { return photo(p, SideEmblem, v) }

func photo(p Person, side int, v Variant) ([]byte, error) {
	card, err := drawCard(p, side, v.Misread)
	if err != nil {
		return nil, err
	}
	return develop(card, v)
}

// develop takes a photo of a drawn card or page.
func develop(card *image.RGBA, v Variant) ([]byte, error) {
	for _, name := range strings.Fields(v.Misread) {
		if misreadings[name] == nil {
			return nil, fmt.Errorf("specimen: no misreading %q", name)
		}
	}
	img := shoot(card, v)
	if v.EXIFOrientation > 1 && v.EXIFOrientation <= 8 {
		img = stored(img, v.EXIFOrientation)
	}
	quality := v.Quality
	if quality == 0 {
		quality = defaultQuality
	}
	if v.Progressive {
		return Progressive(img, false), nil
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	if v.EXIFOrientation > 1 && v.EXIFOrientation <= 8 {
		return withOrientation(out.Bytes(), v.EXIFOrientation), nil
	}
	return out.Bytes(), nil
}

// shoot renders the card on a table.
func shoot(card *image.RGBA, v Variant) *image.RGBA {
	width := v.Width
	if width <= 0 {
		width = defaultWidth
	}
	unit := float64(width) / fullWidth // picture pixels per card pixel
	frameW, m := frame(v, unit)
	img := image.NewRGBA(frameW)
	background := v.Background
	if v.Grey {
		background = "paper"
	}
	layTable(img, background)
	lay(img, m)
	from := m // of the card at the size from which it is drawn
	for math.Hypot(from[0], from[3]) < 0.7 {
		card = halved(card)
		from[0], from[1], from[3], from[4] = 2*from[0], 2*from[1], 2*from[3], 2*from[4]
	}
	xdraw.ApproxBiLinear.Transform(img, from, card, card.Rect, draw.Over, nil)

	if v.Grey {
		grey(img)
	}
	light(img, v.Dark)
	if v.Glare {
		glare(img, m, unit)
	}
	if v.Blur > 0 {
		blur(img, v.Blur*unit)
	}
	return img
}

// halved averages 2 × 2 pixels into one.
func halved(img *image.RGBA) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, img.Rect.Dx()/2, img.Rect.Dy()/2))
	for y := range out.Rect.Dy() {
		row := out.Pix[y*out.Stride : y*out.Stride+4*out.Rect.Dx()]
		upper, lower := img.Pix[2*y*img.Stride:], img.Pix[(2*y+1)*img.Stride:]
		for i := range row {
			at := i + i&^3 // the same channel of the left pixel of two
			sum := int(upper[at]) + int(upper[at+4]) + int(lower[at]) + int(lower[at+4])
			row[i] = uint8((sum + 2) / 4)
		}
	}
	return out
}

// frame returns the picture's size and the transformation from card pixels to picture pixels.
func frame(v Variant, unit float64) (image.Rectangle, f64.Aff3) {
	sin, cos := math.Sincos(v.Rotate * math.Pi / 180)
	margin := fullWidth / 10 * unit
	w := unit*(cardW*math.Abs(cos)+cardH*math.Abs(sin)) + 2*margin
	h := unit*(cardW*math.Abs(sin)+cardH*math.Abs(cos)) + 2*margin
	scale := unit
	if v.Scale > 0 {
		scale *= v.Scale
	}
	a, b := cos*scale, sin*scale
	dx, dy := 0.0, 0.0
	if v.CutCorner {
		// The card moves along the diagonal, until half of the QR code is out of frame.
		dx, dy = a*0.24*cardW-b*0.24*cardH, b*0.24*cardW+a*0.24*cardH
	}
	m := f64.Aff3{
		a, -b, w/2 - a*cardW/2 + b*cardH/2 + dx,
		b, a, h/2 - b*cardW/2 - a*cardH/2 + dy,
	}
	return image.Rect(0, 0, int(w), int(h)), m
}

func apply(m f64.Aff3, x, y float64) (float64, float64) {
	return m[0]*x + m[1]*y + m[2], m[3]*x + m[4]*y + m[5]
}
