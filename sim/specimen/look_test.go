package specimen_test

import (
	"bytes"
	"image"
	"image/color"
	"sync"
	"testing"

	"shiming/sim/specimen"
)

func TestPhotosLookLikePhotos(t *testing.T) {
	pixels(t)
	p := specimen.NewPerson(2)
	stats := map[string]stat{}
	for _, name := range []string{"good", "blurred", "glare", "dark", "photocopy"} {
		stats[name] = measure(mustDecode(t, mustFront(t, p, specimen.Variants[name])))
	}
	for _, tc := range []struct {
		what string
		ok   bool
	}{
		{"good is sharp", stats["good"].sharp > 100},
		{"blurred is not", stats["blurred"].sharp < 100},
		{"good has no burnt-out spots", stats["good"].white < 0.005},
		{"glare has", stats["glare"].white > 0.2},
		{"dark is dark", stats["dark"].black > 0.8},
		{"good is not", stats["good"].black < 0.1},
		{"a photocopy has no colour", stats["photocopy"].colour < 1},
		{"good has", stats["good"].colour > 10},
	} {
		t.Run(tc.what, func(t *testing.T) {
			if !tc.ok {
				t.Errorf("%s: fails, %+v", tc.what, stats)
			}
		})
	}
}

type stat struct {
	sharp        float64 // variance of the Laplacian at about 800 pixels
	white, black float64 // share of pixels over 250, under 40
	colour       float64 // mean difference between the largest and the smallest channel
}

func measure(img image.Image) (s stat) {
	b := img.Bounds()
	at := func(x, y int) float64 {
		sum := 0.0
		for _, d := range [4][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
			sum += float64(color.GrayModel.Convert(img.At(2*x+d[0], 2*y+d[1])).(color.Gray).Y)
		}
		return sum / 4
	}
	w, h := b.Dx()/2, b.Dy()/2
	lum := make([]float64, w*h)
	for y := range h {
		for x := range w {
			v := at(x, y)
			lum[y*w+x] = v
			if v >= 250 {
				s.white++
			}
			if v < 40 {
				s.black++
			}
			r, g, bl, _ := img.At(2*x, 2*y).RGBA()
			s.colour += float64(max(r, g, bl)-min(r, g, bl)) / 257
		}
	}
	n := float64(w * h)
	s.white, s.black, s.colour = s.white/n, s.black/n, s.colour/n
	var sum, squares, m float64
	for y := 1; y < h-1; y++ {
		for x := 1; x < w-1; x++ {
			i := y*w + x
			l := 4*lum[i] - lum[i-1] - lum[i+1] - lum[i-w] - lum[i+w]
			sum, squares, m = sum+l, squares+l*l, m+1
		}
	}
	s.sharp = squares/m - sum/m*sum/m
	return s
}

func TestConcurrentUse(t *testing.T) {
	want := mustFront(t, specimen.NewPerson(4), specimen.Variant{Width: 400})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 2 {
				got, err := specimen.Front(specimen.NewPerson(4), specimen.Variant{Width: 400})
				if err != nil || !bytes.Equal(got, want) {
					t.Error("another picture of the same card", err)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkFront(b *testing.B) {
	p := specimen.NewPerson(1)
	mustFront(b, p, specimen.Variant{})
	for b.Loop() {
		mustFront(b, p, specimen.Variants["good"])
	}
}
