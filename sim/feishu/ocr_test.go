package feishu

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"
)

func withReader(c *Config) {
	c.ReadIDCard = func(img []byte) ([]Entity, int, []int, int) {
		switch img[len(img)-1] {
		case 1:
			return []Entity{{"identity_name", "张三"}}, 1, []int{0, 0, 9, 0, 9, 9, 0, 9}, 0
		case 2:
			return []Entity{{"issued_by", "某局"}}, 0, nil, 0
		}
		return nil, 0, nil, 2110002
	}
}

func (w *world) ocr(img []byte) answer {
	w.t.Helper()
	return w.upload("/document_ai/v1/id_card/recognize", "file", img, nil)
}

func TestOCRAnswers(t *testing.T) {
	w := newWorld(t, withReader, func(c *Config) { c.OCRPerSecond = 100 }).login()
	a := w.ocr(jpeg(1))
	w.want(a, 200, 0)
	card := object(a.data()["id_card"])
	if card["side"] != float64(1) || len(list(card["conners"])) != 8 ||
		object(list(card["entities"])[0])["value"] != "张三" {
		t.Errorf("id_card: %v", card)
	}
	if b := object(w.ocr(jpeg(2)).data()["id_card"]); b["side"] != float64(0) || b["conners"] == nil {
		t.Errorf("emblem side: %v", b)
	}
	w.want(w.ocr(jpeg(9)), 400, 2110002)
	w.want(w.ocr([]byte("GIF89a..........")), 400, 2110001)
	w.want(w.ocr([]byte{}), 400, 2110001)
	w.want(w.ocr(nil), 400, 2110001)
	w.want(w.ocr(append(jpeg(1), make([]byte, 10<<20)...)), 400, 2110001)
	w.OCRQuota(1)
	w.want(w.ocr(jpeg(1)), 200, 0)
	w.want(w.ocr(jpeg(1)), 400, 2110003)
	w.OCRQuota(-1)
	w.want(w.ocr(jpeg(1)), 200, 0)
	calls := w.OCRCalls()
	if len(calls) != 10 || calls[0].Code != 0 || calls[0].Size != len(jpeg(1)) || calls[2].Code != 2110002 ||
		calls[8].Code != 2110003 {
		t.Errorf("calls: %+v", calls)
	}
	if calls[0].SHA256 == calls[1].SHA256 || calls[0].SHA256 != calls[7].SHA256 {
		t.Error("the digests do not tell the photos apart")
	}
}

func TestOCRLimitIsExact(t *testing.T) {
	w := newWorld(t, withReader).login()
	for range 5 {
		w.want(w.ocr(jpeg(1)), 200, 0)
	}
	w.clock.add(600 * time.Millisecond)
	for range 5 {
		w.want(w.ocr(jpeg(1)), 200, 0)
	}
	a := w.ocr(jpeg(1))
	w.want(a, 429, 99991400)
	if a.header.Get("x-ogw-ratelimit-limit") != "10" || a.header.Get("x-ogw-ratelimit-reset") != "1" {
		t.Errorf("headers: %v", a.header)
	}
	w.clock.add(400*time.Millisecond - time.Nanosecond)
	w.want(w.ocr(jpeg(1)), 429, 99991400)
	w.clock.add(time.Nanosecond) // the first five leave the window
	for range 5 {
		w.want(w.ocr(jpeg(1)), 200, 0)
	}
	w.want(w.ocr(jpeg(1)), 429, 99991400)
}

// TestOCRWindowHoldsUnderConcurrency calls the OCR from many connections in real time. Then it checks with the record
// that no sliding second holds more than ten admitted calls and that the refusals were correct.
func TestOCRWindowHoldsUnderConcurrency(t *testing.T) {
	w := newWorld(t, withReader, func(c *Config) { c.Now = time.Now }).login()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 6 {
				w.ocr(jpeg(1))
			}
		})
	}
	wg.Wait()
	var admitted []time.Time
	for i, c := range w.OCRCalls() {
		n := 0
		for _, at := range admitted {
			if c.At.Sub(at) < time.Second {
				n++
			}
		}
		if c.Refused != (n >= 10) {
			t.Fatalf("call %d: refused=%v with %d in the last second, want %v", i, c.Refused, n, (n >= 10))
		}
		if !c.Refused {
			admitted = append(admitted, c.At)
		}
	}
	if len(w.OCRCalls()) != 48 {
		t.Errorf("%d calls on record, want 48", len(w.OCRCalls()))
	}
}

func TestWindowAgainstNaiveCount(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 50 {
		w, now := newWindow(), time.Unix(0, 0)
		var taken []time.Time
		for step := range 200 {
			now = now.Add(time.Duration(r.IntN(120)) * time.Millisecond)
			n := 0
			var oldest time.Time
			for i := len(taken) - 1; i >= 0; i-- {
				if now.Sub(taken[i]) < time.Second {
					if n++; n == 10 {
						oldest = taken[i]
					}
				}
			}
			wait, ok := w.take(now, time.Second, 10)
			if ok != (n < 10) {
				t.Fatal("round "+strconv.Itoa(round)+" step "+strconv.Itoa(step)+": ok =", ok, "with", n)
			}
			if !ok && wait != oldest.Add(time.Second).Sub(now) {
				t.Fatal("wait", wait)
			}
			if ok {
				taken = append(taken, now)
			}
			if step%7 == 0 {
				w.prune(now, time.Second)
			}
		}
	}
}
