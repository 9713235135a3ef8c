package bot

import (
	"context"
	"encoding/json"
	"hash/maphash"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"shiming/flows"
)

// PushStore stores events from their acknowledgement until they are handled. *store.Store implements it.
type PushStore interface {
	// SavePush stores an event durably. chat is what it is ordered by, "" for nothing.
	SavePush(ctx context.Context, chat string, body []byte) (id string, err error)
	// OlderPushes returns the ids of the events of the chat that arrived before the event and are not deleted yet, oldest
	// first.
	OlderPushes(ctx context.Context, chat, id string) ([]string, error)
	// ReadPush returns an event, or flows.ErrNotFound.
	ReadPush(ctx context.Context, id string) (flows.Push, error)
	// DeletePushes deletes handled events.
	DeletePushes(ctx context.Context, ids []string) error
	// TakeDuePushes returns events that were not deleted in time, oldest first, and defers them.
	TakeDuePushes(ctx context.Context, limit int) ([]flows.Push, error)
}

// Limits of the inbox. The server acknowledges an event as soon as it is stored, because storing takes a tenth of the
// time of handling. A burst of events thus waits in the inbox and not in Feishu's redelivery (15 s, 5 min, 1 h). The
// inbox does not store clicks, because the response to a click carries the result.
//
// The store holds every event that is not handled yet. After a crash or a failed attempt, pollBacklog loads the event
// again. An event may therefore be handled twice; the event key makes the second time a no-op.
const (
	// partitions is the number of workers. A worker handles the events of a chat in order.
	partitions = 16
	// partitionSize is how many events of a partition are in memory. Further events wait in the store.
	partitionSize = 512
	pollEvery     = 3 * time.Second
	pollBatch     = 64
	deleteBatch   = 64
	// decideTimeout limits the handling of one event, including a wait for an unavailable database.
	decideTimeout = 10 * time.Second
)

// inbox handles events after their acknowledgement.
type inbox struct {
	events     *events
	store      PushStore
	log        *slog.Logger
	seed       maphash.Seed
	partitions [partitions]chan flows.Push

	mu      sync.Mutex
	queued  map[string]bool // ids in the partitions
	decided map[string]bool // ids of handled events that the store may still hold
}

func newInbox(e *events, store PushStore, log *slog.Logger) *inbox {
	b := &inbox{
		events:  e,
		store:   store,
		log:     log,
		seed:    maphash.MakeSeed(),
		queued:  map[string]bool{},
		decided: map[string]bool{},
	}
	for i := range b.partitions {
		b.partitions[i] = make(chan flows.Push, partitionSize)
	}
	return b
}

// add stores an event and queues it in its partition. If the partition is full, pollBacklog queues the event later.
func (b *inbox) add(ctx context.Context, plain []byte) error {
	id, err := b.store.SavePush(ctx, string(chatOf(plain)), plain)
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

// partition returns the queue for the chat of an event.
func (b *inbox) partition(plain []byte) chan flows.Push {
	return b.partitions[maphash.Bytes(b.seed, chatOf(plain))%partitions]
}

// markQueued records that an event is in memory. It returns false if the event was already there.
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

// run handles events until ctx ends. After that it handles the events in memory, for at most grace.
func (b *inbox) run(ctx context.Context, grace time.Duration) {
	done := make(chan string, partitions*deleteBatch) // ids of handled events
	var poller, workers, deleter sync.WaitGroup
	poller.Go(func() { b.pollBacklog(ctx) })
	// The first worker that sees the end of ctx sets the deadline for all.
	deadline := sync.OnceValue(func() time.Time { return time.Now().Add(grace) })
	for _, queue := range b.partitions {
		workers.Go(func() { b.work(ctx, queue, deadline, done) })
	}
	deleter.Go(func() { b.deletePushes(done) })
	poller.Wait()
	workers.Wait()
	close(done)
	deleter.Wait()
}

// work handles the events of one partition until ctx ends, and then those that are left in the queue until deadline.
func (b *inbox) work(ctx context.Context, queue <-chan flows.Push, deadline func() time.Time, done chan<- string) {
	for ctx.Err() == nil {
		select {
		case p := <-queue:
			b.handle(p, done)
		case <-ctx.Done():
		}
	}
	for !time.Now().After(deadline()) {
		select {
		case p := <-queue:
			b.handle(p, done)
		default:
			return
		}
	}
}

// handle handles the older events of the chat and then the event. What is left out or fails stays in the store, where
// pollBacklog finds it.
func (b *inbox) handle(p flows.Push, done chan<- string) {
	defer b.unmarkQueued(p.ID)
	ctx := flows.WithLowPriority(context.Background()) // the store limits each of its operations
	if !b.isDecided(p.ID) && b.handleOlder(ctx, p, done) {
		b.decide(p, done)
	}
}

// decide handles one event, sends its id to done and returns true. It returns false if the event fails.
func (b *inbox) decide(p flows.Push, done chan<- string) (ok bool) {
	ctx, cancel := context.WithTimeout(flows.WithLowPriority(context.Background()), decideTimeout)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			b.log.ErrorContext(ctx, "panic in handler", "push", p.ID, "type", typeName(v), "stack", string(debug.Stack()))
		}
	}()
	e := &envelope{plain: p.Body}
	if json.Unmarshal(p.Body, e) == nil {
		if _, err := b.events.deliver(ctx, e); err != nil {
			kind := label(e.kind())
			b.log.ErrorContext(ctx, "event not decided on yet; it comes again", "push", p.ID, "event_type", kind, "error", err)
			return false
		}
	}
	b.markDecided(p.ID)
	done <- p.ID
	return true
}

// deletePushes deletes handled events in batches. If it fails to delete an event, the event is handled again, without
// effect.
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
		if err := b.store.DeletePushes(ctx, ids); err != nil {
			b.log.WarnContext(ctx, "events that were decided on are not forgotten yet", "events", len(ids), "error", err)
		}
		b.forgetDecided(ids)
	}
}

// pollBacklog queues stored events that no partition holds, at the start and then every pollEvery.
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

// pollOnce queues one batch of stored events. It returns true if there may be more.
func (b *inbox) pollOnce(ctx context.Context) bool {
	due, err := b.store.TakeDuePushes(flows.WithLowPriority(ctx), pollBatch)
	if err != nil {
		if ctx.Err() == nil {
			b.log.WarnContext(ctx, "events that were left behind cannot be looked up", "error", err)
		}
		return false
	}
	for _, p := range due {
		if !b.markQueued(p.ID) {
			continue // a partition already holds it
		}
		select {
		case b.partition(p.Body) <- p:
		case <-ctx.Done():
			return false
		}
	}
	return len(due) == pollBatch
}
