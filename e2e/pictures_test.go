package e2e

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/bits"
	"testing"
)

// decoded decodes a photo.
func decoded(t testing.TB, jpg []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(jpg))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asGIF encodes a picture with 256 greys.
func asGIF(t testing.TB, img image.Image) []byte {
	t.Helper()
	var greys color.Palette
	for v := range 256 {
		greys = append(greys, color.Gray{uint8(v)})
	}
	flat := image.NewPaletted(img.Bounds(), greys)
	for y := flat.Rect.Min.Y; y < flat.Rect.Max.Y; y++ {
		for x := flat.Rect.Min.X; x < flat.Rect.Max.X; x++ {
			flat.Pix[flat.PixOffset(x, y)] = color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y
		}
	}
	var b bytes.Buffer
	if err := gif.Encode(&b, flat, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// flat returns a JPEG of one colour.
func flat(t testing.TB, w, h int, c color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asWEBP encodes a lossless WEBP in the simplest form of the format: every channel has a code of eight bits.
func asWEBP(img image.Image) []byte {
	w := &bitWriter{}
	size := img.Bounds().Size()
	w.put(0x2f, 8)
	w.put(uint32(size.X-1), 14)
	w.put(uint32(size.Y-1), 14)
	w.put(0, 1+3) // no alpha, version 0
	w.put(0, 1)   // no transform
	w.put(0, 1)   // no colour cache
	w.put(0, 1)   // one group of prefix codes
	w.lengths(280)
	w.lengths(256)
	w.lengths(256)
	w.one(255)
	w.one(0)
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			for _, v := range []uint32{g, r, b} {
				w.put(uint32(bits.Reverse8(uint8(v>>8))), 8) // prefix codes are written from the highest bit
			}
		}
	}
	w.put(0, 7)
	data := w.out
	if len(data)%2 == 1 {
		data = append(data, 0)
	}
	out := []byte("RIFF\x00\x00\x00\x00WEBPVP8L")
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	out = append(out, data...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// bitWriter writes bits from the lowest to the highest.
type bitWriter struct {
	out []byte
	acc uint64
	n   int
}

func (w *bitWriter) put(v uint32, n int) {
	w.acc |= uint64(v) << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
	}
}

// lengths writes a prefix code in which the first 256 of n symbols have eight bits and the others none.
func (w *bitWriter) lengths(n int) {
	w.put(0, 1) // not a simple code
	// Of the code-length symbols only "8" and "18: many zeros" are used, at the positions 11 and 1 of the fixed
	// order.
	w.put(12-4, 4)
	for place := range 12 {
		used := uint32(0)
		if place == 1 || place == 11 {
			used = 1
		}
		w.put(used, 3)
	}
	w.put(0, 1) // all symbols follow
	for range 256 {
		w.put(0, 1) // "8" is the smaller of the two
	}
	if n > 256 {
		w.put(1, 1)
		w.put(uint32(n-256-11), 7)
	}
}

// one writes a prefix code with a single symbol, which takes no bits.
func (w *bitWriter) one(symbol uint32) {
	w.put(1, 1) // simple
	w.put(0, 1) // one symbol
	w.put(1, 1) // of eight bits
	w.put(symbol, 8)
}
