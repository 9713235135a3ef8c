package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"hash/maphash"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"shiming/flows"
)

// PushStore keeps events from their acknowledgement until they are decided on; *store.Store implements it.
type PushStore interface {
	// KeepPush stores an event durably.
	KeepPush(ctx context.Context, body []byte) (id string, err error)
	// DropPushes forgets events that were decided on.
	DropPushes(ctx context.Context, ids []string) error
	// DuePushes returns events that were not dropped in time, the oldest first, and puts them off.
	DuePushes(ctx context.Context, limit int) ([]flows.Push, error)
}

// Storing an event takes a tenth of the time that deciding on it takes, so Feishu gets its answer after the former, and a
// crowd of events waits here instead of in its redelivery, which takes 15 s, 5 min, 1 h. Who clicks a button waits for
// the decision, since it is the answer.
//
// Nothing that matters is only in memory: what is not decided on when the process dies, or could not be, is taken up
// from the store. An event may then be decided on twice, of which its key makes once.
const (
	deskLanes = 16  // events of one chat are decided on in order, those of others beside them
	laneSpace = 512 // events in memory; what comes on top of it waits in the store
	dueEvery  = 3 * time.Second
	dueBatch  = 64
	dropSpace = 64
	// decideTimeout bounds one decision, which may wait for the database to come back.
	decideTimeout = 10 * time.Second
)

// desk decides on events behind their acknowledgement.
type desk struct {
	events *events
	store  PushStore
	log    *slog.Logger
	seed   maphash.Seed
	lanes  [deskLanes]chan flows.Push

	mu   sync.Mutex
	here map[string]bool // ids in the lanes
}

func newDesk(e *events, store PushStore, log *slog.Logger) *desk {
	d := &desk{events: e, store: store, log: log, seed: maphash.MakeSeed(), here: map[string]bool{}}
	for i := range d.lanes {
		d.lanes[i] = make(chan flows.Push, laneSpace)
	}
	return d
}

// behind reports whether an event may be decided on after its acknowledgement.
func behind(kind string) bool {
	switch kind {
	case eventMessage, eventRecalled, eventEntered, eventMenu:
		return true
	}
	return false
}

// keep stores an event and has it decided on. One that finds no room is left to the store.
func (d *desk) keep(ctx context.Context, plain []byte) error {
	id, err := d.store.KeepPush(ctx, plain)
	if err != nil {
		return err
	}
	d.note(id)
	select {
	case d.lane(plain) <- flows.Push{ID: id, Body: plain}:
	default:
		d.forget(id)
	}
	return nil
}

// lane is where the events of a chat go.
func (d *desk) lane(plain []byte) chan flows.Push {
	return d.lanes[maphash.Bytes(d.seed, chatOf(plain))%deskLanes]
}

// chatOf finds the chat that an event belongs to without decoding it; empty if it names none. In what people wrote
// quotes are escaped.
func chatOf(plain []byte) []byte {
	_, rest, _ := bytes.Cut(plain, []byte(`"chat_id":"`))
	chat, _, _ := bytes.Cut(rest, []byte(`"`))
	return chat
}

// note reports whether the event was not in memory before.
func (d *desk) note(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.here[id] {
		return false
	}
	d.here[id] = true
	return true
}

func (d *desk) forget(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.here, id)
}

// run decides on events until ctx ends, and then for as long as grace on those that are in memory.
func (d *desk) run(ctx context.Context, grace time.Duration) {
	done := make(chan string, deskLanes*dropSpace) // ids of what was decided on
	var feeding, working, dropping sync.WaitGroup
	feeding.Go(func() { d.feed(ctx) })
	end := sync.OnceValue(func() time.Time { return time.Now().Add(grace) })
	for _, lane := range d.lanes {
		working.Go(func() {
			for {
				select {
				case p := <-lane:
					d.decide(p, done)
					continue
				case <-ctx.Done():
				}
				if time.Now().After(end()) {
					return
				}
				select {
				case p := <-lane:
					d.decide(p, done)
				default:
					return
				}
			}
		})
	}
	dropping.Go(func() { d.drop(done) })
	feeding.Wait()
	working.Wait()
	close(done)
	dropping.Wait()
}

// decide has one event decided on. What fails stays in the store and comes again.
func (d *desk) decide(p flows.Push, done chan<- string) {
	ctx, cancel := context.WithTimeout(flows.Unhurried(context.Background()), decideTimeout)
	defer cancel()
	defer d.forget(p.ID)
	defer func() {
		if v := recover(); v != nil {
			d.log.ErrorContext(ctx, "panic in handler", "push", p.ID, "type", typeName(v), "stack", string(debug.Stack()))
		}
	}()
	e := &envelope{plain: p.Body}
	if json.Unmarshal(p.Body, e) == nil {
		if _, err := d.events.deliver(ctx, e); err != nil {
			d.log.ErrorContext(ctx, "event not decided on yet; it comes again", "push", p.ID, "event_type", label(e.kind()), "error", err)
			return
		}
	}
	done <- p.ID
}

// drop deletes what was decided on, as many at a time as there are. What it fails to delete comes again and changes
// nothing.
func (d *desk) drop(done <-chan string) {
	ctx := flows.Unhurried(context.Background())
	for id := range done {
		ids := []string{id}
		for more := true; more && len(ids) < dropSpace; {
			select {
			case id, ok := <-done:
				if more = ok; ok {
					ids = append(ids, id)
				}
			default:
				more = false
			}
		}
		if err := d.store.DropPushes(ctx, ids); err != nil {
			d.log.WarnContext(ctx, "events that were decided on are not forgotten yet", "events", len(ids), "error", err)
		}
	}
}

// feed takes up what was left behind, at once and then every few seconds.
func (d *desk) feed(ctx context.Context) {
	tick := time.NewTicker(dueEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		for d.feedSome(ctx) {
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// feedSome reports whether there may be more.
func (d *desk) feedSome(ctx context.Context) bool {
	due, err := d.store.DuePushes(flows.Unhurried(ctx), dueBatch)
	if err != nil {
		if ctx.Err() == nil {
			d.log.WarnContext(ctx, "events that were left behind cannot be looked up", "error", err)
		}
		return false
	}
	for _, p := range due {
		if !d.note(p.ID) {
			continue // it is in its lane
		}
		select {
		case d.lane(p.Body) <- p:
		case <-ctx.Done():
			return false
		}
	}
	return len(due) == dueBatch
}
