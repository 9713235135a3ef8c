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

// How many items the stream keeps for pages that are opened later.
const (
	keptBodies   = 500 // calls, and the same number of events
	keptMessages = 300 // of each chat
)

// Kinds of items of the stream. They are also the names of its server-sent events.
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

// feed keeps the latest changes in order, each item once. A subscriber asks for the items after a sequence number and
// gets their present state, so the feed needs no queue for each subscriber. Items are rendered when they are read, so
// a feed without subscribers costs little.
type feed struct {
	epoch string // part of each id, distinguishes this world from an earlier one

	mu           sync.Mutex
	seq          uint64
	items        []item         // by rising seq; items with an empty kind have been replaced
	at           map[string]int // index in items, by kind and key
	kept         map[string][]string
	changed      chan struct{} // closed and replaced at every change
	subscribers  int
	writeTimeout time.Duration // of the next subscriber

	calls  map[string]callItem
	events map[string]eventItem
	sms    map[string]smsItem
	bot    BotState
	clock  ClockState
	queue  QueueState

	mask masker
	who  attribution

	resource func(key string) (name string, data []byte, ok bool) // reads a file that Feishu keeps
}

// item is one changed thing. key is a message id, an open_id, ….
type item struct {
	seq  uint64
	kind string
	key  string
}

func newFeed(now time.Time) *feed {
	return &feed{
		epoch:        strconv.FormatInt(now.UnixNano(), 36),
		writeTimeout: writeTimeout,
		at:           map[string]int{},
		kept:         map[string][]string{},
		changed:      make(chan struct{}),
		calls:        map[string]callItem{},
		events:       map[string]eventItem{},
		sms:          map[string]smsItem{},
		bot:          BotState{State: "running", Can: []string{}},
	}
}

// mark records that something changed. It may be called under any lock of the world.
func (f *feed) mark(kind, key string) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.markLocked(kind, key)
}

func (f *feed) markLocked(kind, key string) {
	f.drop(kind, key)
	f.seq++
	f.at[kind+" "+key] = len(f.items)
	f.items = append(f.items, item{f.seq, kind, key})
	if len(f.items) > 2*len(f.at)+64 {
		f.compact()
	}
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *feed) drop(kind, key string) {
	if i, ok := f.at[kind+" "+key]; ok {
		f.items[i].kind = ""
		delete(f.at, kind+" "+key)
	}
}

func (f *feed) compact() {
	live := make([]item, 0, len(f.at)+64)
	for _, it := range f.items {
		if it.kind != "" {
			f.at[it.kind+" "+it.key] = len(live)
			live = append(live, it)
		}
	}
	f.items = live
}

// keep remembers at most limit keys of a group. It returns the key that it has dropped, "" for none.
func (f *feed) keep(group, key string, limit int) (gone string) {
	if slices.Contains(f.kept[group], key) {
		return ""
	}
	f.kept[group] = append(f.kept[group], key)
	if len(f.kept[group]) > limit {
		gone = f.kept[group][0]
		f.kept[group] = slices.Delete(f.kept[group], 0, 1)
	}
	return gone
}

// since returns at most n items after a sequence number, and a channel that is closed at the next change.
func (f *feed) since(seq uint64, n int) ([]item, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, _ := slices.BinarySearchFunc(f.items, seq+1, func(it item, want uint64) int {
		if it.seq < want {
			return -1
		}
		return 1
	})
	var out []item
	for ; i < len(f.items) && len(out) < n; i++ {
		if f.items[i].kind != "" {
			out = append(out, f.items[i])
		}
	}
	return out, f.changed
}

// noteMessage is called under Feishu's lock.
func (f *feed) noteMessage(m feishu.Message) {
	owner := f.who.message(m)
	f.mu.Lock()
	defer f.mu.Unlock()
	if gone := f.keep("chat "+m.ChatID, m.ID, keptMessages); gone != "" {
		f.drop(itemMessage, gone)
	}
	f.markLocked(itemMessage, m.ID)
	if owner != "" {
		f.markLocked(itemPerson, owner) // the person's stage is read from the chat
	}
}

// noteEvent is called under Feishu's lock.
func (f *feed) noteEvent(o feishu.Observed) {
	f.mask.learnForm(o.Body)
	in := eventItem{Observed: o, who: f.who.subjectOf("", o.Body)}
	in.body = f.mask.body(wire.Sample{Head: o.Body, Size: int64(len(o.Body)), ContentType: "application/json"})
	if o.Answer != nil {
		in.answer = f.mask.body(wire.Sample{Head: o.Answer, Size: int64(len(o.Answer)), ContentType: "application/json"})
	}
	in.Body, in.Answer = nil, nil
	f.mu.Lock()
	defer f.mu.Unlock()
	if gone := f.keep("events", o.EventID, keptBodies); gone != "" {
		f.drop(itemEvent, gone)
		delete(f.events, gone)
	}
	if old, ok := f.events[o.EventID]; ok {
		in.no = old.no
	} else {
		in.no = f.seq + 1
	}
	f.events[o.EventID] = in
	f.markLocked(itemEvent, o.EventID)
}

// noteCall is called before a platform's answer is sent.
func (f *feed) noteCall(x wire.Exchange) {
	f.who.hashPictures(f.resource)
	c := callItem{Call: x.Call, who: f.who.subjectOf(x.Call.Path+" "+x.Query+" "+x.Call.Subject, x.In.Head, x.Out.Head)}
	if x.Call.Upstream == sim.UpstreamESign {
		f.who.learn(c.who, x.Out.Head)
	}
	c.in, c.out = f.mask.body(x.In), f.mask.body(x.Out)
	c.Path = f.mask.text(c.Path)
	key := strconv.FormatInt(x.Call.Seq, 10)
	f.mu.Lock()
	defer f.mu.Unlock()
	if gone := f.keep("calls", key, keptBodies); gone != "" {
		f.drop(itemCall, gone)
		delete(f.calls, gone)
	}
	f.calls[key] = c
	f.markLocked(itemCall, key)
	if x.Call.Fault != "" {
		f.markLocked(itemFaults, "")
		f.markLocked(itemScenarios, "")
	}
}
