// Shiming (实名) registers employees by their real name inside Feishu: photos of the ID card
// in chat, one card to confirm, one tap by HR, the identity in Feishu, the evidence with
// e签宝. This package is flags, configuration, construction and shutdown, and nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"shiming/app"
	"shiming/config"
	"shiming/store/keyset"
)

type cli struct {
	Demo     demoCmd     `cmd:"" help:"Everything embedded against the simulated world; with --people it drives them to the end."`
	Serve    serveCmd    `cmd:"" help:"The bot."`
	Sim      simCmd      `cmd:"" help:"The simulated world alone, for a serve in another process."`
	Check    checkCmd    `cmd:"" help:"Walk through everything that can be wrong, and say what to click."`
	Keygen   keygenCmd   `cmd:"" help:"Write a fresh keyset."`
	Backup   backupCmd   `cmd:"" help:"Copy the SQLite database, also while serve works on it."`
	Restored restoredCmd `cmd:"" help:"Run once on a database that was put back from a backup, before serve."`
	Health   healthCmd   `cmd:"" help:"Ask a running serve on this machine whether it is alive."`
}

func main() { os.Exit(Main()) }

// Main runs the command line of the program and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	k := kong.Parse(&c, kong.Name("shiming"), kong.Description("实名：飞书里的员工实名登记 / real-name registration inside Feishu"),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "shiming:", err)
		return exitCode(err)
	}
	return 0
}

// exitCode tells a wrong configuration (2) from everything else (1).
func exitCode(err error) int {
	var bad *config.Error
	if errors.As(err, &bad) {
		return 2
	}
	return 1
}

type serveCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	// Stage is for the demonstration that runs this process; see childOf.
	Stage *time.Duration `hidden:""`
}

func (s *serveCmd) Run(ctx context.Context) error {
	cfg, err := config.Load(s.Config, os.Environ())
	if err != nil {
		return err
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	app, err := app.New(ctx, cfg, app.Options{Log: app.NewLogger(os.Stderr, cfg.LogLevel), ClockOffset: s.Stage})
	if err != nil {
		return err
	}
	if s.Stage != nil {
		ctx = childOf(ctx, app, os.Stdin, os.Stdout)
	}
	return app.Run(ctx)
}

// memoryLimit makes the collector work harder before the photos' garbage takes more than the process
// needs; what is held at a time is bounded by itself. GOMEMLIMIT overrides it.
const memoryLimit = 140 << 20

type keygenCmd struct {
	File string `arg:"" help:"File to write; must not exist." type:"path"`
}

func (k *keygenCmd) Run() error { return keyset.Write(k.File, keyset.New()) }
