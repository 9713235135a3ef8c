package feishu

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// window is a sliding-window rate limiter. It is guarded by Server.mu.
type window struct {
	at []time.Time // oldest first
}

func newWindow() *window { return &window{} }

// take admits one more call if fewer than limit were admitted within span. Otherwise it returns the time until the next
// one may be admitted. Refused calls do not count. A span of one second is (now-1s, now].
func (w *window) take(now time.Time, span time.Duration, limit int) (wait time.Duration, ok bool) {
	if wait, ok = w.peek(now, span, limit); ok {
		w.at = append(w.at, now)
	}
	return wait, ok
}

// peek is take without counting.
func (w *window) peek(now time.Time, span time.Duration, limit int) (time.Duration, bool) {
	n := 0
	var oldest time.Time
	for i := len(w.at) - 1; i >= 0 && now.Sub(w.at[i]) < span; i-- {
		n++
		if n == limit {
			oldest = w.at[i]
		}
	}
	if n < limit {
		return 0, true
	}
	return oldest.Add(span).Sub(now), false
}

// prune drops what is older than span, to keep the slice short.
func (w *window) prune(now time.Time, span time.Duration) {
	i := 0
	for i < len(w.at) && now.Sub(w.at[i]) >= span {
		i++
	}
	w.at = append(w.at[:0], w.at[i:]...)
}

func (s *Server) windowFor(key string) *window {
	w := s.windows[key]
	if w == nil {
		w = newWindow()
		s.windows[key] = w
	}
	return w
}

// gatewayLimit applies the two limits of most APIs, per API, app and tenant (频控策略); exceeding either one is enough.
func (s *Server) gatewayLimit(c *call) *apiError {
	w := s.windowFor("op:" + c.op)
	w.prune(c.now, time.Minute)
	if wait, ok := w.peek(c.now, time.Second, s.cfg.PerSecond); !ok {
		return rateLimited(s.cfg.PerSecond, wait)
	}
	if wait, ok := w.take(c.now, time.Minute, s.cfg.PerMinute); !ok {
		return rateLimited(s.cfg.PerMinute, wait)
	}
	return nil
}

// messageLimit applies 5 per second to one receiver or one patched message (230020). The caller holds the lock.
func (s *Server) messageLimit(key string, now time.Time) *apiError {
	if s.cfg.NoLimits {
		return nil
	}
	s.purgeWindows(now)
	w := s.windowFor(key)
	w.prune(now, time.Second)
	if _, ok := w.take(now, time.Second, 5); !ok {
		return refuse(400, 230020, "This operation triggers the frequency limit.")
	}
	return nil
}

// purgeWindows drops windows of inactive receivers, about once a minute.
func (s *Server) purgeWindows(now time.Time) {
	if now.Sub(s.lastPurge) < time.Minute {
		return
	}
	s.lastPurge = now
	for k, w := range s.windows {
		if w.prune(now, time.Minute); len(w.at) == 0 {
			delete(s.windows, k)
		}
	}
}

// rateLimited is the gateway's answer to too many calls: HTTP 429, 99991400, and the wait in whole seconds.
func rateLimited(limit int, wait time.Duration) *apiError {
	e := refuse(429, 99991400, "request trigger frequency limit")
	e.header = http.Header{}
	e.header.Set("x-ogw-ratelimit-limit", strconv.Itoa(limit))
	e.header.Set("x-ogw-ratelimit-reset", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
	return e
}
