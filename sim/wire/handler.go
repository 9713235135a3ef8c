package wire

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Handler records the calls to next and applies armed faults to them. operation names a request by its method, path and
// headers, and must not read the body; nil names every request "". rec and faults may be nil.
//
// Handler records a call before the last byte of its answer leaves (before the first byte, for answers of up to 64
// KiB). A client that has its answer therefore finds its call in the record. Streams and WebSocket upgrades pass
// through unless a fault applies.
func Handler(upstream string, operation func(*http.Request) string, rec *Recorder, faults *Faults,
	next http.Handler) http.Handler {
	if rec == nil {
		rec = NewRecorder(1)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := &Call{
			At:       rec.now(),
			Upstream: upstream,
			Method:   r.Method,
			Path:     r.URL.Path,
		}
		if operation != nil {
			call.Operation = operation(r)
		}
		e := &exchange{
			w:     w,
			r:     r,
			next:  next,
			call:  call,
			rec:   rec,
			start: time.Now(),
		}
		if rec.Inspect != nil {
			e.in = sampleOf(r)
		}
		if fault, ok := faults.take(upstream, call.Operation); ok {
			call.Fault = fault.Kind
			e.faulty(fault)
			return
		}
		a := e.apply(passLimit)
		e.recordAnswer(a)
		a.finish()
	})
}

// passLimit is the size up to which an answer without a fault is buffered until the call was recorded.
const passLimit = 64 << 10

// exchange is one request and its answer.
type exchange struct {
	w     http.ResponseWriter
	r     *http.Request
	next  http.Handler
	call  *Call
	rec   *Recorder
	start time.Time
	in    *sampled // nil unless Recorder.Inspect is set
}

// apply calls the upstream and buffers up to limit bytes of the answer (0 = all); a longer answer passes through.
func (e *exchange) apply(limit int) *answer {
	a := &answer{w: e.w, header: e.w.Header().Clone(), limit: limit}
	e.next.ServeHTTP(a, e.r.WithContext(withCall(e.r.Context(), e.call)))
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a
}

func (e *exchange) recordAnswer(a *answer) {
	e.inspect(e.record(a.status, a.code()), a.contentType(), a.body, a.size)
}

// recordNone records a call without an answer.
func (e *exchange) recordNone() { e.inspect(e.record(0, ""), "", nil, 0) }

func (e *exchange) record(status int, code string) Call {
	e.call.Status, e.call.Code, e.call.Duration = status, code, time.Since(e.start)
	e.call.Left = e.r.Context().Err() != nil
	return e.rec.add(*e.call)
}

func (e *exchange) faulty(f Fault) {
	var a *answer
	switch f.Kind {
	case Delay, DropAfter, ErrorAfter, Truncate, NotJSON, WrongShape, Altered:
		a = e.apply(0)
		if f.Kind != Delay && f.Kind != Altered && e.call.Note == "" {
			e.call.Note = "applied: " + strconv.Itoa(a.status)
		}
	case DropBefore, Reset, Error, Hang:
		// Without reading the body, closing would send an RST instead of a FIN, and the server would not notice that
		// the client disconnects.
		_, _ = io.Copy(io.Discard, e.r.Body)
	default:
		e.inspect(e.record(http.StatusInternalServerError, ""), "", nil, 0)
		http.Error(e.w, fmt.Sprintf("wire: unknown fault kind %q", f.Kind), http.StatusInternalServerError)
		return
	}
	if !sleep(e.r.Context(), f.Delay) || !closed(e.r.Context(), f.Until) {
		e.recordNone()
		return
	}
	switch f.Kind {
	case Delay:
		e.recordAnswer(a)
		a.finish()
	case Altered:
		a.body = Alter(a.body, f.Set)
		a.header.Del("Content-Length")
		e.recordAnswer(a)
		a.finish()
	case DropBefore, DropAfter:
		e.recordNone()
		closeConn(e.w, false)
	case Reset:
		e.recordNone()
		closeConn(e.w, true)
	case Error, ErrorAfter:
		e.answerWith(f, http.StatusInternalServerError, "application/json; charset=utf-8", f.Body)
	case NotJSON:
		e.answerWith(f, http.StatusOK, "text/html; charset=utf-8",
			cmp.Or(f.Body, "<html><body><h1>Service is being updated</h1></body></html>"))
	case WrongShape:
		e.answerWith(f, http.StatusOK, "application/json; charset=utf-8", cmp.Or(f.Body, WrongShapeBody))
	case Truncate:
		a.body = a.body[:len(a.body)/2]
		a.header.Del("Content-Length")
		e.inspect(e.record(a.status, ""), a.contentType(), a.body, int64(len(a.body)))
		a.finish()
	case Hang:
		<-e.r.Context().Done()
		e.recordNone()
	}
}

func (e *exchange) answerWith(f Fault, status int, contentType, body string) {
	if f.Status != 0 {
		status = f.Status
	}
	h := e.w.Header()
	h.Set("Content-Type", contentType)
	for k, v := range f.Header {
		h[http.CanonicalHeaderKey(k)] = v
	}
	e.inspect(e.record(status, businessCode([]byte(body))), contentType, []byte(body), int64(len(body)))
	e.w.WriteHeader(status)
	_, _ = io.WriteString(e.w, body)
}

// sleep waits for d. It returns false if the client disconnects first.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// closed waits until c is closed and reports whether that happens before ctx ends. A nil c counts as closed.
func closed(ctx context.Context, c <-chan bool) bool {
	if c == nil {
		return true
	}
	select {
	case <-c:
		return true
	case <-ctx.Done():
		return false
	}
}

// closeConn closes the connection without an answer; with reset it sends a TCP RST.
func closeConn(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 and httptest.ResponseRecorder: the server ends the stream
	}
	inner := conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		inner = t.NetConn() // TLS
	}
	if tcp, ok := inner.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
		_ = tcp.Close()
		return
	}
	_ = conn.Close()
}

// businessCode returns the code in a JSON answer: "code" (Feishu, e签宝), "errCode" (e签宝 storage) or Response.Error.Code
// (Tencent Cloud).
func businessCode(body []byte) string {
	var v struct {
		Code     json.RawMessage `json:"code"`
		ErrCode  json.RawMessage `json:"errCode"`
		Response *struct {
			Error *struct{ Code string }
		}
	}
	if json.Unmarshal(body, &v) != nil {
		return ""
	}
	switch {
	case v.Code != nil:
		return strings.Trim(string(v.Code), `"`)
	case v.ErrCode != nil:
		return strings.Trim(string(v.ErrCode), `"`)
	case v.Response != nil && v.Response.Error != nil:
		return v.Response.Error.Code
	}
	return ""
}
