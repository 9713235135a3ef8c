package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"
)

// pushed takes one push of the long connection, which is neither encrypted nor signed: who holds the other end was settled when
// the connection was opened. It returns what to answer and what to do once the answer has left.
func (s *Server) pushed(ctx context.Context, plain []byte) (result any, status int, after func()) {
	start := s.now()
	ctx, cancel := context.WithTimeout(ctx, handleTimeout)
	defer cancel()
	ctx, afterwards := withAfterResponse(ctx)
	kind, status := "refused", http.StatusInternalServerError
	after = func() {
		afterwards.run()
		s.observe(kind, status, s.now().Sub(start))
	}
	defer func() {
		if v := recover(); v != nil {
			s.log.ErrorContext(ctx, "panic in handler", "path", socketEndpoint, "type", typeName(v), "stack", string(debug.Stack()))
			result, status = nil, http.StatusInternalServerError
		}
	}()
	e := &envelope{plain: plain}
	if json.Unmarshal(plain, e) != nil {
		s.log.WarnContext(ctx, "push refused", "reason", "frame holds no event")
		return nil, http.StatusBadRequest, after
	}
	kind = label(e.kind())
	result, err := s.take(ctx, e)
	if err != nil {
		s.log.ErrorContext(ctx, "event not stored", "event_type", kind, "error", err)
		return nil, http.StatusInternalServerError, after
	}
	if result == nil && kind == eventClick {
		result = struct{}{} // a callback wants an answer, if an empty one
	}
	return result, http.StatusOK, after
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

const (
	pieceLife = 5 * time.Second // as in the SDK; the platform sends them at once
	mostWhole = 64              // pushes that may be incomplete at a time
)

// pieces puts payloads together that came in several frames. One goroutine uses it.
type pieces struct{ open map[string]*incomplete }

type incomplete struct {
	parts [][]byte
	have  int
	since time.Time
}

// add returns the whole payload once all its pieces are there.
func (p *pieces) add(f *frame, now time.Time) (payload []byte, whole bool) {
	sum, seq := f.number(frameHeaderSum), f.number(frameHeaderSeq)
	if sum <= 1 {
		return f.payload, true
	}
	if sum > maxSocketMessage/1024 || seq < 0 || seq >= sum {
		return nil, false
	}
	for id, i := range p.open {
		if now.Sub(i.since) > pieceLife {
			delete(p.open, id)
		}
	}
	id := f.header(frameHeaderMessageID)
	i := p.open[id]
	if i == nil || len(i.parts) != sum {
		if len(p.open) >= mostWhole {
			return nil, false
		}
		i = &incomplete{parts: make([][]byte, sum), since: now}
		if p.open == nil {
			p.open = map[string]*incomplete{}
		}
		p.open[id] = i
	}
	if i.parts[seq] == nil {
		i.parts[seq] = f.payload
		i.have++
	}
	if i.have < sum {
		return nil, false
	}
	delete(p.open, id)
	return bytes.Join(i.parts, nil), true
}
