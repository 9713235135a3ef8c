// Command growth fills a database with a million realistic cases and measures the latencies that people then see.
//
//	go run ./bench/growth [--cases 1000000] [--store sqlite|postgres] [--keep DIR] [--out FILE]
//
// The bot itself writes the rows: one person is walked to each state through the real engine, and the resulting rows
// are cloned for the others, sealed and chained anew. PostgreSQL is a private server, as in the tests. The exit code
// is 0 only if every figure keeps its limit.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"shiming/bench/harness"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

type command struct {
	Cases int    `help:"How many cases." default:"1000000"`
	Runs  int    `help:"How often each operation is measured in each condition." default:"200"`
	Store string `help:"sqlite or postgres." enum:"sqlite,postgres" default:"sqlite"`
	Keep  string `help:"Directory for the SQLite file and its keyset; an interrupted fill goes on, what is filled is measured again." type:"path"`
	Out   string `help:"File to which the run is added; default bench/results/growth.jsonl." type:"path"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c command
	kong.Parse(&c, kong.Name("growth"))
	kept, err := c.run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
	}
	if err != nil || !kept {
		os.Exit(1)
	}
}

func (c *command) run(ctx context.Context) (kept bool, err error) {
	dir := c.Keep
	if dir == "" {
		dir, err = os.MkdirTemp("", "shiming-growth-")
		if err != nil {
			return false, err
		}
		defer os.RemoveAll(dir)
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, clean(dir)) }()
	program, err := harness.Build(ctx, dir) // a build error must come before the long fill
	if err != nil {
		return false, err
	}
	db := database{dsn: "sqlite:" + filepath.Join(dir, "growth.db"), keys: filepath.Join(dir, "keyset.json")}
	if c.Store == "postgres" {
		if c.Keep != "" {
			return false, errors.New("--keep is for SQLite")
		}
		server, err := pgtest.Start()
		if err != nil {
			return false, err
		}
		defer func() { err = errors.Join(err, server.Close()) }()
		db.dsn, err = server.Database(ctx)
		if err != nil {
			return false, err
		}
		db.server = server
	}
	r := harness.NewResult(ctx)
	r.Store = c.Store
	r.Settings["cases"], r.Settings["sync"], r.Settings["events_per_second"] = c.Cases, "full", eventsPerSecond
	p := plan{cases: c.Cases, now: time.Now().Truncate(time.Second)}
	report := report{}
	if err := db.make(ctx, dir, &p, &report); err != nil {
		return false, err
	}
	report.Bytes, err = db.size(ctx)
	if err != nil {
		return false, err
	}
	report.Figures, err = measure(ctx, db.open, p, c.Runs)
	if err != nil {
		return false, err
	}
	report.Sweep, err = db.sweep(ctx)
	if err != nil {
		return false, err
	}
	report.Start, err = db.starts(ctx, program, dir)
	if err != nil {
		return false, err
	}
	report.note(r, p)
	if err := r.Append(c.Out, "growth"); err != nil {
		return false, err
	}
	return report.print(os.Stdout, p), nil
}

// database is the database that is filled and measured.
type database struct {
	dsn, keys string
	sync      string         // "" means full
	server    *pgtest.Server // nil for SQLite
	now       func() time.Time
}

func (d *database) open(ctx context.Context) (*store.Store, error) {
	keys, err := keyset.Load(d.keys)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Config{
		DSN:    d.dsn,
		Sync:   d.sync,
		Keyset: keys,
		Now:    d.now,
	})
}

// make fills the database, or continues an interrupted fill.
func (d *database) make(ctx context.Context, dir string, p *plan, r *report) (err error) {
	note := filepath.Join(dir, "plan.json")
	var left struct {
		Cases  int       `json:"cases"`
		Now    time.Time `json:"now"`
		Filled bool      `json:"filled"`
	}
	if raw, err := os.ReadFile(note); err == nil {
		if err := json.Unmarshal(raw, &left); err != nil {
			return err
		}
		if left.Cases != p.cases {
			return fmt.Errorf("%s holds %d cases", dir, left.Cases)
		}
		p.now = left.Now
	} else if err := keyset.Write(d.keys, keyset.New()); err != nil {
		return err
	}
	if left.Filled {
		return nil
	}
	write := func() error {
		left.Cases, left.Now = p.cases, p.now
		raw, err := json.Marshal(left)
		if err != nil {
			return err
		}
		return os.WriteFile(note, raw, 0o600)
	}
	if err := write(); err != nil {
		return err
	}
	quick := *d
	quick.sync = "normal"
	s, err := quick.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	began := time.Now()
	if err := fill(ctx, s, dir, *p); err != nil {
		return err
	}
	r.FillSeconds = time.Since(began).Seconds()
	if err := work(ctx, s, *p); err != nil {
		return err
	}
	if d.server != nil {
		if err := d.server.Vacuum(ctx, d.dsn); err != nil {
			return err
		}
	}
	left.Filled = true
	return write()
}

// size returns the size of the database in bytes.
func (d *database) size(ctx context.Context) (int64, error) {
	if d.server != nil {
		return d.server.Size(ctx, d.dsn)
	}
	info, err := os.Stat(d.dsn[len("sqlite:"):])
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
