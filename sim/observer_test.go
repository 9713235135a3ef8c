package sim

import (
	"sync"
	"testing"
	"time"

	"shiming/sim/feishu"
	"shiming/sim/simtest"
	"shiming/sim/specimen"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// countingObserver counts the calls of each method.
type countingObserver struct {
	mu    sync.Mutex
	w     *World
	first string
	told  map[string]int
	ahead time.Duration
}

func (n *countingObserver) note(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.first == "" {
		n.first, n.told = what, map[string]int{}
	}
	n.told[what]++
}

func (n *countingObserver) Opening(w *World) {
	n.note("opening")
	n.mu.Lock()
	defer n.mu.Unlock()
	n.w = w
}

func (n *countingObserver) Joined(_ string, _ specimen.Person, chat string) {
	if n.note("joined"); chat != "" {
		n.note("employee")
	}
}

func (n *countingObserver) Message(feishu.Message) { n.note("message") }
func (n *countingObserver) Event(feishu.Observed)  { n.note("event") }
func (n *countingObserver) Call(wire.Exchange)     { n.note("call") }
func (n *countingObserver) SMS(tencent.SMS)        { n.note("sms") }
func (n *countingObserver) FaultEnded()            { n.note("fault ended") }
func (n *countingObserver) ClockMoved(ahead time.Duration) {
	n.note("clock moved")
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ahead = ahead
}

func (n *countingObserver) count(what string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.told[what]
}

// TestObserver checks that Opening comes before everything else, and that the observer receives each kind of change.
func TestObserver(t *testing.T) {
	n := &countingObserver{}
	h := newHarness(t, Config{People: 2, Observer: n})
	if n.first != "opening" || n.count("opening") != 1 || n.w != h.w {
		t.Errorf("first %q, %d openings, want %q, 1", n.first, n.count("opening"), "opening")
	}
	if joined, employees := n.count("joined"), n.count("employee"); joined != 4 || employees != 2 {
		t.Errorf("%d joined, %d of them employees; want two admins and two employees", joined, employees)
	}
	e := h.w.People()[0]
	if _, err := h.w.Feishu.SendText(h.Ctx, e.OpenID, "实名"); err != nil {
		t.Fatal(err)
	}
	h.Send("open_id", e.OpenID, simtest.Card("一"))
	h.w.sms(t, e.Person.Mobile, "483920")
	if err := h.w.Advance(h.Ctx, time.Hour, nil); err != nil || n.ahead != time.Hour {
		t.Errorf("the clock is ahead by %v, want 1h: %v", n.ahead, err)
	}
	h.w.Faults.Arm(wire.Fault{Kind: wire.Refuse, Upstream: UpstreamESign, Delay: time.Millisecond})
	for _, what := range []string{"message", "event", "call", "sms", "clock moved", "fault ended"} {
		for tick := time.NewTicker(time.Millisecond); n.count(what) == 0; {
			select {
			case <-tick.C:
			case <-h.Ctx.Done():
				t.Fatalf("the observer was not told: %s", what)
			}
		}
	}
}
