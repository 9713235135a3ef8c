package store

import (
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"time"

	"shiming/store/keyset"
)

// Config says where the data lies and how it is kept.
type Config struct {
	// DSN is sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE?….
	//
	// On SQLite one process uses the file. The directory is created with mode 0700, the file
	// with 0600.
	//
	// On PostgreSQL, 13 or newer, any number of processes use the database; the user must own
	// its schema, since migrations run at every start. Parameters, all optional:
	//
	//	sslmode          verify-full with sslrootcert is right across a network; the default
	//	                 is prefer, which does without encryption if the server has none
	//	pool_max_conns   connections for work, 16, at least 4. A process takes up to four
	//	                 more: three for its beat and notifications, one to listen. The server's
	//	                 max_connections must have room for all processes
	//	target_session_attrs=read-write   with several hosts (HOST1,HOST2): finds the primary
	//	                 after a failover
	//	search_path      the schema, public by default; processes on other schemas of the same
	//	                 database are strangers to each other
	//	application_name shiming, shown in pg_stat_activity
	//	connect_timeout  seconds, 5
	//
	// and whatever else libpq and pgxpool know. Connect to the server itself or to a pooler
	// in session mode: LISTEN and locks that outlive a transaction do not pass through
	// PgBouncer in transaction mode. The clocks of the processes need NTP, but what is
	// counted and limited goes by the server's clock.
	DSN string
	// Sync is full (default: a commit survives a power cut) or normal (the last moments
	// before a power cut may be lost; a killed process of ours loses nothing either way). On
	// PostgreSQL it is synchronous_commit, the server's own setting or off; a server that is
	// set to off is told on for full.
	Sync string
	// Keyset seals personal data and keys the hashes. Required.
	Keyset *keyset.Keyset
	// Log receives what happens to jobs; ids, codes and error types only. nil discards.
	Log *slog.Logger
	// Now is the clock of the retention of event keys. nil is time.Now.
	Now func() time.Time
	// Copy opens a database also if it is a copy that was put back (see CopyError).
	Copy bool
	// MovableClock lets AdvanceClock move the clock, for demonstrations.
	MovableClock bool
	// Workers overrides how many jobs of a queue run side by side.
	Workers map[string]int
}

// Limits of time. None is reached in health; they turn a hang into an error.
const (
	opTimeout  = 15 * time.Second // one transaction, one read
	jobTimeout = 2 * time.Minute  // one run of a job
)

// defaultWorkers is how many jobs of each queue run side by side: pictures are held in
// memory by fetch and ocr, so these bound it.
var defaultWorkers = map[string]int{"fetch": 4, "ocr": 16, "cards": 16, "groups": 8, "person": 24, "esign": 16,
	"default": 16}

// withDefaults checks c and fills what was left out.
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

// scheme splits a DSN. The rest may hold a password: it belongs into no message.
func scheme(dsn string) (name, rest string) {
	name, rest, ok := strings.Cut(dsn, ":")
	if !ok {
		return "", dsn
	}
	return name, rest
}
