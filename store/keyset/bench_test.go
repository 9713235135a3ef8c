package keyset

import "testing"

// BenchmarkSeal compares what an epoch seals itself with what gets a data key, for the details of a case (1 KB).
func BenchmarkSeal(b *testing.B) {
	k := New()
	clear := make([]byte, 1024)
	b.Run("epoch", func(b *testing.B) {
		for b.Loop() {
			if _, err := k.Seal("case:c1|personal", clear); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("data key", func(b *testing.B) {
		for b.Loop() {
			if _, err := k.SealWithDataKey("case:c1|personal", clear); err != nil {
				b.Fatal(err)
			}
		}
	})
	e, err := k.SealWithDataKey("case:c1|personal", clear)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("open, data key", func(b *testing.B) {
		for b.Loop() {
			if _, err := k.OpenWithDataKey("case:c1|personal", e.Sealed, e.DataKey); err != nil {
				b.Fatal(err)
			}
		}
	})
}
