package bot

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"
)

// pushed handles one push of the long connection. The push is neither encrypted nor signed, because the handshake has
// authenticated the connection. pushed returns the response, nil for an empty one, and a function that the caller must
// call when the response has left.
func (s *Server) pushed(ctx context.Context, plain []byte) (result any, status int, after func()) {
	start := s.now()
	ctx, cancel := context.WithTimeout(ctx, handleTimeout)
	defer cancel()
	ctx, response := withAfterResponse(ctx)
	kind, status := kindRefused, http.StatusInternalServerError
	after = func() {
		response.run()
		s.observe(kind, status, s.now().Sub(start))
	}
	defer func() {
		if v := recover(); v != nil {
			stack := string(debug.Stack())
			s.log.ErrorContext(ctx, "panic in handler", "path", socketEndpoint, "type", typeName(v), "stack", stack)
			result, status = nil, http.StatusInternalServerError
		}
	}()
	e := &envelope{plain: plain}
	if json.Unmarshal(plain, e) != nil {
		s.log.WarnContext(ctx, "push refused", "reason", "frame holds no event")
		return nil, http.StatusBadRequest, after
	}
	kind = label(e.kind())
	result, err := s.accept(ctx, e)
	if err != nil {
		s.log.ErrorContext(ctx, "event not stored", "event_type", kind, "error", err)
		return nil, http.StatusInternalServerError, after
	}
	if result == nil && kind == eventClick {
		result = struct{}{} // a callback needs a response, even an empty one
	}
	return result, http.StatusOK, after
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
