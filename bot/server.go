package bot

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// ServerConfig configures a Server. AppID, Handler and Pushes are required; the webhook also requires EncryptKey and
// VerificationToken.
type ServerConfig struct {
	// NoWebhook turns POST /webhook/event off, for a bot that receives its pushes over a LongConn.
	NoWebhook bool

	AppID             string // the guard refuses events of another app
	EncryptKey        string // 事件与回调 › 加密策略 › Encrypt Key
	VerificationToken string // 事件与回调 › 加密策略 › Verification Token
	Handler           Handler
	// Pushes stores acknowledged events until Run has handled them.
	Pushes PushStore
	// PatchOrder is shared with the Client; nil means that no client patches cards.
	PatchOrder *PatchOrder
	// Marketplace stores the app tickets that Feishu pushes; nil means that the app is self-built and gets none.
	Marketplace TicketStore
	Log         *slog.Logger     // nil = slog.Default()
	Now         func() time.Time // nil = time.Now
	// Observe, if set, is called for every push with its event type ("refused" if the guard refused it), the HTTP status
	// and the time until the response was written.
	Observe func(kind string, status int, took time.Duration)
	// OwnOpenID returns the bot's own open_id in a tenant, "" while it is not known (Self.OpenID). It must not wait. nil
	// means that it is never known.
	OwnOpenID func(tenantKey string) string
	// SetAside, if set, is called for every message that leads no further, with one of a fixed set of reasons.
	SetAside func(reason string)
	// Surprised, if set, is called for each difference between a push and its published page, with the event type
	// ("webhook" for the signature), as package shape names it. It must not wait.
	Surprised func(kind, difference string)
}

// Server receives events and card callbacks from Feishu.
type Server struct {
	guard    guard
	events   *events
	inbox    *inbox
	log      *slog.Logger
	refusals refusalLog
	now      func() time.Time
	observe  func(string, int, time.Duration)
	handler  http.Handler
}

// NewServer checks the configuration and builds a server; the error lists every mistake. The webhook needs encrypt key
// and verification token, because without them a stranger who knows the URL could act as any user.
func NewServer(cfg ServerConfig) (*Server, error) {
	var problems []error
	for _, required := range []struct {
		missing bool
		text    string
	}{
		{cfg.AppID == "", "bot: app id is missing"},
		{cfg.EncryptKey == "" && !cfg.NoWebhook, "bot: encrypt key is missing"},
		{cfg.VerificationToken == "" && !cfg.NoWebhook, "bot: verification token is missing"},
		{cfg.Handler == nil, "bot: inbox is missing"},
		{cfg.Pushes == nil, "bot: store for pushes is missing"},
	} {
		if required.missing {
			problems = append(problems, errors.New(required.text))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	s := &Server{log: cfg.Log, now: cfg.Now, observe: cfg.Observe}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.observe == nil {
		s.observe = func(string, int, time.Duration) {}
	}
	own := cfg.OwnOpenID
	if own == nil {
		own = func(string) string { return "" }
	}
	setAside := cfg.SetAside
	if setAside == nil {
		setAside = func(string) {}
	}
	order := cfg.PatchOrder
	if order == nil {
		order = &PatchOrder{}
	}
	s.guard = guard{
		appID:      cfg.AppID,
		encryptKey: cfg.EncryptKey,
		token:      cfg.VerificationToken,
		now:        s.now,
		noteUnreadable: sync.OnceFunc(func() {
			s.log.Warn("signature time of a push has an unknown form; signature and event key protect alone")
		}),
		surprised: cfg.Surprised,
	}
	s.refusals = refusalLog{log: s.log, now: s.now}
	s.events = &events{
		handler:    cfg.Handler,
		patchOrder: order,
		log:        s.log,
		now:        s.now,
		tickets:    cfg.Marketplace,
		ownOpenID:  own,
		setAside:   setAside,
		surprised:  cfg.Surprised,
	}
	s.inbox = newInbox(s.events, cfg.Pushes, s.log)

	router := s.engine()
	if !cfg.NoWebhook {
		router.POST("/webhook/event", s.webhook)
	}
	s.handler = router
	return s, nil
}

// Handler serves POST /webhook/event unless NoWebhook is set, and responds 404 to every other path.
func (s *Server) Handler() http.Handler { return s.handler }

// Run handles acknowledged events until ctx ends, and then the events in memory for at most grace. Further events wait
// in the store. Clicks do not depend on Run: the webhook handles them itself.
func (s *Server) Run(ctx context.Context, grace time.Duration) { s.inbox.run(ctx, grace) }

// accept adds an event to the inbox, or handles it at once if the response carries the result. It returns the response,
// nil for an empty one.
func (s *Server) accept(ctx context.Context, e *envelope) (any, error) {
	if routes[e.kind()].async {
		return nil, s.inbox.add(ctx, e.plain)
	}
	return s.events.deliver(ctx, e)
}

// quietGin stops gin from printing routes and warnings. The mode is a variable of the whole process.
var quietGin = sync.OnceFunc(func() { gin.SetMode(gin.ReleaseMode) })

func (s *Server) engine() *gin.Engine {
	quietGin()
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.Use(s.recovery)
	engine.NoRoute(func(c *gin.Context) { respondError(c, http.StatusNotFound, "not_found") })
	engine.NoMethod(func(c *gin.Context) { respondError(c, http.StatusMethodNotAllowed, "method_not_allowed") })
	return engine
}

// recovery responds to a panic with a neutral 500. It logs the type of the panic's value and the stack, but not the
// value itself, which may quote user data.
func (s *Server) recovery(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v)
		}
		stack := string(debug.Stack())
		s.log.ErrorContext(c.Request.Context(), "panic in handler", "path", c.FullPath(), "type", typeName(v), "stack", stack)
		if !c.Writer.Written() {
			respondError(c, http.StatusInternalServerError, "internal")
		}
		c.Abort()
	}()
	c.Next()
}
