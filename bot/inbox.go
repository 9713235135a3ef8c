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

// Limits of the inbox. Storing an event takes a tenth of the time of a decision. So Feishu gets its answer after the
// event is stored, and a burst of events waits here and not in Feishu's redelivery (15 s, 5 min, 1 h). A click is not
// stored: the answer to its callback is the decision.
//
// The store holds every event that is not decided on. After a crash, or a decision that failed, pollBacklog takes it
// up again. An event may therefore be handled twice; its key makes the second time a no-op.
const (
	partitions     = 16  // events of one chat are decided on in order, those of others beside them
	partitionSpace = 512 // events in memory; what comes on top of it waits in the store
	pollEvery      = 3 * time.Second
	pollBatch      = 64
	deleteBatch    = 64
	// decideTimeout limits one decision. A decision may wait until the database is available again.
	decideTimeout = 10 * time.Second
)

// inbox handles events after their acknowledgement.
type inbox struct {
	events     *events
	store      PushStore
	log        *slog.Logger
	seed       maphash.Seed
	partitions [partitions]chan flows.Push

	mu     sync.Mutex
	queued map[string]bool // ids in the partitions
}

func newInbox(e *events, store PushStore, log *slog.Logger) *inbox {
	b := &inbox{
		events: e,
		store:  store,
		log:    log,
		seed:   maphash.MakeSeed(),
		queued: map[string]bool{},
	}
	for i := range b.partitions {
		b.partitions[i] = make(chan flows.Push, partitionSpace)
	}
	return b
}

// handledAsync reports whether an event may be handled after its acknowledgement.
func handledAsync(kind string) bool {
	switch kind {
	case eventMessage, eventRecalled, eventEntered, eventMenu:
		return true
	}
	return false
}

// accept stores an event and puts it into its partition. If the partition is full, pollBacklog finds the event later.
func (b *inbox) accept(ctx context.Context, plain []byte) error {
	id, err := b.store.KeepPush(ctx, plain)
	if err != nil {
		return err
	}
	b.markQueued(id)
	select {
	case b.partition(plain) <- flows.Push{ID: id, Body: plain}:
	default:
		b.unmarkQueued(id)
	}
	return nil
}

// partition returns the queue of the chat that an event belongs to.
func (b *inbox) partition(plain []byte) chan flows.Push {
	return b.partitions[maphash.Bytes(b.seed, chatOf(plain))%partitions]
}

// chatOf finds the chat_id of an event without decoding it; empty if there is none. A user's text cannot forge it,
// because quotes in JSON strings are escaped.
func chatOf(plain []byte) []byte {
	_, rest, _ := bytes.Cut(plain, []byte(`"chat_id":"`))
	chat, _, _ := bytes.Cut(rest, []byte(`"`))
	return chat
}

// markQueued reports whether the event is new in memory.
func (b *inbox) markQueued(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.queued[id] {
		return false
	}
	b.queued[id] = true
	return true
}

func (b *inbox) unmarkQueued(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.queued, id)
}

// run handles events until ctx ends. Then it handles the events in memory for at most grace.
func (b *inbox) run(ctx context.Context, grace time.Duration) {
	done := make(chan string, partitions*deleteBatch) // ids of handled events
	var feeding, working, dropping sync.WaitGroup
	feeding.Go(func() { b.pollBacklog(ctx) })
	end := sync.OnceValue(func() time.Time { return time.Now().Add(grace) })
	for _, queue := range b.partitions {
		working.Go(func() {
			for {
				select {
				case p := <-queue:
					b.decide(p, done)
					continue
				case <-ctx.Done():
				}
				if time.Now().After(end()) {
					return
				}
				select {
				case p := <-queue:
					b.decide(p, done)
				default:
					return
				}
			}
		})
	}
	dropping.Go(func() { b.deletePushes(done) })
	feeding.Wait()
	working.Wait()
	close(done)
	dropping.Wait()
}

// decide handles one event. An event that fails stays in the store; pollBacklog takes it up again.
func (b *inbox) decide(p flows.Push, done chan<- string) {
	ctx, cancel := context.WithTimeout(flows.WithLowPriority(context.Background()), decideTimeout)
	defer cancel()
	defer b.unmarkQueued(p.ID)
	defer func() {
		if v := recover(); v != nil {
			b.log.ErrorContext(ctx, "panic in handler", "push", p.ID, "type", typeName(v), "stack", string(debug.Stack()))
		}
	}()
	e := &envelope{plain: p.Body}
	if json.Unmarshal(p.Body, e) == nil {
		if _, err := b.events.deliver(ctx, e); err != nil {
			b.log.ErrorContext(ctx, "event not decided on yet; it comes again", "push", p.ID, "event_type", label(e.kind()),
				"error", err)
			return
		}
	}
	done <- p.ID
}

// deletePushes deletes handled events in batches. An event that it fails to delete is handled again, without effect.
func (b *inbox) deletePushes(done <-chan string) {
	ctx := flows.WithLowPriority(context.Background())
	for id := range done {
		ids := []string{id}
		for more := true; more && len(ids) < deleteBatch; {
			select {
			case id, ok := <-done:
				if more = ok; ok {
					ids = append(ids, id)
				}
			default:
				more = false
			}
		}
		if err := b.store.DropPushes(ctx, ids); err != nil {
			b.log.WarnContext(ctx, "events that were decided on are not forgotten yet", "events", len(ids), "error", err)
		}
	}
}

// pollBacklog takes up stored events that no partition holds, at once and then every pollEvery.
func (b *inbox) pollBacklog(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		for b.pollOnce(ctx) {
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// pollOnce reports whether there may be more.
func (b *inbox) pollOnce(ctx context.Context) bool {
	due, err := b.store.DuePushes(flows.WithLowPriority(ctx), pollBatch)
	if err != nil {
		if ctx.Err() == nil {
			b.log.WarnContext(ctx, "events that were left behind cannot be looked up", "error", err)
		}
		return false
	}
	for _, p := range due {
		if !b.markQueued(p.ID) {
			continue // a partition holds it
		}
		select {
		case b.partition(p.Body) <- p:
		case <-ctx.Done():
			return false
		}
	}
	return len(due) == pollBatch
}
