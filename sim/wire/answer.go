package wire

import (
	"bufio"
	"maps"
	"net"
	"net/http"
)

// headSize is enough to recognise a format.
const headSize = 512

// answer is a ResponseWriter that keeps the answer until finish is called. With a limit it gives up keeping, and passes
// everything through, when the answer grows beyond the limit, is flushed, or takes over the connection.
type answer struct {
	w       http.ResponseWriter
	header  http.Header
	status  int
	body    []byte
	size    int64 // of the body so far, kept or passed through
	limit   int   // 0: keep everything, never pass through
	passing bool
}

func (a *answer) Header() http.Header {
	if a.passing {
		return a.w.Header()
	}
	return a.header
}

func (a *answer) WriteHeader(status int) {
	if a.passing || (status >= 100 && status < 200 && a.limit > 0) {
		a.w.WriteHeader(status)
		return
	}
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.size += int64(len(p))
	if !a.passing && a.limit > 0 && len(a.body)+len(p) > a.limit {
		a.pass()
	}
	if a.passing {
		if len(a.body) == 0 {
			a.body = append(a.body, p[:min(len(p), headSize)]...) // sent already; kept to tell what it was
		}
		return a.w.Write(p)
	}
	a.body = append(a.body, p...)
	return len(p), nil
}

// Flush sends what there is. Under a fault nothing may leave yet, so it waits.
func (a *answer) Flush() {
	if a.limit == 0 {
		return
	}
	a.pass()
	_ = http.NewResponseController(a.w).Flush()
}

// Hijack hands the connection over, for WebSocket. Under a fault it is refused, since there would be no answer to
// spoil.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if a.limit == 0 {
		return nil, nil, http.ErrNotSupported
	}
	if a.status == 0 {
		a.status = http.StatusSwitchingProtocols
	}
	a.passing = true
	return http.NewResponseController(a.w).Hijack()
}

// pass sends what was kept and stops keeping.
func (a *answer) pass() {
	if a.passing {
		return
	}
	a.passing = true
	if a.status == 0 {
		a.status = http.StatusOK
	}
	clear(a.w.Header())
	maps.Copy(a.w.Header(), a.header)
	a.w.WriteHeader(a.status)
	if len(a.body) > 0 {
		_, _ = a.w.Write(a.body)
	}
}

// finish sends the answer if it was kept.
func (a *answer) finish() { a.pass() }

// code returns the business code of a kept answer.
func (a *answer) code() string {
	if a.passing {
		return ""
	}
	return businessCode(a.body)
}

func (a *answer) contentType() string { return a.Header().Get("Content-Type") }
