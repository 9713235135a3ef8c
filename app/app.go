// Package app is the bot, constructed: New builds every room from a configuration and opens the listeners, Run serves
// until its context ends and then drains, Close gives back what New opened.
//
// Whoever needs a bot imports this package: the commands, tests, measurements. It decides nothing about a case and
// holds no flag of the command line; what the owner configures comes from package config, what tests and
// demonstrations choose from Options.
//
// In reading order: app.go, then one file for what belongs to the process alone: http.go (/healthz, /readyz, /metrics
// beside the bot's webhook), open_store.go (a database that is not there yet), keyset.go, policy.go, metrics*.go,
// log.go. restored.go is what has to happen once after a backup was put back.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"shiming/bot"
	"shiming/config"
	"shiming/engine"
	"shiming/esign"
	"shiming/flows"
	"shiming/store"
	"shiming/verify"
	"shiming/workers"
)

// drainTime is how long a stop may take: open requests first, then running jobs.
const drainTime = 12 * time.Second

// inboxGrace is the part of drainTime for acknowledged events that are not handled yet.
const inboxGrace = 3 * time.Second

// Feishu is messenger, reader of cards and register at once.
var (
	_ workers.Messenger        = (*bot.Client)(nil)
	_ workers.IDCardReader     = (*bot.Client)(nil)
	_ workers.IdentityRecorder = (*bot.Client)(nil)
)

// App is the bot, constructed. Run serves until its context ends, then drains.
type App struct {
	cfg    config.Config
	log    *slog.Logger
	store  *store.Store
	engine *engine.Engine
	works  *workers.Workers
	client *bot.Client
	server *bot.Server
	pages  pages
	ln     net.Listener
	admin  net.Listener
	supply *verify.Tencent
	long   *bot.LongConn // nil with a webhook
}

// Options are what the owner does not configure.
type Options struct {
	// Log is required.
	Log *slog.Logger
	// CallTimeout bounds each call to a platform; 0 leaves every client its own.
	CallTimeout time.Duration
	// ClockOffset, unless nil, lets the clock be moved, and says how far ahead it is at least. A demonstration sets it.
	ClockOffset *time.Duration
	// Now, unless nil, is the time by which cases are decided on; jobs are due by the store's. Tests set it.
	Now func() time.Time
}

// New constructs everything and opens the listeners, but starts nothing.
func New(ctx context.Context, cfg config.Config, o Options) (app *App, err error) {
	log := o.Log
	a := &App{cfg: cfg, log: log}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	keys, err := loadKeyset(cfg, log)
	if err != nil {
		return nil, err
	}
	metrics := newMetrics()
	if a.store, err = startPatience.open(ctx, log, func(ctx context.Context) (*store.Store, error) {
		return store.Open(ctx, store.Config{
			DSN:          cfg.Store.DSN,
			Sync:         string(cfg.Store.Sync),
			Keyset:       keys,
			Log:          log,
			MovableClock: o.ClockOffset != nil,
		})
	}); err != nil {
		if errors.Is(err, store.ErrWrongKeyset) {
			return nil, fmt.Errorf("security.keyset_file: %s does not belong to the database%s; restore the copy that does: %w",
				cfg.Security.KeysetFile, sqliteFile(cfg), err)
		}
		return nil, fmt.Errorf("store.dsn: %w", err)
	}
	now := a.store.Now
	if o.ClockOffset != nil {
		if err := a.store.AdvanceClock(ctx, *o.ClockOffset); err != nil {
			return nil, err
		}
	}
	order := &bot.PatchOrder{}
	var tickets bot.TicketStore
	if cfg.Feishu.AppType == config.Marketplace {
		tickets = a.store
	}
	client, err := bot.NewClient(bot.ClientConfig{
		BaseURL:         cfg.Feishu.BaseURL,
		AppID:           cfg.Feishu.AppID,
		AppSecret:       cfg.Feishu.AppSecret,
		Log:             log,
		Now:             now,
		PatchOrder:      order,
		Marketplace:     tickets,
		Observe:         metrics.feishuCall,
		Timeout:         o.CallTimeout,
		DownloadTimeout: o.CallTimeout,
	})
	if err != nil {
		return nil, err
	}
	a.client = client
	a.engine = engine.New(engine.Deps{
		Store:        a.store,
		Policy:       Policy(cfg),
		ReviewChat:   cfg.HR.ReviewChat,
		AnnounceChat: cfg.HR.AnnounceChat,
		Marketplace:  tickets != nil,
		Log:          log,
		Now:          now,
		Observe:      metrics,
	})
	if o.Now != nil {
		a.engine.Now = o.Now
	}
	deps := workers.Deps{
		Engine:           a.engine,
		Messenger:        client,
		IDCardReader:     client,
		IdentityRecorder: client,
		OCRPerSecond:     int(cfg.OCR.PerSecond),
	}
	if cfg.Verification.Method == flows.ThreeElements {
		supplier := cfg.Verification.Tencent
		supplier.Timeout, supplier.Now = o.CallTimeout, now
		if a.supply, err = verify.NewTencent(supplier); err != nil {
			return nil, err
		}
		notary, err := esign.New(esign.Config{
			BaseURL:    cfg.Esign.BaseURL,
			AppID:      cfg.Esign.AppID,
			AppSecret:  esign.Secret(cfg.Esign.AppSecret),
			Revision:   esign.Revision(cfg.Esign.EvidenceRevision),
			Now:        now,
			Timeout:    o.CallTimeout,
			PutTimeout: o.CallTimeout,
		})
		if err != nil {
			return nil, err
		}
		deps.Verifier, deps.EvidenceClient = countedVerifier{a.supply, metrics}, countedNotary{notary, metrics}
	}
	a.works = workers.New(deps)
	if len(cfg.HR.Admins) == 1 {
		log.Warn("hr.admins names one person only: nobody can review that person's own registration")
	}
	if a.server, err = bot.NewServer(bot.ServerConfig{
		AppID:             cfg.Feishu.AppID,
		EncryptKey:        cfg.Feishu.EncryptKey,
		VerificationToken: cfg.Feishu.VerificationToken,
		Handler:           a.engine,
		Pushes:            a.store,
		PatchOrder:        order,
		Marketplace:       tickets,
		Log:               log,
		Now:               now,
		NoWebhook:         cfg.Feishu.Transport == config.WebSocket,
		Observe:           metrics.push,
	}); err != nil {
		return nil, err
	}
	a.pages = pages{ready: a.ready, metrics: metrics.handler(a.store, int(cfg.OCR.PerSecond)), log: log}
	if cfg.Feishu.Transport == config.WebSocket {
		a.long = a.server.LongConn(client)
		metrics.longConn(a.long)
	}
	if a.ln, err = net.Listen("tcp", cfg.Server.Listen); err != nil {
		return nil, fmt.Errorf("server.listen: %w", err)
	}
	if cfg.Server.AdminListen != "" {
		if a.admin, err = net.Listen("tcp", cfg.Server.AdminListen); err != nil {
			return nil, fmt.Errorf("server.admin_listen: %w", err)
		}
	}
	return a, nil
}

// ready says whether the bot can do its work: the database answers, and pushes can come in.
func (a *App) ready(ctx context.Context) error {
	if err := a.store.Ready(ctx); err != nil || a.long == nil {
		return err
	}
	return a.long.Ready()
}

// Store is the bot's database, for reading it and for moving its clock.
func (a *App) Store() *store.Store { return a.store }

// URL is where the bot listens.
func (a *App) URL() string { return "http://" + a.ln.Addr().String() }

// Run serves until ctx ends, then takes no more requests, lets running ones and running
// jobs end, and closes the database.
func (a *App) Run(ctx context.Context) error {
	defer a.Close()
	if err := a.store.Start(ctx, a.works.Run); err != nil {
		return err
	}
	go func() {
		if a.client.AwaitApp(ctx) == nil {
			a.works.KeepNames(ctx)
		}
	}()

	var inbox sync.WaitGroup
	working, finish := context.WithCancel(context.WithoutCancel(ctx))
	defer finish()
	inbox.Go(func() { a.server.Run(working, inboxGrace) })
	servers := []*http.Server{NewHTTPServer(a.pages.public(a.server.Handler(), a.admin == nil))}
	failed := make(chan error, 2)
	serve := func(s *http.Server, ln net.Listener) {
		if err := s.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}
	go serve(servers[0], a.ln)
	if a.admin != nil {
		servers = append(servers, NewHTTPServer(a.pages.admin()))
		go serve(servers[1], a.admin)
	}
	a.log.Info("listening", "addr", a.ln.Addr().String(), "method", a.cfg.Verification.Method)

	var line sync.WaitGroup
	calling, hangUp := context.WithCancel(ctx)
	defer hangUp()
	if a.long != nil {
		line.Go(func() { a.long.Run(calling) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	a.log.Info("draining")
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	requests, done := context.WithTimeout(drain, listenTime)
	defer done()
	for _, s := range servers {
		if s.Shutdown(requests) != nil {
			_ = s.Close() // somebody holds a connection open; that is not our failure
		}
	}
	hangUp()
	line.Wait()
	finish()
	inbox.Wait()
	if stop := a.store.Stop(drain); stop != nil {
		a.log.Warn("some jobs did not end in time; they run again at the next start")
	}
	a.log.Info("stopped")
	return err
}

// Close releases what New opened; safe to call twice.
func (a *App) Close() {
	if a.ln != nil {
		_ = a.ln.Close()
	}
	if a.admin != nil {
		_ = a.admin.Close()
	}
	if a.supply != nil {
		a.supply.Close()
	}
	if a.store != nil {
		_ = a.store.Close()
	}
}
