package idcard

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"shiming/sim/specimen"
)

// photo12MP returns a noisy picture of 12 MP, as a phone takes it.
func photo12MP(b *testing.B, orientation uint16) []byte {
	img := card(b, 4032, 3024)
	r := rand.New(rand.NewPCG(7, 8))
	for i := range img.Pix {
		img.Pix[i] = uint8(max(0, min(255, int(img.Pix[i])+r.IntN(9)-4)))
	}
	return withSegments(asJPEG(b, img, 92), exifSegment(binary.LittleEndian, orientation))
}

func BenchmarkInspect12MP(b *testing.B) {
	for name, orientation := range map[string]uint16{"upright": 1, "turned": 6} {
		b.Run(name, func(b *testing.B) {
			raw := photo12MP(b, orientation)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Inspect(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkInspectProgressive: its bytes per operation are to stay near what the budget reserves (frame.memory) and the
// JPEG that is kept.
func BenchmarkInspectProgressive(b *testing.B) {
	for name, side := range map[string][2]int{"12MP": {4032, 3024}, "20MP": {5184, 3888}} {
		b.Run(name, func(b *testing.B) {
			raw := specimen.Progressive(card(b, side[0], side[1]), false)
			f, ok := progressiveFrame(raw)
			if !ok {
				b.Fatal("got no progressive frame, want one")
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Inspect(raw); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(f.memory()), "reserved-B")
		})
	}
}

func BenchmarkInspectPNG(b *testing.B) {
	raw := pngOf(b, card(b, 3000, 2000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Inspect(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseNumber(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseNumber("11010119900307803X", now); err != nil {
			b.Fatal(err)
		}
	}
}
