package app

import (
	"context"
	"time"

	"shiming/store"
)

// listEvery is how often deletions are copied from the database into the list.
const listEvery = 2 * time.Second

// openDeletionList opens the list of deletions, if one is kept. A list that cannot be written does not stop the bot: a
// request for deletion counts more than its copy.
func (a *App) openDeletionList() {
	path := a.cfg.DeletionList()
	if path == "" {
		a.log.Warn("no list of deletions is kept, see store.deletions_file: after a restore of a backup, deletions since " +
			"would have to be repeated by hand")
		return
	}
	list, err := store.OpenDeletionList(path)
	if err != nil {
		a.log.Error("the list of deletions cannot be written: after a restore of a backup, deletions since would have to be "+
			"repeated by hand", "error", err)
		a.listUnusable.Store(true)
		return
	}
	a.deleted = list
}

// listDeletions copies deletions into the list until ctx ends. stop copies the last ones.
func (a *App) listDeletions(ctx context.Context) (stop func(context.Context)) {
	if a.deleted == nil {
		return func(context.Context) {}
	}
	copyNew := func(ctx context.Context) {
		_, err := a.deleted.CatchUp(ctx, a.store)
		if err != nil && ctx.Err() == nil && !a.listUnusable.Load() {
			a.log.Error("deletions are not in their list yet", "error", err)
		}
		a.listUnusable.Store(err != nil)
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
