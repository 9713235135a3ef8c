package playground

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"shiming/sim"
	"shiming/sim/feishu"
	"shiming/sim/wire"
)

// What the stream keeps for a tab that opens later.
const (
	keptBodies   = 500 // calls, and as many events
	keptMessages = 300 // of each chat
)

// Kinds of items of the stream, which are the names of its server-sent events.
const (
	itemMessage = "message"
	itemCall    = "call"
	itemEvent   = "event"
	itemSMS     = "sms"
	itemPerson  = "person"
	itemChat    = "chat"
	itemFaults  = "faults"
	itemBot     = "bot"
	itemClock   = "clock"
)

// hub remembers what changed last, in order, each thing once: a tab that asks for everything after a number gets the present
// state of whatever changed since, however long it was away, and nothing is queued for tabs. Things are rendered when they are
// read, so a world that nobody looks at does hardly anything.
type hub struct {
	epoch string // tells the numbers of this world from those of an earlier one

	mu      sync.Mutex
	seq     uint64
	items   []item         // by rising seq; those with an empty kind have been replaced
	at      map[string]int // index in items, by kind and key
	kept    map[string][]string
	changed chan struct{} // closed and replaced at every change
	tabs    int

	calls  map[string]callItem
	events map[string]eventItem
	sms    map[string]smsItem
	bot    BotState
	clock  ClockState
	queue  QueueState

	mask masker
	who  whois

	resource func(key string) (name string, data []byte, ok bool) // what Feishu keeps under a key
}

// item says that something changed. Key is a message id, an open_id, ….
type item struct {
	seq  uint64
	kind string
	key  string
}

func newHub(now time.Time) *hub {
	return &hub{epoch: strconv.FormatInt(now.UnixNano(), 36), at: map[string]int{}, kept: map[string][]string{}, changed: make(chan struct{}),
		calls: map[string]callItem{}, events: map[string]eventItem{}, sms: map[string]smsItem{}, bot: BotState{State: "running", Can: []string{}}}
}

// mark notes that something changed. It may be called under any lock of the world.
func (h *hub) mark(kind, key string) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.markLocked(kind, key)
}

func (h *hub) markLocked(kind, key string) {
	h.drop(kind, key)
	h.seq++
	h.at[kind+" "+key] = len(h.items)
	h.items = append(h.items, item{h.seq, kind, key})
	if len(h.items) > 2*len(h.at)+64 {
		h.compact()
	}
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *hub) drop(kind, key string) {
	if i, ok := h.at[kind+" "+key]; ok {
		h.items[i].kind = ""
		delete(h.at, kind+" "+key)
	}
}

func (h *hub) compact() {
	live := make([]item, 0, len(h.at)+64)
	for _, it := range h.items {
		if it.kind != "" {
			h.at[it.kind+" "+it.key] = len(live)
			live = append(live, it)
		}
	}
	h.items = live
}

// keep remembers at most limit things of a group and returns the key that has to go, if any.
func (h *hub) keep(group, key string, limit int) (gone string) {
	if slices.Contains(h.kept[group], key) {
		return ""
	}
	h.kept[group] = append(h.kept[group], key)
	if len(h.kept[group]) > limit {
		gone = h.kept[group][0]
		h.kept[group] = slices.Delete(h.kept[group], 0, 1)
	}
	return gone
}

// since returns at most n items that changed after a number, and what to wait for when there are none.
func (h *hub) since(seq uint64, n int) ([]item, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, _ := slices.BinarySearchFunc(h.items, seq+1, func(it item, want uint64) int {
		if it.seq < want {
			return -1
		}
		return 1
	})
	var out []item
	for ; i < len(h.items) && len(out) < n; i++ {
		if h.items[i].kind != "" {
			out = append(out, h.items[i])
		}
	}
	return out, h.changed
}

// sawMessage is called under Feishu's lock.
func (h *hub) sawMessage(m feishu.Message) {
	owner := h.who.message(m)
	h.mu.Lock()
	defer h.mu.Unlock()
	if gone := h.keep("chat "+m.ChatID, m.ID, keptMessages); gone != "" {
		h.drop(itemMessage, gone)
	}
	h.markLocked(itemMessage, m.ID)
	if owner != "" {
		h.markLocked(itemPerson, owner) // where the person stands is read from the chat
	}
}

// sawEvent is called under Feishu's lock.
func (h *hub) sawEvent(o feishu.Observed) {
	h.mask.learn(o.Body)
	in := eventItem{Observed: o, who: h.who.of("", o.Body)}
	in.body = h.mask.body(wire.Sample{Head: o.Body, Size: int64(len(o.Body)), ContentType: "application/json"})
	if o.Answer != nil {
		in.answer = h.mask.body(wire.Sample{Head: o.Answer, Size: int64(len(o.Answer)), ContentType: "application/json"})
	}
	in.Body, in.Answer = nil, nil
	h.mu.Lock()
	defer h.mu.Unlock()
	if gone := h.keep("events", o.EventID, keptBodies); gone != "" {
		h.drop(itemEvent, gone)
		delete(h.events, gone)
	}
	if old, ok := h.events[o.EventID]; ok {
		in.no = old.no
	} else {
		in.no = h.seq + 1
	}
	h.events[o.EventID] = in
	h.markLocked(itemEvent, o.EventID)
}

// sawCall is called before the answer of a call to a platform leaves.
func (h *hub) sawCall(x wire.Exchange) {
	h.who.pictures(h.resource)
	c := callItem{Call: x.Call, who: h.who.of(x.Call.Path+" "+x.Query+" "+x.Call.Subject, x.In.Head, x.Out.Head)}
	if x.Call.Upstream == sim.UpstreamESign {
		h.who.learn(c.who, x.Out.Head)
	}
	c.in, c.out = h.mask.body(x.In), h.mask.body(x.Out)
	c.Path = h.mask.text(c.Path)
	key := strconv.FormatInt(x.Call.Seq, 10)
	h.mu.Lock()
	defer h.mu.Unlock()
	if gone := h.keep("calls", key, keptBodies); gone != "" {
		h.drop(itemCall, gone)
		delete(h.calls, gone)
	}
	h.calls[key] = c
	h.markLocked(itemCall, key)
	if x.Call.Fault != "" {
		h.markLocked(itemFaults, "")
		h.markLocked(itemScenarios, "")
	}
}
