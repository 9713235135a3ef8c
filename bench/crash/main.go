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

// run registers the people during the injections and collects the evidence. The error is about the harness itself;
// violations by the bot are in the evidence.
func run(ctx context.Context, o *options, progress io.Writer) (*evidence, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	f, err := openFleet(ctx, o)
	if err != nil {
		return nil, err
	}
	defer f.closeAll()
	if o.Keep {
		fmt.Fprintln(progress, "logs and database:", f.dir)
	}
	bar := progressbar.NewOptions(o.People*9, progressbar.OptionSetWriter(progress), progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	c := newChaos(o, f)
	tell := func() { // tell shows the injections on the progress bar
		_, n := c.injected()
		bar.Describe(fmt.Sprintf("%d kills, %d terms, %d db kills", n["kill"], n["term"], n["db"]))
	}
	tell()

	quiet := make(chan struct{}) // closed when all people have ended
	injectedErr := make(chan error, 1)
	go func() { injectedErr <- c.run(ctx, quiet, tell) }()
	begunErr := make(chan error, 1)
	go func() { begunErr <- startApplicants(ctx, f, o, rand.New(rand.NewPCG(uint64(o.Seed), 1))) }()

	deadline := time.Duration(o.injections())*o.Every*2 + o.Within
	waiting, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	e := &evidence{o: o}
	if err := waitAll(waiting, f, o, func(n int) { _ = bar.Add(n) }); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		e.unfinished = err.Error()
	}
	close(quiet)
	err = errors.Join(<-begunErr, <-injectedErr)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err != nil { // an instance or database that does not start is probably the bot's fault
		e.unfinished = errors.Join(errors.New(e.unfinished), err).Error()
	}
	_ = bar.Finish()
	return e, collect(ctx, f, c, e)
}

// settleTimeout is how long the queue may take to become empty after the last registration.
const settleTimeout = 90 * time.Second

// collect waits for the last jobs and redeliveries and reads all records.
func collect(ctx context.Context, f *fleet, c *chaos, e *evidence) error {
	settle, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for calm := 0; calm < 4; { // empty for one second, because an answered card is drawn again after two
		e.queue = -1
		if m, err := scrape.Read(settle, f.bots[0].URL); err == nil {
			e.queue = m.Sum("shiming_jobs_waiting") + m.Sum("shiming_pushes_undecided")
		}
		calm++
		if e.queue != 0 {
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
	e.injections, _ = c.injected()
	e.runs = f.history()
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
