package store

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// startNotifier hands the notifier's wake-ups to the queues of all processes, in the words of
// River's own notifications, until stop. Rings that come while one is on its way fall
// together. One that is lost with the connection is made up for by the queues' own looking.
func startNotifier(pool *pgxpool.Pool, notifier *jobNotifier) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			queue, err := notifier.next(ctx)
			if err != nil {
				return
			}
			notify(ctx, pool, queue)
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// notify sends what River's listeners wait for. The topic carries the schema, as theirs does.
func notify(ctx context.Context, pool *pgxpool.Pool, queue string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, _ = pool.Exec(ctx, `SELECT pg_notify(concat(current_schema(), '.`+insertTopic+`'), $1)`, insertPayload(queue))
}

// ringPayload is the body of River's insert notification.
func insertPayload(queue string) string { return `{"queue":` + strconv.Quote(queue) + `}` }
