package idcard

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
)

func FuzzInspect(f *testing.F) {
	files, err := filepath.Glob("testdata/pictures/*.*")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	small := asJPEG(f, card(f, 60, 40), 50)
	f.Add(small)
	f.Add(withSegments(small, exifSegment(binary.LittleEndian, 6)))
	f.Add(withSegments(small, exifSegment(binary.BigEndian, 8), segmentOf(0xfe, []byte("c"))))
	f.Add([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))
	lim := limits{1, 1}
	f.Fuzz(func(t *testing.T, raw []byte) {
		// Large pictures take long and test nothing else.
		if h, err := readHeader(raw, lim); err == nil && h.memory > 4<<20 {
			return
		}
		p, err := inspect(raw, lim)
		var e *PhotoError
		switch {
		case errors.As(err, &e) && e.Problem != "":
		case err != nil:
			t.Fatalf("got an error of type %T, want *PhotoError", err)
		default:
			checkPhoto(t, p)
			p.Warnings()
		}
	})
}

// TestInspectDamage checks that damaged files cause no panic and only *PhotoError.
func TestInspectDamage(t *testing.T) {
	files, err := filepath.Glob("testdata/pictures/*.*")
	if err != nil || len(files) == 0 {
		t.Fatalf("got files %v, %v, want some", files, err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for _, file := range files {
		good, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for range 25 {
			b := append([]byte{}, good...)
			for range 1 + r.IntN(8) {
				b[r.IntN(len(b))] = byte(r.Uint32())
			}
			p, err := inspect(b, limits{1, 1})
			var e *PhotoError
			if err == nil {
				checkPhoto(t, p)
			} else if !errors.As(err, &e) {
				t.Fatalf("%s: got an error of type %T, want *PhotoError", file, err)
			}
		}
	}
}

func TestDecoderPanicIsRefused(t *testing.T) {
	decode := func() (err error) {
		defer refusePanic(&err, "tiff")
		panic("index out of range")
	}
	var e *PhotoError
	if err := decode(); !errors.As(err, &e) || e.Problem != PhotoNotPicture {
		t.Errorf("got %v, want %s", err, PhotoNotPicture)
	}
}

// TestDecodeBudget checks that a call waits for the budget and releases it, also after an error.
func TestDecodeBudget(t *testing.T) {
	raw := asJPEG(t, card(t, 500, 400), 80)
	synctest.Test(t, func(t *testing.T) {
		release := reserveMemory(decodeBudget)
		done := make(chan error, 1)
		go func() {
			_, err := Inspect(raw)
			done <- err
		}()
		synctest.Wait()
		if len(done) != 0 {
			t.Fatal("got a picture decoded beyond the budget, want it to wait")
		}
		release()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
	if _, err := Inspect(raw[:len(raw)/2]); err == nil {
		t.Fatal("got half a picture, want an error")
	}
	if !decodeMemory.TryAcquire(decodeBudget) {
		t.Fatal("got budget left in use, want all of it released")
	}
	decodeMemory.Release(decodeBudget)
}

// TestMemoryEstimate compares memoryFor with the memory that the decoders take.
func TestMemoryEstimate(t *testing.T) {
	progressive, err := os.ReadFile("testdata/pictures/progressive.jpeg")
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"baseline": asJPEG(t, card(t, 3000, 2000), 80), "progressive": progressive} {
		t.Run(name, func(t *testing.T) {
			h, err := readHeader(raw, limits{1, 1})
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			pic, err := decode(raw, h)
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			const fixed = 200_000 // tables and buffers of the decoder, whatever the size
			if took := int64(after.TotalAlloc - before.TotalAlloc); took > h.memory*11/10+fixed ||
				int64(pic.w*pic.h) > h.memory {
				t.Errorf("%s: got %d bytes estimated, %d taken, want the estimate above", name, h.memory, took)
			}
		})
	}
}

func TestConcurrentInspect(t *testing.T) {
	raw := withSegments(asJPEG(t, card(t, 800, 600), 80), exifSegment(binary.LittleEndian, 6))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if p, err := Inspect(raw); err != nil || p.Width != 600 {
				t.Errorf("got %v, %v, want a width of 600", p, err)
			}
		})
	}
	wg.Wait()
}
