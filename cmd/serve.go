package cmd

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"time"

	"shiming/app"
	"shiming/config"
	"shiming/store"
)

type serveCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	// Stage is how far ahead the clock is at least, for the playground that supervises this process; see supervised.
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
	bot, err := app.New(ctx, cfg, app.Options{Log: app.NewLogger(os.Stderr, string(cfg.Log.Level)), ClockOffset: s.Stage})
	if err != nil {
		if s.Stage != nil && errors.Is(err, store.ErrLocked) {
			sayDataInUse(os.Stdout, err)
		}
		return err
	}
	if s.Stage != nil {
		ctx = supervised(ctx, bot, os.Stdin, os.Stdout)
	}
	return bot.Run(ctx)
}

// memoryLimit makes the collector work harder before the photos' garbage takes more than the process
// needs; what is held at a time is bounded by itself. GOMEMLIMIT overrides it.
const memoryLimit = 140 << 20
