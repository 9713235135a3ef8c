package specimen_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"golang.org/x/image/bmp"

	"shiming/sim/specimen"
)

func TestBothCardsInOnePicture(t *testing.T) {
	pixels(t)
	p := specimen.NewPerson(9)
	v := specimen.Variant{Width: 1000}
	front, back := mustDecode(t, mustFront(t, p, v)), mustDecode(t, mustBack(t, p, v))
	w, h := front.Bounds().Dx(), front.Bounds().Dy()
	for name, second := range map[string]image.Point{"beside": {w, 0}, "below": {0, h}} {
		t.Run(name, func(t *testing.T) {
			sheet := image.NewRGBA(image.Rect(0, 0, w+second.X, h+second.Y))
			draw.Draw(sheet, front.Bounds(), front, image.Point{}, draw.Src)
			draw.Draw(sheet, back.Bounds().Add(second), back, image.Point{}, draw.Src)
			var b bytes.Buffer
			if err := jpeg.Encode(&b, sheet, nil); err != nil {
				t.Fatal(err)
			}
			r, err := specimen.Read(b.Bytes())
			if err == nil && r.Side == specimen.SideEmblem {
				wantBack(t, r, err, p)
				return
			}
			wantFront(t, r, err, p)
		})
	}
}

func TestFormats(t *testing.T) {
	pixels(t)
	p := specimen.NewPerson(21)
	good := mustFront(t, p, specimen.Variant{Width: 1000})
	img := mustDecode(t, good)
	enc := func(f func(b *bytes.Buffer) error) []byte {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	blank := image.NewRGBA(image.Rect(0, 0, 800, 600))
	draw.Draw(blank, blank.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	for _, tc := range []struct {
		name string
		file []byte
		want error
	}{
		{"JPEG", good, nil},
		{"PNG", enc(func(b *bytes.Buffer) error { return png.Encode(b, img) }), nil},
		{"BMP", enc(func(b *bytes.Buffer) error { return bmp.Encode(b, img) }), nil},
		{"GIF", enc(func(b *bytes.Buffer) error {
			return gif.Encode(b, image.NewPaletted(blank.Rect, []color.Color{color.White}), nil)
		}), specimen.ErrBadFile},
		{"empty", nil, specimen.ErrBadFile},
		{"text", []byte("hello"), specimen.ErrBadFile},
		{"half a JPEG", good[:len(good)/2], specimen.ErrBadFile},
		{"too large", append(slices.Clone(good), make([]byte, specimen.MaxFile)...), specimen.ErrBadFile},
		{"no card", enc(func(b *bytes.Buffer) error { return jpeg.Encode(b, blank, nil) }), specimen.ErrNothing},
		{"one pixel", enc(func(b *bytes.Buffer) error {
			return png.Encode(b, image.NewGray(image.Rect(0, 0, 1, 1)))
		}), specimen.ErrNothing},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := specimen.Read(tc.file)
			if tc.want == nil {
				wantFront(t, r, err, p)
			} else if !errors.Is(err, tc.want) {
				t.Errorf("got %v, %v; want %v", r, err, tc.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	var tiny bytes.Buffer
	if err := png.Encode(&tiny, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		f.Fatal(err)
	}
	f.Add(tiny.Bytes())
	tiny.Reset()
	if err := jpeg.Encode(&tiny, image.NewGray(image.Rect(0, 0, 40, 30)), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(tiny.Bytes())
	f.Add([]byte("\xFF\xD8\xFF"))
	f.Add([]byte("BM"))
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := specimen.Read(file)
		if err == nil && r.Side != specimen.SideName && r.Side != specimen.SideEmblem {
			t.Errorf("side %d", r.Side)
		}
		if err != nil && !errors.Is(err, specimen.ErrBadFile) && !errors.Is(err, specimen.ErrNothing) {
			t.Errorf("undocumented error %v", err)
		}
	})
}
