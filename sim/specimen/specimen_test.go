package specimen_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"shiming/sim/specimen"
)

var variants = func() (names []string) {
	for name := range specimen.Variants {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}()

// pixels skips a test that computes many pictures in one goroutine: the race detector cannot find anything there and
// makes it ten times slower. TestGoodPhotosAreRead and TestConcurrentUse still run.
func pixels(t *testing.T) {
	t.Helper()
	if underRace {
		t.Skip("one goroutine, many pixels")
	}
}

func mustFront(t testing.TB, p specimen.Person, v specimen.Variant) []byte {
	t.Helper()
	b, err := specimen.Front(p, v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustBack(t testing.TB, p specimen.Person, v specimen.Variant) []byte {
	t.Helper()
	b, err := specimen.Back(p, v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustDecode(t testing.TB, file []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func entities(r specimen.Result) map[string]string {
	m := map[string]string{}
	for _, e := range r.Entities {
		m[e.Type] = e.Value
	}
	return m
}

// wantFront and wantBack fail unless the result has the printed fields of the side.
func wantFront(t *testing.T, r specimen.Result, err error, p specimen.Person) {
	t.Helper()
	birth, _ := time.Parse("2006-01-02", p.Birth)
	want := map[string]string{
		"identity_name": p.Name,
		"identity_code": p.Code,
		"gender":        p.Gender,
		"race":          p.Race,
		"birth":         birth.Format("2006年1月2日"),
		"address":       p.Address,
	}
	if err != nil || r.Side != specimen.SideName || fmt.Sprint(entities(r)) != fmt.Sprint(want) {
		t.Errorf("side %d, %v, %v; want %v", r.Side, entities(r), err, want)
	}
}

func wantBack(t *testing.T, r specimen.Result, err error, p specimen.Person) {
	t.Helper()
	want := map[string]string{
		"issued_by":        p.IssuedBy,
		"valid_date_start": strings.ReplaceAll(p.ValidFrom, "-", "."),
		"valid_date_end":   strings.ReplaceAll(p.ValidTo, "-", "."),
	}
	if err != nil || r.Side != specimen.SideEmblem || fmt.Sprint(entities(r)) != fmt.Sprint(want) {
		t.Errorf("side %d, %v, %v; want %v", r.Side, entities(r), err, want)
	}
}

func TestGoodPhotosAreRead(t *testing.T) {
	v := specimen.Variants["good"]
	for seed := range int64(4) {
		p := specimen.NewPerson(seed)
		r, err := specimen.Read(mustFront(t, p, v))
		wantFront(t, r, err, p)
		r, err = specimen.Read(mustBack(t, p, v))
		wantBack(t, r, err, p)
		v.Width = 900 // the others are small, for speed
	}
}

func TestNamedVariants(t *testing.T) {
	pixels(t)
	unreadable := []string{"blurred", "cut", "glare", "small"}
	p := specimen.NewPerson(7)
	for _, name := range variants {
		t.Run(name, func(t *testing.T) {
			v := specimen.Variants[name]
			front, back := mustFront(t, p, v), mustBack(t, p, v)
			keep(t, name, front, back)
			rf, errF := specimen.Read(front)
			rb, errB := specimen.Read(back)
			if slices.Contains(unreadable, name) {
				if !errors.Is(errF, specimen.ErrNothing) || !errors.Is(errB, specimen.ErrNothing) {
					t.Errorf("got %v (%v) and %v (%v), want %v twice", rf, errF, rb, errB, specimen.ErrNothing)
				}
				return
			}
			wantFront(t, rf, errF, p)
			wantBack(t, rb, errB, p)
		})
	}
}

// keep writes the pictures to $SPECIMEN_DIR for inspection.
func keep(t *testing.T, name string, front, back []byte) {
	t.Helper()
	dir := os.Getenv("SPECIMEN_DIR")
	if dir == "" {
		return
	}
	for side, b := range map[string][]byte{"front": front, "back": back} {
		if err := os.WriteFile(dir+"/"+name+"-"+side+".jpg", b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadableLimits(t *testing.T) {
	pixels(t)
	p := specimen.NewPerson(11)
	for _, tc := range []struct {
		name string
		v    specimen.Variant
		ok   bool
	}{
		{"quality 50", specimen.Variant{Quality: 50, Width: 1600}, true},
		{"33 degrees, quality 80", specimen.Variant{Rotate: 33, Quality: 80}, true},
		{"180 degrees", specimen.Variant{Rotate: 180}, true},
		{"-90 degrees", specimen.Variant{Rotate: -90}, true},
		{"271 degrees, grey", specimen.Variant{Rotate: 271, Grey: true}, true},
		{"large", specimen.Variant{Width: 2400}, true},
		{"narrow", specimen.Variant{Width: 700}, true},
		{"half the size", specimen.Variant{Scale: 0.5, Width: 1600}, true},
		{"slight blur", specimen.Variant{Blur: 1, Width: 1600}, true},
		{"blur 4", specimen.Variant{Blur: 4}, false},
		{"blur 4, full width", specimen.Variant{Blur: 4, Width: 1600}, false},
		{"blur 8", specimen.Variant{Blur: 8}, false},
		{"glare", specimen.Variant{Glare: true}, false},
		{"glare, turned", specimen.Variant{Glare: true, Rotate: 120}, false},
		{"cut", specimen.Variant{CutCorner: true}, false},
		{"cut, turned", specimen.Variant{CutCorner: true, Rotate: 90}, false},
		{"postage stamp", specimen.Variant{Width: 200}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := specimen.Read(mustFront(t, p, tc.v))
			if tc.ok {
				wantFront(t, r, err, p)
			} else if !errors.Is(err, specimen.ErrNothing) {
				t.Errorf("got %v, %v, want %v", r, err, specimen.ErrNothing)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	file := mustFront(b, specimen.NewPerson(1), specimen.Variants["good"])
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := specimen.Read(file); err != nil {
			b.Fatal(err)
		}
	}
}
