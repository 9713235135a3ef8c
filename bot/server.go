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

// ServerConfig is what a Server needs. AppID, Inbox and Pushes are required, and for the webhook EncryptKey and
// VerificationToken.
type ServerConfig struct {
	// NoWebhook closes POST /webhook/event, for a bot that takes its pushes over a LongConn.
	NoWebhook bool

	AppID             string // events of another app are refused
	EncryptKey        string // 事件与回调 › 加密策略 › Encrypt Key
	VerificationToken string // 事件与回调 › 加密策略 › Verification Token
	Handler           Handler
	// Pushes keeps what was acknowledged until Work has it decided on.
	Pushes PushStore
	// Answering is shared with the Client; nil means that no client has to wait.
	PatchOrder *PatchOrder
	// Marketplace keeps the app tickets that are pushed; nil means that the app is no marketplace app and gets none.
	Marketplace TicketStore
	Log         *slog.Logger     // nil = slog.Default()
	Now         func() time.Time // nil = time.Now
	// Observe, if set, is told of every push: its event type ("refused" when it did not pass the guard), the HTTP status
	// and the time until the answer was written.
	Observe func(kind string, status int, took time.Duration)
}

// Server takes what Feishu sends.
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

// NewServer builds the server. With a webhook it refuses to be built without encrypt key and verification token:
// without them anybody who knows the URL could act as anybody.
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
	order := cfg.PatchOrder
	if order == nil {
		order = &PatchOrder{}
	}
	s.guard = guard{
		appID:      cfg.AppID,
		encryptKey: cfg.EncryptKey,
		token:      cfg.VerificationToken,
		now:        s.now,
	}
	s.refusals = refusalLog{log: s.log, now: s.now}
	s.events = &events{
		handler:    cfg.Handler,
		patchOrder: order,
		log:        s.log,
		now:        s.now,
		tickets:    cfg.Marketplace,
	}
	s.inbox = newInbox(s.events, cfg.Pushes, s.log)

	router := s.engine()
	if !cfg.NoWebhook {
		router.POST("/webhook/event", s.webhook)
	}
	s.handler = router
	return s, nil
}

// Handler serves POST /webhook/event unless NoWebhook; everything else is 404.
func (s *Server) Handler() http.Handler { return s.handler }

// Run decides on what was acknowledged until ctx ends, and then for as long as grace on what is in memory. The rest
// waits in the store. Without Work only clicks are decided on.
func (s *Server) Run(ctx context.Context, grace time.Duration) { s.inbox.run(ctx, grace) }

// take stores an event, or has it decided on where the decision is the answer.
func (s *Server) take(ctx context.Context, e *envelope) (any, error) {
	if handledAsync(e.kind()) {
		return nil, s.inbox.accept(ctx, e.plain)
	}
	return s.events.deliver(ctx, e)
}

// quietGin keeps gin from printing routes and warnings. The mode is one variable for the whole process.
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

// recovery turns a panic into a neutral 500. The panic's value is not logged, since it may quote what somebody sent;
// its type and the stack are.
func (s *Server) recovery(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v)
		}
		s.log.ErrorContext(c.Request.Context(), "panic in handler", "path", c.FullPath(), "type", typeName(v), "stack",
			string(debug.Stack()))
		if !c.Writer.Written() {
			respondError(c, http.StatusInternalServerError, "internal")
		}
		c.Abort()
	}()
	c.Next()
}
