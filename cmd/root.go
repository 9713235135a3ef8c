// Package cmd is the command line: one file a command, the exit codes, and what a terminal shows. Each command puts
// other rooms together and starts them; what a command can do without a terminal belongs into one of those rooms.
// Only main.go imports it, and tests that run the program.
//
// In reading order: root.go (the commands there are), serve.go, then the others. serve_supervised.go is the other end
// of the line on which package playground holds a bot, demo.go a whole world with a bot in it.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"shiming/config"
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

// Model describes the commands and their flags. The pages in docs list them.
func Model() (*kong.Application, error) {
	k, err := kong.New(&cli{}, kong.Name("shiming"))
	if err != nil {
		return nil, err
	}
	return k.Model, nil
}

// Main runs the command line of the program and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	k := kong.Parse(&c, kong.Name("shiming"), kong.Description("实名：飞书里的员工实名登记 / real-name registration inside Feishu"),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "shiming:", err)
		return ExitCode(err)
	}
	return 0
}

// ExitCode tells a wrong configuration (2) from everything else (1).
func ExitCode(err error) int {
	var bad *config.Error
	if errors.As(err, &bad) {
		return 2
	}
	return 1
}
