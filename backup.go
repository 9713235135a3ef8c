package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"shiming/app"
	"shiming/config"
	"shiming/store"
	"shiming/store/keyset"
)

// backupCmd copies the SQLite database, also while serve works on it.
type backupCmd struct {
	File   string `arg:"" help:"File to write; must not exist." type:"path"`
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
}

func (b *backupCmd) Run(ctx context.Context) error {
	cfg, err := config.LoadForStore(b.Config)
	if err != nil {
		return err
	}
	c, err := store.Backup(ctx, cfg.Store.DSN, b.File)
	if errors.Is(err, store.ErrNotSQLite) {
		line, err := store.DumpCommand(cfg.Store.DSN, b.File)
		if err != nil {
			return err
		}
		return fmt.Errorf("nothing was written: a PostgreSQL database is backed up by its own tool, with the password from ~/.pgpass or PGPASSWORD:\n\n  %s", line)
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d cases, %d bytes, as of %s, checked.\nThe keyset is not in it: keep %s apart. Whoever has both can read all personal data.\n",
		b.File, c.Cases, c.Bytes, c.Of.Format(time.RFC3339), cfg.KeysetFile)
	return nil
}

// restoredCmd makes a database that was put back from a copy safe to start.
type restoredCmd struct {
	Config      string `help:"Configuration file." default:"config.yaml" type:"path"`
	NothingLost bool   `help:"Nothing has happened since the copy was made: the bot was stopped, and only moved."`
}

func (r *restoredCmd) Run(ctx context.Context) (err error) {
	cfg, err := config.LoadForStore(r.Config)
	if err != nil {
		return err
	}
	keys, err := keyset.Load(cfg.KeysetFile)
	if err != nil {
		return fmt.Errorf("security.keyset_file: %w", err)
	}
	if file, is := strings.CutPrefix(cfg.Store.DSN, "sqlite:"); is {
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("store.dsn: %w", err)
		}
	}
	s, err := store.Open(ctx, store.Config{DSN: cfg.Store.DSN, Sync: cfg.Store.Sync, Keyset: keys, Copy: true})
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
	fmt.Printf("%d open cases are marked: before anything of theirs is recorded or filed, HR is asked whether it has been already. The bot may be started.\nCases opened after the copy was made are not in it: compare the consoles of Feishu and e签宝 before those people begin anew.\n", marked)
	return nil
}
