package specimen_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"shiming/sim/specimen"
)

func TestEXIFOrientation(t *testing.T) {
	pixels(t)
	p := specimen.NewPerson(3)
	upright := mustDecode(t, mustFront(t, p, specimen.Variant{})).Bounds()
	for o := 1; o <= 8; o++ {
		file := mustFront(t, p, specimen.Variant{EXIFOrientation: o})
		b := mustDecode(t, file).Bounds()
		if turned := o >= 5; turned != (b.Dx() != upright.Dx()) {
			t.Errorf("orientation %d: stored as %v", o, b)
		}
		if has := bytes.Contains(file, []byte("Exif\x00\x00MM\x00*")); has != (o > 1) {
			t.Errorf("orientation %d: tag %v, want %v", o, has, (o > 1))
		}
		r, err := specimen.Read(file)
		wantFront(t, r, err, p)
	}
}

func TestCorners(t *testing.T) {
	pixels(t)
	// In a photo 1600 wide a card is 1280 × 807 with a border of 160; in one 800 wide half of that.
	for _, tc := range []struct {
		v    specimen.Variant
		want [8]int
	}{
		{specimen.Variant{Width: 1600}, [8]int{160, 160, 1440, 160, 1440, 967, 160, 967}},
		{specimen.Variant{Rotate: 90}, [8]int{483, 80, 483, 720, 80, 720, 80, 80}},
		{specimen.Variant{Rotate: 180}, [8]int{720, 483, 80, 483, 80, 80, 720, 80}},
		{specimen.Variant{Width: 2400}, [8]int{240, 240, 2160, 240, 2160, 1450, 240, 1450}},
		{specimen.Variant{EXIFOrientation: 6}, [8]int{80, 720, 80, 80, 483, 80, 483, 720}},
	} {
		t.Run(fmt.Sprint(tc.v), func(t *testing.T) {
			front, err := specimen.Read(mustFront(t, specimen.NewPerson(5), tc.v))
			if err != nil {
				t.Fatalf("%+v: %v", tc.v, err)
			}
			near(t, front.Corners, tc.want)
			back, err := specimen.Read(mustBack(t, specimen.NewPerson(5), tc.v))
			if err != nil {
				t.Fatalf("%+v: %v", tc.v, err)
			}
			near(t, back.Corners, tc.want)
			if back.FaceCorners != [8]int{} {
				t.Error("a face on the emblem side")
			}
		})
	}
	r, err := specimen.Read(mustFront(t, specimen.NewPerson(5), specimen.Variant{Width: 1600}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, r.FaceCorners, [8]int{1090, 212, 1390, 212, 1390, 564, 1090, 564})
}

func near(t *testing.T, got, want [8]int) {
	t.Helper()
	for i := range got {
		if math.Abs(float64(got[i]-want[i])) > 12 {
			t.Errorf("corners %v, want about %v", got, want)
			return
		}
	}
}
