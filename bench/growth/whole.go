package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"shiming/bench/growth/walk"
	"shiming/bench/harness"
)

// startRuns is how often the program is started.
const startRuns = 5

// starts runs the real program on the database and measures the time until /readyz answers 200. The platforms are not
// reachable, because a start does not wait for them.
func (d *database) starts(ctx context.Context, program *harness.Program, dir string) (f figures, err error) {
	fmt.Fprintln(os.Stderr, "measuring: start of the program")
	settings := map[string]string{
		"store.dsn":                 d.dsn,
		"security.keyset_file":      d.keys,
		"verification.method":       "none",
		"feishu.base_url":           "http://127.0.0.1:9",
		"feishu.app_id":             "cli_growth",
		"feishu.app_secret":         "s",
		"feishu.encrypt_key":        "k",
		"feishu.verification_token": "t",
		"hr.admins":                 walk.HR + ",ou_00000000000000000000000000000004",
	}
	var took []time.Duration
	for i := range startRuns {
		bot, err := harness.NewBot(program, dir, fmt.Sprint("start", i), settings)
		if err != nil {
			return f, err
		}
		began := time.Now()
		if err := bot.Start(ctx); err != nil {
			return f, err
		}
		took = append(took, time.Since(began))
		if i%2 == 0 {
			bot.Kill() // so the next start includes the recovery
		} else if _, _, err := bot.Process().Stop(20 * time.Second); err != nil {
			return f, err
		}
	}
	return summarise("start", "start of the program until /readyz is 200", "after a stop or kill -9", took), nil
}

// sweptDays is how many days of event keys the purge deletes at once.
const sweptDays = 8

// swept holds the duration of the purge, and the latencies of people who write meanwhile.
type swept struct {
	Seconds float64
	Rows    int64
	Beside  figures
}

// sweep lets the store purge all event keys of the fill while cases are opened.
func (d *database) sweep(ctx context.Context) (out swept, err error) {
	fmt.Fprintln(os.Stderr, "measuring: sweep")
	later := *d
	later.now = func() time.Time { return time.Now().AddDate(0, 0, sweptDays) }
	s, err := later.open(ctx)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	w := walk.New(s, fmt.Sprint("sweep", time.Now().UnixNano()), time.Now())
	ended := make(chan error, 1)
	began := time.Now()
	go func() {
		var err error
		out.Rows, err = s.Purge(ctx)
		out.Seconds = time.Since(began).Seconds()
		ended <- err
	}()
	var took []time.Duration
	for i := newcomers(); ; i++ {
		one := time.Now()
		w.At = one
		if err := w.Say(ctx, walk.Nth(i), "实名"); err != nil {
			return out, err
		}
		took = append(took, time.Since(one))
		select {
		case err := <-ended:
			out.Beside = summarise("sweep/open-beside", "open a new case", "beside the sweep, one after the other", took)
			return out, err
		default:
		}
	}
}

// clean removes the files that the measurement has left beside the database.
func clean(dir string) error {
	var errs []error
	for _, pattern := range []string{"templates.db*", "start*.log", "shiming", "config.yaml"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		errs = append(errs, err)
		for _, file := range found {
			errs = append(errs, os.Remove(file))
		}
	}
	return errors.Join(errs...)
}
