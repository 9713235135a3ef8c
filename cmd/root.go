// Package cmd is the command line: one file per command, the exit codes and the output on a terminal. Each command
// connects other packages and starts them; code that needs no terminal belongs into one of those packages. Only main.go
// and tests of the program import cmd.
//
// In reading order: root.go (the list of commands), serve.go, then the others. serve_supervised.go is the child's
// side of the protocol with which package playground supervises a bot. demo.go runs a simulated world with a bot.
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

// cli lists the commands.
type cli struct {
	Demo     demoCmd     `cmd:"" help:"Everything embedded against the simulated world; with --people it drives them to the end."`
	Serve    serveCmd    `cmd:"" help:"The bot."`
	Sim      simCmd      `cmd:"" help:"The simulated world alone, for a serve in another process."`
	Check    checkCmd    `cmd:"" help:"Walk through everything that can be wrong, and say what to click."`
	Keygen   keygenCmd   `cmd:"" help:"Write a fresh keyset."`
	Keys     keysCmd     `cmd:"" help:"Keys of the database: list, rotate, retire."`
	Backup   backupCmd   `cmd:"" help:"Copy the SQLite database, also while serve works on it."`
	Restored restoredCmd `cmd:"" help:"Run once on a database that was put back from a backup, before serve."`
	Purge    purgeCmd    `cmd:"" help:"Delete now what is kept too long; with --dry-run only say what and why."`
	Evidence evidenceCmd `cmd:"" help:"What a case proves: show, export, verify, and the public key."`
	Health   healthCmd   `cmd:"" help:"Ask a running serve on this machine whether it is alive."`
	Privacy  privacyCmd  `cmd:"" help:"The report, the proof of the audit trail; requests of people without a chat."`
	Photos   photosCmd   `cmd:"" help:"The first look at photos: calibrate its limits."`
	Handover handoverCmd `cmd:"" help:"What follows evidence points: list what waits or was given up, hand on again."`
}

// Model describes the commands and their flags. Tests compare the pages in docs with it.
func Model() (*kong.Application, error) {
	k, err := kong.New(&cli{}, kong.Name("shiming"))
	if err != nil {
		return nil, err
	}
	return k.Model, nil
}

// Main runs the command line of the program and returns its exit code.
func Main() int {
	if err := forbidCoreDumps(); err != nil {
		fmt.Fprintln(os.Stderr, "shiming: a crash of this process may leave its memory in a core file:", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	k := kong.Must(&c,
		kong.Name("shiming"),
		kong.Description("实名：飞书里的员工实名登记 / real-name registration inside Feishu"),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)))
	command, err := k.Parse(os.Args[1:])
	if err != nil { // no command, or an unknown command or flag
		k.Stdout = os.Stderr // the help is part of the refusal
		k.Exit = func(int) { os.Exit(exitUsage) }
		k.FatalIfErrorf(err)
	}
	err = command.Run()
	if status, ok := errors.AsType[exitStatus](err); ok { // what there is to say has been said
		return int(status)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "shiming:", err)
		return ExitCode(err)
	}
	return 0
}

// exitUsage is the exit code for a wrong command line and for a wrong configuration.
const exitUsage = 2

// exitStatus is the exit code of a command that has printed its result.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// ExitCode returns the exit code for an error: exitUsage for a wrong configuration, 1 for every other error.
func ExitCode(err error) int {
	var bad *config.Error
	if errors.As(err, &bad) {
		return exitUsage
	}
	return 1
}
