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

// Jobs of a process that died are taken up by the others, or by the one that is started in
// its place. Each process beats over one session, on which it holds the name of its id. When a
// process is killed the server ends that session at once, so that 5 s without a beat are enough
// then; a process that only fell silent, since the network or its machine is away, counts as
// dead 10 to 14 s after its last beat. River's own rescuer looks at how long a job has been
// running only, five minutes here, and stays for what this does not see.
const (
	heartbeatInterval  = 2 * time.Second
	sessionLossTimeout = 5 * time.Second
	heartbeatTimeout   = 10 * time.Second
	reconnectGrace     = 10 * time.Second // everybody has a session again after a start of the server
)

// heartbeat announces this process in the table instances, and makes jobs of those available
// again that fell silent. A process that was only cut off may still be running such a job:
// jobs run at least once, and what must not happen twice is guarded by the case's state.
type heartbeat struct {
	pool               *pgxpool.Pool
	id                 string
	log                *slog.Logger
	notifier           *jobNotifier
	interval, timeout  time.Duration
	sessionLossTimeout time.Duration // for those whose session has ended
	reconnectGrace     time.Duration // and then only when the server has been up for so long

	conn *pgxpool.Conn // the session of the beats; nil before the first and after a failure
}

// instanceID names one run of this program: host, process and chance. It is River's client
// id, so that it stands in river_job.attempted_by and river_leader.leader_id.
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

// join beats once, so that nobody takes the jobs of this process for a dead one's, and then
// until leave. A clean leave forgets the process, since nothing of it is running any more.
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

// keep beats and takes up.
func (h *heartbeat) run(ctx context.Context) {
	tick := time.NewTicker(h.interval)
	defer tick.Stop()
	beats := beatHistory{maxGap: h.timeout / 2, minSpan: h.timeout}
	beats.record(time.Now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := h.beat(ctx)
		if err == nil {
			err = h.requeueOrphans(ctx, beats.record(time.Now()))
		}
		if err != nil && ctx.Err() == nil {
			h.log.LogAttrs(ctx, slog.LevelWarn, "beat failed", slog.String("error", errorTypes(err)))
		}
	}
}

// pulse watches the own beats. When the database was away for a while everybody looks dead,
// so that only a process whose own beats arrived without a gap for long may judge others:
// by then every living one has been heard of again.
type beatHistory struct {
	maxGap, minSpan time.Duration
	last, since     time.Time
}

// beat notes a beat that arrived and reports whether others may be judged.
func (b *beatHistory) record(now time.Time) bool {
	if b.last.IsZero() || now.Sub(b.last) > b.maxGap {
		b.since = now
	}
	b.last = now
	return now.Sub(b.since) >= b.minSpan
}

const nowMillisPostgres = `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`

func (h *heartbeat) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, h.timeout/4)
	defer cancel()
	if h.conn == nil {
		conn, err := h.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		h.conn = conn
		// Shared: a former session of ours may still be holding it.
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock_shared(`+advisoryLockKey+`)`, instanceLockPrefix+h.id); err != nil {
			h.closeSession()
			return err
		}
	}
	_, err := h.conn.Exec(ctx, `INSERT INTO instances (id, beat_ms) VALUES ($1, `+nowMillisPostgres+`)
		ON CONFLICT (id) DO UPDATE SET beat_ms = excluded.beat_ms`, h.id)
	if err != nil {
		h.closeSession()
	}
	return err
}

// instanceName begins the name that a process holds while its session lasts.
const instanceLockPrefix = "instance/"

// hangUp ends the session of the beats, and with it the hold on the name.
func (h *heartbeat) closeSession() {
	if h.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = h.conn.Conn().Close(ctx) // the pool drops a closed one
	h.conn.Release()
	h.conn = nil
}

// stable: the server has been up for long enough that everybody who lives has a session again.
const serverUpLongEnough = `CAST(extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) * 1000 AS BIGINT) > $4`

// living are the ids of the processes that may be running jobs. $1 and $2 are the milliseconds
// after which a process counts as dead, and as gone if its session has ended; $3 tells whether
// the one who asks may judge by silence alone; $4 are those for which the server must be up.
const liveInstances = `SELECT i.id FROM instances i
	WHERE (NOT $3 OR i.beat_ms > ` + nowMillisPostgres + ` - $1) AND (NOT (` + serverUpLongEnough + `) OR i.beat_ms > ` + nowMillisPostgres + ` - $2
		OR EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
			AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
			AND (l.classid::bigint << 32 | l.objid::bigint)
				= hashtextextended(coalesce(current_schema(), '') || '/shiming/' || '` + instanceLockPrefix + `' || i.id, 0)))`

// takeUp makes jobs of silent processes available. River appends to attempted_by the client
// id of each process that begins an attempt, so that the last one is running the job. The
// attempt stays counted: the job may have got as far as its effect.
func (h *heartbeat) requeueOrphans(ctx context.Context, trustTimeout bool) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	args := []any{h.timeout.Milliseconds(), h.sessionLossTimeout.Milliseconds(), trustTimeout, h.reconnectGrace.Milliseconds()}
	rows, err := h.pool.Query(ctx, `UPDATE river_job AS j SET state = 'available'
		WHERE j.state = 'running' AND ($3 OR `+serverUpLongEnough+`) AND j.attempted_by[array_upper(j.attempted_by, 1)] NOT IN (`+liveInstances+
		`)
		RETURNING j.queue`, args...)
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
	// A dead leader's lease would run for 15 s, in which nobody promotes scheduled jobs.
	_, err = h.pool.Exec(ctx, `DELETE FROM river_leader AS l
		WHERE ($3 OR `+serverUpLongEnough+`) AND l.leader_id NOT IN (`+liveInstances+`)`, args...)
	if err != nil {
		return err
	}
	_, err = h.pool.Exec(ctx, `DELETE FROM instances WHERE beat_ms <= `+nowMillisPostgres+` - $1`, 10*h.timeout.Milliseconds())
	return err
}

func (h *heartbeat) unregister() {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	if _, err := h.pool.Exec(ctx, `DELETE FROM instances WHERE id = $1`, h.id); err != nil {
		h.log.LogAttrs(ctx, slog.LevelWarn, "leaving failed", slog.String("error", errorTypes(err)))
	}
}
