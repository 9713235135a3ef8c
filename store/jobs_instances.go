package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// On PostgreSQL the processes requeue each other's jobs. Each process sends heartbeats over one
// session, in which it holds an advisory lock on its id. When a process dies, the server ends its
// session at once, and the process counts as dead after sessionLossTimeout without a heartbeat. A
// process that cannot be reached keeps its session for a while; it counts as dead after
// heartbeatTimeout, which others notice 10 to 14 s after its last heartbeat. River's own rescuer only
// looks at how long a job has been running (five minutes here) and stays for the remaining cases.
const (
	heartbeatInterval  = 2 * time.Second
	sessionLossTimeout = 5 * time.Second
	heartbeatTimeout   = 10 * time.Second
	// reconnectGrace is how long after its start a server may lack the sessions of living processes.
	reconnectGrace = 10 * time.Second
)

// heartbeat registers this process in the table instances and requeues the jobs of dead processes.
//
// A process without a network connection may still run a job that another one has requeued. That is
// allowed: jobs run at least once, and the state of the case guards what must not happen twice.
type heartbeat struct {
	pool     *pgxpool.Pool
	id       string
	log      *slog.Logger
	notifier *jobNotifier

	interval, timeout, sessionLossTimeout, reconnectGrace time.Duration // see the constants

	conn *pgxpool.Conn // the session of the heartbeats; nil before the first and after a failure
}

// instanceID returns a new id of this process: host, process id and a random part. River uses it as
// client id, so that river_job.attempted_by and river_leader.leader_id hold it.
func instanceID() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	host = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, host)
	return fmt.Sprintf("%.40s_%d_%.10s", host, os.Getpid(), rand.Text())
}

// start sends a first heartbeat, so that no other process requeues this one's jobs, and continues
// until stop. After a clean stop no job is running here, so that the process is unregistered.
func (h *heartbeat) start(ctx context.Context) (stop func(clean bool), err error) {
	if err := h.beat(ctx); err != nil {
		return nil, fmt.Errorf("first beat: %w", err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.run(ctx)
	}()
	return func(clean bool) {
		cancel()
		<-ended
		if clean {
			h.unregister()
		}
		h.closeSession()
	}, nil
}

// run sends heartbeats and requeues jobs of dead processes until ctx ends.
func (h *heartbeat) run(ctx context.Context) {
	tick := time.NewTicker(h.interval)
	defer tick.Stop()
	own := beatHistory{maxGap: h.timeout / 2, minSpan: h.timeout}
	own.record(time.Now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := h.beat(ctx)
		if err == nil {
			err = h.requeueOrphans(ctx, own.record(time.Now()))
		}
		if err != nil && ctx.Err() == nil {
			h.log.LogAttrs(ctx, slog.LevelWarn, "beat failed", slog.String("error", errorTypes(err)))
		}
	}
}

// beatHistory observes the heartbeats of this process. After an outage of the database all
// processes look dead. So a process may judge others by their heartbeats only after its own have
// arrived without a gap for minSpan: by then every living process has sent one, too.
type beatHistory struct {
	maxGap, minSpan time.Duration
	last, since     time.Time
}

// record notes a heartbeat that arrived, and reports whether this process may judge others.
func (b *beatHistory) record(now time.Time) bool {
	if b.last.IsZero() || now.Sub(b.last) > b.maxGap {
		b.since = now
	}
	b.last = now
	return now.Sub(b.since) >= b.minSpan
}

// instanceLockPrefix is followed by the id in the name of the lock that a living process holds.
const instanceLockPrefix = "instance/"

// nowMillisPostgres is the server's clock in Unix milliseconds.
const nowMillisPostgres = `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`

// beat sends one heartbeat and opens a session first if there is none.
func (h *heartbeat) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, h.timeout/4)
	defer cancel()
	if h.conn == nil {
		if err := h.openSession(ctx); err != nil {
			return err
		}
	}
	_, err := h.conn.Exec(ctx, `
		INSERT INTO instances (id, beat_ms)
		VALUES ($1, `+nowMillisPostgres+`)
		ON CONFLICT (id) DO UPDATE
		SET beat_ms = excluded.beat_ms`,
		h.id,
	)
	if err != nil {
		h.closeSession()
	}
	return err
}

// openSession opens the session of the heartbeats and locks the id in it. The lock is shared,
// because the server may not have ended a former session of this process yet.
func (h *heartbeat) openSession(ctx context.Context) error {
	conn, err := h.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	h.conn = conn
	_, err = conn.Exec(ctx, `SELECT pg_advisory_lock_shared(`+advisoryLockKey+`)`, instanceLockPrefix+h.id)
	if err != nil {
		h.closeSession()
	}
	return err
}

// closeSession ends the session of the heartbeats and so releases the lock on the id.
func (h *heartbeat) closeSession() {
	if h.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = h.conn.Conn().Close(ctx) // the pool discards a closed connection
	h.conn.Release()
	h.conn = nil
}

// The following conditions take these parameters: $1 heartbeatTimeout and $2 sessionLossTimeout in
// milliseconds, $3 whether this process may judge others by $1, $4 reconnectGrace in milliseconds.

// serverUpLongEnough is true when every living process has reconnected after a start of the server.
const serverUpLongEnough = `
	CAST(extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) * 1000 AS BIGINT) > $4`

// liveInstances selects the ids of the processes that may be running jobs.
const liveInstances = `
	SELECT i.id
	FROM instances i
	WHERE (NOT $3 OR i.beat_ms > ` + nowMillisPostgres + ` - $1)
	  AND (
		NOT (` + serverUpLongEnough + `)
		OR i.beat_ms > ` + nowMillisPostgres + ` - $2
		OR EXISTS (
			SELECT 1
			FROM pg_locks l
			WHERE l.locktype = 'advisory'
			  AND l.granted
			  AND l.objsubid = 1
			  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
			  AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(
				coalesce(current_schema(), '') || '/shiming/' || '` + instanceLockPrefix + `' || i.id, 0)
		)
	  )`

// requeueOrphans makes the jobs of dead processes available. River appends the client id of each
// attempt to attempted_by, so that the last id is that of the process that runs the job. The attempt
// stays counted, because the job may have had its effect.
func (h *heartbeat) requeueOrphans(ctx context.Context, trustTimeout bool) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	args := []any{
		h.timeout.Milliseconds(),
		h.sessionLossTimeout.Milliseconds(),
		trustTimeout,
		h.reconnectGrace.Milliseconds(),
	}
	rows, err := h.pool.Query(ctx, `
		UPDATE river_job AS j
		SET state = 'available'
		WHERE j.state = 'running'
		  AND ($3 OR `+serverUpLongEnough+`)
		  AND j.attempted_by[array_upper(j.attempted_by, 1)] NOT IN (`+liveInstances+`)
		RETURNING j.queue`,
		args...,
	)
	if err != nil {
		return err
	}
	queues, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, queue := range queues {
		h.notifier.wake(queue)
	}
	if len(queues) > 0 {
		h.log.LogAttrs(ctx, slog.LevelWarn, "took up jobs of a process that died", slog.Int("jobs", len(queues)))
	}

	// The lease of a dead leader would stop the scheduling of jobs for 15 s.
	_, err = h.pool.Exec(ctx, `
		DELETE FROM river_leader AS l
		WHERE ($3 OR `+serverUpLongEnough+`)
		  AND l.leader_id NOT IN (`+liveInstances+`)`,
		args...,
	)
	if err != nil {
		return err
	}
	_, err = h.pool.Exec(ctx, `DELETE FROM instances WHERE beat_ms <= `+nowMillisPostgres+` - $1`,
		10*h.timeout.Milliseconds())
	return err
}

// unregister removes this process from the table instances.
func (h *heartbeat) unregister() {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	if _, err := h.pool.Exec(ctx, `DELETE FROM instances WHERE id = $1`, h.id); err != nil {
		h.log.LogAttrs(ctx, slog.LevelWarn, "leaving failed", slog.String("error", errorTypes(err)))
	}
}
