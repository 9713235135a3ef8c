package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	Deletions   string `help:"List of deletions to apply; the default is where serve keeps it." type:"path"`
	WithoutList bool   `help:"There is no list of deletions any more: delete by the settings only."`
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
	if err := r.reapply(ctx, cfg, s); err != nil {
		return err
	}
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

// reapply deletes again what was deleted after the copy was made, and what is due by the settings.
func (r *restoredCmd) reapply(ctx context.Context, cfg config.Config, s *store.Store) error {
	path, own := r.Deletions, cfg.DeletionList()
	if path == "" {
		path = own
	}
	list, err := r.readList(ctx, path, s)
	if err != nil {
		return err
	}
	if own != path && !r.WithoutList { // the list that was named may be older than the one that serve has kept
		kept, err := store.ReadDeletions(own)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		list = append(list, kept...)
	}
	done, err := app.ReapplyDeletions(ctx, s, app.Policy(cfg), list)
	if err != nil {
		return err
	}
	if own != path && len(list) > 0 { // serve goes on with its own list, which needs the whole past
		if err := keepList(own, list); err != nil {
			if _, isSQLite := cfg.SQLiteFile(); isSQLite || cfg.Store.DeletionsFile != "" {
				return err
			}
			fmt.Printf("%s could not be written (%v): keep the list that you named, and set store.deletions_file.\n", own, err)
		}
	}
	fmt.Printf("Deleted again: %d deletions of the list (%d of its cases are not in the copy), "+
		"and %d cases by the settings.\n", done.Again, done.Unknown, len(done.Overdue.Cases))
	return nil
}

// keepList adds a list to the one that serve keeps.
func keepList(own string, list []store.Deleted) error {
	kept, err := store.OpenDeletionList(own)
	if err != nil {
		return err
	}
	_, err = kept.Add(list)
	return errors.Join(err, kept.Close())
}

// readList reads the list of deletions. Without one it returns an error if serve has kept one, unless the operator says
// that it is lost.
func (r *restoredCmd) readList(ctx context.Context, path string, s *store.Store) (list []store.Deleted, err error) {
	if r.WithoutList {
		return nil, nil
	}
	if path != "" {
		list, err = store.ReadDeletions(path)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return list, err
		}
		if r.Deletions != "" {
			return nil, fmt.Errorf("--deletions: %w", err)
		}
	}
	if r.NothingLost { // then it has nothing new either
		return nil, nil
	}
	kept, err := s.KeepsDeletionList(ctx)
	switch {
	case err != nil:
		return nil, err
	case kept:
		return nil, fmt.Errorf("the list of deletions is missing: people who asked for the deletion of their data after the "+
			"copy was made would be back. Put the list to %s, or name it with --deletions FILE; if it is lost, say "+
			"--without-list and delete them again by hand", path)
	}
	fmt.Println("No list of deletions was kept: deletions that people asked for since must be repeated by hand.")
	return nil, nil
}
