package sim

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"shiming/sim/feishu"
	"shiming/sim/simtest"
)

// TestSceneReadsWhatIsNew checks that a move reads only what the bot sends after it, and names what never came.
func TestSceneReadsWhatIsNew(t *testing.T) {
	h := newHarness(t, Config{})
	e := h.w.Hire(1)[0]
	const words = "请把照片发过来"
	h.Send("open_id", e.OpenID, simtest.Card("旧的", simtest.Text(words)))
	moves := []Move{{Says: "进度", Reads: []string{words}}}

	short, cancel := context.WithTimeout(h.Ctx, 50*time.Millisecond)
	defer cancel()
	err := (&Scene{Person: e}).Play(short, moves)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v for words of an older card, want that they never came", err)
	}

	done := make(chan error, 1)
	go func() { done <- (&Scene{Person: e}).Play(h.Ctx, moves) }()
	h.See(e.ChatID, func(feishu.Message) bool { return len(h.w.Feishu.Messages(e.ChatID)) == 3 }) // the second 进度 is sent
	h.Send("open_id", e.OpenID, simtest.Card("新的", simtest.Text(words)))
	if err := <-done; err != nil {
		t.Errorf("got %v for words of a newer card, want them read", err)
	}
}

// TestSceneRefusesUnknownPhotos checks that a move with a photo that cannot be taken fails.
func TestSceneRefusesUnknownPhotos(t *testing.T) {
	h := newHarness(t, Config{})
	e := h.w.Hire(1)[0]
	for _, s := range []Shot{{Side: "top"}, {Side: SideFront, Variant: "no_such"}, {Side: SideFront, Misread: "no_such"}} {
		if err := (&Scene{Person: e}).Play(h.Ctx, []Move{{Sends: []Shot{s}}}); err == nil {
			t.Errorf("got %+v sent, want an error", s)
		}
	}
}
