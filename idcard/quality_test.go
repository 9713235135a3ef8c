package idcard

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// altered applies f to every channel value.
func altered(img *image.RGBA, f func(v float64) float64) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	for i, v := range img.Pix {
		out.Pix[i] = 255
		if i%4 != 3 {
			out.Pix[i] = uint8(max(0, min(255, f(float64(v)))))
		}
	}
	return out
}

// blurred applies a Gaussian blur of the given sigma.
func blurred(img *image.RGBA, sigma float64) *image.RGBA {
	radius := int(3*sigma) + 1
	kernel, total := make([]float64, 2*radius+1), 0.0
	for i := range kernel {
		kernel[i] = math.Exp(-float64((i-radius)*(i-radius)) / (2 * sigma * sigma))
		total += kernel[i]
	}
	pass := func(src *image.RGBA, dx, dy int) *image.RGBA {
		out := image.NewRGBA(src.Rect)
		w, h := src.Rect.Dx(), src.Rect.Dy()
		for y := range h {
			for x := range w {
				var sum [3]float64
				for k, weight := range kernel {
					sx, sy := min(max(x+(k-radius)*dx, 0), w-1), min(max(y+(k-radius)*dy, 0), h-1)
					p := src.Pix[src.PixOffset(sx, sy):]
					for c := range sum {
						sum[c] += weight * float64(p[c])
					}
				}
				out.SetRGBA(x, y, color.RGBA{uint8(sum[0] / total), uint8(sum[1] / total), uint8(sum[2] / total), 255})
			}
		}
		return out
	}
	return pass(pass(img, 1, 0), 0, 1)
}

func TestWarnings(t *testing.T) {
	img := card(t, 1024, 680)
	r := rand.New(rand.NewPCG(1, 2))
	noise := func(v float64) float64 { return v + r.NormFloat64()*12 }
	soft := blurred(img, 4)
	grey := image.NewGray(img.Rect)
	for y := range 680 {
		for x := range 1024 {
			grey.Set(x, y, img.At(x, y))
		}
	}
	for _, c := range []struct {
		what string
		img  image.Image
		q    int
		want []string
	}{
		{"sharp", img, 90, nil},
		{"strongly compressed", img, 30, nil},
		{"noisy", altered(img, noise), 90, nil},
		{"slightly soft", blurred(img, 1), 90, nil},
		{"blurred", soft, 90, []string{CodePhotoBlurred}},
		{"blurred and noisy", altered(soft, noise), 90, []string{CodePhotoBlurred}},
		{"low contrast", altered(img, func(v float64) float64 { return 120 + v/10 }), 90, []string{CodePhotoLowContrast}},
		{"overexposed", altered(img, func(v float64) float64 { return v * 1.5 }), 90, []string{CodePhotoGlare}},
		{"dark", altered(img, func(v float64) float64 { return v / 6 }), 90, []string{CodePhotoLowContrast, CodePhotoDark}},
		{"photocopy", grey, 90, []string{CodePhotoGrey}},
		{"small", card(t, 640, 420), 90, []string{CodePhotoSmall}},
	} {
		t.Run(c.what, func(t *testing.T) {
			p := mustInspect(t, asJPEG(t, c.img, c.q))
			t.Logf("%-20s sharpness %7.1f contrast %5.1f glare %.3f dark %.3f colour %.1f", c.what, p.Sharpness, p.Contrast,
				p.Glare, p.Dark, p.Colour)
			if got := codes(p.Warnings()); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", c.what, got, c.want)
			}
		})
	}
}

func TestCardEdges(t *testing.T) {
	for _, c := range []struct {
		corners []int
		want    string
	}{
		{[]int{100, 100, 900, 100, 900, 600, 100, 600}, "[]"},
		{[]int{0, 100, 900, 100, 900, 600, 0, 600}, "[{card_cut warn left}]"},
		{[]int{100, -5, 1000, 100, 900, 699, 100, 600}, "[{card_cut warn top} {card_cut warn right} {card_cut warn bottom}]"},
		{[]int{100, 100, 200, 100, 200, 160, 100, 160}, "[{card_small warn }]"},
		{[]int{900, 100, 900, 600, 100, 600, 100, 100}, "[]"}, // another first corner
		{nil, "[]"},
		{[]int{0}, "[]"},
	} {
		t.Run(fmt.Sprint(c.corners), func(t *testing.T) {
			if got := fmt.Sprint(CardEdges(c.corners, 1000, 700)); got != c.want {
				t.Errorf("%v: %s, want %v", c.corners, got, c.want)
			}
		})
	}
}

// TestResample checks that area averaging keeps the mean at any size.
func TestResample(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range [][4]int{{100, 80, 50, 40}, {101, 83, 47, 29}, {10, 10, 1, 1}, {7, 5, 7, 5}, {5, 5, 20, 10},
		{1000, 3, 999, 2}} {
		src := newPlane(c[0], c[1])
		sum := 0.0
		for i := range src.pix {
			src.pix[i] = byte(r.IntN(256))
			sum += float64(src.pix[i])
		}
		dst := resample(src, c[2], c[3])
		got := 0.0
		for _, v := range dst.pix {
			got += float64(v)
		}
		if d := math.Abs(got/float64(len(dst.pix)) - sum/float64(len(src.pix))); d > 0.51 {
			t.Errorf("%v: got a mean that moved by %.2f, want at most 0.51", c, d)
		}
	}
	half := resample(plane{[]byte{10, 20, 30, 40, 99, 99}, 3, 2, 2}, 1, 1)
	if half.pix[0] != 42 { // (10+20+40+99)/4, the third column lies outside
		t.Errorf("got %v, want 42", half.pix)
	}
}
