package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	// maxPush limits the body of a push, in bytes. The largest content of a message is 150 KB.
	maxPush = 1 << 20
	// readTimeout limits how long a body may take to arrive. Feishu itself gives up after 3 s.
	readTimeout = 5 * time.Second
	// handleTimeout limits the work on one push, so that the response leaves before Feishu's 3 s are over.
	handleTimeout = 2500 * time.Millisecond
)

// Values of the label "type" for pushes that are no event.
const (
	kindRefused   = "refused"
	kindChallenge = "url_verification"
)

// webhook serves POST /webhook/event, which receives events and card callbacks.
func (s *Server) webhook(c *gin.Context) {
	start := s.now()
	kind := kindRefused
	status := http.StatusInternalServerError // recovery responds with it if a handler panics
	defer func() { s.observe(kind, status, s.now().Sub(start)) }()

	e, refused := s.openPush(c)
	if refused != nil {
		s.refusals.note(c.Request.Context(), refused)
		respondError(c, refused.status, refused.word)
		status = refused.status
		return
	}
	if e.isChallenge() {
		kind = kindChallenge
		respondJSON(c, map[string]string{"challenge": e.Challenge})
		status = c.Writer.Status()
		return
	}
	kind = label(e.kind())
	s.event(c, e)
	status = c.Writer.Status()
}

// openPush reads the body of a push and lets the guard check and decrypt it.
func (s *Server) openPush(c *gin.Context) (*envelope, *refusal) {
	body, refused := readPush(c)
	if refused != nil {
		return nil, refused
	}
	return s.guard.open(c.Request.Header, body)
}

// event accepts an event that passed the guard and writes the response.
func (s *Server) event(c *gin.Context, e *envelope) {
	// A client that disconnects must not abort the write to the store.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), handleTimeout)
	defer cancel()
	ctx, after := withAfterResponse(ctx)
	defer after.run()
	result, err := s.accept(ctx, e)
	if err != nil {
		s.log.ErrorContext(ctx, "event not stored", "event_type", label(e.kind()), "error", err)
		respondError(c, http.StatusServiceUnavailable, "unavailable")
		return
	}
	respondJSON(c, result)
}

// readPush reads the body of a push, limited in size and time.
func readPush(c *gin.Context) ([]byte, *refusal) {
	control := http.NewResponseController(c.Writer)
	// The ResponseWriter of a test does not support deadlines; the error is of no consequence.
	_ = control.SetReadDeadline(time.Now().Add(readTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxPush))
	if err == nil {
		_ = control.SetReadDeadline(time.Time{})
		return body, nil
	}
	// The server does not wait for the rest of the body: the deadline stays, and the connection ends with the response.
	c.Header("Connection", "close")
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, &refusal{http.StatusRequestEntityTooLarge, "too_large", "body too large"}
	}
	return nil, badRequest("body incomplete")
}

// respondJSON writes value as the body of a 200. A nil value becomes {}, because Feishu may take null for a broken
// response.
func respondJSON(c *gin.Context, value any) {
	body := []byte("{}")
	if value != nil {
		var err error
		if body, err = json.Marshal(value); err != nil {
			// Only a card that is not JSON fails here. The click is already stored, so the response is an empty success.
			body = []byte("{}")
		}
	}
	respond(c, http.StatusOK, body)
}

// respondError writes {"error": word}. word is one of a fixed set and tells a caller nothing about the cause.
func respondError(c *gin.Context, status int, word string) {
	respond(c, status, fmt.Appendf(nil, `{"error":%q}`, word))
}

// respond writes and flushes the whole response, so that the functions of afterResponse run after it has left.
func respond(c *gin.Context, status int, body []byte) {
	c.Header("Content-Length", strconv.Itoa(len(body)))
	c.Header("Cache-Control", "no-store")
	c.Data(status, "application/json; charset=utf-8", body)
	c.Writer.Flush()
}

// refusalLog logs refused requests. It logs each reason at most once per refusalPause, with the number of skipped
// entries, so that a stranger cannot fill the disk.
type refusalLog struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	seen map[string]*refusalCount // by reason; the set of reasons is fixed
}

type refusalCount struct {
	last    time.Time
	skipped int
}

const refusalPause = 10 * time.Second

func (l *refusalLog) note(ctx context.Context, r *refusal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[string]*refusalCount{}
	}
	count, now := l.seen[r.reason], l.now()
	if count == nil {
		count = &refusalCount{}
		l.seen[r.reason] = count
	} else if now.Sub(count.last) < refusalPause {
		count.skipped++
		return
	}
	l.log.WarnContext(ctx, "push refused", "reason", r.reason, "status", r.status, "skipped", count.skipped)
	count.last, count.skipped = now, 0
}

func typeName(v any) string { return fmt.Sprintf("%T", v) }
