package sim

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"sync"
	"time"

	"shiming/sim/esign"
	"shiming/sim/feishu"
	"shiming/sim/handover"
	"shiming/sim/tencent"
	"shiming/sim/wire"
)

// Names of the platforms in Recorder and Faults.
const (
	UpstreamFeishu  = "feishu"
	UpstreamESign   = "esign"
	UpstreamTencent = "tencent"
	// The company's own systems.
	UpstreamHandover = "handover" // takes evidence points
	UpstreamSDK      = "sdk"      // opens signing accounts
)

// World is a running world. All methods may be called concurrently.
type World struct {
	Feishu  *feishu.Server
	ESign   *esign.Server
	Tencent *tencent.Server
	// Handover and SDK are the company's own systems: one takes evidence points, one opens signing accounts.
	Handover *handover.Receiver
	SDK      *esign.SDK

	Recorder *wire.Recorder // all calls to the platforms
	Faults   *wire.Faults   // armed faults

	// Base URLs, without a path.
	FeishuURL, ESignURL, TencentURL, HandoverURL, SDKURL string
	// GatewayURL is where the world outside reaches the bot, and so the bot's server.public_url. It answers 502 while
	// there is no bot. It is no platform: neither Recorder nor Faults know it.
	GatewayURL string

	cfg         Config
	transport   *http.Transport // to the bot
	ocrSlots    chan struct{}   // limits how many pictures are decoded at a time
	renderSlots chan struct{}   // limits how many robots render photos at a time

	dir     string // has the agreement
	servers []*http.Server
	cancel  context.CancelFunc // ends the requests that are being served
	serving sync.WaitGroup

	announcements announcements
	clock         *clock

	mu      sync.Mutex
	webhook string
	people  []*Employee
	admins  []string
	onPages map[string][]Interaction // by open_id: what people did on pages
}

// recordedCalls is how many calls Recorder remembers; its counts cover all.
const recordedCalls = 20_000

// Start opens a world. ctx limits the start only; the world lives until Close. The error is a *ConfigError or a network
// error.
func Start(ctx context.Context, c Config) (*World, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	at, err := c.Addresses()
	if err != nil {
		return nil, err
	}
	moved := &clock{base: c.Now}
	c.Now = moved.now
	w := &World{
		clock:       moved,
		Recorder:    wire.NewRecorder(recordedCalls),
		Faults:      &wire.Faults{},
		cfg:         c,
		webhook:     c.Webhook,
		ocrSlots:    make(chan struct{}, max(2, runtime.GOMAXPROCS(0))),
		renderSlots: make(chan struct{}, runtime.GOMAXPROCS(0)),
		transport:   &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second},
	}
	w.Recorder.Now = c.Now
	w.Feishu = feishu.New(feishu.Config{
		AppID:             feishuAppID,
		AppSecret:         feishuAppSecret,
		EncryptKey:        feishuEncryptKey,
		VerificationToken: feishuToken,
		TenantKey:         c.Tenant,
		Webhook:           w.Webhook,
		ReadIDCard:        w.readIDCard,
		ReadDocument:      w.readDocument,
		Now:               c.Now,
		OCRPerSecond:      c.OCRPerSecond,
		NoLimits:          c.NoLimits,
		AnswerWithin:      c.AnswerWithin,
		RetrySchedule:     c.RetrySchedule,
		HTTPClient:        &http.Client{Transport: w.transport},
		WasBefore:         moved.wasBefore,
		BeginPush:         moved.beginPush,
	})
	w.ESign = esign.New(esign.Config{
		AppID:            esignAppID,
		AppSecret:        esignAppSecret,
		Revision:         c.EsignRevision,
		Now:              c.Now,
		AcceptsTimestamp: moved.acceptsTimestamp,
	})
	w.SDK = w.ESign.SDK()
	w.Handover = handover.New(handover.Config{Secret: handoverSecret, AcceptsTimestamp: moved.acceptsTimestamp})
	w.Tencent = tencent.New(tencent.Config{Now: c.Now, SignatureClock: moved.base})
	if c.Observer != nil {
		w.observe(c.Observer)
	}
	w.createCompany(c.Admins)

	platform := func(name string, operation func(*http.Request) string, h http.Handler) http.Handler {
		return wire.Handler(name, operation, w.Recorder, w.Faults, delayed(c.Latency, h))
	}
	serving, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	if err := w.writeAgreement(); err != nil {
		return nil, errors.Join(err, w.Close(ctx))
	}
	for i, s := range []struct {
		url      *string
		upstream string
		handler  http.Handler
	}{
		{&w.FeishuURL, UpstreamFeishu, platform(UpstreamFeishu, feishu.Operation, w.Feishu)},
		{&w.ESignURL, UpstreamESign, platform(UpstreamESign, esign.Operation, w.ESign)},
		{&w.TencentURL, UpstreamTencent, platform(UpstreamTencent, tencent.Operation, w.Tencent)},
		{&w.GatewayURL, "", w.gateway()},
		{&w.HandoverURL, UpstreamHandover, platform(UpstreamHandover, handover.Operation, w.Handover)},
		{&w.SDKURL, UpstreamSDK, platform(UpstreamSDK, esign.SDKOperation, w.SDK)},
	} {
		if *s.url, err = w.serve(ctx, serving, at[i+1], s.upstream, s.handler); err != nil {
			return nil, errors.Join(err, w.Close(ctx))
		}
	}
	w.Feishu.SetRedirectURLs(w.GatewayURL + AgreementLogin)
	w.Hire(c.People)
	return w, nil
}

// serve listens on an address, for an upstream behind a listener that faults can close, and returns the base URL.
func (w *World) serve(ctx, serving context.Context, addr, upstream string, h http.Handler) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return serving },
		ErrorLog:          slog.NewLogLogger(w.cfg.Log.Handler(), slog.LevelWarn),
	}
	if upstream != "" {
		l = w.Faults.Listener(upstream, l, s)
	}
	w.servers = append(w.servers, s)
	w.serving.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			w.cfg.Log.Error("a listener of the simulated world stopped", "error", err)
		}
	})
	return (&url.URL{Scheme: "http", Host: l.Addr().String()}).String(), nil
}

// Close ends the world. It delivers no more events and closes every listener. Requests that are being served may go on
// until ctx ends; those that an armed fault delays end at once.
func (w *World) Close(ctx context.Context) error {
	w.Faults.Clear()
	w.Feishu.Close()
	w.cancel()
	var errs []error
	for _, s := range w.servers {
		if err := s.Shutdown(ctx); err != nil {
			errs = append(errs, err, s.Close())
		}
	}
	w.serving.Wait()
	w.transport.CloseIdleConnections()
	return errors.Join(append(errs, os.RemoveAll(w.dir))...)
}

// Now is the time of the world.
func (w *World) Now() time.Time { return w.cfg.Now() }

// OCRPerSecond returns the OCR limit of the tenant.
func (w *World) OCRPerSecond() int { return w.cfg.OCRPerSecond }

// Webhook returns the URL for events; empty if none is set.
func (w *World) Webhook() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.webhook
}

// SetWebhook changes the URL for events.
func (w *World) SetWebhook(url string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.webhook = url
}
