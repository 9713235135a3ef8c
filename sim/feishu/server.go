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

// Config describes the app, its tenant and the URL of the bot. The API needs only AppID and AppSecret; events need
// Webhook.
type Config struct {
	AppID, AppSecret  string
	EncryptKey        string // empty: events are plain text without a signature, as on the platform
	VerificationToken string
	TenantKey         string        // default "tk_sim"
	BotName           string        // default "实名助手"
	Webhook           func() string // URL of the bot, read for every delivery; empty = none is configured (200340)

	// ReadIDCard is the OCR. code is 0, or the platform's code for an unusable picture: 2110001 bad file, 2110002
	// nothing recognised. side is 1 for the name page and 0 for the emblem page; corners are eight pixel values. nil
	// answers 2110002 to every picture. The server calls it without a lock.
	ReadIDCard func(img []byte) (entities []Entity, side int, corners []int, code int)
	// ReadDocument is the OCR of another document, by one of the Document keys. code is that of ReadIDCard.
	ReadDocument func(key string, img []byte) (entities []Entity, code int)

	Now   func() time.Time                     // default time.Now
	After func(time.Duration) <-chan time.Time // waits between redeliveries; default time.After

	OCRPerSecond    int             // per tenant, sliding window; default 10
	NoLimits        bool            // disables the limits of messages and of the gateway (the OCR keeps its own)
	PerSecond       int             // gateway limit per API; default 50
	PerMinute       int             // gateway limit per API; default 1000
	RetrySchedule   []time.Duration // delay before each redelivery; default 15s, 5m, 1h, 6h
	AnswerWithin    time.Duration   // time limit of the bot for an event or a callback; default 3s
	ChallengeWithin time.Duration   // time limit of the bot for url_verification; default 1s
	// WasBefore reports whether a time was ahead until the clock moved a moment ago; nil = never. It keeps tokens valid
	// that calls have in hand during a move.
	WasBefore  func(time.Time) bool
	BeginPush  func() func() // called before a push is signed; the result is called after it was sent
	HTTPClient *http.Client  // transport to the bot; the server never follows redirects
}

// Server is one app in one tenant. It is the http.Handler for everything under /open-apis.
type Server struct {
	cfg  Config
	http *http.Client

	ctx    context.Context // ends with Close; context of the redeliveries
	cancel context.CancelFunc
	wg     sync.WaitGroup

	clockOff atomic.Int64 // nanoseconds, see ClockOff
	signTime atomic.Value // a SignTime, see SignWith
	long     longConns

	mu         sync.Mutex
	behaviour  Behaviour
	scopes     map[string]bool
	subscribed Subscriptions
	tokens     tokenStore
	logins     logins
	windows    map[string]*window
	ocrWindow  *window
	ocrLeft    int // remaining OCR quota; negative = no limit
	ocrCalls   []OCRCall
	users      map[string]*User // by open_id
	chats      map[string]*chat

	departments map[string]Department // by open_department_id

	directoryRange DirectoryRange
	pages          int // incremented by ExpirePages

	p2p        map[string]string // open_id to chat_id
	messages   map[string]*message
	resources  map[string]*resource // by image_key or file_key
	uuids      map[string]uuidEntry
	callbacks  map[string]*callbackToken
	identities map[string]*Identity // by open_id
	deliveries []*delivery
	byEvent    map[string]*delivery
	arrivals   chan struct{} // closed and replaced whenever a delivery changes
	hurried    chan struct{} // closed and replaced by Hurry and ClockMoved
	hurries    int           // number of calls of Hurry
	held       []*delivery
	journal    []Entry
	presses    []Press
	botOpenID  string
	observer   Observer
	lastPurge  time.Time
}

// New returns a platform with the bot installed, all scopes of the bot granted, and no people.
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
	s.cancel() // under the lock, so that no redelivery starts before wg.Wait
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
	if c.WasBefore == nil {
		c.WasBefore = func(time.Time) bool { return false }
	}
	if c.BeginPush == nil {
		c.BeginPush = func() func() { return func() {} }
	}
	if c.ChallengeWithin == 0 {
		c.ChallengeWithin = time.Second
	}
}

func withoutRedirects(c *http.Client) *http.Client {
	if c == nil {
		// The default transport keeps few idle connections per host, so the demo would dial again for nearly every
		// event.
		c = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}}
	}
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// newID returns prefix and 32 random hex digits, the form of most ids of the platform. They are random so that a
// restarted simulator never reuses an id from the bot's database.
func newID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return prefix + hex.EncodeToString(b[:])
}
