package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"

	"shiming/playground/scrape"
)

func main() {
	var o options
	kong.Parse(&o, kong.Name("crash"),
		kong.Description("Registers people while the processes that serve them are killed."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e, err := run(ctx, &o, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(2)
	}
	verdicts := verify(e)
	print(os.Stdout, e, verdicts)
	if err := write(ctx, e, verdicts); err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(2)
	}
	if !holds(verdicts) {
		os.Exit(1)
	}
}

// run lets the people register under the blows and returns what is known afterwards. The error is about the harness;
// what is wrong with the bot is in the evidence.
func run(ctx context.Context, o *options, progress io.Writer) (*evidence, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	f, err := assemble(ctx, o)
	if err != nil {
		return nil, err
	}
	defer f.shut()
	if o.Keep {
		fmt.Fprintln(progress, "logs and database:", f.dir)
	}
	bar := progressbar.NewOptions(o.People*9, progressbar.OptionSetWriter(progress), progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	c := newChaos(o, f)
	tell := func() { // a blow fell
		_, n := c.struck()
		bar.Describe(fmt.Sprintf("%d kills, %d terms, %d db kills", n["kill"], n["term"], n["db"]))
	}
	tell()

	quiet := make(chan struct{}) // closed when all people have ended
	struck := make(chan error, 1)
	go func() { struck <- c.strike(ctx, quiet, tell) }()
	begun := make(chan error, 1)
	go func() { begun <- arrive(ctx, f, o, rand.New(rand.NewPCG(uint64(o.Seed), 1))) }()

	deadline := time.Duration(o.blows())*o.Every*2 + o.Within
	waiting, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	e := &evidence{o: o}
	if err := watch(waiting, f, o, func(n int) { _ = bar.Add(n) }); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		e.hung = err.Error()
	}
	close(quiet)
	err = errors.Join(<-begun, <-struck)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err != nil { // an instance that does not start, or a database: the bot's fault as likely as not
		e.hung = errors.Join(errors.New(e.hung), err).Error()
	}
	_ = bar.Finish()
	return e, collect(ctx, f, c, e)
}

// settleWithin is how long the queue may take to run empty once everybody is done.
const settleWithin = 90 * time.Second

// collect waits until the last jobs and redeliveries are done and reads every record.
func collect(ctx context.Context, f *fleet, c *chaos, e *evidence) error {
	settle, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for calm := 0; calm < 4; { // empty for a second: answered cards are drawn once more after two
		e.queue = -1
		if m, err := scrape.Read(settle, f.bots[0].URL); err == nil {
			e.queue = m.Sum("shiming_jobs_waiting") + m.Sum("shiming_pushes_undecided")
		}
		if calm++; e.queue != 0 {
			calm = 0
		}
		select {
		case <-tick.C:
		case <-settle.Done():
			calm = 4
		}
	}
	for {
		if err := f.world.Get(ctx, "/sim/record", &e.record); err != nil {
			return err
		}
		open := 0
		for _, ev := range e.record.Events {
			if !ev.Delivered && !ev.GaveUp {
				open++
			}
		}
		if open == 0 || settle.Err() != nil {
			break
		}
		select {
		case <-tick.C:
		case <-settle.Done():
		}
	}
	if err := f.world.Get(ctx, "/sim/crew", &e.robots); err != nil {
		return err
	}
	var known struct {
		People []struct{ Name, Number, Mobile string } `json:"people"`
	}
	if err := f.world.Get(ctx, "/sim/state", &known); err != nil {
		return err
	}
	for _, p := range known.People {
		e.secrets = append(e.secrets, p.Name, p.Number, p.Mobile)
	}
	if e.o.Keep {
		raw, err := json.MarshalIndent(e.record, "", " ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(f.dir, "record.json"), raw, 0o600); err != nil {
			return err
		}
	}
	e.blows, _ = c.struck()
	e.lives = f.history()
	files, err := filepath.Glob(filepath.Join(f.dir, "bot*.log"))
	if err != nil {
		return err
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		e.logs = append(e.logs, string(raw))
	}
	http.DefaultClient.CloseIdleConnections()
	return nil
}
