package wire

import (
	"bufio"
	"maps"
	"net"
	"net/http"
)

// headSize bytes are enough to recognise a format.
const headSize = 512

// answer is a ResponseWriter that buffers the answer until finish. With a limit it switches to pass-through when the
// answer grows beyond the limit, is flushed, or hijacks the connection.
type answer struct {
	w       http.ResponseWriter
	header  http.Header
	status  int
	body    []byte
	size    int64 // of the body so far, buffered or passed through
	limit   int   // 0: buffer everything, never pass through
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
			a.body = append(a.body, p[:min(len(p), headSize)]...) // for Sample.Head; the client has these bytes already
		}
		return a.w.Write(p)
	}
	a.body = append(a.body, p...)
	return len(p), nil
}

// Flush sends the buffered part. Under a fault it does nothing, because no byte may leave yet.
func (a *answer) Flush() {
	if a.limit == 0 {
		return
	}
	a.pass()
	_ = http.NewResponseController(a.w).Flush()
}

// Hijack hands over the connection, for WebSocket. Under a fault it fails, because there would be no answer to spoil.
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

// pass sends the buffered part and switches to pass-through.
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

// finish sends the answer unless pass has sent it.
func (a *answer) finish() { a.pass() }

// code returns the business code of a buffered answer.
func (a *answer) code() string {
	if a.passing {
		return ""
	}
	return businessCode(a.body)
}

func (a *answer) contentType() string { return a.Header().Get("Content-Type") }
