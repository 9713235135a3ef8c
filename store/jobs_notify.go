package store

import (
	"context"
	"sync"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// wakeTimer is a queue to wake, in a while.
type wakeTimer struct {
	queue string
	in    time.Duration
}

// jobNotifier wakes River's queues inside this process. River's own way on SQLite is a table that
// is written with each job and polled every 50 ms; the notifier costs nothing and takes the
// time of a channel. It loses nothing that matters: the queues also poll by themselves.
type jobNotifier struct {
	mu      sync.Mutex
	pending map[string]bool
	signal  chan struct{} // holds one when pending is not empty
}

func newJobNotifier() *jobNotifier {
	return &jobNotifier{pending: map[string]bool{}, signal: make(chan struct{}, 1)}
}

// wake wakes a queue. Calls for the same queue merge until next has returned it.
func (n *jobNotifier) wake(queue string) {
	n.mu.Lock()
	n.pending[queue] = true
	n.mu.Unlock()
	select {
	case n.signal <- struct{}{}:
	default:
	}
}

// wakeIn wakes a queue in a while, at once if that is not positive.
func (n *jobNotifier) wakeIn(queue string, in time.Duration) {
	if in <= 0 {
		n.wake(queue)
		return
	}
	time.AfterFunc(in, func() { n.wake(queue) })
}

// next waits for a queue to wake.
func (n *jobNotifier) next(ctx context.Context) (string, error) {
	for {
		n.mu.Lock()
		for queue := range n.pending {
			delete(n.pending, queue)
			n.mu.Unlock()
			return queue, nil
		}
		n.mu.Unlock()
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-n.signal:
		}
	}
}

// localDriver is River's SQLite driver with the notifier in place of its notification table.
type localDriver struct {
	*riversqlite.Driver
	notifier *jobNotifier
}

// SupportsListenNotify false keeps River from writing notifications to the database.
func (*localDriver) SupportsListenNotify() bool { return false }

// GetListener gives River the notifier to listen to.
func (d *localDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{d.notifier}
}

// listener hands the notifier's wake-ups to River as if they were notifications of inserts.
type listener struct{ notifier *jobNotifier }

func (*listener) Close(context.Context) error            { return nil }
func (*listener) Connect(context.Context) error          { return nil }
func (*listener) Listen(context.Context, string) error   { return nil }
func (*listener) Unlisten(context.Context, string) error { return nil }
func (*listener) Ping(context.Context) error             { return nil }
func (*listener) Schema() string                         { return "" }
func (*listener) SetAfterConnectExec(string)             {}

// insertTopic is the topic of River's insert notifications.
const insertTopic = "river_insert"

func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	queue, err := l.notifier.next(ctx)
	if err != nil {
		return nil, err
	}
	return &riverdriver.Notification{Topic: insertTopic, Payload: insertPayload(queue)}, nil
}
