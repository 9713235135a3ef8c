package watermark

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"testing"
)

// photo returns a JPEG with a dark left and a light right half. turned adds the metadata that say: turn it clockwise.
func photo(t *testing.T, w, h int, grey, turned bool) []byte {
	t.Helper()
	var img draw.Image = image.NewRGBA(image.Rect(0, 0, w, h))
	if grey {
		img = image.NewGray(image.Rect(0, 0, w, h))
	}
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{40, 60, 80, 255}), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(w/2, 0, w, h), image.NewUniform(color.RGBA{220, 225, 230, 255}), image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	if !turned {
		return out.Bytes()
	}
	exif := []byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08" +
		"\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00")
	return append(append([]byte("\xff\xd8"), exif...), out.Bytes()[2:]...)
}

func decoded(t *testing.T, raw []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// differing returns the share of pixels of a part in which the luma differs by more than JPEG alone makes it.
func differing(a, b image.Image, part image.Rectangle) float64 {
	n := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			p, q := color.GrayModel.Convert(a.At(x, y)).(color.Gray), color.GrayModel.Convert(b.At(x, y)).(color.Gray)
			if max(p.Y, q.Y)-min(p.Y, q.Y) > 15 {
				n++
			}
		}
	}
	return float64(n) / float64(part.Dx()*part.Dy())
}

func TestDraw(t *testing.T) {
	for _, c := range []struct {
		name         string
		w, h         int
		grey, turned bool
		wantW, wantH int
	}{
		{"a card", 1200, 800, false, false, 1200, 800},
		{"a phone photo", 4000, 3000, false, false, 1600, 1200},
		{"upright format", 900, 1600, false, false, 900, 1600},
		{"grey", 1000, 700, true, false, 1000, 700},
		{"turned by metadata", 1200, 800, false, true, 800, 1200},
		{"small", 320, 200, false, false, 320, 200},
		{"odd", 641, 401, false, false, 641, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := photo(t, c.w, c.h, c.grey, c.turned)
			marked, err := Draw(raw, "李晓梅 2026-11-30 20:59")
			if err != nil {
				t.Fatal(err)
			}
			plain, err := Draw(raw, "")
			if err != nil {
				t.Fatal(err)
			}
			got, without := decoded(t, marked), decoded(t, plain)
			if got.Bounds().Dx() != c.wantW || got.Bounds().Dy() != c.wantH {
				t.Fatalf("got %v, want %d×%d", got.Bounds(), c.wantW, c.wantH)
			}
			// The dark half of a photo that is turned clockwise is above.
			dark := color.GrayModel.Convert(without.At(c.wantW-4, 4)).(color.Gray).Y < 128
			if dark != c.turned {
				t.Errorf("got a dark right corner above: %t, want %t", dark, c.turned)
			}
			for i := range 4 {
				quarter := image.Rect(0, 0, c.wantW/2, c.wantH/2).Add(image.Pt(i%2*(c.wantW/2), i/2*(c.wantH/2)))
				if share := differing(got, without, quarter); share < 0.03 || share > 0.35 {
					t.Errorf("quarter %d: got %.0f%% changed, want some, and most of it free", i, 100*share)
				}
			}
		})
	}
}

func TestDrawRefusesWhatIsNoPhoto(t *testing.T) {
	if out, err := Draw([]byte("text"), "x"); err == nil {
		t.Errorf("got %d bytes, want an error", len(out))
	}
}

func TestCovers(t *testing.T) {
	for text, want := range map[string]bool{"李晓梅 2026-11-30 20:59": true, "Li Xiaomei": true, "": true, "𠮷": false} {
		if got := Covers(text); got != want {
			t.Errorf("%q: got %t, want %t", text, got, want)
		}
	}
}
