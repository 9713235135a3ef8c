package idcard

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"slices"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// card paints a light, bluish rectangle with lines of text on a darker background.
func card(t testing.TB, w, h int) *image.RGBA {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{120, 90, 60, 255}), image.Point{}, draw.Src)
	inner := image.Rect(w/8, h/8, w*7/8, h*7/8)
	draw.Draw(img, inner, image.NewUniform(color.RGBA{200, 220, 235, 255}), image.Point{}, draw.Src)
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(h) / 18, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.RGBA{20, 20, 30, 255}), Face: face}
	for i, line := range []string{"Name  ZHANG San", "Sex M  Nationality Han", "Born 1990 03 07", "Address Chaoyang 1",
		"11010119900307803X"} {
		d.Dot = fixed.P(w/6, h/4+i*h/9)
		d.DrawString(line)
	}
	return img
}

func asJPEG(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withSegments inserts segments after SOI.
func withSegments(b []byte, segments ...[]byte) []byte {
	out := slices.Clone(b[:2])
	for _, s := range segments {
		out = append(out, s...)
	}
	return append(out, b[2:]...)
}

func segmentOf(marker byte, body []byte) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// exif builds an EXIF block with an orientation and a text, which Inspect has to remove.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x010f), 2), 9) // maker, text
	b = order.AppendUint32(b, 38)
	b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x0112), 3), 1)
	b = order.AppendUint16(order.AppendUint16(b, orientation), 0)
	b = order.AppendUint32(b, 0)
	return append(b, "GPSSECRET"...)
}

func exifSegment(order binary.AppendByteOrder, orientation uint16) []byte {
	return segmentOf(0xe1, append([]byte("Exif\x00\x00"), exif(order, orientation)...))
}

func mustInspect(t testing.TB, raw []byte) Photo {
	t.Helper()
	p, err := Inspect(raw)
	if err != nil {
		t.Fatal(err)
	}
	checkPhoto(t, p)
	return p
}

// checkPhoto checks the guarantees that Inspect gives for every photo.
func checkPhoto(t testing.TB, p Photo) {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatalf("got %v, want an output that decodes", err)
	}
	if b := img.Bounds(); b.Dx() != p.Width || b.Dy() != p.Height || max(p.Width, p.Height) > MaxOutputSide ||
		len(p.JPEG) > MaxOutputBytes {
		t.Fatalf("got %v, %d bytes, want %dx%d within the limits", b, len(p.JPEG), p.Width, p.Height)
	}
	for s := range jpegSegments(p.JPEG) {
		if s.marker >= 0xe1 && s.marker <= 0xef && s.marker != 0xee || s.marker == markerCOM {
			t.Fatalf("got metadata segment %#x, want none", s.marker)
		}
	}
	for _, v := range []float64{p.Sharpness, p.Contrast, p.Glare, p.Dark, p.Colour} {
		if math.IsNaN(v) || v < 0 {
			t.Fatalf("got %v, want measures within their ranges", p)
		}
	}
}

func near(a, b color.Color, tolerance int) bool {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	d := func(x, y uint32) int { return max(int(x>>8), int(y>>8)) - min(int(x>>8), int(y>>8)) }
	return d(ar, br) <= tolerance && d(ag, bg) <= tolerance && d(ab, bb) <= tolerance
}

// meanDifference is the mean absolute difference of luma, 0..255.
func meanDifference(a, b image.Image) float64 {
	sum, bounds := 0, a.Bounds()
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			p, q := color.GrayModel.Convert(a.At(x, y)).(color.Gray).Y, color.GrayModel.Convert(b.At(x, y)).(color.Gray).Y
			sum += int(max(p, q) - min(p, q))
		}
	}
	return float64(sum) / float64(bounds.Dx()*bounds.Dy())
}

func crc(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
