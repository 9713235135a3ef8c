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
	// maxPush bounds the body of a push. The largest content of a message is 150 KB.
	maxPush = 1 << 20
	// readTimeout bounds how long a body may take to arrive. Feishu itself gives up after 3 s.
	readTimeout = 5 * time.Second
	// handleTimeout bounds the work on one push, so that the answer is out before Feishu's 3 s are over.
	handleTimeout = 2500 * time.Millisecond
)

// webhook serves POST /webhook/event: events and card callbacks both.
func (s *Server) webhook(c *gin.Context) {
	start := s.now()
	kind, status := "refused", http.StatusInternalServerError // what stays if a handler panics, see recovery
	defer func() { s.observe(kind, status, s.now().Sub(start)) }()

	body, r := readPush(c)
	var e *envelope
	if r == nil {
		e, r = s.guard.open(c.Request.Header, body)
	}
	switch {
	case r != nil:
		s.refusals.note(c.Request.Context(), r)
		respondError(c, r.status, r.word)
	case e.isChallenge():
		kind = "url_verification"
		respondJSON(c, map[string]string{"challenge": e.Challenge})
	default:
		kind = label(e.kind())
		s.event(c, e)
	}
	status = c.Writer.Status()
}

// event delivers what passed the guard and answers it.
func (s *Server) event(c *gin.Context, e *envelope) {
	// Who hangs up does not undo what is being stored.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), handleTimeout)
	defer cancel()
	ctx, after := withAfterResponse(ctx)
	defer after.run()
	result, err := s.take(ctx, e)
	if err != nil {
		s.log.ErrorContext(ctx, "event not stored", "event_type", label(e.kind()), "error", err)
		respondError(c, http.StatusServiceUnavailable, "unavailable")
		return
	}
	respondJSON(c, result)
}

// readPush reads the body within bounds of size and time.
func readPush(c *gin.Context) ([]byte, *refusal) {
	control := http.NewResponseController(c.Writer)
	// Not every ResponseWriter knows deadlines; those of tests do without.
	_ = control.SetReadDeadline(time.Now().Add(readTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxPush))
	if err == nil {
		_ = control.SetReadDeadline(time.Time{})
	} else {
		// The rest of the body is not waited for: the deadline stays, and the connection ends with the answer.
		c.Header("Connection", "close")
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &refusal{http.StatusRequestEntityTooLarge, "too_large", "body too large"}
	case err != nil:
		return nil, badRequest("body incomplete")
	}
	return body, nil
}

// respondJSON writes a value as 200; nil is {}, never null, which Feishu may take for a broken answer.
func respondJSON(c *gin.Context, value any) {
	body := []byte("{}")
	if value != nil {
		var err error
		if body, err = json.Marshal(value); err != nil {
			// Only a card that is not JSON gets here; the click has been stored, so the user is told no more than that.
			body = []byte("{}")
		}
	}
	respond(c, http.StatusOK, body)
}

// respondError writes a refusal: a fixed word and nothing else.
func respondError(c *gin.Context, status int, word string) {
	respond(c, status, fmt.Appendf(nil, `{"error":%q}`, word))
}

// respond writes a whole answer and flushes it, so that what waits for it may go on.
func respond(c *gin.Context, status int, body []byte) {
	c.Header("Content-Length", strconv.Itoa(len(body)))
	c.Header("Cache-Control", "no-store")
	c.Data(status, "application/json; charset=utf-8", body)
	c.Writer.Flush()
}

// refusalLog logs refused requests without letting strangers fill the disk: each reason at most once in ten seconds,
// with the number of those kept back.
type refusalLog struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	seen map[string]*refusalCount // by reason, of which there is a fixed set
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
