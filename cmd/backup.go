package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"shiming/config"
	"shiming/store"
)

// backupCmd copies the SQLite database, even while serve uses it.
type backupCmd struct {
	File   string `arg:"" help:"File to write; must not exist." type:"path"`
	Config string `help:"Configuration file." default:"config.yaml" type:"path"`
}

func (b *backupCmd) Run(ctx context.Context) error {
	cfg, err := config.LoadUnchecked(b.Config, os.Environ())
	if err != nil {
		return err
	}
	c, err := store.Backup(ctx, cfg.Store.DSN, b.File)
	if errors.Is(err, store.ErrNotSQLite) {
		command, err := store.DumpCommand(cfg.Store.DSN, b.File)
		if err != nil {
			return err
		}
		return fmt.Errorf("nothing was written: a PostgreSQL database is backed up by its own tool, "+
			"with the password from ~/.pgpass or PGPASSWORD:\n\n  %s", command)
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d cases, %d bytes, as of %s, checked.\n", b.File, c.Cases, c.Bytes, c.Of.Format(time.RFC3339))
	fmt.Printf("The keyset is not in it: keep %s apart. Whoever has both can read all personal data.\n",
		cfg.Security.KeysetFile)
	if list := cfg.DeletionList(); list != "" {
		fmt.Printf("Keep the newest %s apart, too: it says what was deleted since, and a restored copy needs it.\n", list)
	}
	return nil
}
