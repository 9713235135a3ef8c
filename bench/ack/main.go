// Command ack measures the webhook's acknowledgement. It sends signed and encrypted events over loopback HTTP to the
// bot, which decides and stores each event before it answers. For comparison it sends the same load to the bare
// dispatcher of Feishu's SDK on gin, which stores nothing.
//
//	go run ./bench/ack [--store sqlite|postgres] [--sync full|normal] [--seconds 5] [--out FILE]
//
// Each load gets a new process and a new database: 1, 16 and 64 connections in a closed loop, and 200, 500 and 1000
// events a second in an open loop, whose latency counts from the scheduled time. The bot is measured with its jobs
// running (cards are drawn and sent to an upstream inside the process that answers at once) and with jobs off. At the
// end it is killed under load, and every acknowledged event is looked for.
//
// Load and measured process share the machine's cores.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"shiming/bench/harness"
	"shiming/store/keyset"
	"shiming/store/pgtest"
)

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == childMark {
		err = runChild(os.Args[2:])
	} else {
		err = run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ack:", err)
		os.Exit(1)
	}
}

// bench is one run of the command.
type bench struct {
	store, sync string
	span        time.Duration
	only        string
	profile     string
	dir         string
	keyset      string
	databases   int
	server      *pgtest.Server // nil for SQLite
}

func run() error {
	var b bench
	seconds := flag.Int("seconds", 5, "length of each load")
	out := flag.String("out", "", "file to which the run is added (default bench/results/ack.jsonl)")
	dir := flag.String("dir", "", "directory for the databases, on a real disk (default: the user's cache directory)")
	flag.StringVar(&b.store, "store", "sqlite", "sqlite or postgres")
	flag.StringVar(&b.sync, "sync", "full", "full or normal")
	flag.StringVar(&b.only, "only", "",
		"loads to run, separated by commas, e.g. bot/closed/64,bare/closed/64 (default: all)")
	flag.StringVar(&b.profile, "profile", "", "directory for a CPU profile of each load")
	flag.Parse()
	if flag.NArg() > 0 || !slices.Contains([]string{"sqlite", "postgres"}, b.store) ||
		!slices.Contains([]string{"full", "normal"}, b.sync) || *seconds < 1 {
		flag.Usage()
		return fmt.Errorf("wrong arguments")
	}
	b.span = time.Duration(*seconds) * time.Second
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *dir == "" {
		// The system's temporary directory may be in memory, where a commit costs nothing.
		cache, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		*dir = cache
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return err
	}
	var err error
	b.dir, err = os.MkdirTemp(*dir, "shiming-ack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(b.dir) //nolint:errcheck // a leftover directory does no harm
	b.keyset = filepath.Join(b.dir, "keyset.json")
	if err := keyset.Write(b.keyset, keyset.New()); err != nil {
		return err
	}
	result := harness.NewResult(ctx)
	result.Store = b.store
	result.Settings["sync"], result.Settings["seconds"] = b.sync, *seconds
	rows, err := b.all(ctx)
	if b.server != nil {
		b.server.Close() //nolint:errcheck // the databases are deleted with it
	}
	if err != nil {
		return err
	}
	printTable(os.Stdout, b, rows)
	note(result, rows)
	return result.Append(*out, "ack")
}

// load is one load pattern.
type load struct {
	Target string // bare, bot, or "bot, jobs off"
	Kind   string // closed or open
	N      int    // connections, or events a second
}

func (l load) name() string { return fmt.Sprintf("%s/%s/%d", l.Target, l.Kind, l.N) }

const (
	targetBare  = "bare"
	targetBot   = "bot"
	targetQuiet = "bot-no-jobs"
)

// all runs the selected loads. It alternates the targets under each load, so that a change of the machine's other
// load affects all targets.
func (b *bench) all(ctx context.Context) ([]row, error) {
	var rows []row
	asked := func(name string) bool { return b.only == "" || slices.Contains(strings.Split(b.only, ","), name) }
	for _, kind := range []string{"closed", "open"} {
		sizes := []int{1, 16, 64}
		if kind == "open" {
			sizes = []int{200, 500, 1000}
		}
		for _, n := range sizes {
			for _, target := range []string{targetBare, targetBot, targetQuiet} {
				l := load{target, kind, n}
				if !asked(l.name()) {
					continue
				}
				fmt.Fprintln(os.Stderr, "measuring", l.name())
				r, err := b.measure(ctx, l)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", l.name(), err)
				}
				rows = append(rows, r)
			}
		}
	}
	if asked("kill") {
		fmt.Fprintln(os.Stderr, "killing under load")
		r, err := b.killUnderLoad(ctx)
		if err != nil {
			return nil, fmt.Errorf("kill: %w", err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// warmUp is how many events a new process gets before the measurement.
const warmUp = 400

// measure starts the target, runs the load and stops the target.
func (b *bench) measure(ctx context.Context, l load) (row, error) {
	c, err := b.child(ctx, l.Target)
	if err != nil {
		return row{}, err
	}
	t, err := startTarget(ctx, c)
	if err != nil {
		return row{}, err
	}
	defer t.stop()
	n := l.N * int(b.span.Seconds())
	if l.Kind == "closed" {
		n = maxClosedRate * int(b.span.Seconds())
	}
	list := pushes(fmt.Sprintf("r%02d", b.databases), warmUp+n)
	if out, err := closed(t.addr, 4, time.Minute, list[:warmUp], false); err != nil || out.failed > 0 {
		return row{}, fmt.Errorf("warm-up: %d failed: %w", out.failed, firstOf(err, out.first))
	}
	r := row{load: l, Load: harness.Load()}
	profiled := make(chan error, 1)
	if b.profile != "" {
		file := filepath.Join(b.profile, strings.ReplaceAll(l.name(), "/", "-")+".pprof")
		go func() { profiled <- t.writeProfile(b.span-time.Second, file) }()
	} else {
		profiled <- nil
	}
	before := t.cpu()
	var out outcome
	if l.Kind == "closed" {
		out, err = closed(t.addr, l.N, b.span, list[warmUp:], l.Target == targetBare)
	} else {
		out, err = open(t.addr, l.N, list[warmUp:])
	}
	if err != nil {
		return row{}, err
	}
	r.fill(out, t.cpu()-before)
	if l.Target != targetBare {
		if err := r.waitDecided(ctx, t, out.span); err != nil {
			return row{}, err
		}
	}
	if err := <-profiled; err != nil {
		return row{}, fmt.Errorf("profile: %w", err)
	}
	return r, nil
}

// maxClosedRate bounds the number of distinct events a second that are prepared for a closed loop. The bot is slower.
// The bare dispatcher may be faster and gets events repeatedly, which it does not notice.
const maxClosedRate = 16000

// child describes a new process with a new database.
func (b *bench) child(ctx context.Context, target string) (child, error) {
	b.databases++
	c := child{
		role:   "bot",
		sync:   b.sync,
		keyset: b.keyset,
		jobs:   target == targetBot,
	}
	if target == targetBare {
		c.role = "bare"
		return c, nil
	}
	if b.store == "sqlite" {
		c.dsn = "sqlite:" + filepath.Join(b.dir, fmt.Sprint("db", b.databases), "shiming.db")
		return c, nil
	}
	if b.server == nil {
		server, err := pgtest.Start()
		if err != nil {
			return c, err
		}
		b.server = server
	}
	var err error
	c.dsn, err = b.server.Database(ctx)
	return c, err
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
