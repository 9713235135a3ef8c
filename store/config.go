package store

import (
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"time"

	"shiming/store/keyset"
)

// Config configures a store.
type Config struct {
	// DSN is sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE?….
	//
	// On SQLite one process uses the file. Open creates the directory with mode 0700 and the file
	// with 0600.
	//
	// On PostgreSQL, 13 or newer, any number of processes share the database. The user must own the
	// schema, because migrations run at every start. All parameters are optional:
	//
	//	sslmode          use verify-full with sslrootcert across a network; the default is
	//	                 prefer, which does not encrypt if the server cannot
	//	pool_max_conns   connections for work, 16, at least 4. A process opens up to four
	//	                 more: three for heartbeats and notifications, one to listen. The
	//	                 server's max_connections must suffice for all processes
	//	target_session_attrs=read-write   with several hosts (HOST1,HOST2): finds the primary
	//	                 after a failover
	//	search_path      the schema, public by default; processes in other schemas of the same
	//	                 database do not affect each other
	//	application_name shiming, shown in pg_stat_activity
	//	connect_timeout  seconds, 5
	//
	// libpq's and pgxpool's other parameters work, too. Connect to the server itself or to a pooler
	// in session mode: PgBouncer in transaction mode supports neither LISTEN nor locks that outlive
	// a transaction. The clocks of the processes need NTP; limits and heartbeats use the server's
	// clock.
	DSN string
	// Sync is full (the default: a commit survives a power cut) or normal (a power cut may lose the
	// last moments; the death of our process loses nothing either way). On PostgreSQL full keeps
	// the server's synchronous_commit, or sets it to on if it is off; normal sets it to off.
	Sync string
	// Keyset seals personal data and keys the hashes. It is required.
	Keyset *keyset.Keyset
	// Log receives records of the jobs: ids, codes and error types only. nil discards them.
	Log *slog.Logger
	// Now is the machine's clock. nil means time.Now.
	Now func() time.Time
	// Copy makes Open accept a restored copy (see CopyError).
	Copy bool
	// Beside opens the database of a program that may be running, for a command that reads and appends a row. It takes no
	// lock, creates and migrates nothing, and takes up no jobs; a copy is accepted. The schema must be the present one.
	Beside bool
	// MovableClock allows AdvanceClock, for demonstrations.
	MovableClock bool
	// Workers overrides the number of workers of a queue.
	Workers map[string]int
}

// Timeouts. A healthy system reaches none of them; they turn a hang into an error.
const (
	opTimeout  = 15 * time.Second // of a transaction or a read
	jobTimeout = 2 * time.Minute  // of one run of a job
	// exportTimeout is that of an export: 100,000 people take seconds, and minutes on a machine that is overloaded.
	exportTimeout = 10 * time.Minute
)

// defaultWorkers is the number of workers of each queue. fetch and ocr keep pictures in memory, and
// export a file, so that their numbers bound its use.
var defaultWorkers = map[string]int{
	"fetch":       6,
	"ocr":         16,
	"cards":       16,
	"groups":      8,
	"invitations": 6,
	"sms":         8,
	"check":       8,
	"identity":    8,
	"directory":   8,
	"esign":       16,
	"handover":    4,
	"heads":       2,
	"account":     8,
	"export":      1,
	"default":     16,
	"person":      2, // what older versions have queued for sms, check and identity
}

// withDefaults validates c and fills in the defaults.
func (c Config) withDefaults() (Config, error) {
	if c.Keyset == nil {
		return c, fmt.Errorf("store: no keyset")
	}
	switch c.Sync {
	case "":
		c.Sync = "full"
	case "full", "normal":
	default:
		return c, fmt.Errorf("store: sync is %q, want full or normal", c.Sync)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	workers := maps.Clone(defaultWorkers)
	for queue, n := range c.Workers {
		if n < 1 {
			return c, fmt.Errorf("store: queue %q needs at least one worker", queue)
		}
		workers[queue] = n
	}
	c.Workers = workers
	return c, nil
}

// scheme splits a DSN at the first colon. The rest may hold a password and must not appear in
// messages.
func scheme(dsn string) (name, rest string) {
	name, rest, ok := strings.Cut(dsn, ":")
	if !ok {
		return "", dsn
	}
	return name, rest
}
