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

// serveCmd runs the bot.
type serveCmd struct {
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
	// Stage is the minimum offset of a movable clock. The playground sets it for a supervised bot; see supervised.
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
	log := app.NewLogger(os.Stderr, string(cfg.Log.Level))
	bot, err := app.New(ctx, cfg, app.Options{Log: log, ClockOffset: s.Stage})
	if err != nil {
		if s.Stage != nil && errors.Is(err, store.ErrLocked) {
			reportDataInUse(os.Stdout, err)
		}
		return err
	}
	if s.Stage != nil {
		ctx = supervised(ctx, bot, os.Stdin, os.Stdout)
	}
	return bot.Run(ctx)
}

// memoryLimit makes the garbage collector run earlier, so that garbage of photos does not increase the memory of the
// process. A separate budget limits the photos in use. GOMEMLIMIT overrides memoryLimit.
const memoryLimit = 140 << 20
