// Package app constructs the whole bot from a configuration. New builds every component and opens the listeners, Run
// serves until its context ends and then drains, and Close releases what New opened.
//
// The commands, the tests and the benchmarks import this package. It contains no rule about a case and no flag of the
// command line. The operator's settings come from package config; the choices of tests and demonstrations come from
// Options.
//
// In reading order: app.go (New) and run.go (Run, Close), suppliers.go and follow_up.go (Tencent Cloud, e签宝, and what
// follows an evidence point), then http.go (/healthz, /readyz and /metrics beside the bot's webhook), agreement.go (the
// page of the agreements), face.go (the page after a check by face), open_store.go (a database that does not answer
// yet), keyset.go, policy.go, metrics*.go and log.go. deletions.go keeps the list of deletions, restored.go applies
// it once after a restore from a backup; purge.go deletes what is overdue, and evidence.go reads the evidence of a case,
// beside a running bot.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"shiming/bot"
	"shiming/config"
	"shiming/engine"
	"shiming/handover"
	"shiming/store"
	"shiming/store/keyset"
	"shiming/verify"
	"shiming/web"
	"shiming/workers"
)

// One Feishu client implements three ports of the workers.
var (
	_ workers.Messenger        = (*bot.Client)(nil)
	_ workers.Directory        = (*bot.Client)(nil)
	_ workers.IDCardReader     = (*bot.Client)(nil)
	_ workers.IdentityRecorder = (*bot.Client)(nil)
)

// App is a constructed bot.
type App struct {
	cfg      config.Config
	log      *slog.Logger
	store    *store.Store
	engine   *engine.Engine
	workers  *workers.Workers
	client   *bot.Client
	self     *bot.Self
	server   *bot.Server
	longConn *bot.LongConn    // nil with a webhook
	verifier *verify.Tencent  // nil if no supplier is set up
	handover *handover.Client // nil without handover.url
	noted    *surprises
	deleted  *store.DeletionList // nil while this process keeps none
	listOff  bool                // no list is kept, and none was asked for
	// listUnusable says that the list of deletions cannot be written.
	listUnusable atomic.Bool
	pages        pages
	keyService   *keyService // nil without kms.uri
	ln           net.Listener
	admin        net.Listener // nil without server.admin_listen

	servers []*http.Server // of ln and admin, once they serve
	served  servedPages
	failed  chan error // of servers
}

// Options are the choices that are not in the configuration.
type Options struct {
	// Log is required.
	Log *slog.Logger
	// CallTimeout limits each call to a platform; 0 means the default of each client.
	CallTimeout time.Duration
	// ClockOffset, unless nil, makes the clock movable and is its minimum offset from the real time. A demonstration sets
	// it.
	ClockOffset *time.Duration
	// Now, unless nil, is the clock of the engine. The store's clock still decides when a job is due. Tests set it.
	Now func() time.Time
}

// New constructs the bot and opens the listeners. It starts nothing.
func New(ctx context.Context, cfg config.Config, o Options) (app *App, err error) {
	log := o.Log
	a := &App{cfg: cfg, log: log, failed: make(chan error, 2)}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	retry := defaultStartRetry
	retry.waiting = a.serveWaiting
	keys, err := a.openKeyset(ctx, retry)
	if err != nil {
		return nil, err
	}
	if a.store, err = openStore(ctx, cfg, o, keys, retry); err != nil {
		return nil, err
	}
	metrics := newMetrics()
	metrics.keys(a.store, a.keyService)
	now := a.store.Now
	if o.ClockOffset != nil {
		if err := a.store.AdvanceClock(ctx, *o.ClockOffset); err != nil {
			return nil, err
		}
	}
	if a.noted, err = newSurprises(ctx, a.store, metrics, log, now); err != nil {
		return nil, err
	}
	if err := a.checkDeletions(ctx); err != nil {
		return nil, err
	}
	a.openDeletionList()
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
		Surprised:       a.noted.of(platformFeishu),
		UserIDType:      string(cfg.Feishu.UserIDType),
		Timeout:         o.CallTimeout,
		DownloadTimeout: o.CallTimeout,
	})
	if err != nil {
		return nil, err
	}
	a.client = client
	a.self = client.Self()
	warnWithoutPage(cfg, log)
	policy := Policy(cfg)
	if policy.Page, err = agreementPage(ctx, cfg, a.store); err != nil {
		return nil, err
	}
	if cfg.Server.PublicURL != "" { // also for cases that began under another method
		policy.FaceReturn = web.FaceLinks(cfg.Server.PublicURL, a.store.MACs)
	}
	a.warnOfFace()
	a.engine = engine.New(engine.Deps{
		Store:        a.store,
		Policy:       policy,
		ReviewChat:   cfg.HR.ReviewChat,
		AnnounceChat: cfg.HR.AnnounceChat,
		Marketplace:  tickets != nil,
		FilingApp:    cfg.Esign.AppID,
		Shared:       a.store.Shared(),
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
		Directory:        client,
		IDCardReader:     client,
		IdentityRecorder: client,
		OCRPerSecond:     int(cfg.OCR.PerSecond),
	}
	if err := a.addSuppliers(&deps, o, metrics); err != nil {
		return nil, err
	}
	if err := a.addFollowUps(&deps, o, metrics); err != nil {
		return nil, err
	}
	a.workers = workers.New(deps)
	if len(cfg.HR.Admins) == 1 {
		log.Warn("hr.admins names one person only: nobody can review that person's own registration, and that person " +
			"decides on everybody else alone, without a second pair of eyes; add another open_id to change both")
	}
	warnOfCalendar(cfg, now(), log)
	warnOfRetention(cfg, log)
	if cfg.Review.Photos != config.PhotosOnRequest && cfg.Review.Style == config.StyleCards && cfg.HR.ReviewChat != "" {
		log.Warn("review.photos has no effect: the cards of the review group never show originals; set review.style to " +
			"queue, or do without hr.review_chat")
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
		OwnOpenID:         a.self.OpenID,
		SetAside:          metrics.setAside,
		Surprised:         a.noted.of(platformFeishu),
	}); err != nil {
		return nil, err
	}
	a.pages = pages{ready: a.ready, warnings: a.warnings, log: log, metrics: metrics.handler(a.store, int(cfg.OCR.PerSecond),
		map[string]func() bool{"key_file": a.store.KeysUnusable, "deletion_list": a.listUnusable.Load})}
	if err := a.servePage(policy.Page, metrics); err != nil {
		return nil, err
	}
	if err := a.serveFace(metrics); err != nil {
		return nil, err
	}
	if cfg.Feishu.Transport == config.WebSocket {
		a.longConn = a.server.LongConn(client)
		metrics.longConn(a.longConn)
	}
	if a.ln == nil { // else it has served while the start waited
		if err := a.listen(); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// openStore opens the database. It waits for a PostgreSQL that does not answer yet.
func openStore(
	ctx context.Context, cfg config.Config, o Options, keys *keyset.Keyset, retry startRetry,
) (*store.Store, error) {
	s, err := retry.open(ctx, o.Log, func(ctx context.Context) (*store.Store, error) {
		return store.Open(ctx, store.Config{
			DSN:          cfg.Store.DSN,
			Sync:         string(cfg.Store.Sync),
			Keyset:       keys,
			Log:          o.Log,
			MovableClock: o.ClockOffset != nil,
		})
	})
	switch {
	case errors.Is(err, store.ErrWrongKeyset):
		return nil, fmt.Errorf("security.keyset_file: %s does not belong to the database%s; restore the copy that does: %w",
			cfg.Security.KeysetFile, sqliteFile(cfg), err)
	case keyError(err):
		return nil, fmt.Errorf("security.keyset_file: %s, database%s: %w", cfg.Security.KeysetFile, sqliteFile(cfg), err)
	case err != nil:
		return nil, fmt.Errorf("store.dsn: %w", err)
	}
	return s, nil
}

// listen opens the listeners.
func (a *App) listen() (err error) {
	if a.ln, err = net.Listen("tcp", a.cfg.Server.Listen); err != nil {
		return fmt.Errorf("server.listen: %w", err)
	}
	if a.cfg.Server.AdminListen == "" {
		return nil
	}
	if a.admin, err = net.Listen("tcp", a.cfg.Server.AdminListen); err != nil {
		return fmt.Errorf("server.admin_listen: %w", err)
	}
	return nil
}

// ready returns nil if the database answers and the bot can receive pushes.
func (a *App) ready(ctx context.Context) error {
	if err := a.store.Ready(ctx); err != nil || a.longConn == nil {
		return err
	}
	return a.longConn.Ready()
}

// warnings names what does not keep the bot from working now, but will at its next start.
func (a *App) warnings() []string {
	if a.keyService != nil && a.keyService.away() {
		return []string{waitingForKeyService}
	}
	return nil
}

// Store returns the bot's database. A caller may read it and move its clock.
func (a *App) Store() *store.Store { return a.store }

// URL returns the address of the bot's listener.
func (a *App) URL() string { return "http://" + a.ln.Addr().String() }
