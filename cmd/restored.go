package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"

	"shiming/app"
	"shiming/config"
	"shiming/store"
)

// restoredCmd makes a database that was restored from a backup safe to start. It marks the open cases, unless nothing
// happened after the backup.
type restoredCmd struct {
	Config      string `help:"Configuration file." default:"config.yaml" type:"path"`
	NothingLost bool   `help:"Nothing has happened since the copy was made: the bot was stopped, and only moved."`
}

func (r *restoredCmd) Run(ctx context.Context) (err error) {
	cfg, err := config.LoadUnchecked(r.Config, os.Environ())
	if err != nil {
		return err
	}
	keys, err := app.LoadKeys(cfg)
	if err != nil {
		return err
	}
	if file, ok := cfg.SQLiteFile(); ok {
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("store.dsn: %w", err)
		}
	}
	s, err := store.Open(ctx, store.Config{
		DSN:    cfg.Store.DSN,
		Sync:   string(cfg.Store.Sync),
		Keyset: keys,
		Copy:   true,
	})
	if err != nil {
		return fmt.Errorf("store.dsn: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	marked := 0
	if !r.NothingLost {
		if marked, err = app.MarkRestored(ctx, s, app.Policy(cfg)); err != nil {
			return err
		}
	}
	if err := s.Settle(ctx); err != nil {
		return err
	}
	if r.NothingLost {
		fmt.Println("Noted: nothing was lost. The bot may be started.")
		return nil
	}
	fmt.Printf("%d open cases are marked: before anything of theirs is recorded or filed, "+
		"HR is asked whether it has been already. The bot may be started.\n"+
		"Cases opened after the copy was made are not in it: "+
		"compare the consoles of Feishu and e签宝 before those people begin anew.\n", marked)
	return nil
}
