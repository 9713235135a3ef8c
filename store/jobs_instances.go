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
	beatEvery = 2 * time.Second
	goneAfter = 5 * time.Second
	deadAfter = 10 * time.Second
	settledIn = 10 * time.Second // everybody has a session again after a start of the server
)

// heartbeat announces this process in the table instances, and makes jobs of those available
// again that fell silent. A process that was only cut off may still be running such a job:
// jobs run at least once, and what must not happen twice is guarded by the case's state.
type heartbeat struct {
	pool        *pgxpool.Pool
	id          string
	log         *slog.Logger
	notifier    *jobNotifier
	every, dead time.Duration
	gone        time.Duration // for those whose session has ended
	settled     time.Duration // and then only when the server has been up for so long

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
func (k *heartbeat) join(ctx context.Context) (leave func(clean bool), err error) {
	if err := k.beat(ctx); err != nil {
		return nil, fmt.Errorf("first beat: %w", err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		k.keep(ctx)
	}()
	return func(clean bool) {
		cancel()
		<-ended
		if clean {
			k.forget()
		}
		k.hangUp()
	}, nil
}

// keep beats and takes up.
func (k *heartbeat) keep(ctx context.Context) {
	tick := time.NewTicker(k.every)
	defer tick.Stop()
	own := pulse{gap: k.dead / 2, long: k.dead}
	own.beat(time.Now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := k.beat(ctx)
		if err == nil {
			err = k.takeUp(ctx, own.beat(time.Now()))
		}
		if err != nil && ctx.Err() == nil {
			k.log.LogAttrs(ctx, slog.LevelWarn, "beat failed", slog.String("error", typesOf(err)))
		}
	}
}

// pulse watches the own beats. When the database was away for a while everybody looks dead,
// so that only a process whose own beats arrived without a gap for long may judge others:
// by then every living one has been heard of again.
type pulse struct {
	gap, long   time.Duration
	last, since time.Time
}

// beat notes a beat that arrived and reports whether others may be judged.
func (p *pulse) beat(now time.Time) bool {
	if p.last.IsZero() || now.Sub(p.last) > p.gap {
		p.since = now
	}
	p.last = now
	return now.Sub(p.since) >= p.long
}

const beatMS = `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`

func (k *heartbeat) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, k.dead/4)
	defer cancel()
	if k.conn == nil {
		conn, err := k.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		k.conn = conn
		// Shared: a former session of ours may still be holding it.
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock_shared(`+lockNumber+`)`, instanceName+k.id); err != nil {
			k.hangUp()
			return err
		}
	}
	_, err := k.conn.Exec(ctx, `INSERT INTO instances (id, beat_ms) VALUES ($1, `+beatMS+`)
		ON CONFLICT (id) DO UPDATE SET beat_ms = excluded.beat_ms`, k.id)
	if err != nil {
		k.hangUp()
	}
	return err
}

// instanceName begins the name that a process holds while its session lasts.
const instanceName = "instance/"

// hangUp ends the session of the beats, and with it the hold on the name.
func (k *heartbeat) hangUp() {
	if k.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = k.conn.Conn().Close(ctx) // the pool drops a closed one
	k.conn.Release()
	k.conn = nil
}

// stable: the server has been up for long enough that everybody who lives has a session again.
const stable = `CAST(extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) * 1000 AS BIGINT) > $4`

// living are the ids of the processes that may be running jobs. $1 and $2 are the milliseconds
// after which a process counts as dead, and as gone if its session has ended; $3 tells whether
// the one who asks may judge by silence alone; $4 are those for which the server must be up.
const living = `SELECT i.id FROM instances i
	WHERE (NOT $3 OR i.beat_ms > ` + beatMS + ` - $1) AND (NOT (` + stable + `) OR i.beat_ms > ` + beatMS + ` - $2
		OR EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
			AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
			AND (l.classid::bigint << 32 | l.objid::bigint)
				= hashtextextended(coalesce(current_schema(), '') || '/shiming/' || '` + instanceName + `' || i.id, 0)))`

// takeUp makes jobs of silent processes available. River appends to attempted_by the client
// id of each process that begins an attempt, so that the last one is running the job. The
// attempt stays counted: the job may have got as far as its effect.
func (k *heartbeat) takeUp(ctx context.Context, sure bool) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	args := []any{k.dead.Milliseconds(), k.gone.Milliseconds(), sure, k.settled.Milliseconds()}
	rows, err := k.pool.Query(ctx, `UPDATE river_job AS j SET state = 'available'
		WHERE j.state = 'running' AND ($3 OR `+stable+`) AND j.attempted_by[array_upper(j.attempted_by, 1)] NOT IN (`+living+
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
		k.notifier.wake(queue)
	}
	if len(queues) > 0 {
		k.log.LogAttrs(ctx, slog.LevelWarn, "took up jobs of a process that died", slog.Int("jobs", len(queues)))
	}
	// A dead leader's lease would run for 15 s, in which nobody promotes scheduled jobs.
	_, err = k.pool.Exec(ctx, `DELETE FROM river_leader AS l
		WHERE ($3 OR `+stable+`) AND l.leader_id NOT IN (`+living+`)`, args...)
	if err != nil {
		return err
	}
	_, err = k.pool.Exec(ctx, `DELETE FROM instances WHERE beat_ms <= `+beatMS+` - $1`, 10*k.dead.Milliseconds())
	return err
}

func (k *heartbeat) forget() {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	if _, err := k.pool.Exec(ctx, `DELETE FROM instances WHERE id = $1`, k.id); err != nil {
		k.log.LogAttrs(ctx, slog.LevelWarn, "leaving failed", slog.String("error", typesOf(err)))
	}
}
