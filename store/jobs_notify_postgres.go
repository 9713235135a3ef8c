package store

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// startNotifier forwards wake-ups to the queues of all processes, in the format of River's own
// notifications, until stop. Wake-ups of one queue merge while an earlier one is being sent. If a
// notification is lost with its connection, the polling of the queues replaces it.
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

// notify sends a notification to River's listeners. The topic starts with the schema, as River's
// own topics do.
func notify(ctx context.Context, pool *pgxpool.Pool, queue string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, _ = pool.Exec(ctx, `SELECT pg_notify(concat(current_schema(), '.`+insertTopic+`'), $1)`, insertPayload(queue))
}

// insertPayload returns the body of River's notification of an inserted job.
func insertPayload(queue string) string { return `{"queue":` + strconv.Quote(queue) + `}` }
