package specimen

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"
)

func paint(w, h int, at func(x, y int) color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, at(x, y))
		}
	}
	return img
}

func asPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	white = color.RGBA{255, 255, 255, 255}
	black = color.RGBA{0, 0, 0, 255}
	blue  = color.RGBA{0, 0, 255, 255}
)

// flatCard is a drawing of a card on a table in plain colours.
func flatCard(x, y int) color.RGBA {
	switch {
	case x < 100 || x > 700 || y < 100 || y > 478:
		return color.RGBA{90, 30, 10, 255}
	case x > 150 && x < 450 && y%60 < 4:
		return color.RGBA{40, 40, 60, 255}
	}
	return color.RGBA{206, 226, 240, 255}
}

// window is a simple screenshot: a blue bar and a few words.
func window(x, y int) color.RGBA {
	switch {
	case y < 60:
		return blue
	case y%80 < 10 && x > 40 && x < 240 && x/4%2 == 0:
		return black
	}
	return white
}

// unmarked is a specimen card without its QR code, like a real card.
func unmarked(t *testing.T, side int, v Variant) *image.RGBA {
	t.Helper()
	card, err := drawCard(NewPerson(7), side, "")
	if err != nil {
		t.Fatal(err)
	}
	draw.Draw(card, codeArea, image.NewUniform(color.RGBA{214, 226, 236, 255}), image.Point{}, draw.Src)
	return shoot(card, v)
}

// fax is a scan in pure black and white, on a page much larger than the card.
func fax(t *testing.T) image.Image {
	t.Helper()
	card := unmarked(t, SideName, Variants["photocopy"])
	page := paint(card.Rect.Dx()*2, card.Rect.Dy()*2, func(int, int) color.RGBA { return white })
	for y := range card.Rect.Dy() {
		for x := range card.Rect.Dx() {
			if card.RGBAAt(x, y).G < 128 {
				page.SetRGBA(x+50, y+50, black)
			}
		}
	}
	return page
}

func TestDrawn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := paint(800, 600, func(x, y int) color.RGBA {
		n := uint8(r.IntN(24))
		return color.RGBA{120 + n, 120 + uint8(x/8%20) + n, 120 + uint8(y/9%20) + n, 255}
	})
	var animated bytes.Buffer
	if err := gif.Encode(&animated, paint(400, 300, window), nil); err != nil {
		t.Fatal(err)
	}
	type test struct {
		name string
		file []byte
		want bool
	}
	tests := []test{
		{"simple screenshot", asPNG(t, paint(800, 600, window)), true},
		{"the same as GIF", animated.Bytes(), true},
		{"the same as JPEG", asJPEG(t, paint(800, 600, window)), false},
		{"plain colour", asPNG(t, paint(300, 300, func(int, int) color.RGBA { return blue })), true},
		{"white", asPNG(t, paint(300, 300, func(int, int) color.RGBA { return white })), true},
		{"drawing of a card", asPNG(t, paint(800, 578, flatCard)), false},
		{"noise, as of a camera", asPNG(t, noise), false},
		{"gradient", asPNG(t, paint(800, 600, func(x, y int) color.RGBA {
			return color.RGBA{uint8(x / 4), uint8(y / 3), 90, 255}
		})), false},
		{"fax of a card", asPNG(t, fax(t)), false},
		{"unmarked card as JPEG", asJPEG(t, unmarked(t, SideName, Variants["good"])), false},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), false},
		{"no picture", []byte("hello"), false},
		{"tiny", asPNG(t, paint(4, 4, window)), false},
	}
	for name, v := range Variants {
		v.Width = 600 // a seventh of the work
		for side, word := range map[int]string{SideName: "front", SideEmblem: "back"} {
			tests = append(tests, test{"unmarked " + name + " " + word, asPNG(t, unmarked(t, side, v)), false})
		}
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			if got := Drawn(c.file); got != c.want {
				t.Errorf("%s: %t, want %t", c.name, got, c.want)
			}
		})
	}
}
