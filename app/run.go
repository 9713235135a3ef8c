package app

import (
	"context"
	"sync"
	"time"
)

const (
	// drainTimeout limits a stop: open requests first, then running jobs.
	drainTimeout = 12 * time.Second
	// inboxGrace is the part of drainTimeout for acknowledged events that are not handled yet.
	inboxGrace = 3 * time.Second
)

// Run serves until ctx ends. Then it accepts no more requests, waits for running requests, handlers and jobs, for at
// most drainTimeout, and closes the database.
func (a *App) Run(ctx context.Context) error {
	defer a.Close()
	if err := a.store.Start(ctx, a.workers.Run); err != nil {
		return err
	}
	if err := a.syncStaff(ctx); err != nil {
		a.log.Warn("who has joined or left meanwhile is asked at the next start only", "error", err)
	}
	if err := a.engine.CloseFormerDesks(ctx); err != nil {
		a.log.Warn("the desks of former admins are closed at the next start only", "error", err)
	}
	if err := a.ensureRetention(ctx); err != nil {
		a.log.Warn("the daily deletion is queued by the next new case only", "error", err)
	}
	stopNoting, stopListing := a.noted.start(ctx), a.listDeletions(ctx)
	if a.keyService != nil {
		go a.keyService.run(ctx)
	}
	go a.reportCredentials(ctx)
	a.learnSelf(ctx)
	go func() {
		if a.client.AwaitApp(ctx) == nil {
			a.workers.RefreshNames(ctx)
		}
	}()

	// The inbox stops last, because open requests and the long connection still add events to it.
	var inbox sync.WaitGroup
	inboxCtx, stopInbox := context.WithCancel(context.WithoutCancel(ctx))
	defer stopInbox()
	inbox.Go(func() { a.server.Run(inboxCtx, inboxGrace) })
	a.serve(a.pages.public(a.server.Handler(), a.admin == nil), a.pages.admin())
	a.log.Info("listening", "addr", a.ln.Addr().String(), "method", a.cfg.Verification.Method)

	var longConn sync.WaitGroup
	longConnCtx, stopLongConn := context.WithCancel(ctx)
	defer stopLongConn()
	if a.longConn != nil {
		longConn.Go(func() { a.longConn.Run(longConnCtx) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-a.failed:
	}
	a.log.Info("draining")
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	requests, done := context.WithTimeout(drain, shutdownTimeout)
	defer done()
	for _, s := range a.servers {
		if s.Shutdown(requests) != nil {
			_ = s.Close() // a client keeps a connection open
		}
	}
	stopLongConn()
	longConn.Wait()
	stopInbox()
	inbox.Wait()
	if a.store.Stop(drain) != nil {
		a.log.Warn("some jobs did not end in time; they run again at the next start")
	}
	stopNoting(drain)
	stopListing(drain)
	a.log.Info("stopped")
	return err
}

// Close releases what New opened. It may be called more than once.
func (a *App) Close() {
	for _, s := range a.servers {
		_ = s.Close()
	}
	if a.ln != nil {
		_ = a.ln.Close()
	}
	if a.admin != nil {
		_ = a.admin.Close()
	}
	if a.verifier != nil {
		a.verifier.Close()
	}
	if a.handover != nil {
		a.handover.Close()
	}
	if a.deleted != nil {
		_ = a.deleted.Close()
	}
	if a.store != nil {
		_ = a.store.Close()
	}
}

// ensureRetention queues the daily deletion of each tenant.
func (a *App) ensureRetention(ctx context.Context) error {
	tenants, err := a.store.Tenants(ctx)
	if err != nil || len(tenants) == 0 {
		return err
	}
	return a.engine.EnsureRetentionOf(ctx, tenants)
}

// syncStaff asks the directory, in the background, what has happened while the bot was away.
func (a *App) syncStaff(ctx context.Context) error {
	tenants, err := a.store.Tenants(ctx)
	if err != nil || len(tenants) == 0 {
		return err
	}
	return a.engine.SyncStaff(ctx, tenants)
}
