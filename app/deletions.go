package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"shiming/config"
	"shiming/store"
)

// listEvery is how often deletions are copied from the database into the list.
const listEvery = 2 * time.Second

// checkDeletions compares the list of deletions with the database before anything is served. A database that lacks one
// of them was put back from a backup, and the error says what to do. With store.sync: normal a power cut may have taken
// the last transactions, those of powerCutTakes: then the deletions are applied again.
func (a *App) checkDeletions(ctx context.Context) error {
	path := a.cfg.DeletionList()
	list, err := store.ReadDeletions(path)
	if err != nil {
		return nil // there is none yet, or openDeletionList says why it is unusable
	}
	missing, err := a.store.MissingDeletions(ctx, list)
	if err != nil || len(missing) == 0 {
		return err
	}
	if _, isSQLite := a.cfg.SQLiteFile(); isSQLite && a.cfg.Store.Sync == config.SyncNormal &&
		list[len(list)-1].At.Sub(missing[0].At) < powerCutTakes {
		done, err := ReapplyDeletions(ctx, a.store, Policy(a.cfg), missing)
		a.log.Warn("the database had lost deletions that the list has; they were applied again", "file", path,
			"deletions", done.Again)
		return err
	}
	return fmt.Errorf("store.dsn: the list of deletions %s has %d that this database does not have, the first of %s: %w",
		path, len(missing), missing[0].At.UTC().Format(time.RFC3339), &store.CopyError{})
}

// powerCutTakes bounds the deletions that a power cut may take from the end of the list.
const powerCutTakes = 10 * time.Minute

// openDeletionList opens the list of deletions. A list that cannot be written does not stop the bot: a request for
// deletion counts more than its copy. On PostgreSQL a default beside a key file that is mounted read-only is no fault,
// and without store.deletions_file no list is kept then.
func (a *App) openDeletionList() {
	path := a.cfg.DeletionList()
	list, err := store.OpenDeletionList(path)
	_, isSQLite := a.cfg.SQLiteFile()
	switch {
	case err == nil:
		a.deleted = list
		a.listUnusable.Store(false)
	case errors.Is(err, store.ErrListHeld):
		a.listUnusable.Store(false) // an instance beside this one keeps it
	case a.cfg.Store.DeletionsFile == "" && !isSQLite && cannotWriteThere(err):
		a.listOff = true
		a.log.Warn("no list of deletions is kept, see store.deletions_file: after a restore of a backup, deletions since "+
			"would have to be repeated by hand", "file", path)
	default:
		if !a.listUnusable.Swap(true) {
			a.log.Error("the list of deletions cannot be written: after a restore of a backup, deletions since would have to "+
				"be repeated by hand", "error", err)
		}
	}
}

// listDeletions copies deletions into the list until ctx ends. stop copies the last ones. A list that another instance
// keeps, or that could not be opened, is tried again each time.
func (a *App) listDeletions(ctx context.Context) (stop func(context.Context)) {
	if a.listOff {
		return func(context.Context) {}
	}
	failing := false
	copyNew := func(ctx context.Context) {
		if a.deleted == nil {
			a.openDeletionList()
		}
		if a.deleted == nil {
			return
		}
		_, err := a.deleted.CatchUp(ctx, a.store)
		if err != nil && ctx.Err() == nil && !failing {
			a.log.Error("deletions are not in their list yet", "error", err)
		}
		failing = err != nil
		_, ofFile := errors.AsType[*fs.PathError](err) // others are of the database, which has alerts of its own
		a.listUnusable.Store(ofFile)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(listEvery)
		defer tick.Stop()
		for {
			copyNew(ctx)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return func(drain context.Context) {
		cancel()
		<-done
		copyNew(drain)
	}
}
