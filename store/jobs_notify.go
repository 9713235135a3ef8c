package store

import (
	"context"
	"sync"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// wakeTimer is a queue to wake after a delay.
type wakeTimer struct {
	queue string
	in    time.Duration
}

// jobNotifier wakes River's queues in this process. River's own notifications on SQLite are rows of
// a table that it polls every 50 ms; jobNotifier is a channel. A lost wake-up only causes a delay,
// because the queues also poll.
type jobNotifier struct {
	mu      sync.Mutex
	pending map[string]bool
	signal  chan struct{} // of capacity 1; full while pending has a queue
}

func newJobNotifier() *jobNotifier {
	return &jobNotifier{pending: map[string]bool{}, signal: make(chan struct{}, 1)}
}

// wake wakes a queue. Calls for one queue merge until next returns it.
func (n *jobNotifier) wake(queue string) {
	n.mu.Lock()
	n.pending[queue] = true
	n.mu.Unlock()
	select {
	case n.signal <- struct{}{}:
	default:
	}
}

// wakeIn wakes a queue after a delay.
func (n *jobNotifier) wakeIn(queue string, in time.Duration) {
	if in <= 0 {
		n.wake(queue)
		return
	}
	time.AfterFunc(in, func() { n.wake(queue) })
}

// next waits for the next queue to wake.
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

// localDriver is River's SQLite driver with the jobNotifier in place of the notification table, and
// with our own INSERT for jobs (jobs_insert_sqlite.go).
type localDriver struct {
	*riversqlite.Driver
	notifier *jobNotifier
}

// SupportsListenNotify returns false, so that River writes no notifications.
func (*localDriver) SupportsListenNotify() bool { return false }

// GetListener returns a listener on the jobNotifier.
func (d *localDriver) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{d.notifier}
}

// listener presents wake-ups to River as notifications of inserted jobs.
type listener struct{ notifier *jobNotifier }

func (*listener) Close(context.Context) error            { return nil }
func (*listener) Connect(context.Context) error          { return nil }
func (*listener) Listen(context.Context, string) error   { return nil }
func (*listener) Unlisten(context.Context, string) error { return nil }
func (*listener) Ping(context.Context) error             { return nil }
func (*listener) Schema() string                         { return "" }
func (*listener) SetAfterConnectExec(string)             {}

// insertTopic is the topic of River's notifications of inserted jobs.
const insertTopic = "river_insert"

func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	queue, err := l.notifier.next(ctx)
	if err != nil {
		return nil, err
	}
	return &riverdriver.Notification{Topic: insertTopic, Payload: insertPayload(queue)}, nil
}
