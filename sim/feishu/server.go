package feishu

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Config describes the app, its tenant and the way to the bot. Only AppID and AppSecret are needed for the API side;
// events need Webhook.
type Config struct {
	AppID, AppSecret  string
	EncryptKey        string // empty: events travel in plain text and unsigned, as the platform does without a key
	VerificationToken string
	TenantKey         string        // default "tk_sim"
	BotName           string        // default "实名助手"
	Webhook           func() string // URL of the bot; asked at every delivery; empty means none is configured (200340)

	// ReadIDCard is the eye behind OCR. code is 0, or the platform's code for a picture it cannot use: 2110001 bad
	// file, 2110002 nothing recognised. side is 1 for the name page and 0 for the emblem page; corners are eight pixel
	// values. Without a reader every picture answers 2110002. It is called outside all locks.
	ReadIDCard func(img []byte) (entities []Entity, side int, corners []int, code int)

	Now   func() time.Time                     // default time.Now
	After func(time.Duration) <-chan time.Time // waits between redeliveries; default time.After

	OCRPerSecond    int             // per tenant, sliding window; default 10
	NoLimits        bool            // switches the message and gateway limits off (OCR keeps its own)
	PerSecond       int             // gateway limit per API; default 50
	PerMinute       int             // gateway limit per API; default 1000
	RetrySchedule   []time.Duration // waits before each redelivery; default 15s, 5m, 1h, 6h
	AnswerWithin    time.Duration   // how long the bot may take for an event or a callback; default 3s
	ChallengeWithin time.Duration   // how long the bot may take for url_verification; default 1s
	Pushing         func() func()   // called before a push is made; what it returns, when it was sent; default nothing
	HTTPClient      *http.Client    // transport to the bot; redirects are never followed, whatever the client says
}

// Server is one app in one tenant. It implements http.Handler for everything under /open-apis.
type Server struct {
	cfg  Config
	http *http.Client

	ctx    context.Context // ended by Close; carries the redeliveries
	cancel context.CancelFunc
	wg     sync.WaitGroup

	clockOff atomic.Int64 // nanoseconds, see ClockOff
	long     longConns

	mu         sync.Mutex
	behaviour  Behaviour
	scopes     map[string]bool
	subscribed Subscriptions
	tokens     tokenStore
	windows    map[string]*window
	ocrWindow  *window
	ocrLeft    int // remaining OCR quota; negative means unlimited
	ocrCalls   []OCRCall
	users      map[string]*User // by open_id
	chats      map[string]*chat
	p2p        map[string]string // open_id to chat_id
	messages   map[string]*message
	resources  map[string]*resource // image_key or file_key
	uuids      map[string]uuidEntry
	callbacks  map[string]*callbackToken
	identities map[string]*Identity // by open_id
	deliveries []*delivery
	byEvent    map[string]*delivery
	arrivals   chan struct{} // closed and replaced whenever a delivery changes
	hurried    chan struct{} // closed and replaced whenever waits for a redelivery may be over
	rushes     int           // how often Hurry was called
	held       []*delivery
	journal    []Entry
	presses    []Press
	botOpenID  string
	observer   Observer
	lastSweep  time.Time
}

// New returns a simulated platform with the bot installed, every scope of the bot granted and no people.
func New(cfg Config) *Server {
	setDefaults(&cfg)
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		cfg:        cfg,
		ctx:        ctx,
		cancel:     cancel,
		http:       withoutRedirects(cfg.HTTPClient),
		scopes:     map[string]bool{},
		windows:    map[string]*window{},
		ocrWindow:  newWindow(),
		ocrLeft:    -1,
		users:      map[string]*User{},
		chats:      map[string]*chat{},
		p2p:        map[string]string{},
		messages:   map[string]*message{},
		resources:  map[string]*resource{},
		uuids:      map[string]uuidEntry{},
		callbacks:  map[string]*callbackToken{},
		identities: map[string]*Identity{},
		byEvent:    map[string]*delivery{},
		arrivals:   make(chan struct{}),
		hurried:    make(chan struct{}),
		botOpenID:  newID("ou_"),
	}
	s.tokens.life = 2 * time.Hour
	s.Grant(DefaultScopes()...)
	s.subscribed = DefaultSubscriptions()
	return s
}

// Close stops the redeliveries and waits until none is running.
func (s *Server) Close() {
	s.mu.Lock()
	s.cancel() // under the lock, so that no redelivery starts between this and the waiting
	s.mu.Unlock()
	s.long.mu.Lock()
	s.long.closed = true
	s.long.mu.Unlock()
	s.DropLongConnections()
	s.wg.Wait()
}

func setDefaults(c *Config) {
	if c.TenantKey == "" {
		c.TenantKey = "tk_sim"
	}
	if c.BotName == "" {
		c.BotName = "实名助手"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.After == nil {
		c.After = time.After
	}
	if c.OCRPerSecond == 0 {
		c.OCRPerSecond = 10
	}
	if c.PerSecond == 0 {
		c.PerSecond = 50
	}
	if c.PerMinute == 0 {
		c.PerMinute = 1000
	}
	if c.RetrySchedule == nil {
		c.RetrySchedule = []time.Duration{15 * time.Second, 5 * time.Minute, time.Hour, 6 * time.Hour}
	}
	if c.AnswerWithin == 0 {
		c.AnswerWithin = 3 * time.Second
	}
	if c.Pushing == nil {
		c.Pushing = func() func() { return func() {} }
	}
	if c.ChallengeWithin == 0 {
		c.ChallengeWithin = time.Second
	}
}

func withoutRedirects(c *http.Client) *http.Client {
	if c == nil {
		// A transport of its own: with the default one the demo's few idle connections per host would be torn down and
		// dialled again for nearly every event.
		c = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}}
	}
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// newID returns prefix and 32 random hex digits, the form of most ids of the platform. They are random so that a
// restarted simulator never reuses an id that the bot's database already knows.
func newID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return prefix + hex.EncodeToString(b[:])
}
