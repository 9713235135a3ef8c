package idcard

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"sync"
	"testing"

	"shiming/sim/specimen"
)

// TestDecodeProgressive compares decodeProgressive with Go's decoder.
func TestDecodeProgressive(t *testing.T) {
	file, err := os.ReadFile("testdata/pictures/progressive.jpeg")
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"libjpeg":    file,
		"4:4:4":      specimen.Progressive(card(t, 640, 400), false),
		"4:2:0":      specimen.Progressive(card(t, 640, 400), true),
		"4:4:4, odd": specimen.Progressive(card(t, 331, 213), false),
		"4:2:0, odd": specimen.Progressive(card(t, 331, 213), true),
	} {
		t.Run(name, func(t *testing.T) {
			want, err := jpeg.Decode(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			f, ok := progressiveFrame(raw)
			if !ok {
				t.Fatal("got no frame, want one")
			}
			pic, err := decodeProgressive(raw, f)
			if err != nil {
				t.Fatal(err)
			}
			ref := want.(*image.YCbCr)
			comparePlanes(t, "luma", pic.y, viewYCbCr(ref).y, 2)
			comparePlanes(t, "cb", pic.cb, likeDecoded(viewYCbCr(ref).cb, f.halves(1)), 2)
			comparePlanes(t, "cr", pic.cr, likeDecoded(viewYCbCr(ref).cr, f.halves(2)), 2)
		})
	}
}

// likeDecoded halves a plane as decodeProgressive does.
func likeDecoded(p plane, half bool) plane {
	if !half {
		return p
	}
	out := newPlane((p.w+1)/2, (p.h+1)/2)
	for y := range out.h {
		averagePairs(out.row(y), p.row(2*y), p.row(min(2*y+1, p.h-1)), p.w)
	}
	return out
}

func comparePlanes(t *testing.T, name string, got, want plane, tolerance int) {
	t.Helper()
	if got.w != want.w || got.h != want.h {
		t.Fatalf("%s: got %dx%d, want %dx%d", name, got.w, got.h, want.w, want.h)
	}
	for y := range got.h {
		for x, v := range got.row(y) {
			w := want.row(y)[x]
			if int(max(v, w))-int(min(v, w)) > tolerance {
				t.Fatalf("%s: got %d at %d,%d, want %d", name, v, x, y, w)
			}
		}
	}
}

// withSize returns a progressive JPEG whose frame header says another size.
func withSize(t *testing.T, raw []byte, w, h int) []byte {
	t.Helper()
	raw = bytes.Clone(raw)
	at := bytes.Index(raw, []byte{0xff, 0xc2})
	if at < 0 {
		t.Fatal("got no frame, want one")
	}
	binary.BigEndian.PutUint16(raw[at+5:], uint16(h))
	binary.BigEndian.PutUint16(raw[at+7:], uint16(w))
	return raw
}

// TestProgressivePhotos: a progressive JPEG without subsampling is taken, as sent and above the size that is kept.
func TestProgressivePhotos(t *testing.T) {
	for _, c := range []struct{ w, h int }{{1600, 1200}, {5472, 912}} {
		t.Run(fmt.Sprintf("%dx%d", c.w, c.h), func(t *testing.T) {
			raw := specimen.Progressive(card(t, c.w, c.h), false)
			h, err := readHeader(raw, limits{minLongSide, minShortSide})
			if err != nil || h.progressive == nil || h.memory > decodeBudget {
				t.Fatalf("got %+v, %v, want it within the budget of %d", h, err, decodeBudget)
			}
			p, err := Inspect(raw)
			if err != nil {
				t.Fatal(err)
			}
			if max(c.w, c.h) <= MaxOutputSide && !bytes.Equal(p.JPEG, raw) {
				t.Error("got another file, want the picture as it was sent")
			}
			if w := p.Warnings(); len(w) > 0 {
				t.Errorf("got warnings %v, want none", w)
			}
			checkPhoto(t, p)
		})
	}
	small := specimen.Progressive(card(t, 640, 400), false)
	t.Run("20 megapixels", func(t *testing.T) {
		h, err := readHeader(withSize(t, small, 5472, 3648), limits{minLongSide, minShortSide})
		if err != nil || h.progressive == nil || h.memory > decodeBudget {
			t.Errorf("got %+v, %v, want it within the budget of %d", h, err, decodeBudget)
		}
	})
	t.Run("too many", func(t *testing.T) {
		var e *PhotoError
		if _, err := Inspect(withSize(t, small, 7000, 7000)); !errors.As(err, &e) || e.Problem != PhotoTooManyPixels {
			t.Errorf("got %v, want %s", err, PhotoTooManyPixels)
		}
	})
}

// TestManyProgressivePhotos: the budget bounds how many are decoded at a time. Here it has room for two.
func TestManyProgressivePhotos(t *testing.T) {
	raw := specimen.Progressive(card(t, 1500, 1000), false)
	h, err := readHeader(raw, limits{minLongSide, minShortSide})
	if err != nil {
		t.Fatal(err)
	}
	release := reserveMemory(decodeBudget - 2*h.memory)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := Inspect(raw); err != nil {
				t.Errorf("got %v, want it taken", err)
			}
		})
	}
	wg.Wait()
	release()
	if !decodeMemory.TryAcquire(decodeBudget) {
		t.Fatal("got budget left in use, want all of it released")
	}
	decodeMemory.Release(decodeBudget)
}

// TestJPEGWithoutItsEnd: a JPEG that lacks only its end marker is taken and completed, one that lacks more is not.
func TestJPEGWithoutItsEnd(t *testing.T) {
	for name, raw := range map[string][]byte{
		"baseline":          asJPEG(t, card(t, 1200, 800), 90),
		"progressive":       specimen.Progressive(card(t, 640, 400), false),
		"large progressive": specimen.Progressive(card(t, 1500, 1000), false),
		"with metadata":     withSegments(asJPEG(t, card(t, 1200, 800), 90), exifSegment(binary.BigEndian, 1)),
		"turned":            withSegments(asJPEG(t, card(t, 1200, 800), 90), exifSegment(binary.BigEndian, 6)),
	} {
		t.Run(name, func(t *testing.T) {
			want := mustInspect(t, raw)
			for _, missing := range []int{1, 2} {
				cut := raw[:len(raw)-missing]
				p := mustInspect(t, cut)
				if !bytes.Equal(p.JPEG, want.JPEG) {
					t.Errorf("%d bytes missing: got another picture, want the complete one", missing)
				}
				if p.SHA256 == want.SHA256 {
					t.Errorf("%d bytes missing: got the hash of the complete file, want that of the file as received", missing)
				}
			}
			for _, missing := range []int{4, 10, 100, 2000, len(raw) / 2} {
				var e *PhotoError
				if _, err := Inspect(raw[:len(raw)-missing]); !errors.As(err, &e) || e.Problem != PhotoTruncated {
					t.Errorf("%d bytes missing: got %v, want %s", missing, err, PhotoTruncated)
				}
			}
		})
	}
}

// FuzzDecodeProgressive checks that damaged files neither panic nor take more than they should.
func FuzzDecodeProgressive(f *testing.F) {
	raw, err := os.ReadFile("testdata/pictures/progressive.jpeg")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		frame, ok := progressiveFrame(raw)
		if !ok || frame.w*frame.h > 1<<20 {
			return
		}
		d := scanDecoder{frame: frame, coefficients: make([]int16, frame.components[0].stride*frame.components[0].rows*64)}
		if d.decode(raw) {
			d.plane()
		}
	})
}
